//! Secrets of service accounts and clients: create, delete.
//!
//! A secret is shown once, in the response to the request that creates it. Two are valid at a time, so that one can replace
//! the other.

use super::edit::Edit;
use super::service_accounts::may_act_as;
use super::{Admin, AdminError};
use crate::access::{Caller, ClientsWrite, Permit, ServiceAccountsWrite};
use crate::audit::{Action, AuditEvent, Object, ObjectKind};
use crate::model::{
    ClientId, ClientKind, DisplayText, MachineSecret, Owner, Principal, SecretId, ServiceAccount,
    ServiceAccountId, StoredSecret,
};
use crate::store::Precondition;
use crate::token::{Machine, Registry};
use std::time::Duration;

/// Valid secrets of one client or service account.
const MAX_SECRETS: usize = 2;

/// No access token is left of a secret that was last used longer ago: the longest lifetime of a token (10 min), and the time
/// after which a last use is written at the latest (5 min).
const TOKENS_LEFT: Duration = Duration::from_secs(15 * 60);

const DAY_SECONDS: u64 = 24 * 60 * 60;

/// How long a secret is valid: 1 to 365 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretLifetime(Duration);

impl SecretLifetime {
    /// So many days, by default 90; none when the number is out of range.
    pub fn days(days: Option<u32>) -> Option<Self> {
        let days = u64::from(days.unwrap_or(90));
        let fits = (1..=365).contains(&days);
        fits.then(|| Self(Duration::from_secs(days * DAY_SECONDS)))
    }
}

impl Admin {
    /// Creates a secret for a service account. It gives the account's permissions, so the caller must hold them.
    pub async fn create_service_account_secret(
        &self,
        permit: Permit<ServiceAccountsWrite>,
        id: ServiceAccountId,
        lifetime: SecretLifetime,
    ) -> Result<(StoredSecret, MachineSecret), AdminError> {
        let edit = self.edit(&permit).await?;
        let event = account_event(&edit, Action::SecretCreate, id);
        if let Err(denial) = may_act_as(&edit, id) {
            edit.record_denial(event, &denial).await?;
            return Err(denial);
        }
        self.add_secret(&self.service_accounts, id, lifetime, event)
            .await
    }

    /// Creates a secret for a service account of the caller or of a team of the caller's.
    pub async fn create_own_secret(
        &self,
        caller: &Caller,
        id: ServiceAccountId,
        lifetime: SecretLifetime,
    ) -> Result<(StoredSecret, MachineSecret), AdminError> {
        let edit = self.edit_of(caller).await;
        self.check_owner(caller, id)?;
        let event = account_event(&edit, Action::SecretCreate, id);
        self.add_secret(&self.service_accounts, id, lifetime, event)
            .await
    }

    /// Creates a secret for a confidential client.
    pub async fn create_client_secret(
        &self,
        permit: Permit<ClientsWrite>,
        id: ClientId,
        lifetime: SecretLifetime,
    ) -> Result<(StoredSecret, MachineSecret), AdminError> {
        let edit = self.edit(&permit).await?;
        let client = self.clients.get(id).ok_or(AdminError::Missing("client"))?;
        if client.kind == ClientKind::Public {
            return Err(AdminError::PublicClient);
        }
        let event = edit.event(Action::SecretCreate, Object::new(ObjectKind::Client, id));
        self.add_secret(&self.clients, id, lifetime, event).await
    }

    /// Deletes a secret of a service account, at once.
    pub async fn delete_service_account_secret(
        &self,
        permit: Permit<ServiceAccountsWrite>,
        id: ServiceAccountId,
        secret: SecretId,
    ) -> Result<(), AdminError> {
        let edit = self.edit(&permit).await?;
        self.delete_account_secret(&edit, permit.caller(), id, secret)
            .await
    }

    /// Deletes a secret of a service account of the caller or of a team of the caller's.
    pub async fn delete_own_secret(
        &self,
        caller: &Caller,
        id: ServiceAccountId,
        secret: SecretId,
    ) -> Result<(), AdminError> {
        let edit = self.edit_of(caller).await;
        self.check_owner(caller, id)?;
        self.delete_account_secret(&edit, caller, id, secret).await
    }

