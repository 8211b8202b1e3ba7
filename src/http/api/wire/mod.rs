//! The messages of the API: what goes over the wire, apart from what the rooms inside speak of and what the store keeps.
//!
//! Ids are text, instants RFC 3339 in UTC. Messages that come in hold texts; `forms` reads them into model types and
//! reports everything that is wrong at once.

pub(super) mod application;
pub(super) mod audit_event;
pub(super) mod decision;
pub(super) mod directory;
pub(super) mod machine;
pub(super) mod me;
pub(super) mod mirror;
pub(super) mod page;
pub(super) mod principal;
pub(super) mod provider;
pub(super) mod role;
pub(super) mod role_binding;
pub(super) mod session;
pub(super) mod texts;
pub(super) mod token;

use poem_openapi::Object;
use texts::Id;

/// Something by its id, with its present name.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct Named {
    /// Its id.
    pub id: Id,
    /// Its present name; absent when it is gone.
    pub name: Option<String>,
}
