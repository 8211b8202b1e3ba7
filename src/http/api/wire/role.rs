//! Roles over the wire.

use super::texts::{Id, Name, PermissionPattern};
use poem_openapi::Object;

/// A named set of permissions.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub(in crate::http::api) struct Role {
    /// Its id.
    pub id: Id,
    /// Unique among roles.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// `resource:action` each, or `resource:*` for every action of a resource.
    pub permissions: Vec<String>,
    /// Comes with Samovar and cannot be changed.
    pub built_in: bool,
    /// How many role bindings give it.
    pub bindings: u32,
    /// Grows by one with every change; also the `ETag`.
    pub version: u64,
}

/// What a role is to be.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[oai(deny_unknown_fields)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct RoleDraft {
    /// 1 to 64 of `a-z 0-9 -`, unique among roles.
    pub name: Name,
    /// What it is for.
    #[oai(default)]
    #[serde(default)]
    pub description: String,
    /// `resource:action` each, or `resource:*`.
    pub permissions: Vec<PermissionPattern>,
}
