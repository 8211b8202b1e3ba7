//! What service accounts and clients have in common: names, versions, secrets.
//!
//! A secret is shown once, by whoever asks for it; two live at a time, so that one can take over from the other.

use super::{Admin, AdminError};
use crate::access::{Caller, ClientsWrite, Permit, ServiceAccountsWrite};
use crate::audit::{Action, AuditEvent};
use crate::model::{
    ClientId, ClientKind, MachineSecret, Name, Owner, Principal, SecretId, ServiceAccount,
    ServiceAccountId, StoredSecret,
};
use crate::store::Precondition;
use crate::token::{Machine, Registry};
use std::sync::Arc;
use std::time::Duration;

/// Live secrets of one machine.
const MOST: usize = 2;

/// A secret that was last used longer ago than this has no token left: the longest life of one, and the span after which
/// a last use is written at the latest.
const TOKENS_LEFT: Duration = Duration::from_secs(15 * 60);

const DAY: u64 = 24 * 60 * 60;

/// How long a secret lives: 1 to 365 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretLife(Duration);

impl SecretLife {
    /// Of so many days, 90 unless told; none when it is out of range.
    pub fn days(days: Option<u32>) -> Option<Self> {
        let days = u64::from(days.unwrap_or(90));
        let fits = (1..=365).contains(&days);
        fits.then(|| Self(Duration::from_secs(days * DAY)))
    }
}

impl Admin {
    /// Another secret for a service account. Whoever has it has what the account holds, so that must be held.
    pub async fn create_service_account_secret(
        &self,
        permit: Permit<ServiceAccountsWrite>,
        id: ServiceAccountId,
        life: SecretLife,
    ) -> Result<(StoredSecret, MachineSecret), AdminError> {
        let _turn = self.turn().await;
        let event = self.account_event(permit.caller(), Action::SecretCreate, id);
        let allowed = self.may_act_as(&permit, id);
        self.unless_refused(allowed, &event).await?;
        self.add_secret(&self.service_accounts, id, life, event)
            .await
    }

    /// Another secret for a service account of one's own or of one's team.
    pub async fn create_own_secret(
        &self,
        caller: &Caller,
        id: ServiceAccountId,
        life: SecretLife,
    ) -> Result<(StoredSecret, MachineSecret), AdminError> {
        let _turn = self.turn().await;
        self.check_owner(caller, id)?;
        let event = self.account_event(caller, Action::SecretCreate, id);
        self.add_secret(&self.service_accounts, id, life, event)
            .await
    }

    /// Another secret for a confidential client.
    pub async fn create_client_secret(
        &self,
        permit: Permit<ClientsWrite>,
        id: ClientId,
        life: SecretLife,
    ) -> Result<(StoredSecret, MachineSecret), AdminError> {
        let _turn = self.turn().await;
        let client = self.clients.get(id).ok_or(AdminError::Missing("client"))?;
        if client.kind == ClientKind::Public {
            return Err(AdminError::PublicClient);
        }
        let event = self.client_event(permit.caller(), Action::SecretCreate, id);
        self.add_secret(&self.clients, id, life, event).await
    }

    /// Takes a service account's secret away, at once.
    pub async fn delete_service_account_secret(
        &self,
        permit: Permit<ServiceAccountsWrite>,
        id: ServiceAccountId,
        secret: SecretId,
    ) -> Result<(), AdminError> {
        let _turn = self.turn().await;
        self.take_account_secret(permit.caller(), id, secret).await
    }

    /// Takes away a secret of a service account of one's own or of one's team.
    pub async fn delete_own_secret(
        &self,
        caller: &Caller,
        id: ServiceAccountId,
        secret: SecretId,
    ) -> Result<(), AdminError> {
        let _turn = self.turn().await;
        self.check_owner(caller, id)?;
        self.take_account_secret(caller, id, secret).await
    }

    /// Whoever deletes a secret that is in use may do so because it is in other hands: the tokens that it got end with it.
    /// A token does not say by which secret it was got, so those of the account's other secret end too and are got anew.
    async fn take_account_secret(
        &self,
        caller: &Caller,
        id: ServiceAccountId,
        secret: SecretId,
    ) -> Result<(), AdminError> {
        let account = self.service_accounts.get(id);
        let record = account.and_then(|account| {
            let mut secrets = account.secrets.iter();
            secrets.find(|one| one.id == secret).cloned()
        });
        let event = self.account_event(caller, Action::SecretDelete, id);
        self.remove_secret(&self.service_accounts, id, secret, event)
            .await?;
        let used = record.and_then(|record| record.last_used_at);
        if used.is_some_and(|at| self.clock.now().since(at) < TOKENS_LEFT) {
            let principal = Principal::ServiceAccount(id);
            self.revoke_tokens_of(caller, principal).await?;
        }
        Ok(())
    }

