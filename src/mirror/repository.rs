//! What one user may do in one repository: asked of Gitea as that user, kept for at most the bound.

use super::MirrorError;
use super::flight::Flights;
use super::service::{Inner, Mirror, account};
use crate::model::{Login, RepositoryAccess, RepositoryName, Timestamp, UserId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Answers kept; beyond it the old ones go, and if that is not enough, all.
const MOST: usize = 20_000;

/// Names as Gitea compares them: without case.
type Key = (UserId, String, String);

#[derive(Clone)]
struct Kept {
    asked_at: Timestamp,
    access: Option<RepositoryAccess>,
}

/// Answers of at most the bound.
#[derive(Default)]
pub(super) struct RepositoryCache {
    kept: Mutex<HashMap<Key, Kept>>,
    flights: Flights<Key, Option<RepositoryAccess>>,
}

impl RepositoryCache {
    fn all(&self) -> MutexGuard<'_, HashMap<Key, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, key: &Key, now: Timestamp, bound: Duration) -> Option<Kept> {
        let all = self.all();
        let kept = all.get(key)?;
        let young = kept.asked_at <= now && now.since(kept.asked_at) <= bound;
        young.then(|| kept.clone())
    }

    fn put(&self, key: Key, kept: Kept, bound: Duration) {
        let mut all = self.all();
        if all.len() >= MOST {
            all.retain(|_, other| kept.asked_at.since(other.asked_at) <= bound);
        }
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(key, kept);
    }
}

impl Mirror {
    /// What this person may do in a repository, at most the bound ago; `None` when the repository is not there or not
    /// visible to them. The answer names its owner by id: a name in a route proves nothing.
    pub async fn repository_access(
        &self,
        user: UserId,
        owner: &Login,
        repository: &RepositoryName,
    ) -> Result<Option<RepositoryAccess>, MirrorError> {
        let inner = &self.0;
        let lower = |name: &str| name.to_ascii_lowercase();
        let key = (user, lower(owner.as_str()), lower(repository.as_str()));
        let cache = &inner.repositories;
        if let Some(kept) = cache.get(&key, inner.clock.now(), inner.settings.bound) {
            return Ok(kept.access);
        }
        let directory = self.directory();
        let person = directory.user(user).ok_or(MirrorError::Unknown)?;
        let ask = Ask {
            login: account(person)?.1,
            owner: owner.clone(),
            repository: repository.clone(),
        };
        let (work, kept) = (Arc::clone(inner), key.clone());
        let begin = || async move { work.ask_repository(kept, ask).await };
        cache.flights.join(&inner.tasks, key, begin).await
    }
}

struct Ask {
    login: Login,
    owner: Login,
    repository: RepositoryName,
}

impl Inner {
    async fn ask_repository(
        &self,
        key: Key,
        ask: Ask,
    ) -> Result<Option<RepositoryAccess>, MirrorError> {
        let asked_at = self.clock.now();
        let answer = self
            .questions
            .repository(&ask.login, &ask.owner, &ask.repository);
        let access = answer.await?;
        let kept = Kept {
            asked_at,
            access: access.clone(),
        };
        self.repositories.put(key, kept, self.settings.bound);
        Ok(access)
    }
}
