//! Every table of the store, in one list: which record it holds, under which key, and which counter it moves.
//!
//! Keys are bytes whose order is the order of reading: sixteen bytes of an id of ours, or eight of a number.

use crate::model::{
    Application, Client, Grant, MirroredOrganization, MirroredTeam, MirroredUser, Revocation, Role,
    RoleBinding, ServiceAccount, Session, SigningKey, User,
};
use redb::TableDefinition;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A table of records.
pub(super) type RecordTable = TableDefinition<'static, &'static [u8], &'static [u8]>;

/// Format, counters and frontier, by name.
pub(super) const META: TableDefinition<&str, &[u8]> = TableDefinition::new("meta");
/// Audit leaves by their place in the log: exactly the bytes that the tree is built over.
pub(super) const EVENTS: TableDefinition<u64, &[u8]> = TableDefinition::new("events");
/// Salt and personal fields of an event, by its place; a row that is gone was erased.
pub(super) const PERSONAL: TableDefinition<u64, &[u8]> = TableDefinition::new("personal");
/// Events by actor: seventeen bytes of the actor, eight of the place.
pub(super) const EVENTS_BY_ACTOR: TableDefinition<&[u8; 25], ()> =
    TableDefinition::new("events_by_actor");
/// Hour since 1970 → first and last place of the events of that hour; lets a query skip what is out of its time.
pub(super) const EVENT_HOURS: TableDefinition<i64, (u64, u64)> =
    TableDefinition::new("event_hours");

/// Names of the rows of [`META`].
pub(super) mod meta {
    /// Four bytes: the form of the whole file.
    pub(in crate::store) const FORMAT: &str = "format";
    /// The tree's frontier.
    pub(in crate::store) const FRONTIER: &str = "frontier";
    /// Eight bytes.
    pub(in crate::store) const POLICY_VERSION: &str = "policy_version";
    /// Eight bytes.
    pub(in crate::store) const DIRECTORY_VERSION: &str = "directory_version";
}

/// Which counter a change of a record moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counter {
    /// Roles, bindings, applications.
    Policy,
    /// Who is in which team and organization.
    Directory,
    /// None.
    Nothing,
}

/// What the store keeps one by one.
pub(super) trait Record: Serialize + DeserializeOwned {
    /// Where.
    const TABLE: RecordTable;
    /// The word for it in messages.
    const WHAT: &'static str;
    /// Which counter it moves.
    const COUNTER: Counter;
    /// Under which key.
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

        /// Every table of records, so that all exist from the first day.
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
    Session, "sessions", "session", Nothing, |s| s.id.as_bytes().to_vec();
    ServiceAccount, "service_accounts", "service account", Nothing, |a| a.id.as_bytes().to_vec();
    Client, "clients", "client", Nothing, |c| c.id.as_bytes().to_vec();
    Grant, "grants", "grant", Nothing, |g| g.id.as_bytes().to_vec();
    SigningKey, "signing_keys", "signing key", Nothing, |k| k.id.as_bytes().to_vec();
    Revocation, "revocations", "revocation", Nothing, |r| r.revoked.to_string().into_bytes();
    BreakGlass, "break_glass", "break-glass password", Nothing, |_| BreakGlass::KEY.to_vec();
}

/// The break-glass password's hash; there is at most one.
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct BreakGlass {
    /// In PHC form, as argon2 prints it.
    pub(super) hash: String,
}

impl BreakGlass {
    /// The one key.
    pub(super) const KEY: &'static [u8] = b"break-glass";
}

/// The key of something that Gitea numbers; its ids are 1 or more, so that bytes sort as numbers do.
pub(super) fn number(id: impl Into<i64>) -> Vec<u8> {
    id.into().to_be_bytes().to_vec()
}
