//! The mirror's data in memory: facts of Gitea, users, and what is watched. Pure.

use super::describe::describe;
use super::plan::{FactChange, GiteaFacts};
use super::status::RecentChange;
use super::watched_teams::WatchedTeams;
use crate::model::{GiteaUserId, Identity, ProviderId, Timestamp, User};
use crate::store::{StoreSnapshot, UnauditedWrite};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

const MAX_RECENT_CHANGES: usize = 100;

/// The mirror's data.
pub(super) struct MirrorData {
    pub(super) facts: GiteaFacts,
    /// Users with a Gitea account.
    pub(super) users: BTreeMap<GiteaUserId, User>,
    /// Users without a Gitea account, by their one identity.
    pub(super) external_users: BTreeMap<Identity, User>,
    pub(super) watched: WatchedTeams,
    /// Configured providers other than Gitea.
    pub(super) providers: Arc<BTreeSet<ProviderId>>,
    /// Newest first.
    pub(super) recent_changes: VecDeque<RecentChange>,
    pub(super) version: u64,
    pub(super) policy_version: u64,
    /// How often freshness was lowered because the clock was set back.
    pub(super) clock_changes: u64,
    /// No freshness is later than this.
    pub(super) last_now: Timestamp,
}

impl MirrorData {
    /// From the store.
    pub(super) fn load(snapshot: &StoreSnapshot) -> Self {
        let mut data = Self {
            facts: GiteaFacts::load(
                snapshot.mirrored_users.clone(),
                snapshot.mirrored_organizations.clone(),
                snapshot.mirrored_teams.clone(),
            ),
            users: BTreeMap::new(),
            external_users: BTreeMap::new(),
            watched: WatchedTeams::default(),
            providers: Arc::default(),
            recent_changes: VecDeque::new(),
            version: snapshot.directory_version,
            policy_version: snapshot.policy_version,
            clock_changes: 0,
            // The clock may have been set back since the last run.
            last_now: Timestamp::from_millis(i64::MAX),
        };
        for user in &snapshot.users {
            if let Some(id) = user.gitea {
                data.users.insert(id, user.clone());
            } else if let Some(identity) = user.identities.first() {
                data.external_users.insert(identity.clone(), user.clone());
            }
        }
        data
    }

    /// The freshness of all facts about a user.
    pub(super) fn freshness(&self) -> impl Fn(GiteaUserId) -> Timestamp {
        let watched = self.watched.freshness(&self.facts);
        move |id| self.facts.user_freshness(id).overall(watched)
    }

    /// Applies changes with the users that are new or renamed.
    pub(super) fn apply(
        &mut self,
        changes: &[FactChange],
        users: BTreeMap<GiteaUserId, User>,
        now: Timestamp,
    ) {
        self.facts.apply_changes(changes);
        self.users.extend(users);
        let user_id = |id| self.users.get(&id).map(|user| user.id);
        let skipped = changes.len().saturating_sub(MAX_RECENT_CHANGES);
        for change in changes.iter().skip(skipped) {
            self.recent_changes.push_front(RecentChange {
                at: now,
                description: describe(change, user_id),
            });
        }
        self.recent_changes.truncate(MAX_RECENT_CHANGES);
    }

    /// The freshness of every record, for the next start.
    pub(super) fn freshness_records(&self) -> Vec<UnauditedWrite> {
        let facts = &self.facts;
        let accounts = facts.accounts.iter();
        let organizations = facts.organizations.iter();
        let teams = facts.teams.keys();
        accounts
            .map(|(id, record)| UnauditedWrite::UserRefreshed(*id, record.asked_at))
            .chain(
                organizations.map(|(id, r)| UnauditedWrite::OrganizationRefreshed(*id, r.asked_at)),
            )
            .chain(teams.filter_map(|id| {
                let record = facts.record_of_team(*id)?;
                Some(UnauditedWrite::TeamRefreshed(*id, record.asked_at))
            }))
            .collect()
    }
}
