//! Roles: named sets of permissions.

use super::{DisplayText, Name, PermissionPattern, RoleId};
use std::collections::BTreeSet;

/// A named set of permissions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its key.
    pub id: RoleId,
    /// Unique among roles.
    pub name: Name,
    /// What it is for.
    pub description: DisplayText,
    /// What it gives.
    pub permissions: BTreeSet<PermissionPattern>,
    /// Comes with Samovar and cannot be changed (`administrator`, `policy-editor`, `auditor`).
    pub built_in: bool,
    /// Grows by one with every change; the API's `ETag`.
    pub version: u64,
}
