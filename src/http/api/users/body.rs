//! People in responses, as mirrored from Gitea; people of other providers as of their last sign-in.

use crate::http::api::organizations::body::OrganizationName;
use crate::http::api::prelude::*;
use crate::http::api::teams::body::TeamName;
use crate::model::{Directory, DirectoryUser, GiteaUserId, Timestamp, UserId};

response! {
    /// A person in a list.
    User(user: &DirectoryUser) {
        /// Samovar's id of the person.
        id: UserId = user.id,
        /// Gitea's numeric id; absent for a person of another provider.
        gitea_id: Option<i64> = user.gitea().map(GiteaUserId::get),
        /// The other provider that alone knows the person; absent for a person of Gitea.
        provider: Option<String> = user.external().map(|e| e.provider.to_string()),
        /// Present login.
        login: String = user.login.to_string(),
        /// Full name, or empty.
        full_name: String = user.full_name.to_string(),
        /// Active, not prohibited, not deleted.
        enabled: bool = user.enabled,
    }
}

response! {
    /// A person in detail.
    UserDetail(user: &DirectoryUser, directory: &Directory) {
        /// Samovar's id of the person.
        id: UserId = user.id,
        /// Gitea's numeric id; absent for a person of another provider.
        gitea_id: Option<i64> = user.gitea().map(GiteaUserId::get),
        /// The other provider that alone knows the person; absent for a person of Gitea.
        provider: Option<String> = user.external().map(|e| e.provider.to_string()),
        /// Present login.
        login: String = user.login.to_string(),
        /// Full name, or empty.
        full_name: String = user.full_name.to_string(),
        /// Address, or empty; of a person of another provider only a verified one. For display alone.
        email: String = user.email.to_string(),
        /// Active, not prohibited, not deleted.
        enabled: bool = user.enabled,
        /// Administers the Gitea server.
        site_administrator: bool = user.site_administrator,
        /// Teams of the person.
        teams: Vec<TeamName> = user.teams.iter().filter_map(|id| TeamName::of(*id, directory)).collect(),
        /// Organizations of the person, by one of their teams.
        organizations: Vec<OrganizationName> = user
            .organizations
            .iter()
            .map(|id| OrganizationName::new(*id, directory))
            .collect(),
        /// Groups of another provider, by name.
        groups: Vec<String> = texts(user.groups().iter().map(|(_, name)| name)),
        /// That provider may have left groups out.
        groups_may_be_cut: bool = user.groups_may_be_cut(),
        /// The instant before Gitea was asked for the oldest of these facts, or the last sign-in at another provider.
        freshness: Timestamp = user.freshness,
    }
}
