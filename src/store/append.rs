//! Appending to the audit log inside a transaction: leaf, personal fields, indexes, frontier.
//!
//! The frontier grows in memory during a batch and is stored once at its end. Must never change an appended event.

use super::error::{CommitError, StoreError};
use super::open::frontier;
use super::personal;
use super::tables::{EVENT_HOURS, EVENTS, EVENTS_BY_ACTOR, META, META_FRONTIER, PERSONAL};
use crate::audit::{AuditEvent, Frontier, Leaf, Salt};
use crate::model::{Principal, Random, SystemJob, Timestamp};
use redb::{ReadableTable, Table, WriteTransaction};

const MILLIS_PER_HOUR: i64 = 3_600_000;

/// The audit log, open for appending.
pub(super) struct LogAppender<'txn> {
    events: Table<'txn, u64, &'static [u8]>,
    personal: Table<'txn, u64, &'static [u8]>,
    by_actor: Table<'txn, &'static [u8; 25], ()>,
    hours: Table<'txn, i64, (u64, u64)>,
    frontier: Frontier,
}

/// An event encoded for its place in the log, not yet appended.
pub(super) struct EncodedEvent {
    leaf: Leaf,
    personal: Vec<u8>,
    actor: [u8; 17],
    hour: i64,
}

impl<'txn> LogAppender<'txn> {
    /// Opens the log where the last batch left it.
    pub(super) fn open(transaction: &'txn WriteTransaction) -> Result<Self, StoreError> {
        Ok(Self {
            events: transaction.open_table(EVENTS)?,
            personal: transaction.open_table(PERSONAL)?,
            by_actor: transaction.open_table(EVENTS_BY_ACTOR)?,
            hours: transaction.open_table(EVENT_HOURS)?,
            frontier: frontier(&transaction.open_table(META)?)?,
        })
    }

    /// Encodes an event for the place at `offset` from the next one. Writes nothing, so that an event that no leaf can hold
    /// leaves the transaction as it was.
    pub(super) fn encode(
        &self,
        offset: u64,
        event: &AuditEvent,
        random: &dyn Random,
    ) -> Result<EncodedEvent, CommitError> {
        let mut salt = [0; 32];
        random.fill(&mut salt);
        let salt = Salt::from_bytes(salt);
        let leaf = Leaf::new(self.frontier.size() + offset, event, &salt)
            .map_err(|error| CommitError::Unrecordable(error.to_string()))?;
        Ok(EncodedEvent {
            leaf,
            personal: personal::encode(&salt, &event.personal)?,
            actor: actor_key(&event.actor),
            hour: hour(event.at),
        })
    }

    /// Appends the event and returns its place.
    pub(super) fn append(&mut self, event: &EncodedEvent) -> Result<u64, StoreError> {
        let place = self.frontier.size();
        self.events.insert(place, event.leaf.as_bytes())?;
        self.personal.insert(place, event.personal.as_slice())?;
        self.by_actor.insert(&index_key(&event.actor, place), ())?;
        let first = self.hours.get(event.hour)?.map(|span| span.value().0);
        self.hours
            .insert(event.hour, (first.unwrap_or(place), place))?;
        self.frontier.append(event.leaf.hash());
        Ok(place)
    }

    /// Stores the frontier.
    pub(super) fn finish(self, transaction: &WriteTransaction) -> Result<(), StoreError> {
        transaction
            .open_table(META)?
            .insert(META_FRONTIER, self.frontier.to_bytes().as_slice())?;
        Ok(())
    }
}

/// Whole hours since 1970.
pub(super) const fn hour(at: Timestamp) -> i64 {
    at.millis().div_euclid(MILLIS_PER_HOUR)
}

/// The actor's part of an index key: one byte for the kind, sixteen for the id.
pub(super) fn actor_key(actor: &Principal) -> [u8; 17] {
    let (kind, id) = match actor {
        Principal::User(id) => (1, *id.as_bytes()),
        Principal::ServiceAccount(id) => (2, *id.as_bytes()),
        Principal::LocalOperator => (3, [0; 16]),
        Principal::System(SystemJob::Mirror) => (4, [1; 16]),
        Principal::System(SystemJob::Housekeeping) => (4, [2; 16]),
        Principal::System(SystemJob::Server) => (4, [3; 16]),
        Principal::System(SystemJob::BackChannelLogout) => (4, [4; 16]),
        Principal::Anonymous => (5, [0; 16]),
    };
    let mut key = [kind; 17];
    if let Some((_, rest)) = key.split_first_mut() {
        rest.copy_from_slice(&id);
    }
    key
}

/// The index key of an event: its actor, its place.
pub(super) fn index_key(actor: &[u8; 17], place: u64) -> [u8; 25] {
    let mut key = [0; 25];
    let (front, back) = key.split_at_mut(17);
    front.copy_from_slice(actor);
    back.copy_from_slice(&place.to_be_bytes());
    key
}
