//! People, organizations and teams over the wire, as mirrored from Gitea; people of other providers as of their last
//! sign-in.

use super::texts::{Id, Time};
use poem_openapi::Object;

/// A person in a list.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub(in crate::http::api) struct User {
    /// Samovar's id of the person.
    pub id: Id,
    /// Gitea's numeric id; absent for a person of another provider.
    pub gitea_id: Option<i64>,
    /// The other provider that alone knows the person; absent for Gitea's people.
    pub provider: Option<String>,
    /// Present login.
    pub login: String,
    /// Full name, or empty.
    pub full_name: String,
    /// Active, not prohibited, not deleted.
    pub enabled: bool,
}

/// A person with all that is known.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub(in crate::http::api) struct UserDetail {
    /// Samovar's id of the person.
    pub id: Id,
    /// Gitea's numeric id; absent for a person of another provider.
    pub gitea_id: Option<i64>,
    /// The other provider that alone knows the person; absent for Gitea's people.
    pub provider: Option<String>,
    /// Present login.
    pub login: String,
    /// Full name, or empty.
    pub full_name: String,
    /// Address, or empty; of another provider's person only one that the provider says it has verified. For display alone.
    pub email: String,
    /// Active, not prohibited, not deleted.
    pub enabled: bool,
    /// Administers the Gitea server.
    pub site_administrator: bool,
    /// Teams that the person is in.
    pub teams: Vec<TeamName>,
    /// Organizations that the person is in, by one of their teams.
    pub organizations: Vec<OrganizationName>,
    /// Groups of another provider, by name.
    pub groups: Vec<String>,
    /// That provider may have left groups out.
    pub groups_may_be_cut: bool,
    /// The instant before the oldest question to Gitea on which this rests, or the last sign-in at another provider.
    pub freshness: Time,
}

/// A team, named.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub(in crate::http::api) struct TeamName {
    /// Gitea's numeric id.
    pub id: i64,
    /// Present name.
    pub name: String,
    /// The organization that it belongs to.
    pub organization: OrganizationName,
}

/// An organization, named.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub(in crate::http::api) struct OrganizationName {
    /// Gitea's numeric id.
    pub id: i64,
    /// Present name.
    pub name: String,
}

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub(in crate::http::api) struct Organization {
    /// Gitea's numeric id.
    pub id: i64,
    /// Present name.
    pub name: String,
    /// Full name, or empty.
    pub full_name: String,
    /// How many teams it has.
    pub teams: u32,
    /// How many people are in at least one of them.
    pub members: u32,
}

/// A team.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub(in crate::http::api) struct Team {
    /// Gitea's numeric id.
    pub id: i64,
    /// Present name.
    pub name: String,
    /// The organization that it belongs to.
    pub organization: OrganizationName,
    /// The organization's owners team.
    pub owners: bool,
    /// How many people are in it.
    pub members: u32,
}
