//! The administration service: what it rests on, and what it lists.

use crate::access::PolicyHolder;
use crate::limits::RateLimiter;
use crate::mirror::Mirror;
use crate::model::{
    BindingSubject, Capabilities, Client, ClientId, Clock, Issuer, Owner, Principal, Random,
    ServiceAccount, ServiceAccountId, TeamId,
};
use crate::policy::Policy;
use crate::store::Store;
use crate::token::{Grants, Registry, TokenServices, Tokens};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::Mutex;

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
    /// Held while an edit is made, so that the policy it starts from is the one that it replaces.
    pub(super) turn: Mutex<()>,
    pub(super) denials: RateLimiter<Principal>,
}

/// Denied changes of one principal that are recorded per minute, so that they do not fill the disk.
const DENIALS_OF_PRINCIPAL: u32 = 60;

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
            turn: Mutex::new(()),
            denials: RateLimiter::per_minute(DENIALS_OF_PRINCIPAL),
        };
        admin.name_to_mirror(&admin.policy.load());
        admin
    }

    /// Every service account, the oldest first.
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

    /// Every client, the oldest first.
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
        set_bound_groups(&self.mirror, policy, owners.collect());
    }

    /// The policy in force.
    pub fn policy(&self) -> Arc<Policy> {
        self.policy.load()
    }
}

/// Names the teams and organizations of role bindings to the mirror, beside the teams that own service accounts.
fn set_bound_groups(mirror: &Mirror, policy: &Policy, mut teams: BTreeSet<TeamId>) {
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
