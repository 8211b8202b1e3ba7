//! Who is signed in, over the wire.

use super::Named;
use super::directory::UserDetail;
use super::principal::Actor;
use super::session::Session;
use poem_openapi::Object;

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
    /// There is no administrator yet, and this person may become the first one with the claim code.
    pub may_claim_administrator: bool,
}

/// The one-time code that makes its holder the first administrator.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[oai(deny_unknown_fields)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct Claim {
    /// As printed by `samovar claim-code`.
    pub code: String,
}
