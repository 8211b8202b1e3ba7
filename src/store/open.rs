//! Opening the file: its integrity after an unclean stop, its format, its tables.

use super::error::StoreError;
use super::tables::{
    EVENT_HOURS, EVENTS, EVENTS_BY_ACTOR, META, META_FORMAT, META_FRONTIER, PERSONAL,
    RECORD_TABLES, RecordTable,
};
use crate::audit::Frontier;
use redb::{
    Builder, Database, ReadableDatabase, ReadableTable, ReadableTableMetadata, StorageBackend,
    WriteTransaction,
};

/// The format of the whole file.
const FORMAT: u32 = 1;

/// Memory for pages of the database.
const CACHE_BYTES: usize = 8 << 20;

/// Opens the database of a backend; creates it in an empty one.
pub(super) fn open(backend: impl StorageBackend, unclean: bool) -> Result<Database, StoreError> {
    if unclean {
        tracing::warn!("the store was not closed cleanly; its integrity is being checked");
    }
    let database = guarded(|| {
        let mut builder = Builder::new();
        builder
            .set_cache_size(CACHE_BYTES)
            .set_check_integrity_on_open(unclean)
            .set_repair_callback(|session| {
                let percent = 100.0 * session.progress();
                tracing::info!("the store is being repaired: {percent:.0} %");
            });
        let database = builder.create_with_backend(backend)?;
        prepare(&database)?;
        check_log(&database)?;
        Ok(database)
    })?;
    if unclean {
        tracing::info!(
            "the store is intact after the unclean stop: every page and the audit log's size were checked"
        );
    }
    Ok(database)
}

/// Runs work on the database. A damaged page can make redb panic, which is reported as a damaged store.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let detail = "a page of its file cannot be read";
        Err(StoreError::Damaged(detail.to_owned()))
    })
}

/// Begins a write transaction that a crash at any instant leaves intact, and that needs no long repair.
pub(super) fn begin(database: &Database) -> Result<WriteTransaction, StoreError> {
    let mut transaction = database.begin_write()?;
    transaction.set_two_phase_commit(true);
    transaction.set_quick_repair(true);
    Ok(transaction)
}

/// Checks the format and creates the tables that are missing.
fn prepare(database: &Database) -> Result<(), StoreError> {
    let reading = database.begin_read()?;
    let present: Vec<String> = reading
        .list_tables()?
        .map(|table| redb::TableHandle::name(&table).to_owned())
        .collect();
    if !present.is_empty() {
        check_format(&reading.open_table(META)?)?;
        let exists = |table: &RecordTable| {
            present
                .iter()
                .any(|name| name == redb::TableHandle::name(table))
        };
        if RECORD_TABLES.iter().all(exists) {
            return Ok(());
        }
    }
    let transaction = begin(database)?;
    transaction
        .open_table(META)?
        .insert(META_FORMAT, FORMAT.to_be_bytes().as_slice())?;
    for table in RECORD_TABLES {
        transaction.open_table(*table)?;
    }
    transaction.open_table(EVENTS)?;
    transaction.open_table(PERSONAL)?;
    transaction.open_table(EVENTS_BY_ACTOR)?;
    transaction.open_table(EVENT_HOURS)?;
    Ok(transaction.commit()?)
}

fn check_format(table: &impl ReadableTable<&'static str, &'static [u8]>) -> Result<(), StoreError> {
    let bytes = table.get(META_FORMAT)?;
    let bytes = bytes.and_then(|bytes| <[u8; 4]>::try_from(bytes.value()).ok());
    match bytes.map(u32::from_be_bytes) {
        Some(FORMAT) => Ok(()),
        Some(found) => Err(StoreError::Format {
            found,
            supported: FORMAT,
        }),
        None => Err(StoreError::Damaged("its format is missing".to_owned())),
    }
}

/// Compares the frontier's size with the number of events.
fn check_log(database: &Database) -> Result<(), StoreError> {
    let reading = database.begin_read()?;
    let frontier = frontier(&reading.open_table(META)?)?;
    let events = reading.open_table(EVENTS)?;
    let last = events.last()?.map(|(sequence, _)| sequence.value());
    if events.len()? == frontier.size() && last.map_or(0, |last| last + 1) == frontier.size() {
        return Ok(());
    }
    let detail = format!(
        "the audit log has {} events and its tree {}",
        events.len()?,
        frontier.size()
    );
    Err(StoreError::Damaged(detail))
}

/// The tree's frontier; empty before the first event.
pub(super) fn frontier(
    table: &impl ReadableTable<&'static str, &'static [u8]>,
) -> Result<Frontier, StoreError> {
    table.get(META_FRONTIER)?.map_or_else(
        || Ok(Frontier::default()),
        |bytes| {
            Frontier::from_bytes(bytes.value())
                .map_err(|error| StoreError::Damaged(error.to_string()))
        },
    )
}

/// A counter; 0 before the first change.
pub(super) fn counter(
    table: &impl ReadableTable<&'static str, &'static [u8]>,
    name: &str,
) -> Result<u64, StoreError> {
    let Some(bytes) = table.get(name)? else {
        return Ok(0);
    };
    <[u8; 8]>::try_from(bytes.value())
        .map(u64::from_be_bytes)
        .map_err(|_| StoreError::Damaged(format!("`{name}` cannot be read")))
}
