//! Service accounts: machines that act for themselves, owned by a team or a person.

use super::{
    Directory, DisplayText, Issuer, Name, SecretRecord, ServiceAccountId, TeamId, Timestamp, UserId,
};
use std::collections::BTreeMap;

/// Who answers for a service account. Without its owner it can do nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// The members of a team; gone when the team is, or has nobody left.
    Team {
        /// Numeric id.
        id: TeamId,
    },
    /// One person; gone when the person is disabled or deleted.
    User {
        /// Our id.
        id: UserId,
    },
}

/// Foreign tokens that stand for a service account: a workload's, such as one of a CI job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    /// The issuer whose keys are believed.
    pub issuer: Issuer,
    /// What `aud` of its tokens must hold.
    pub audience: String,
    /// Claims that must have exactly these values; at least one, so that no issuer is trusted as a whole.
    pub claims: BTreeMap<String, String>,
}

impl Trust {
    /// Does no token of one audience fit both? A token may have claims that neither names, so only a claim with different
    /// values in both tells them apart. A job asks for its audience: if it asks for two, that harms nobody else.
    pub fn is_apart_from(&self, other: &Self) -> bool {
        let differs = |(claim, value)| {
            other
                .claims
                .get(claim)
                .is_some_and(|theirs| theirs != value)
        };
        self.issuer != other.issuer
            || self.audience != other.audience
            || self.claims.iter().any(differs)
    }
}

/// Whether a service account can do anything, and why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// It can.
    Active,
    /// Somebody switched it off.
    Disabled,
    /// The person or team that answers for it is gone or disabled.
    OwnerGone,
    /// The team that answers for it has nobody left.
    TeamEmpty,
}

/// A machine's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceAccount {
    /// Its id, which is also its `client_id`.
    pub id: ServiceAccountId,
    /// Unique among service accounts.
    pub name: Name,
    /// What it is for.
    pub description: DisplayText,
    /// Who answers for it.
    pub owner: Owner,
    /// False when somebody switched it off.
    pub enabled: bool,
    /// At most two that live.
    pub secrets: Vec<SecretRecord>,
    /// Foreign tokens that stand for it.
    pub trusts: Vec<Trust>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Grows by one with every change; the API's `ETag`.
    pub version: u64,
}

impl ServiceAccount {
    /// Its state by this directory; `there` says of a person whether they are there and enabled.
    pub fn state(&self, directory: &Directory, there: impl Fn(UserId) -> bool) -> AccountState {
        let team = |id| directory.teams.get(&id);
        match self.owner {
            _ if !self.enabled => AccountState::Disabled,
            Owner::User { id } if there(id) => AccountState::Active,
            Owner::User { .. } => AccountState::OwnerGone,
            Owner::Team { id } => match team(id).map(|team| &team.members) {
                None => AccountState::OwnerGone,
                Some(members) if members.iter().copied().any(there) => AccountState::Active,
                Some(_) => AccountState::TeamEmpty,
            },
        }
    }
}
