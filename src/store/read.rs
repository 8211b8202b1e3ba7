//! Reading: all records at the start, and pages of the audit log. A read sees the last commit and never waits for the writer.

use super::append::{actor_key, hour, index_key};
use super::error::StoreError;
use super::open::{counter, guarded};
use super::personal;
use super::record::decode;
use super::records::BreakGlassRecord;
use super::shared::Shared;
use super::tables::{
    EVENT_HOURS, EVENTS, EVENTS_BY_ACTOR, META, META_DIRECTORY_VERSION, META_POLICY_VERSION,
    PERSONAL, Record,
};
use crate::audit::{EventPage, EventQuery, Leaf, RecordedEvent};
use crate::model::{
    Application, Client, Grant, MirroredOrganization, MirroredTeam, MirroredUser, Revocation, Role,
    RoleBinding, ServiceAccount, Session, SigningKey, User,
};
use redb::{ReadOnlyTable, ReadTransaction, ReadableDatabase, ReadableTable};
use secrecy::SecretString;

/// Events that one page examines. A filter that matches few events gives short pages instead of long waits.
const MAX_EXAMINED: usize = 20_000;

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
    /// The hash of the break-glass password in PHC form.
    pub break_glass: Option<SecretString>,
    pub policy_version: u64,
    pub directory_version: u64,
}

pub(super) fn snapshot(shared: &Shared) -> Result<StoreSnapshot, StoreError> {
    guarded(|| {
        let reading = shared.database.begin_read()?;
        let meta = reading.open_table(META)?;
        let break_glass = all::<BreakGlassRecord>(&reading)?.pop();
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
            break_glass: break_glass.map(|record| record.hash.into()),
            policy_version: counter(&meta, META_POLICY_VERSION)?,
            directory_version: counter(&meta, META_DIRECTORY_VERSION)?,
        })
    })
}

fn all<R: Record>(reading: &ReadTransaction) -> Result<Vec<R>, StoreError> {
    let table = reading.open_table(R::TABLE)?;
    let rows = table.iter()?;
    rows.map(|row| decode(R::WHAT, row?.1.value())).collect()
}

pub(super) fn events(shared: &Shared, query: &EventQuery) -> Result<EventPage, StoreError> {
    guarded(|| {
        let reading = shared.database.begin_read()?;
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

/// The first place and the end of the places that can match, by the cursor and the hours of the query.
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
    // The span of an hour is exact although clocks are set back; several hours are joined to the widest span.
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

/// Fills a page from places in descending order.
fn page(
    reading: &ReadTransaction,
    query: &EventQuery,
    places: impl Iterator<Item = Result<u64, StoreError>>,
) -> Result<EventPage, StoreError> {
    let leaves = reading.open_table(EVENTS)?;
    let personal = reading.open_table(PERSONAL)?;
    let limit = query.limit.clamp(1, EventQuery::MAX_PAGE_EVENTS);
    let mut page = EventPage::default();
    let mut last = None;
    for (examined, place) in places.enumerate() {
        if page.events.len() == limit || examined == MAX_EXAMINED {
            page.next = last;
            break;
        }
        let place = place?;
        last = Some(place);
        let event = recorded(&leaves, place)?;
        if query.matches(&event.event) {
            page.events.push(with_personal_fields(&personal, event)?);
        }
    }
    Ok(page)
}

fn recorded(
    leaves: &ReadOnlyTable<u64, &'static [u8]>,
    place: u64,
) -> Result<RecordedEvent, StoreError> {
    let damaged = || StoreError::Damaged(format!("audit event {place} cannot be read"));
    let leaf = ReadableTable::get(leaves, place)?.ok_or_else(damaged)?;
    let (sequence, event, _) = Leaf::parse(leaf.value()).map_err(|_| damaged())?;
    Ok(RecordedEvent {
        sequence,
        event,
        erased: true,
    })
}

/// Adds the personal fields, unless they were erased.
fn with_personal_fields(
    personal: &ReadOnlyTable<u64, &'static [u8]>,
    mut recorded: RecordedEvent,
) -> Result<RecordedEvent, StoreError> {
    if let Some(row) = ReadableTable::get(personal, recorded.sequence)? {
        let (_, fields) = personal::decode(row.value())?;
        recorded.event.personal = fields;
        recorded.erased = false;
    }
    Ok(recorded)
}
