//! Users in responses: those of Gitea as mirrored, those of other providers as of their last sign-in.
//!
//! May read the directory. Must never ask Gitea.

use crate::http::api::organizations::body::OrganizationName;
use crate::http::api::prelude::*;
use crate::http::api::teams::body::TeamName;
use crate::model::{Directory, DirectoryUser, GiteaUserId, Timestamp, UserId};

response! {
    /// A user.
    User(user: &DirectoryUser) {
        /// The id of the user in Samovar.
        id: UserId = user.id,
        /// The numeric id of the user in Gitea; absent for a user of another provider.
        gitea_id: Option<i64> = user.gitea().map(GiteaUserId::get),
        /// The id of the other provider of a user without a Gitea account; absent for a user of Gitea.
        provider: Option<String> = user.external().map(|e| e.provider.to_string()),
        /// The current login at the provider.
        login: String = user.login.to_string(),
        /// The full name; empty if there is none.
        full_name: String = user.full_name.to_string(),
        /// True if the account is active, allowed to sign in, and not deleted.
        enabled: bool = user.enabled,
    }
}

response! {
    /// A user with memberships.
    UserDetail(user: &DirectoryUser, directory: &Directory) {
        /// The id of the user in Samovar.
        id: UserId = user.id,
        /// The numeric id of the user in Gitea; absent for a user of another provider.
        gitea_id: Option<i64> = user.gitea().map(GiteaUserId::get),
        /// The id of the other provider of a user without a Gitea account; absent for a user of Gitea.
        provider: Option<String> = user.external().map(|e| e.provider.to_string()),
        /// The current login at the provider.
        login: String = user.login.to_string(),
        /// The full name; empty if there is none.
        full_name: String = user.full_name.to_string(),
        /// The e-mail address, for display only; empty if there is none or, at another provider, if it is not verified.
        email: String = user.email.to_string(),
        /// True if the account is active, allowed to sign in, and not deleted.
        enabled: bool = user.enabled,
        /// True if the user is a site administrator of Gitea.
        site_administrator: bool = user.site_administrator,
        /// The teams of the user.
        teams: Vec<TeamName> = user.teams.iter().filter_map(|id| TeamName::of(*id, directory)).collect(),
        /// The organizations with a team that has the user as a member.
        organizations: Vec<OrganizationName> = user
            .organizations
            .iter()
            .map(|id| OrganizationName::new(*id, directory))
            .collect(),
        /// The names of the user's groups at another provider; empty for a user of Gitea.
        groups: Vec<String> = texts(user.groups().iter().map(|(_, name)| name)),
        /// True if the provider may have omitted groups.
        groups_may_be_cut: bool = user.groups_may_be_cut(),
        /// The instant before Gitea was asked for the oldest of these facts; for a user of another provider, the last
        /// sign-in.
        freshness: Timestamp = user.freshness,
    }
}