    /// A secret that is in use may be deleted because it was stolen, so its tokens are revoked. A token does not say which
    /// secret it was issued for, so the tokens of the account's other secret are revoked too.
    async fn delete_account_secret(
        &self,
        edit: &Edit<'_>,
        caller: &Caller,
        id: ServiceAccountId,
        secret: SecretId,
    ) -> Result<(), AdminError> {
        let account = self.service_accounts.get(id);
        let record = account.and_then(|account| {
            let mut secrets = account.secrets.iter();
            secrets.find(|record| record.id == secret).cloned()
        });
        let event = account_event(edit, Action::SecretDelete, id);
        self.remove_secret(&self.service_accounts, id, secret, event)
            .await?;
        let used = record.and_then(|record| record.last_used_at);
        if used.is_some_and(|at| edit.now.since(at) < TOKENS_LEFT) {
            let principal = Principal::ServiceAccount(id);
            self.revoke_tokens_of(caller, principal).await?;
        }
        Ok(())
    }

    /// Deletes a secret of a client, at once.
    pub async fn delete_client_secret(
        &self,
        permit: Permit<ClientsWrite>,
        id: ClientId,
        secret: SecretId,
    ) -> Result<(), AdminError> {
        let edit = self.edit(&permit).await?;
        let event = edit.event(Action::SecretDelete, Object::new(ObjectKind::Client, id));
        self.remove_secret(&self.clients, id, secret, event).await
    }

    /// Is the caller responsible for the account, as its owner or as a member of the team that owns it?
    pub fn owns(&self, caller: &Caller, account: &ServiceAccount) -> bool {
        let user = caller.user().filter(|user| user.enabled);
        user.is_some_and(|user| match account.owner {
            Owner::User { id } => id == user.id,
            Owner::Team { id } => user.teams.contains(&id),
        })
    }

    /// Other callers do not learn that the account exists. A session is needed, so that a stolen token cannot be used to get
    /// a secret that outlives it.
    fn check_owner(&self, caller: &Caller, id: ServiceAccountId) -> Result<(), AdminError> {
        let account = self.service_accounts.get(id);
        let own = account.filter(|account| self.owns(caller, account));
        own.ok_or(AdminError::Missing("service account"))?;
        if caller.session().is_none() {
            return Err(AdminError::SessionRequired);
        }
        Ok(())
    }

    async fn add_secret<M: Machine>(
        &self,
        registry: &Registry<M>,
        id: M::Id,
        SecretLifetime(lifetime): SecretLifetime,
        event: AuditEvent,
    ) -> Result<(StoredSecret, MachineSecret), AdminError> {
        let before = registry.get(id).ok_or(AdminError::Missing(M::LABEL))?;
        let now = self.clock.now();
        let mut machine = (*before).clone();
        machine.secrets_mut().retain(|secret| secret.live(now));
        if machine.secrets().len() >= MAX_SECRETS {
            return Err(AdminError::TooManySecrets);
        }
        let secret = MachineSecret::generate(M::KIND, &*self.random);
        let secret_id = SecretId::generate(&*self.clock, &*self.random);
        let record = registry.record(secret_id, &secret, lifetime);
        machine.secrets_mut().push(record.clone());
        let event = with_secret(event, secret_id);
        let committed = registry.put(machine, Precondition::Present, event).await;
        committed.map_err(AdminError::Store)?;
        Ok((record, secret))
    }

    async fn remove_secret<M: Machine>(
        &self,
        registry: &Registry<M>,
        id: M::Id,
        secret: SecretId,
        event: AuditEvent,
    ) -> Result<(), AdminError> {
        let before = registry.get(id).ok_or(AdminError::Missing(M::LABEL))?;
        let mut machine = (*before).clone();
        machine.secrets_mut().retain(|record| record.id != secret);
        if machine.secrets().len() == before.secrets().len() {
            return Err(AdminError::Missing("secret"));
        }
        let event = with_secret(event, secret);
        let committed = registry.put(machine, Precondition::Present, event).await;
        committed.map_err(AdminError::Store)
    }
}

fn account_event(edit: &Edit<'_>, action: Action, id: ServiceAccountId) -> AuditEvent {
    edit.event(action, Object::new(ObjectKind::ServiceAccount, id))
}

fn with_secret(event: AuditEvent, secret: SecretId) -> AuditEvent {
    AuditEvent {
        reasons: vec![DisplayText::lossy(&format!("secret `{secret}`"))],
        ..event
    }
}
