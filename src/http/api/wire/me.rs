//! Who is signed in, over the wire.

use super::Named;
use super::directory::UserDetail;
use super::principal::Actor;
use super::session::Session;
use poem_openapi::{Enum, Object};

/// Who is signed in, and what that person holds in Samovar itself.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub(in crate::http::api) struct Me {
    /// Who it is.
    pub principal: Actor,
    /// The person, when it is one that Gitea knows.
    pub user: Option<UserDetail>,
    /// Roles that hold everywhere.
    pub roles: Vec<Named>,
    /// Permissions that hold everywhere, Samovar's own among them.
    pub permissions: Vec<String>,
    /// This session.
    pub session: Option<Session>,
    /// No person administers Samovar, and this person may become administrator with the claim code.
    pub may_claim_administrator: bool,
    /// Whether at least one person administers Samovar.
    pub administrators: AdministratorState,
}

/// Whether at least one person administers Samovar: one whom the mirror knows and whose account is enabled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename_all = "kebab-case")]
pub(in crate::http::api) enum AdministratorState {
    /// At least one does, without an end.
    Lasting,
    /// Each of them loses the role on a date.
    Ending,
    /// None does. The claim code on the server and the break-glass password are the ways back.
    None,
}

/// The one-time code that makes its holder the first administrator.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[oai(deny_unknown_fields)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct Claim {
    /// As printed by `samovar claim-code`.
    pub code: String,
}
