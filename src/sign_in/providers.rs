//! The identity providers: Gitea, and any number of others.

use crate::access::{Permit, ProvidersRead};
use crate::mirror::Mirror;
use crate::model::{GroupName, ProviderId};
use crate::oidc::{OidcProvider, ProviderState, Settings};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::task::JoinSet;

/// Groups of one provider that a report names.
const NAMED: usize = 500;

/// The configured providers; there is always one.
pub struct Providers {
    gitea: Arc<OidcProvider>,
    others: Vec<Arc<OidcProvider>>,
}

/// The state of a provider, for administrators.
#[derive(Debug, Clone)]
pub struct ProviderReport {
    /// Its configuration.
    pub settings: Settings,
    /// Its availability and last error.
    pub state: ProviderState,
    /// Number of people who are known at this provider alone.
    pub people: usize,
    /// Groups in the claims of the last sign-ins, sorted by name, each with its number of people.
    pub groups: Vec<(GroupName, usize)>,
    /// People whose list of groups may be cut.
    pub perhaps_cut: usize,
}

impl Providers {
    /// Gitea and the others.
    pub fn new(gitea: OidcProvider, others: Vec<OidcProvider>) -> Self {
        Self {
            gitea: Arc::new(gitea),
            others: others.into_iter().map(Arc::new).collect(),
        }
    }

    /// Ids of the providers beside Gitea.
    pub fn others(&self) -> BTreeSet<ProviderId> {
        let ids = self.others.iter().map(|other| &other.settings().id);
        ids.cloned().collect()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &OidcProvider> {
        std::iter::once(&self.gitea)
            .chain(&self.others)
            .map(AsRef::as_ref)
    }

    pub(super) fn find(&self, id: &str) -> Option<&OidcProvider> {
        self.all().find(|one| one.settings().id.as_str() == id)
    }

    /// The only provider, if there is one alone.
    pub(super) fn only(&self) -> Option<&OidcProvider> {
        self.others.is_empty().then_some(&*self.gitea)
    }

    pub(super) fn is_gitea(&self, id: &ProviderId) -> bool {
        self.gitea.settings().id == *id
    }

    /// The state of every provider, read again unless it is recent; in the order of the configuration.
    pub async fn reports(
        &self,
        _permit: Permit<ProvidersRead>,
        mirror: &Mirror,
    ) -> Vec<ProviderReport> {
        let mut asking = JoinSet::new();
        let all = std::iter::once(&self.gitea).chain(&self.others);
        for (place, provider) in all.cloned().enumerate() {
            asking
                .spawn(async move { (place, provider.settings().clone(), provider.state().await) });
        }
        let mut answers = asking.join_all().await;
        answers.sort_unstable_by_key(|(place, ..)| *place);
        let reports = answers.into_iter();
        reports
            .map(|(_, settings, state)| report(settings, state, mirror))
            .collect()
    }
}

fn report(settings: Settings, state: ProviderState, mirror: &Mirror) -> ProviderReport {
    let directory = mirror.directory();
    let people = directory.users.values();
    let people = people.filter_map(|user| user.external());
    let people: Vec<_> = people.filter(|e| e.provider == settings.id).collect();
    let mut groups: BTreeMap<&GroupName, usize> = BTreeMap::new();
    for (_, name) in people.iter().flat_map(|person| &person.groups) {
        *groups.entry(name).or_default() += 1;
    }
    let groups = groups.into_iter().take(NAMED);
    ProviderReport {
        people: people.len(),
        groups: groups.map(|(name, count)| (name.clone(), count)).collect(),
        perhaps_cut: people.iter().filter(|e| e.groups_may_be_cut).count(),
        settings,
        state,
    }
}
