//! Roles in requests and responses.

use crate::admin;
use crate::http::api::prelude::*;
use crate::model::{self, DisplayText, Name, PermissionPattern, RoleId};
use crate::policy::Policy;
use std::collections::BTreeSet;

response! {
    /// A named set of permissions.
    Role(role: &model::Role, policy: &Policy) {
        /// Its id.
        id: RoleId = role.id,
        /// Unique among roles.
        name: String = role.name.to_string(),
        /// What it is for.
        description: String = role.description.to_string(),
        /// `resource:action` each, or `resource:*` for every action of a resource.
        permissions: Vec<String> = texts(&role.permissions),
        /// Comes with Samovar and cannot be changed.
        built_in: bool = role.built_in,
        /// How many role bindings assign it.
        bindings: u32 = count(policy.role_bindings().filter(|b| b.role == role.id).count()),
        /// Grows by one with every change; also the `ETag`.
        version: u64 = role.version,
    }
}

resource!(Role, "roles");

request! {
    /// A role to create, or the new state of one.
    RoleDraft for admin::RoleDraft {
        /// 1 to 64 of `a-z 0-9 -`, unique among roles.
        name: Name,
        /// What it is for.
        description: DisplayText = DisplayText::lossy(""),
        /// `resource:action` each, or `resource:*`.
        permissions: BTreeSet<PermissionPattern>,
    } => Self { name, description, permissions }
}
