//! ID tokens of people who signed in at other providers, for the one moment in which they sign out there.
//!
//! In memory alone: a token is no credential here, but it names a person. After a restart a provider that wants one asks
//! the person.

use crate::model::SessionId;
use secrecy::SecretString;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Tokens that are kept; when there are more, all go.
const MOST: usize = 20_000;

/// Every so many, those of sessions that have ended by themselves go.
const SWEEP: usize = 256;

/// Tokens by session.
#[derive(Default)]
pub(super) struct Proofs(Mutex<HashMap<SessionId, SecretString>>);

impl Proofs {
    /// Keeps the token of a session.
    pub(super) fn keep(
        &self,
        session: SessionId,
        token: SecretString,
        living: impl Fn(SessionId) -> bool,
    ) {
        let mut all = self.lock();
        if all.len() % SWEEP == SWEEP - 1 {
            all.retain(|id, _| living(*id));
        }
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(session, token);
    }

    /// Takes the token of a session that has ended.
    pub(super) fn take(&self, session: SessionId) -> Option<SecretString> {
        self.lock().remove(&session)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, SecretString>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
