//! Roles in requests and responses.
//!
//! May read the model and the policy. Must never decide whether a change is allowed.

use crate::admin;
use crate::http::api::prelude::*;
use crate::model::{self, DisplayText, Name, PermissionPattern, RoleId};
use crate::policy::Policy;
use std::collections::BTreeSet;

response! {
    /// A named set of permissions.
    Role(role: &model::Role, policy: &Policy) {
        /// The id of the role.
        id: RoleId = role.id,
        /// The name, unique among roles.
        name: String = role.name.to_string(),
        /// What the role is for; may be empty.
        description: String = role.description.to_string(),
        /// The permissions as `resource:action`, or `resource:*` for every action of a resource.
        permissions: Vec<String> = texts(&role.permissions),
        /// True if the role is built into Samovar and cannot be changed.
        built_in: bool = role.built_in,
        /// The number of role bindings that assign the role.
        bindings: u32 = count(policy.role_bindings().filter(|b| b.role == role.id).count()),
        /// The version, also sent as `ETag`; it increases by one with every change.
        version: u64 = role.version,
    }
}

resource!(Role, "roles");

request! {
    /// A role to create, or the new state of an existing one.
    RoleDraft for admin::RoleDraft {
        /// The name, unique among roles: 1 to 64 characters of `a-z`, `0-9` and `-`.
        name: Name,
        /// What the role is for; empty by default.
        description: DisplayText = DisplayText::lossy(""),
        /// The permissions as `resource:action`, or `resource:*` for every action of a resource.
        permissions: BTreeSet<PermissionPattern>,
    } => Self { name, description, permissions }
}
