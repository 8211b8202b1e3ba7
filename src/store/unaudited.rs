//! The short list of writes that leave no audit event: instants at which something was last seen or last asked.
//!
//! Each changes one instant of a record that is there, forward only. Must never be able to express a change of what
//! anybody may do.

use super::error::{CommitError, StoreError};
use super::record::{decode, encode};
use super::tables::{Record, number};
use crate::model::{
    GiteaUserId, MirroredOrganization, MirroredTeam, MirroredUser, OrganizationId, Session,
    SessionId, TeamId, Timestamp,
};
use redb::{ReadableTable, WriteTransaction};

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
}

impl Unaudited {
    /// Moves the instant.
    pub(super) fn write(self, transaction: &WriteTransaction) -> Result<(), StoreError> {
        match self {
            Self::SessionSeen(id, at) => {
                forward::<Session>(transaction, id.as_bytes(), at, |s| &mut s.last_seen_at)
            }
            Self::UserAsked(id, at) => {
                forward::<MirroredUser>(transaction, &number(id), at, |u| &mut u.asked_at)
            }
            Self::OrganizationAsked(id, at) => {
                forward::<MirroredOrganization>(transaction, &number(id), at, |o| &mut o.asked_at)
            }
            Self::TeamAsked(id, at) => {
                forward::<MirroredTeam>(transaction, &number(id), at, |t| &mut t.asked_at)
            }
        }
    }
}

fn forward<R: Record>(
    transaction: &WriteTransaction,
    key: &[u8],
    at: Timestamp,
    instant: fn(&mut R) -> &mut Timestamp,
) -> Result<(), StoreError> {
    let mut table = transaction.open_table(R::TABLE)?;
    let Some(mut record) = table
        .get(key)?
        .map(|bytes| decode::<R>(R::WHAT, bytes.value()))
        .transpose()?
    else {
        return Ok(());
    };
    let kept = instant(&mut record);
    if at > *kept {
        *kept = at;
        let bytes = encode(&record).map_err(|error| match error {
            CommitError::Unavailable(error) => error,
            other => StoreError::Damaged(other.to_string()),
        })?;
        table.insert(key, bytes.as_slice())?;
    }
    Ok(())
}
