//! What users may do in repositories, by Gitea's answers of at most the freshness bound ago.

use super::single_flight::SingleFlight;
use crate::gitea::TimedAnswer;
use crate::model::{Login, RepositoryAccess, RepositoryName, Timestamp, UserId};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// At this size old answers are dropped, and all answers when none is old.
const MAX_ANSWERS: usize = 20_000;

/// User, owner and repository; Gitea compares names without case.
pub(super) type RepositoryKey = (UserId, String, String);
/// `None`: the user cannot see the repository.
pub(super) type RepositoryAnswer = Option<RepositoryAccess>;

pub(super) fn key(user: UserId, owner: &Login, name: &RepositoryName) -> RepositoryKey {
    let lower = |name: &str| name.to_ascii_lowercase();
    (user, lower(owner.as_str()), lower(name.as_str()))
}

/// Recent answers, and reads in progress.
#[derive(Default)]
pub(super) struct RepositoryCache {
    answers: Mutex<HashMap<RepositoryKey, TimedAnswer<RepositoryAnswer>>>,
    pub(super) reads: SingleFlight<RepositoryKey, RepositoryAnswer>,
}

impl RepositoryCache {
    fn answers(&self) -> MutexGuard<'_, HashMap<RepositoryKey, TimedAnswer<RepositoryAnswer>>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(
        &self,
        key: &RepositoryKey,
        now: Timestamp,
        bound: Duration,
    ) -> Option<RepositoryAnswer> {
        let answers = self.answers();
        let answer = answers.get(key)?;
        let fresh = answer.asked_at <= now && now.since(answer.asked_at) <= bound;
        fresh.then(|| answer.value.clone())
    }

    pub(super) fn put(
        &self,
        key: RepositoryKey,
        answer: TimedAnswer<RepositoryAnswer>,
        bound: Duration,
    ) {
        let mut answers = self.answers();
        if answers.len() >= MAX_ANSWERS {
            answers.retain(|_, other| answer.asked_at.since(other.asked_at) <= bound);
        }
        if answers.len() >= MAX_ANSWERS {
            answers.clear();
        }
        answers.insert(key, answer);
    }
}
