//! Reading: everything at the start, and pages of the audit log. Reads see the last commit and wait for no writer.

use super::Core;
use super::append::{actor_key, hour, index_key};
use super::error::StoreError;
use super::open::{counter, guarded};
use super::personal;
use super::record::decode;
use super::tables::{
    BreakGlass, EVENT_HOURS, EVENTS, EVENTS_BY_ACTOR, META, PERSONAL, Record, meta,
};
use crate::audit::{EventPage, EventQuery, Leaf, RecordedEvent};
use crate::model::{
    Application, Client, Grant, MirroredOrganization, MirroredTeam, MirroredUser, Revocation, Role,
    RoleBinding, ServiceAccount, Session, SigningKey, User,
};
use redb::{ReadOnlyTable, ReadTransaction, ReadableDatabase, ReadableTable};
use secrecy::SecretString;

/// The most events that one page looks at; a filter that matches little answers short pages instead of long waits.
const LOOKED_AT: usize = 20_000;

/// Every record of the store, as of one commit.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "each field is all records of its type")]
pub struct StoreSnapshot {
    pub roles: Vec<Role>,
    pub role_bindings: Vec<RoleBinding>,
    pub applications: Vec<Application>,
    pub users: Vec<User>,
    pub mirrored_users: Vec<MirroredUser>,
    pub mirrored_organizations: Vec<MirroredOrganization>,
    pub mirrored_teams: Vec<MirroredTeam>,
    pub sessions: Vec<Session>,
    pub service_accounts: Vec<ServiceAccount>,
    pub clients: Vec<Client>,
    pub grants: Vec<Grant>,
    pub signing_keys: Vec<SigningKey>,
    pub revocations: Vec<Revocation>,
    /// The break-glass password's hash in PHC form, when there is one.
    pub break_glass: Option<SecretString>,
    pub policy_version: u64,
    pub directory_version: u64,
}

pub(super) fn world(core: &Core) -> Result<StoreSnapshot, StoreError> {
    guarded(|| {
        let reading = core.database.begin_read()?;
        let meta = reading.open_table(META)?;
        let break_glass = all::<BreakGlass>(&reading)?.pop();
        Ok(StoreSnapshot {
            roles: all(&reading)?,
            role_bindings: all(&reading)?,
            applications: all(&reading)?,
            users: all(&reading)?,
            mirrored_users: all(&reading)?,
            mirrored_organizations: all(&reading)?,
            mirrored_teams: all(&reading)?,
            sessions: all(&reading)?,
            service_accounts: all(&reading)?,
            clients: all(&reading)?,
            grants: all(&reading)?,
            signing_keys: all(&reading)?,
            revocations: all(&reading)?,
            break_glass: break_glass.map(|kept| kept.hash.into()),
            policy_version: counter(&meta, meta::POLICY_VERSION)?,
            directory_version: counter(&meta, meta::DIRECTORY_VERSION)?,
        })
    })
}

fn all<R: Record>(reading: &ReadTransaction) -> Result<Vec<R>, StoreError> {
    let table = reading.open_table(R::TABLE)?;
    let rows = table.iter()?;
    rows.map(|row| decode(R::WHAT, row?.1.value())).collect()
}

pub(super) fn events(core: &Core, query: &EventQuery) -> Result<EventPage, StoreError> {
    guarded(|| {
        let reading = core.database.begin_read()?;
        let (first, end) = places(&reading, query)?;
        match &query.actor {
            Some(actor) => {
                let actor = actor_key(actor);
                let index = reading.open_table(EVENTS_BY_ACTOR)?;
                let (first, end) = (index_key(&actor, first), index_key(&actor, end));
                let rows = index.range::<&[u8; 25]>(&first..&end)?.rev();
                let places = rows.map(|row| Ok(place_of(row?.0.value())));
                page(&reading, query, places)
            }
            None => page(&reading, query, (first..end).rev().map(Ok)),
        }
    })
}

/// The places at which the events can stand, from the first to before the end: by cursor and by hours.
fn places(reading: &ReadTransaction, query: &EventQuery) -> Result<(u64, u64), StoreError> {
    let events = reading.open_table(EVENTS)?;
    let size = events.last()?.map_or(0, |(place, _)| place.value() + 1);
    let end = query.before.map_or(size, |before| before.min(size));
    if query.from.is_none() && query.to.is_none() {
        return Ok((0, end));
    }
    let from = query.from.map_or(i64::MIN, hour);
    let to = query.to.map_or(i64::MAX, hour);
    let hours = reading.open_table(EVENT_HOURS)?;
    let mut span: Option<(u64, u64)> = None;
    // An hour's own span is exact even when the clock was set back; between hours the widest counts.
    if from <= to {
        for row in hours.range(from..=to)? {
            let (first, last) = row?.1.value();
            span = Some(span.map_or((first, last), |(f, l)| (f.min(first), l.max(last))));
        }
    }
    Ok(span.map_or((0, 0), |(first, last)| (first, end.min(last + 1))))
}

fn place_of(key: &[u8; 25]) -> u64 {
    key.last_chunk()
        .map_or(0, |place| u64::from_be_bytes(*place))
}

/// Fills a page from places in falling order.
fn page(
    reading: &ReadTransaction,
    query: &EventQuery,
    places: impl Iterator<Item = Result<u64, StoreError>>,
) -> Result<EventPage, StoreError> {
    let leaves = reading.open_table(EVENTS)?;
    let personal = reading.open_table(PERSONAL)?;
    let limit = query.limit.clamp(1, EventQuery::LARGEST_PAGE);
    let mut page = EventPage::default();
    let mut last = None;
    for (looked_at, place) in places.enumerate() {
        if page.events.len() == limit || looked_at == LOOKED_AT {
            page.next = last;
            break;
        }
        let place = place?;
        last = Some(place);
        let event = recorded(&leaves, place)?;
        if query.asks_for(&event.event) {
            page.events.push(with_person(&personal, event)?);
        }
    }
    Ok(page)
}

fn recorded(
    leaves: &ReadOnlyTable<u64, &'static [u8]>,
    place: u64,
) -> Result<RecordedEvent, StoreError> {
    let damaged = || StoreError::Damaged(format!("audit event {place} does not read"));
    let leaf = ReadableTable::get(leaves, place)?.ok_or_else(damaged)?;
    let (sequence, event, _) = Leaf::parse(leaf.value()).map_err(|_| damaged())?;
    Ok(RecordedEvent {
        sequence,
        event,
        erased: true,
    })
}

/// Adds the personal fields, unless they were erased.
fn with_person(
    kept: &ReadOnlyTable<u64, &'static [u8]>,
    mut recorded: RecordedEvent,
) -> Result<RecordedEvent, StoreError> {
    if let Some(kept) = ReadableTable::get(kept, recorded.sequence)? {
        let (_, fields) = personal::decode(kept.value())?;
        recorded.event.personal = fields;
        recorded.erased = false;
    }
    Ok(recorded)
}
