//! Clients of the authorization server: register, update, delete.

use super::edit::{Edit, ObjectChange, ObjectVersion, check_name, registered};
use super::{Admin, AdminError};
use crate::access::{ClientsWrite, Permit};
use crate::audit::{Action, Object, ObjectKind};
use crate::model::{ApplicationId, Client, ClientId, ClientKind, Name, RedirectUri, StoredSecret};
use crate::token::Machine as _;
use std::collections::BTreeSet;

/// A client as a caller describes it.
#[derive(Debug, Clone)]
pub struct ClientDraft {
    /// Unique among clients.
    pub name: Name,
    /// The audience of its tokens.
    pub application: ApplicationId,
    /// Whether it can keep a secret.
    pub kind: ClientKind,
    /// Where authorization responses may be sent.
    pub redirect_uris: BTreeSet<RedirectUri>,
    /// People are not asked for consent.
    pub first_party: bool,
    /// It gets refresh tokens.
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
    /// Registers a client. Only administrators register one that skips consent.
    pub async fn create_client(
        &self,
        permit: Permit<ClientsWrite>,
        draft: ClientDraft,
    ) -> Result<Client, AdminError> {
        let edit = self.edit(&permit).await?;
        self.check_client_name(&draft.name, None)?;
        check_application(&edit, draft.application)?;
        let id = ClientId::generate(&*self.clock, &*self.random);
        let client = draft.client(id, Vec::new(), 1);
        let change = ObjectChange::Create(&client);
        let allowed = may_write(&edit, client.first_party);
        edit.authorize(&change, allowed).await?;
        edit.register(&self.clients, &change).await?;
        Ok(client)
    }

    /// Updates a client from the version that the caller has seen. A public client keeps no secrets. The grants of a client
    /// end when it is no longer what people consented to.
    pub async fn update_client(
        &self,
        permit: Permit<ClientsWrite>,
        object: ObjectVersion<ClientId>,
        draft: ClientDraft,
    ) -> Result<Client, AdminError> {
        let edit = self.edit(&permit).await?;
        let before = registered(&self.clients, object)?;
        let id = before.id;
        self.check_client_name(&draft.name, Some(id))?;
        check_application(&edit, draft.application)?;
        let secrets = match draft.kind {
            ClientKind::Public => Vec::new(),
            ClientKind::Confidential => before.secrets.clone(),
        };
        let client = draft.client(id, secrets, before.version + 1);
        let change = ObjectChange::Update(&*before, &client);
        let allowed = may_write(&edit, before.first_party || client.first_party);
        edit.authorize(&change, allowed).await?;
        edit.register(&self.clients, &change).await?;
        if ends_consent(&before, &client) {
            self.end_grants_to(&edit, id).await?;
        }
        Ok(client)
    }

    /// Deletes a client and ends its grants.
    pub async fn delete_client(
        &self,
        permit: Permit<ClientsWrite>,
        object: ObjectVersion<ClientId>,
    ) -> Result<(), AdminError> {
        let edit = self.edit(&permit).await?;
        let client = registered(&self.clients, object)?;
        let change = ObjectChange::Delete(&*client);
        edit.register(&self.clients, &change).await?;
        self.end_grants_to(&edit, client.id).await
    }

    async fn end_grants_to(&self, edit: &Edit<'_>, client: ClientId) -> Result<(), AdminError> {
        let grants = self.grants.list().into_iter();
        for grant in grants.filter(|grant| grant.client == client) {
            let object = Object::new(ObjectKind::Grant, grant.id);
            let event = edit.event(Action::GrantEnd, object);
            let ended = self.grants.end(&[grant.id], event).await;
            ended.map_err(AdminError::Store)?;
        }
        Ok(())
    }

    /// No client may have the name of another, Samovar's own command line included.
    fn check_client_name(&self, name: &Name, own: Option<ClientId>) -> Result<(), AdminError> {
        if name.as_str() == Client::COMMAND_LINE {
            return Err(AdminError::NameTaken(Client::LABEL));
        }
        check_name(&self.clients, name, own)
    }
}

/// A client that skips consent acts for everyone who follows a link to it, so only administrators decide where its
/// responses go.
fn may_write(edit: &Edit<'_>, first_party: bool) -> Result<(), AdminError> {
    if !first_party {
        return Ok(());
    }
    edit.delegation().may_skip_consent()
}

fn check_application(edit: &Edit<'_>, id: ApplicationId) -> Result<(), AdminError> {
    let application = edit.policy.application(id);
    application
        .map(|_| ())
        .ok_or(AdminError::ApplicationUnknown)
}

/// Is the client no longer what people consented to? A consent rests on the application, on the redirect URIs, on whether
/// the client keeps a secret, and on having been asked: people who used a first-party client were not.
fn ends_consent(before: &Client, after: &Client) -> bool {
    before.application != after.application
        || before.redirect_uris != after.redirect_uris
        || before.kind != after.kind
        || (before.first_party && !after.first_party)
}
