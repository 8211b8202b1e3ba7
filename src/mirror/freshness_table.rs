//! The freshness of users as requests read it: without a lock, so that no request waits for a writer.

use super::data::MirrorData;
use super::plan::UserFreshness;
use crate::model::{GiteaUserId, Timestamp, UserId};
use arc_swap::ArcSwap;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

struct UserEntry {
    gitea: GiteaUserId,
    freshness: ArcSwap<UserFreshness>,
    /// When a request last read the freshness, in milliseconds.
    used_at: AtomicI64,
}

/// A copy of the users' freshness, and when it was last used.
#[derive(Default)]
pub(super) struct FreshnessTable {
    /// The oldest freshness of the watched teams' member lists, in milliseconds.
    watched_teams: AtomicI64,
    users: ArcSwap<HashMap<UserId, Arc<UserEntry>>>,
}

impl FreshnessTable {
    /// The freshness of all facts about a user, who becomes active by this.
    pub(super) fn use_at(&self, user: UserId, now: Timestamp) -> Option<Timestamp> {
        let users = self.users.load();
        let user = users.get(&user)?;
        user.used_at.store(now.millis(), Ordering::Relaxed);
        Some(user.freshness.load().overall(self.watched_teams()))
    }

    /// The oldest freshness of the watched teams' member lists.
    pub(super) fn watched_teams(&self) -> Timestamp {
        Timestamp::from_millis(self.watched_teams.load(Ordering::Acquire))
    }

    /// Users whose freshness was used since that instant.
    pub(super) fn active_since(&self, since: Timestamp) -> Vec<GiteaUserId> {
        let users = self.users.load();
        let active = users
            .values()
            .filter(|user| user.used_at.load(Ordering::Relaxed) >= since.millis());
        active.map(|user| user.gitea).collect()
    }

    /// Copies the freshness of these users and of the watched teams. The directory with their facts must be swapped in
    /// before.
    pub(super) fn copy(&self, data: &MirrorData, ids: impl Iterator<Item = GiteaUserId>) {
        if self.users.load().len() != data.users.len() {
            self.add_users(data);
        }
        let users = self.users.load();
        for id in ids {
            if let Some(user) = data.users.get(&id).and_then(|user| users.get(&user.id)) {
                let freshness = data.facts.user_freshness(id);
                user.freshness.store(Arc::new(freshness));
            }
        }
        let watched_teams = data.watched.freshness(&data.facts).millis();
        self.watched_teams.store(watched_teams, Ordering::Release);
    }

    fn add_users(&self, data: &MirrorData) {
        let before = self.users.load();
        let new = |gitea| {
            Arc::new(UserEntry {
                gitea,
                freshness: ArcSwap::default(),
                used_at: AtomicI64::new(0),
            })
        };
        let users = data.users.iter().map(|(gitea, user)| {
            let entry = before.get(&user.id).cloned();
            (user.id, entry.unwrap_or_else(|| new(*gitea)))
        });
        self.users.store(Arc::new(users.collect()));
    }
}
