//! Every table of the store, in one list: its records, their keys, and the counter that a change increments.
//!
//! Records are read in the order of their keys: the sixteen bytes of an id, or the eight of a number (big-endian).

use super::record::Stored;
use super::records::BreakGlassRecord;
use crate::model::{
    Application, Client, Grant, MirroredOrganization, MirroredTeam, MirroredUser, Revocation, Role,
    RoleBinding, ServiceAccount, Session, SigningKey, User,
};
use redb::TableDefinition;

/// A table of records.
pub(super) type RecordTable = TableDefinition<'static, &'static [u8], &'static [u8]>;

/// Format, counters and frontier, by name.
pub(super) const META: TableDefinition<&str, &[u8]> = TableDefinition::new("meta");
/// Audit leaves by their place in the log: exactly the bytes that the Merkle tree hashes.
pub(super) const EVENTS: TableDefinition<u64, &[u8]> = TableDefinition::new("events");
/// Salt and personal fields of an event, by its place; absent once erased.
pub(super) const PERSONAL: TableDefinition<u64, &[u8]> = TableDefinition::new("personal");
/// Events by actor: seventeen bytes of the actor, eight of the place.
pub(super) const EVENTS_BY_ACTOR: TableDefinition<&[u8; 25], ()> =
    TableDefinition::new("events_by_actor");
/// Hour since 1970 → first and last place of its events, so that a query by time reads few events.
pub(super) const EVENT_HOURS: TableDefinition<i64, (u64, u64)> =
    TableDefinition::new("event_hours");

/// Row of [`META`]: the format of the whole file, four bytes.
pub(super) const META_FORMAT: &str = "format";
/// Row of [`META`]: the frontier of the Merkle tree.
pub(super) const META_FRONTIER: &str = "frontier";
/// Row of [`META`]: eight bytes.
pub(super) const META_POLICY_VERSION: &str = "policy_version";
/// Row of [`META`]: eight bytes.
pub(super) const META_DIRECTORY_VERSION: &str = "directory_version";

/// The counter that a change of a record increments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counter {
    Policy,
    Directory,
    None,
}

/// A type with a table of its own.
pub(super) trait Record: Stored {
    const TABLE: RecordTable;
    /// The kind of record in messages.
    const WHAT: &'static str;
    const COUNTER: Counter;
    fn key(&self) -> Vec<u8>;
}

macro_rules! records {
    ($($record:ty, $table:literal, $what:literal, $counter:ident, $key:expr;)+) => {
        $(impl Record for $record {
            const TABLE: RecordTable = TableDefinition::new($table);
            const WHAT: &'static str = $what;
            const COUNTER: Counter = Counter::$counter;
            fn key(&self) -> Vec<u8> {
                let key: fn(&Self) -> Vec<u8> = $key;
                key(self)
            }
        })+

        /// Every table of records.
        pub(super) const RECORD_TABLES: &[RecordTable] = &[$(<$record>::TABLE),+];
    };
}

records! {
    Role, "roles", "role", Policy, |r| r.id.as_bytes().to_vec();
    RoleBinding, "role_bindings", "role binding", Policy, |b| b.id.as_bytes().to_vec();
    Application, "applications", "application", Policy, |a| a.id.as_bytes().to_vec();
    User, "users", "user", Directory, |u| u.id.as_bytes().to_vec();
    MirroredUser, "mirrored_users", "mirrored user", Directory, |u| number(u.account.id);
    MirroredOrganization, "mirrored_organizations", "mirrored organization", Directory, |o| number(o.organization.id);
    MirroredTeam, "mirrored_teams", "mirrored team", Directory, |t| number(t.team.id);
    Session, "sessions", "session", None, |s| s.id.as_bytes().to_vec();
    ServiceAccount, "service_accounts", "service account", None, |a| a.id.as_bytes().to_vec();
    Client, "clients", "client", None, |c| c.id.as_bytes().to_vec();
    Grant, "grants", "grant", None, |g| g.id.as_bytes().to_vec();
    SigningKey, "signing_keys", "signing key", None, |k| k.id.as_bytes().to_vec();
    Revocation, "revocations", "revocation", None, |r| r.revoked.to_string().into_bytes();
    BreakGlassRecord, "break_glass", "break-glass password", None, |_| BreakGlassRecord::KEY.to_vec();
}

/// The key for a numeric id of Gitea. Ids are positive, so that keys sort as the numbers do.
pub(super) fn number(id: impl Into<i64>) -> Vec<u8> {
    id.into().to_be_bytes().to_vec()
}
