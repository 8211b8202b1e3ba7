//! What is refused before its time is over: looked at in memory on every request, durable in the store.

use super::AccessToken;
use crate::model::{Principal, Revocation, RevokedObject, Timestamp};
use crate::store::{CommitError, Operation, Store, UnauditedWrite};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

/// The longest life of an access token: what is older needs no revocation.
const LONGEST: Duration = Duration::from_secs(crate::model::TokenSettings::LONGEST as u64);

/// One that matters no more is kept as long again: a clock that is set back must bring nothing to life.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// Of those at a time; the ones that mattered longest ago go first.
const MOST: usize = 50_000;

/// Revocations that still matter, and for a while those that do not.
pub(super) struct Revocations {
    store: Store,
    table: RwLock<HashMap<RevokedObject, Revocation>>,
}

impl Revocations {
    /// With those that the store had.
    pub(super) fn new(store: Store, loaded: Vec<Revocation>) -> Self {
        let table = loaded.into_iter().map(|one| (one.revoked, one)).collect();
        Self {
            store,
            table: RwLock::new(table),
        }
    }

    /// Revokes now. In force at once, whatever the disk does; gives the step to write.
    pub(super) fn add(&self, revoked: RevokedObject, now: Timestamp) -> Operation {
        let revocation = Revocation {
            revoked,
            at: now,
            until: now.plus(LONGEST),
        };
        self.write().insert(revoked, revocation);
        Operation::PutRevocation(revocation)
    }

    /// Takes a foreign token that counts once: none for whoever comes second, otherwise the step that makes
    /// it last. In force at once, whatever the disk does.
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

    /// Is the token among them?
    pub(super) fn covers(&self, token: &AccessToken) -> bool {
        let known = {
            let table = self.read();
            if table.is_empty() {
                return false;
            }
            table.contains_key(&RevokedObject::Token { id: token.id })
        };
        // To the millisecond: what is got right after a revocation is new.
        known || self.covers_until(token.principal, token.id.made_at())
    }

    /// Is everything among them that the principal had at an instant?
    pub(super) fn covers_until(&self, principal: Principal, at: Timestamp) -> bool {
        let table = self.read();
        let revocation = table.get(&RevokedObject::Principal { principal });
        revocation.is_some_and(|one| at <= one.at)
    }

    /// Forgets those that have not mattered for a day. It changes nothing, so it leaves no event.
    pub(super) async fn tidy(&self, now: Timestamp) -> Result<(), CommitError> {
        let over = self.over(now);
        if over.is_empty() {
            return Ok(());
        }
        let marks = over
            .iter()
            .map(|one| UnauditedWrite::RevocationExpired(*one, now));
        self.store.write_unaudited(marks).await?;
        let mut table = self.write();
        for revoked in over {
            if table.get(&revoked).is_some_and(|one| one.until <= now) {
                table.remove(&revoked);
            }
        }
        Ok(())
    }

    fn over(&self, now: Timestamp) -> Vec<RevokedObject> {
        let table = self.read();
        let over = table.values().filter(|one| one.until <= now);
        let mut over: Vec<_> = over.map(|one| (one.until, one.revoked)).collect();
        drop(table);
        over.sort_unstable_by_key(|(until, _)| *until);
        let surplus = over.len().saturating_sub(MOST);
        let over = over.into_iter().enumerate();
        over.filter(|(place, (until, _))| *place < surplus || until.plus(KEPT) <= now)
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
