//! Roles: named sets of permissions.

use super::{DisplayText, Name, PermissionPattern, RoleId};
use std::collections::BTreeSet;

/// A named set of permissions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Never reused.
    pub id: RoleId,
    /// Unique among roles.
    pub name: Name,
    /// Purpose.
    pub description: DisplayText,
    /// The permissions of its holders.
    pub permissions: BTreeSet<PermissionPattern>,
    /// Part of Samovar and unchangeable (`administrator`, `policy-editor`, `auditor`).
    pub built_in: bool,
    /// Grows by one with every change; the API's `ETag`.
    pub version: u64,
}
