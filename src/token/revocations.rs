//! Revocations: what is refused before it expires. Checked in memory on every request, durable in the store.
//!
//! Must never forget a revocation while a token that it covers could be valid.

use super::AccessToken;
use crate::model::{Principal, Revocation, RevokedObject, Timestamp};
use crate::store::{CommitError, Operation, Store, UnauditedWrite};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

/// The longest lifetime of an access token: after it a revocation has no effect.
const MAX_TOKEN_LIFETIME: Duration =
    Duration::from_secs(crate::model::TokenSettings::LONGEST as u64);

/// A revocation is kept for this time after its effect has ended, so that no token becomes valid when the clock is set back.
const RETENTION: Duration = Duration::from_secs(24 * 60 * 60);

/// Revocations without effect at a time; the oldest are forgotten first.
const MAX_RETAINED: usize = 50_000;

/// The revocations that have an effect, or had one recently.
pub(super) struct Revocations {
    store: Store,
    table: RwLock<HashMap<RevokedObject, Revocation>>,
}

impl Revocations {
    /// With the stored revocations.
    pub(super) fn new(store: Store, loaded: Vec<Revocation>) -> Self {
        let table = loaded.into_iter().map(|r| (r.revoked, r)).collect();
        Self {
            store,
            table: RwLock::new(table),
        }
    }

    /// Revokes now, in memory; returns the operation to write.
    pub(super) fn add(&self, revoked: RevokedObject, now: Timestamp) -> Operation {
        let revocation = Revocation {
            revoked,
            at: now,
            until: now.plus(MAX_TOKEN_LIFETIME),
        };
        self.write().insert(revoked, revocation);
        Operation::PutRevocation(revocation)
    }

    /// Records the use of a foreign token that may be used once, in memory; returns the operation to write, or none when it
    /// was used before.
    pub(super) fn take(
        &self,
        digest: [u8; 32],
        now: Timestamp,
        until: Timestamp,
    ) -> Option<Operation> {
        let revoked = RevokedObject::ExternalToken { digest };
        let at = now;
        match self.write().entry(revoked) {
            Entry::Occupied(_) => None,
            Entry::Vacant(place) => {
                let revocation = *place.insert(Revocation { revoked, at, until });
                Some(Operation::PutRevocation(revocation))
            }
        }
    }

    /// Is the token revoked?
    pub(super) fn covers(&self, token: &AccessToken) -> bool {
        let revoked = {
            let table = self.read();
            if table.is_empty() {
                return false;
            }
            table.contains_key(&RevokedObject::Token { id: token.id })
        };
        // The id has the time in milliseconds, so that a token that is issued right after a revocation is valid.
        revoked || self.covers_until(token.principal, token.id.made_at())
    }

    /// Is everything revoked that the principal had at an instant?
    pub(super) fn covers_until(&self, principal: Principal, at: Timestamp) -> bool {
        let table = self.read();
        let revocation = table.get(&RevokedObject::Principal { principal });
        revocation.is_some_and(|revocation| at <= revocation.at)
    }

    /// Forgets revocations that have had no effect for a day. This leaves no event.
    pub(super) async fn tidy(&self, now: Timestamp) -> Result<(), CommitError> {
        let old = self.old(now);
        if old.is_empty() {
            return Ok(());
        }
        let marks = old
            .iter()
            .map(|id| UnauditedWrite::RevocationExpired(*id, now));
        self.store.write_unaudited(marks).await?;
        let mut table = self.write();
        for revoked in old {
            if table.get(&revoked).is_some_and(|entry| entry.until <= now) {
                table.remove(&revoked);
            }
        }
        Ok(())
    }

    fn old(&self, now: Timestamp) -> Vec<RevokedObject> {
        let table = self.read();
        let ended = table.values().filter(|entry| entry.until <= now);
        let mut ended: Vec<_> = ended.map(|entry| (entry.until, entry.revoked)).collect();
        drop(table);
        ended.sort_unstable_by_key(|(until, _)| *until);
        let surplus = ended.len().saturating_sub(MAX_RETAINED);
        let ended = ended.into_iter().enumerate();
        ended
            .filter(|(place, (until, _))| *place < surplus || until.plus(RETENTION) <= now)
            .map(|(_, (_, revoked))| revoked)
            .collect()
    }

    fn read(&self) -> RwLockReadGuard<'_, HashMap<RevokedObject, Revocation>> {
        self.table.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<RevokedObject, Revocation>> {
        self.table.write().unwrap_or_else(PoisonError::into_inner)
    }
}
