//! The services that the operations call.
//!
//! `app` fills them. Must never hold state of its own.

use super::shared::names::Names;
use crate::access::{Caller, Gatekeeper};
use crate::admin::{Admin, Bootstrap};
use crate::audit::{Action, AuditEvent, Object};
use crate::audit_log::AuditLog;
use crate::http::forward_auth::snippets::SnippetSettings;
use crate::mirror::Mirror;
use crate::model::{Clock, Timestamp};
use crate::session::Sessions;
use crate::sign_in::providers::Providers;
use crate::token::ProxySecrets;
use std::sync::Arc;

/// The services behind the API.
pub struct Services {
    /// Authenticates and authorizes callers.
    pub gatekeeper: Arc<Gatekeeper>,
    /// Changes policy objects.
    pub admin: Arc<Admin>,
    /// The one-time code for the first administrator.
    pub claim: Arc<Bootstrap>,
    /// Users, organizations and teams.
    pub mirror: Arc<Mirror>,
    /// Browser sessions.
    pub sessions: Arc<Sessions>,
    /// The state of the identity providers.
    pub providers: Arc<Providers>,
    /// Queries of the audit log.
    pub audit_log: Arc<AuditLog>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Name of the cookie that carries a session at Samovar's own host.
    pub session_cookie: String,
    /// The addresses in generated proxy configuration.
    pub snippets: SnippetSettings,
    /// The secrets of proxies, if generated configuration must contain them.
    pub proxy_secrets: Option<ProxySecrets>,
}

impl Services {
    /// The current names.
    pub(super) fn names(&self) -> Names {
        Names {
            directory: self.mirror.directory(),
            policy: self.admin.policy(),
            accounts: self.admin.service_accounts(),
        }
    }

    /// The current instant.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// An audit event with this caller as the actor.
    pub(super) fn event(&self, caller: &Caller, action: Action, object: Object) -> AuditEvent {
        caller.event(self.now(), action, object, &self.admin.policy())
    }
}
