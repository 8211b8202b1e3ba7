//! Sessions over the wire: never a secret, nor its hash.

use super::Named;
use super::principal::Actor;
use super::texts::{Id, Time};
use poem_openapi::{Object, Union};

/// At Samovar itself.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub(in crate::http::api) struct SamovarPlace {}

/// At one host of an application, below a session at Samovar.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub(in crate::http::api) struct ApplicationPlace {
    /// The application.
    pub application: Named,
    /// The host.
    pub host: String,
    /// Id of the session at Samovar with which it ends.
    pub parent: Id,
}

/// Where a session holds.
#[derive(Debug, Clone, PartialEq, Eq, Union)]
#[oai(discriminator_name = "kind", one_of, rename_all = "kebab-case")]
pub(in crate::http::api) enum Place {
    /// At Samovar itself.
    Samovar(SamovarPlace),
    /// At an application's host.
    Application(ApplicationPlace),
}

/// A browser's sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub(in crate::http::api) struct Session {
    /// Its id; worth nothing as a credential.
    pub id: Id,
    /// Who signed in.
    pub principal: Actor,
    /// Where it holds.
    pub place: Place,
    /// Which provider signed the person in; absent for break-glass.
    pub provider: Option<String>,
    /// Start.
    pub created_at: Time,
    /// Last use, exact to five minutes.
    pub last_seen_at: Time,
    /// Absolute end.
    pub ends_at: Time,
    /// The client's address at the start.
    pub address: Option<String>,
    /// What the client called itself at the start.
    pub user_agent: String,
    /// The very session of this call.
    pub current: bool,
}
