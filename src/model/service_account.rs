//! Service accounts: accounts of machines, owned by a team or a person.

use super::{
    Directory, DisplayText, Issuer, Name, ServiceAccountId, StoredSecret, TeamId, Timestamp, UserId,
};
use std::collections::BTreeMap;

/// The owner of a service account, without which the account is not active.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// A team with at least one member who is not disabled.
    Team {
        /// Numeric id.
        id: TeamId,
    },
    /// A person who is neither disabled nor deleted.
    User {
        /// Samovar's id.
        id: UserId,
    },
}

/// Tokens of another issuer that authenticate a service account, such as those of a CI job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkloadTrust {
    /// The issuer of the tokens.
    pub issuer: Issuer,
    /// Required value of `aud`.
    pub audience: String,
    /// Claims with their required values; at least one, so that an issuer is never trusted as a whole.
    pub claims: BTreeMap<String, String>,
}

impl WorkloadTrust {
    /// True if no token with a single audience matches both: another issuer or audience, or a claim with different values. A
    /// token with both audiences is possible only if its own job requests it.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        let differs = |(claim, value)| {
            other
                .claims
                .get(claim)
                .is_some_and(|required| required != value)
        };
        self.issuer != other.issuer
            || self.audience != other.audience
            || self.claims.iter().any(differs)
    }
}

/// Whether a service account may act, and why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceAccountState {
    /// It may act.
    Active,
    /// It was disabled.
    Disabled,
    /// Its owner does not exist or is disabled.
    OwnerGone,
    /// No member of its owner team is enabled.
    TeamEmpty,
}

/// The account of a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceAccount {
    /// Its id, which is also its `client_id`.
    pub id: ServiceAccountId,
    /// Unique among service accounts.
    pub name: Name,
    /// Purpose.
    pub description: DisplayText,
    /// A team or a person.
    pub owner: Owner,
    /// False if it was disabled.
    pub enabled: bool,
    /// At most two valid ones.
    pub secrets: Vec<StoredSecret>,
    /// Tokens of other issuers that authenticate it.
    pub trusts: Vec<WorkloadTrust>,
    /// When it was created.
    pub created_at: Timestamp,
    /// Grows by one with every change; the API's `ETag`.
    pub version: u64,
}

impl ServiceAccount {
    /// The state by this directory. `is_enabled` tells whether a person exists and is enabled.
    pub fn state(
        &self,
        directory: &Directory,
        is_enabled: impl Fn(UserId) -> bool,
    ) -> ServiceAccountState {
        let team = |id| directory.teams.get(&id);
        match self.owner {
            _ if !self.enabled => ServiceAccountState::Disabled,
            Owner::User { id } if is_enabled(id) => ServiceAccountState::Active,
            Owner::User { .. } => ServiceAccountState::OwnerGone,
            Owner::Team { id } => match team(id).map(|team| &team.members) {
                None => ServiceAccountState::OwnerGone,
                Some(members) if members.iter().copied().any(is_enabled) => {
                    ServiceAccountState::Active
                }
                Some(_) => ServiceAccountState::TeamEmpty,
            },
        }
    }
}
