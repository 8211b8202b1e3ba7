//! The short list of writes that leave no audit event: instants at which something was last seen or last asked.
//!
//! Each changes one instant of a record that is there, forward only. Must never be able to express a change of what
//! anybody may do.

use super::error::{CommitError, StoreError};
use super::open_tables::OpenTables;
use super::record::{decode, encode};
use super::tables::{Record, number};
use crate::model::{
    Client, ClientId, GiteaUserId, MirroredOrganization, MirroredTeam, MirroredUser,
    OrganizationId, Revocation, RevokedObject, SecretId, SecretRecord, ServiceAccount,
    ServiceAccountId, Session, SessionId, TeamId, Timestamp,
};
use redb::ReadableTable;

/// A write without an event. One whose record is gone does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unaudited {
    /// A session was used.
    SessionSeen(SessionId, Timestamp),
    /// A Gitea account was read again and had not changed.
    UserAsked(GiteaUserId, Timestamp),
    /// An organization was read again and had not changed.
    OrganizationAsked(OrganizationId, Timestamp),
    /// A team's members were read again and had not changed.
    TeamAsked(TeamId, Timestamp),
    /// A service account proved itself with a secret.
    ServiceAccountSecretUsed(ServiceAccountId, SecretId, Timestamp),
    /// A client proved itself with a secret.
    ClientSecretUsed(ClientId, SecretId, Timestamp),
    /// Nothing that a revocation speaks of is valid any more, as of an instant. One that still matters stays.
    RevocationOver(RevokedObject, Timestamp),
}

impl Unaudited {
    /// Moves the instant. Gives whether anything was written.
    pub(super) fn write(self, tables: &mut OpenTables<'_>) -> Result<bool, StoreError> {
        match self {
            Self::SessionSeen(id, at) => {
                forward::<Session>(tables, id.as_bytes(), at, |s| &mut s.last_seen_at)
            }
            Self::UserAsked(id, at) => {
                forward::<MirroredUser>(tables, &number(id), at, |u| &mut u.asked_at)
            }
            Self::OrganizationAsked(id, at) => {
                forward::<MirroredOrganization>(tables, &number(id), at, |o| &mut o.asked_at)
            }
            Self::TeamAsked(id, at) => {
                forward::<MirroredTeam>(tables, &number(id), at, |t| &mut t.asked_at)
            }
            Self::ServiceAccountSecretUsed(id, secret, at) => {
                edit::<ServiceAccount>(tables, id.as_bytes(), |account| {
                    used(&mut account.secrets, secret, at)
                })
            }
            Self::ClientSecretUsed(id, secret, at) => {
                edit::<Client>(tables, id.as_bytes(), |client| {
                    used(&mut client.secrets, secret, at)
                })
            }
            Self::RevocationOver(revoked, at) => forget(tables, revoked, at),
        }
    }
}

fn forward<R: Record>(
    tables: &mut OpenTables<'_>,
    key: &[u8],
    at: Timestamp,
    instant: fn(&mut R) -> &mut Timestamp,
) -> Result<bool, StoreError> {
    edit::<R>(tables, key, |record| {
        let kept = instant(record);
        let later = at > *kept;
        *kept = at.max(*kept);
        later
    })
}

/// Moves the last use of one secret; says whether it moved.
fn used(secrets: &mut [SecretRecord], id: SecretId, at: Timestamp) -> bool {
    let Some(secret) = secrets.iter_mut().find(|secret| secret.id == id) else {
        return false;
    };
    let later = secret.last_used_at.is_none_or(|before| at > before);
    secret.last_used_at = secret.last_used_at.max(Some(at));
    later
}

fn forget(
    tables: &mut OpenTables<'_>,
    revoked: RevokedObject,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let table = tables.get(Revocation::TABLE)?;
    let key = revoked.to_string();
    let kept = table.get(key.as_bytes())?;
    let kept = kept.map(|bytes| decode::<Revocation>(Revocation::WHAT, bytes.value()));
    let over = kept.transpose()?.is_some_and(|kept| kept.until <= at);
    if over {
        table.remove(key.as_bytes())?;
    }
    Ok(over)
}

/// Changes a record that is there; writes it when the change says that it changed something.
fn edit<R: Record>(
    tables: &mut OpenTables<'_>,
    key: &[u8],
    change: impl FnOnce(&mut R) -> bool,
) -> Result<bool, StoreError> {
    let table = tables.get(R::TABLE)?;
    let Some(mut record) = table
        .get(key)?
        .map(|bytes| decode::<R>(R::WHAT, bytes.value()))
        .transpose()?
    else {
        return Ok(false);
    };
    let changed = change(&mut record);
    if changed {
        let bytes = encode(&record).map_err(|error| match error {
            CommitError::Unavailable(error) => error,
            other => StoreError::Damaged(other.to_string()),
        })?;
        table.insert(key, bytes.as_slice())?;
    }
    Ok(changed)
}
