//! Values of recent callers that depend on the caller and [`Sources`] alone: an entry holds for the
//! policy, directory and service account that it was made from, and until the next role binding ends.

use super::sources::Sources;
use crate::access::credentials::AuthenticatedPrincipal;
use crate::audit::Versions;
use crate::model::{Name, Timestamp};
use foldhash::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Maximum of entries; beyond it the memory is cleared.
const REMEMBERED: usize = 20_000;

/// A memory of recent values.
pub(super) struct Memory<K, V>(Mutex<HashMap<K, Entry<V>>>);

struct Entry<V> {
    versions: Versions,
    /// Of a service account, which is not in the directory: its name, and whether it is active.
    machine: Option<(Name, bool)>,
    until: Option<Timestamp>,
    value: V,
}

impl<K, V> Default for Memory<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V: Clone> Memory<K, V> {
    /// The value, if it would be the same now.
    pub(super) fn get(
        &self,
        key: &K,
        sources: &Sources<'_>,
        known: &AuthenticatedPrincipal,
    ) -> Option<V> {
        let all = self.lock();
        let entry = all.get(key)?;
        let same = entry.versions == sources.versions() && entry.machine == known.machine;
        let in_time = entry.until.is_none_or(|until| sources.now < until);
        (same && in_time).then(|| entry.value.clone())
    }

    /// Keeps a value.
    pub(super) fn keep(
        &self,
        key: K,
        sources: &Sources<'_>,
        known: &AuthenticatedPrincipal,
        value: V,
    ) {
        let entry = Entry {
            versions: sources.versions(),
            machine: known.machine.clone(),
            until: sources.policy.next_end(sources.now),
            value,
        };
        let mut all = self.lock();
        if all.len() >= REMEMBERED {
            all.clear();
        }
        all.insert(key, entry);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Entry<V>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
