//! Clients of the authorization server: register, change, delete.

use super::differences::with_differences;
use super::machines::{check_name, present};
use super::{Admin, AdminError};
use crate::access::{Caller, ClientsWrite, Permit};
use crate::audit::{Action, AuditEvent, Object, ObjectKind};
use crate::model::{ApplicationId, Client, ClientId, ClientKind, Name, RedirectUri, StoredSecret};
use crate::store::Precondition;
use crate::token::Machine as _;
use std::collections::BTreeSet;

/// What a person says of a client.
#[derive(Debug, Clone)]
pub struct ClientDraft {
    /// Unique among clients.
    pub name: Name,
    /// Its tokens are for this application.
    pub application: ApplicationId,
    /// Whether it can keep a secret.
    pub kind: ClientKind,
    /// Where answers may be sent.
    pub redirect_uris: BTreeSet<RedirectUri>,
    /// People are not asked for consent.
    pub first_party: bool,
    /// Gets refresh tokens.
    pub refresh_tokens: bool,
}

impl ClientDraft {
    fn client(self, id: ClientId, secrets: Vec<StoredSecret>, version: u64) -> Client {
        Client {
            id,
            name: self.name,
            application: Some(self.application),
            kind: self.kind,
            redirect_uris: self.redirect_uris,
            first_party: self.first_party,
            refresh_tokens: self.refresh_tokens,
            secrets,
            version,
        }
    }
}

impl Admin {
    /// Registers a client. One that asks nobody is for administrators to register.
    pub async fn create_client(
        &self,
        permit: Permit<ClientsWrite>,
        draft: ClientDraft,
    ) -> Result<Client, AdminError> {
        let _turn = self.turn().await;
        self.check_client_name(&draft.name, None)?;
        self.application_exists(draft.application)?;
        let id = ClientId::generate(&*self.clock, &*self.random);
        let client = draft.client(id, Vec::new(), 1);
        let event = self.client_event(permit.caller(), Action::ClientCreate, id);
        let event = with_differences(event, None, Some(&client));
        let allowed = self.may_write(&permit, client.first_party);
        self.unless_refused(allowed, &event).await?;
        let kept = self
            .clients
            .put(client.clone(), Precondition::Absent, event);
        kept.await.map_err(AdminError::Unavailable)?;
        Ok(client)
    }

    /// Changes a client from the version that the caller has seen. A public one keeps no secrets; what people allowed it
    /// ends when it becomes something else than what they were asked about.
    pub async fn update_client(
        &self,
        permit: Permit<ClientsWrite>,
        (id, version): (ClientId, u64),
        draft: ClientDraft,
    ) -> Result<Client, AdminError> {
        let _turn = self.turn().await;
        let before = present(&self.clients, id, version)?;
        self.check_client_name(&draft.name, Some(id))?;
        self.application_exists(draft.application)?;
        let secrets = match draft.kind {
            ClientKind::Public => Vec::new(),
            ClientKind::Confidential => before.secrets.clone(),
        };
        let client = draft.client(id, secrets, version + 1);
        let event = self.client_event(permit.caller(), Action::ClientUpdate, id);
        let event = with_differences(event, Some(&*before), Some(&client));
        let allowed = self.may_write(&permit, before.first_party || client.first_party);
        self.unless_refused(allowed, &event).await?;
        let ends = ends_consent(&before, &client);
        let kept = self
            .clients
            .put(client.clone(), Precondition::Version(version), event);
        kept.await.map_err(AdminError::Unavailable)?;
        if ends {
            self.end_grants_to(permit.caller(), id).await?;
        }
        Ok(client)
    }

    /// Deletes a client; what people allowed it ends.
    pub async fn delete_client(
        &self,
        permit: Permit<ClientsWrite>,
        (id, version): (ClientId, u64),
    ) -> Result<(), AdminError> {
        let _turn = self.turn().await;
        let before = present(&self.clients, id, version)?;
        let event = self.client_event(permit.caller(), Action::ClientDelete, id);
        let event = with_differences(event, Some(&*before), None);
        let gone = self
            .clients
            .delete(id, Precondition::Version(version), event);
        gone.await.map_err(AdminError::Unavailable)?;
        self.end_grants_to(permit.caller(), id).await
    }

    async fn end_grants_to(&self, caller: &Caller, client: ClientId) -> Result<(), AdminError> {
        let grants = self.grants.list().into_iter();
        let own: Vec<_> = grants
            .filter(|g| g.client == client)
            .map(|g| g.id)
            .collect();
        for id in own {
            let object = Object::new(ObjectKind::Grant, id);
            let (now, policy) = (self.clock.now(), self.policy.load());
            let event = caller.event(now, Action::GrantEnd, object, &policy);
            let ended = self.grants.end(&[id], event).await;
            ended.map_err(AdminError::Unavailable)?;
        }
        Ok(())
    }

    /// Whoever says where a first-party client's answers go can be everybody who follows a link.
    fn may_write(
        &self,
        permit: &Permit<ClientsWrite>,
        first_party: bool,
    ) -> Result<(), AdminError> {
        if !first_party {
            return Ok(());
        }
        let policy = self.policy.load();
        self.grantor(permit, &policy).may_ask_nobody()
    }

    pub(super) fn client_event(&self, caller: &Caller, action: Action, id: ClientId) -> AuditEvent {
        let object = Object::new(ObjectKind::Client, id);
        caller.event(self.clock.now(), action, object, &self.policy.load())
    }

    /// Nobody passes for another client, Samovar's own command line among them.
    fn check_client_name(&self, name: &Name, own: Option<ClientId>) -> Result<(), AdminError> {
        if name.as_str() == Client::COMMAND_LINE {
            return Err(AdminError::NameTaken(Client::LABEL));
        }
        check_name(&self.clients, name, own)
    }

    fn application_exists(&self, id: ApplicationId) -> Result<(), AdminError> {
        let policy = self.policy.load();
        let found = policy.application(id);
        found.map(|_| ()).ok_or(AdminError::ApplicationUnknown)
    }
}

/// Is the client something else than what people were asked about? A consent rests on the application, on the addresses
/// at which the client gets its answers, on whether it keeps a secret, and on having been asked: one that no more counts as
/// first-party has to ask those who never were.
fn ends_consent(before: &Client, after: &Client) -> bool {
    before.application != after.application
        || before.redirect_uris != after.redirect_uris
        || before.kind != after.kind
        || (before.first_party && !after.first_party)
}
