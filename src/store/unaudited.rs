//! The short list of writes without an audit event: the instant of a last use or a last refresh.
//!
//! Each moves one instant of an existing record forward, or removes a revocation without effect. Must never be able to
//! change what a principal may do.

use super::error::{CommitError, StoreError};
use super::open_tables::OpenTables;
use super::record::{decode, encode};
use super::tables::{Record, number};
use crate::model::{
    Client, ClientId, GiteaUserId, MirroredOrganization, MirroredTeam, MirroredUser,
    OrganizationId, Revocation, RevokedObject, SecretId, ServiceAccount, ServiceAccountId, Session,
    SessionId, StoredSecret, TeamId, Timestamp,
};
use redb::ReadableTable;

/// A write without an event. Does nothing if the record does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnauditedWrite {
    /// A session was used.
    SessionUsed(SessionId, Timestamp),
    /// A Gitea account was read again and had not changed.
    UserRefreshed(GiteaUserId, Timestamp),
    /// An organization was read again and had not changed.
    OrganizationRefreshed(OrganizationId, Timestamp),
    /// A team's members were read again and had not changed.
    TeamRefreshed(TeamId, Timestamp),
    /// A service account authenticated with a secret.
    ServiceAccountSecretUsed(ServiceAccountId, SecretId, Timestamp),
    /// A client authenticated with a secret.
    ClientSecretUsed(ClientId, SecretId, Timestamp),
    /// At this instant every token of a revocation has expired, so that it is removed. Otherwise it stays.
    RevocationExpired(RevokedObject, Timestamp),
}

impl UnauditedWrite {
    /// Makes the write and returns whether it changed the record.
    pub(super) fn apply(self, tables: &mut OpenTables<'_>) -> Result<bool, StoreError> {
        match self {
            Self::SessionUsed(id, at) => {
                advance::<Session>(tables, id.as_bytes(), at, |s| &mut s.last_seen_at)
            }
            Self::UserRefreshed(id, at) => {
                advance::<MirroredUser>(tables, &number(id), at, |u| &mut u.asked_at)
            }
            Self::OrganizationRefreshed(id, at) => {
                advance::<MirroredOrganization>(tables, &number(id), at, |o| &mut o.asked_at)
            }
            Self::TeamRefreshed(id, at) => {
                advance::<MirroredTeam>(tables, &number(id), at, |t| &mut t.asked_at)
            }
            Self::ServiceAccountSecretUsed(id, secret, at) => {
                edit::<ServiceAccount>(tables, id.as_bytes(), |account| {
                    advance_last_use(&mut account.secrets, secret, at)
                })
            }
            Self::ClientSecretUsed(id, secret, at) => {
                edit::<Client>(tables, id.as_bytes(), |client| {
                    advance_last_use(&mut client.secrets, secret, at)
                })
            }
            Self::RevocationExpired(revoked, at) => remove_expired(tables, revoked, at),
        }
    }
}

fn advance<R: Record>(
    tables: &mut OpenTables<'_>,
    key: &[u8],
    at: Timestamp,
    instant: fn(&mut R) -> &mut Timestamp,
) -> Result<bool, StoreError> {
    edit::<R>(tables, key, |record| {
        let last = instant(record);
        let later = at > *last;
        *last = at.max(*last);
        later
    })
}

/// Advances the last use of one secret and returns whether it was earlier.
fn advance_last_use(secrets: &mut [StoredSecret], id: SecretId, at: Timestamp) -> bool {
    let Some(secret) = secrets.iter_mut().find(|secret| secret.id == id) else {
        return false;
    };
    let later = secret.last_used_at.is_none_or(|before| at > before);
    secret.last_used_at = secret.last_used_at.max(Some(at));
    later
}

fn remove_expired(
    tables: &mut OpenTables<'_>,
    revoked: RevokedObject,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let table = tables.get(Revocation::TABLE)?;
    let key = revoked.to_string();
    let stored = table.get(key.as_bytes())?;
    let stored = stored.map(|bytes| decode::<Revocation>(Revocation::WHAT, bytes.value()));
    let expired = stored.transpose()?.is_some_and(|stored| stored.until <= at);
    if expired {
        table.remove(key.as_bytes())?;
    }
    Ok(expired)
}

/// Changes an existing record; writes it if `change` returns true.
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
