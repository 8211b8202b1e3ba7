//! What the operations call, and the few joints that several of them share.

use super::forms;
use super::forms::names::Names;
use super::forms::session::{key, show};
use super::wire::machine::{Client as ClientMessage, ServiceAccount as AccountMessage};
use super::wire::page::{Page, Paging};
use super::wire::session::Session as SessionMessage;
use super::wire::token::Grant as GrantMessage;
use crate::access::{Caller, Gatekeeper};
use crate::admin::{Admin, Bootstrap};
use crate::audit::{Action, AuditEvent, Object, ObjectKind, Versions};
use crate::audit_log::{AuditLog, Reader};
use crate::http::forward_auth::snippets::SnippetSettings;
use crate::mirror::Mirror;
use crate::model::{
    Client, Clock, Directory, Grant, ServiceAccount, Session, StoredSecret, Timestamp,
};
use crate::policy::Policy;
use crate::session::Sessions;
use crate::sign_in::providers::Providers;
use crate::token::ProxySecrets;
use std::fmt::Display;
use std::sync::Arc;

/// The rooms behind the API.
pub struct Services {
    /// Says who calls and whether that is permitted.
    pub gatekeeper: Arc<Gatekeeper>,
    /// Changes policy objects.
    pub admin: Arc<Admin>,
    /// The first administrator's code.
    pub claim: Arc<Bootstrap>,
    /// People, organizations and teams.
    pub mirror: Arc<Mirror>,
    /// Sign-ins.
    pub sessions: Arc<Sessions>,
    /// How well providers are got on with.
    pub providers: Arc<Providers>,
    /// What happened.
    pub audit_log: Arc<AuditLog>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Name of the cookie that carries a session at Samovar's own host.
    pub session_cookie: String,
    /// What generated proxy configuration must know.
    pub snippets: SnippetSettings,
    /// Secrets of proxies, if generated blocks must carry them.
    pub proxy_secrets: Option<ProxySecrets>,
}

/// What is shown as it is now: names, states, instants.
pub(super) struct Sources {
    directory: Arc<Directory>,
    policy: Arc<Policy>,
    accounts: Vec<Arc<ServiceAccount>>,
    gatekeeper: Arc<Gatekeeper>,
    now: Timestamp,
}

impl Sources {
    /// The names.
    pub(super) fn names(&self) -> Names<'_> {
        Names {
            directory: &self.directory,
            policy: &self.policy,
            accounts: &self.accounts,
        }
    }

    /// A service account as it is now.
    pub(super) fn show_account(&self, account: &ServiceAccount) -> AccountMessage {
        let state = self.gatekeeper.account_state(&self.directory, account);
        forms::machine::show_account(account, (state, self.now), self.names())
    }

    /// A client as it is now.
    pub(super) fn show_client(&self, client: &Client) -> ClientMessage {
        forms::machine::show_client(client, self.now, self.names())
    }

    /// Should somebody look at one of these secrets?
    pub(super) fn attention(&self, secrets: &[StoredSecret]) -> bool {
        secrets
            .iter()
            .any(|secret| !secret.attention(self.now).is_empty())
    }
}

impl Services {
    /// The directory, the policy and the service accounts as they are now.
    pub(super) fn sources(&self) -> Sources {
        Sources {
            directory: self.mirror.directory(),
            policy: self.admin.policy(),
            accounts: self.admin.service_accounts(),
            gatekeeper: Arc::clone(&self.gatekeeper),
            now: self.clock.now(),
        }
    }

    /// A page of these grants, in their order.
    pub(super) fn page_of_grants<'a>(
        &self,
        paging: &Paging,
        grants: impl Iterator<Item = &'a Grant>,
    ) -> Page<GrantMessage> {
        let (sources, clients) = (self.sources(), self.admin.clients());
        paging.cut(
            grants,
            |grant| forms::token::key(grant),
            |grant| forms::token::show_grant(grant, &clients, sources.names()),
        )
    }

    /// The event of an end of sessions.
    pub(super) fn session_end(
        &self,
        caller: &Caller,
        kind: ObjectKind,
        id: &impl Display,
    ) -> AuditEvent {
        let object = Object::new(kind, id);
        let (now, policy) = (self.clock.now(), self.admin.policy());
        caller.event(now, Action::SessionEnd, object, &policy)
    }

    /// Who reads the audit log.
    pub(super) fn reader(&self, caller: &Caller) -> Reader {
        let object = Object::new(ObjectKind::AuditLog, "events");
        let (now, policy) = (self.clock.now(), self.admin.policy());
        let event = caller.event(now, Action::AuditLogRead, object, &policy);
        Reader {
            actor: event.actor,
            request: event.request,
            personal: event.personal,
            versions: Versions {
                policy: event.policy_version,
                directory: event.directory_version,
            },
        }
    }

    /// A page of the sessions that are wanted, the newest first.
    pub(super) fn page_of_sessions(
        &self,
        caller: &Caller,
        paging: &Paging,
        wanted: impl Fn(&Session) -> bool,
    ) -> Page<SessionMessage> {
        let sources = self.sources();
        let current = caller.session().map(|session| session.id);
        let sessions = self.sessions.list().into_iter();
        paging.cut(
            sessions.filter(|session| wanted(session)),
            |session| key(session),
            |session| show(session, current, sources.names()),
        )
    }
}