    /// Takes a client's secret away, at once.
    pub async fn delete_client_secret(
        &self,
        permit: Permit<ClientsWrite>,
        id: ClientId,
        secret: SecretId,
    ) -> Result<(), AdminError> {
        let _turn = self.turn().await;
        let event = self.client_event(permit.caller(), Action::SecretDelete, id);
        self.remove_secret(&self.clients, id, secret, event).await
    }

    /// Does the caller answer for the account, by themselves or by a team?
    pub fn owns(&self, caller: &Caller, account: &ServiceAccount) -> bool {
        let user = caller.user().filter(|user| user.enabled);
        user.is_some_and(|user| match account.owner {
            Owner::User { id } => id == user.id,
            Owner::Team { id } => user.teams.contains(&id),
        })
    }

    /// Others do not learn that the account exists. Where a token came from must not decide where the next one does.
    fn check_owner(&self, caller: &Caller, id: ServiceAccountId) -> Result<(), AdminError> {
        let account = self.service_accounts.get(id);
        let own = account.filter(|account| self.owns(caller, account));
        own.ok_or(AdminError::Missing("service account"))?;
        if caller.session().is_none() {
            return Err(AdminError::SessionNeeded);
        }
        Ok(())
    }

    async fn add_secret<M: Machine>(
        &self,
        machines: &Registry<M>,
        id: M::Id,
        SecretLife(life): SecretLife,
        event: AuditEvent,
    ) -> Result<(StoredSecret, MachineSecret), AdminError> {
        let before = machines.get(id).ok_or(AdminError::Missing(M::LABEL))?;
        let now = self.clock.now();
        let mut machine = (*before).clone();
        machine.secrets_mut().retain(|secret| secret.live(now));
        if machine.secrets().len() >= MOST {
            return Err(AdminError::SecretsFull);
        }
        let secret = MachineSecret::generate(M::KIND, &*self.random);
        let public = SecretId::generate(&*self.clock, &*self.random);
        let record = machines.record(public, &secret, life);
        machine.secrets_mut().push(record.clone());
        let event = with_secret(event, public);
        let kept = machines.put(machine, Precondition::Present, event).await;
        kept.map_err(AdminError::Unavailable)?;
        Ok((record, secret))
    }

    async fn remove_secret<M: Machine>(
        &self,
        machines: &Registry<M>,
        id: M::Id,
        secret: SecretId,
        event: AuditEvent,
    ) -> Result<(), AdminError> {
        let before = machines.get(id).ok_or(AdminError::Missing(M::LABEL))?;
        let mut machine = (*before).clone();
        machine.secrets_mut().retain(|one| one.id != secret);
        if machine.secrets().len() == before.secrets().len() {
            return Err(AdminError::Missing("secret"));
        }
        let event = with_secret(event, secret);
        let kept = machines.put(machine, Precondition::Present, event).await;
        kept.map_err(AdminError::Unavailable)
    }
}

fn with_secret(event: AuditEvent, secret: SecretId) -> AuditEvent {
    let reason = crate::model::DisplayText::lossy(&format!("secret `{secret}`"));
    AuditEvent {
        reasons: vec![reason],
        ..event
    }
}

/// The machine at the version that the caller has seen.
pub(super) fn present<M: Machine>(
    machines: &Registry<M>,
    id: M::Id,
    given: u64,
) -> Result<Arc<M>, AdminError> {
    let machine = machines.get(id).ok_or(AdminError::Missing(M::LABEL))?;
    if machine.version() == given {
        return Ok(machine);
    }
    Err(AdminError::Stale {
        what: M::LABEL,
        present: machine.version(),
        given,
    })
}

/// No other machine of its kind may have the name.
pub(super) fn check_name<M: Machine>(
    machines: &Registry<M>,
    name: &Name,
    own: Option<M::Id>,
) -> Result<(), AdminError> {
    let others = machines.list().into_iter();
    let mut others = others.filter(|other| Some(other.id()) != own);
    if others.any(|other| other.name() == name) {
        Err(AdminError::NameTaken(M::LABEL))
    } else {
        Ok(())
    }
}
