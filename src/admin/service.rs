//! The service: one change at a time, from the policy in force to the next one.

use super::AdminError;
use super::draft::Draft;
use crate::access::PolicyHolder;
use crate::audit::{AuditEvent, Outcome};
use crate::mirror::Mirror;
use crate::model::{
    BindingSubject, Capabilities, Client, ClientId, Clock, DisplayText, Issuer, Owner, Random,
    ServiceAccount, ServiceAccountId, TeamId,
};
use crate::policy::Policy;
use crate::store::{Change, Store};
use crate::token::{Grants, Registry, TokenServices, Tokens};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::{Mutex, MutexGuard};

/// Changes policy objects.
pub struct Admin {
    pub(super) store: Store,
    pub(super) policy: Arc<PolicyHolder>,
    pub(super) mirror: Arc<Mirror>,
    pub(super) tokens: Arc<Tokens>,
    pub(super) grants: Arc<Grants>,
    pub(super) service_accounts: Arc<Registry<ServiceAccount>>,
    pub(super) clients: Arc<Registry<Client>>,
    pub(super) workload_issuers: Arc<BTreeSet<Issuer>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) random: Arc<dyn Random>,
    one_at_a_time: Mutex<()>,
}

impl Admin {
    /// Over the policy in force, which came from this store.
    pub fn new(
        store: Store,
        policy: Arc<PolicyHolder>,
        mirror: Arc<Mirror>,
        token: &TokenServices,
        Capabilities { clock, random }: Capabilities,
    ) -> Self {
        let admin = Self {
            store,
            policy,
            mirror,
            tokens: Arc::clone(&token.tokens),
            grants: Arc::clone(&token.grants),
            service_accounts: Arc::clone(&token.service_accounts),
            clients: Arc::clone(&token.clients),
            workload_issuers: Arc::clone(&token.workload_issuers),
            clock,
            random,
            one_at_a_time: Mutex::new(()),
        };
        admin.name_to_mirror(&admin.policy.load());
        admin
    }

    /// Every service account, the one made first first.
    pub fn service_accounts(&self) -> Vec<Arc<ServiceAccount>> {
        self.service_accounts.list()
    }

    /// One service account.
    pub fn service_account(&self, id: ServiceAccountId) -> Option<Arc<ServiceAccount>> {
        self.service_accounts.get(id)
    }

    /// One client.
    pub fn client(&self, id: ClientId) -> Option<Arc<Client>> {
        self.clients.get(id)
    }

    /// Every client, the one registered first first.
    pub fn clients(&self) -> Vec<Arc<Client>> {
        self.clients.list()
    }

    /// Tells the mirror which teams and organizations to keep fresh.
    pub(super) fn name_to_mirror(&self, policy: &Policy) {
        let accounts = self.service_accounts.list();
        let owners = accounts.iter().filter_map(|account| match account.owner {
            Owner::Team { id } => Some(id),
            Owner::User { .. } => None,
        });
        mirror_what_is_bound(policy, owners.collect(), &self.mirror);
    }

    /// The policy in force, for lists and questions.
    pub fn policy(&self) -> Arc<Policy> {
        self.policy.load()
    }

    /// Held while a change is made, so that the policy it started from is the one it ends.
    pub(super) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.one_at_a_time.lock().await
    }

    /// Validates, commits, and puts in force, in this order. The guard shows that nobody else is changing anything.
    pub(super) async fn put_in_force(
        &self,
        _turn: &MutexGuard<'_, ()>,
        draft: Draft,
        change: Change,
        event: AuditEvent,
    ) -> Result<(), AdminError> {
        // The store compares as well: what was checked against a whole policy holds when it is written.
        let change = change.at_policy_version(draft.version());
        let next = draft.build()?;
        self.store
            .commit(change, event)
            .await
            .map_err(AdminError::Unavailable)?;
        self.name_to_mirror(&next);
        self.policy.swap(next);
        Ok(())
    }
}

impl Admin {
    /// A refusal is recorded before it is answered, as at every door; what cannot be recorded is not answered either.
    pub(super) async fn unless_refused(
        &self,
        allowed: Result<(), AdminError>,
        event: &AuditEvent,
    ) -> Result<(), AdminError> {
        let denial = match allowed {
            Err(
                denial @ (AdminError::NotHeld(_)
                | AdminError::NotDelegated { .. }
                | AdminError::OwnRole
                | AdminError::FirstParty),
            ) => denial,
            other => return other,
        };
        let mut event = event.clone();
        event.outcome = Outcome::Denied;
        event
            .reasons
            .insert(0, DisplayText::lossy(&denial.to_string()));
        let recorded = self.store.commit(Change::none(), event).await;
        recorded.map_err(AdminError::Unavailable)?;
        Err(denial)
    }
}

/// What bindings name, beside the teams that answer for service accounts.
fn mirror_what_is_bound(policy: &Policy, mut teams: BTreeSet<TeamId>, mirror: &Mirror) {
    let mut organizations = BTreeSet::new();
    for binding in policy.role_bindings() {
        match binding.subject {
            BindingSubject::Team { id } => {
                teams.insert(id);
            }
            BindingSubject::Organization { id } | BindingSubject::OrganizationOwners { id } => {
                organizations.insert(id);
            }
            BindingSubject::ProviderGroup { .. }
            | BindingSubject::User { .. }
            | BindingSubject::ServiceAccount { .. } => {}
        }
    }
    mirror.set_watched_teams(teams, organizations);
}
