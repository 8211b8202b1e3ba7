//! Roles in and out.

use super::{Errors, count};
use crate::admin::RoleDraft;
use crate::http::Problem;
use crate::http::api::wire::role as wire;
use crate::http::api::wire::texts::Id;
use crate::model::{DisplayText, Role};
use crate::policy::Policy;

/// Reads a draft.
pub(in crate::http::api) fn read(draft: &wire::RoleDraft) -> Result<RoleDraft, Problem> {
    let mut errors = Errors::default();
    let name = errors.read("/name", &draft.name);
    let permissions = errors.read_each("/permissions", &draft.permissions);
    errors.unless_any(name.map(|name| RoleDraft {
        name,
        description: DisplayText::lossy(&draft.description),
        permissions,
    }))
}

/// Shows a role.
pub(in crate::http::api) fn show(role: &Role, policy: &Policy) -> wire::Role {
    let bindings = policy.role_bindings().filter(|b| b.role == role.id);
    wire::Role {
        id: Id::of(role.id),
        name: role.name.to_string(),
        description: role.description.to_string(),
        permissions: role.permissions.iter().map(ToString::to_string).collect(),
        built_in: role.built_in,
        bindings: count(bindings.count()),
        version: role.version,
    }
}

/// In which members the role that there is differs from what was sent.
pub(in crate::http::api) fn changed(sent: &RoleDraft, present: &Role) -> Vec<&'static str> {
    let differs = [
        ("name", sent.name != present.name),
        ("description", sent.description != present.description),
        ("permissions", sent.permissions != present.permissions),
    ];
    super::those(&differs)
}
