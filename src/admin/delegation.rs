//! Which changes a caller may make: those of permissions that the caller holds. Samovar's own permissions are for
//! administrators.
//!
//! `samovar.role-bindings:any` lifts the rule for roles and role bindings, `samovar.applications:any` for applications, as
//! `bind` and `escalate` do in Kubernetes RBAC: an administrator must be able to assign the first role. Which permissions a
//! change of an application needs is computed in `application_change`. Pure.

use super::AdminError;
use super::application_change::{Requirements, requirements};
use crate::access::{ApplicationsAny, OwnPermission, RoleBindingsAny};
use crate::model::{
    Application, ApplicationId, Permission, PermissionPattern, Range, Role, RoleBinding,
};
use crate::policy::Policy;
use std::collections::BTreeSet;

/// The caller's permissions in one application, or everywhere.
type Permissions<'a> =
    dyn Fn(Option<ApplicationId>) -> BTreeSet<PermissionPattern> + Send + Sync + 'a;

/// What one caller may delegate.
pub(super) struct Delegation<'a> {
    policy: &'a Policy,
    permissions: Box<Permissions<'a>>,
}

impl<'a> Delegation<'a> {
    /// Of a caller with these permissions in an application, or everywhere.
    pub(super) fn new(
        policy: &'a Policy,
        permissions: impl Fn(Option<ApplicationId>) -> BTreeSet<PermissionPattern> + Send + Sync + 'a,
    ) -> Self {
        Self {
            policy,
            permissions: Box::new(permissions),
        }
    }

    /// May these roles be assigned, or removed, in these ranges?
    pub(super) fn may_bind(&self, bindings: &[(&Role, &Range)]) -> Result<(), AdminError> {
        let all = bindings.iter().flat_map(|(role, range)| {
            let permissions = role.permissions.iter();
            permissions.map(move |permission| (permission, *range))
        });
        self.may_delegate(all)
    }

    /// May this role be written? Added and removed permissions affect every subject that the role is bound to, so the caller
    /// must hold them wherever the role is bound. Applications know a role by its name, so a new name changes all of it.
    pub(super) fn may_write(&self, role: &Role, before: Option<&Role>) -> Result<(), AdminError> {
        let none = BTreeSet::new();
        let old = before.map_or(&none, |before| &before.permissions);
        let new = &role.permissions;
        let renamed = before.is_some_and(|before| before.name != role.name);
        let changed: Vec<_> = if renamed {
            old.union(new).collect()
        } else {
            old.symmetric_difference(new).collect()
        };
        let own = old.union(new).any(PermissionPattern::is_own);
        if own && !self.any_role() {
            return Err(AdminError::OwnPermission);
        }
        let bindings = self.bindings_of(role);
        self.may_delegate(bindings.flat_map(|binding| {
            let permissions = changed.iter().copied();
            permissions.map(move |permission| (permission, &binding.range))
        }))
    }

    /// May this role, which is not assigned, be deleted?
    pub(super) fn may_delete(&self, role: &Role) -> Result<(), AdminError> {
        let own = role.permissions.iter().any(PermissionPattern::is_own);
        if own && !self.any_role() {
            return Err(AdminError::OwnPermission);
        }
        Ok(())
    }

    /// May an application be created (no `before`), updated or deleted (no `after`)?
    pub(super) fn may_change(
        &self,
        before: Option<&Application>,
        after: Option<&Application>,
    ) -> Result<(), AdminError> {
        if self.holds::<ApplicationsAny>() {
            return Ok(());
        }
        let Requirements { permissions, any } = requirements(before, after);
        let application = before.or(after).map(|application| application.id);
        let held = (self.permissions)(application);
        let missing = permissions
            .into_iter()
            .filter(|required| !held.iter().any(|pattern| pattern.matches(required)));
        let missing: Vec<_> = missing.collect();
        if missing.is_empty() && any.is_empty() {
            Ok(())
        } else {
            Err(AdminError::NotDelegated { missing, any })
        }
    }

    /// May a client skip consent? It then has the permissions of everyone who uses it.
    pub(super) fn may_skip_consent(&self) -> Result<(), AdminError> {
        self.any_role()
            .then_some(())
            .ok_or(AdminError::ConsentRequired)
    }

    fn may_delegate<'p>(
        &self,
        permissions: impl Iterator<Item = (&'p PermissionPattern, &'p Range)>,
    ) -> Result<(), AdminError> {
        if self.any_role() {
            return Ok(());
        }
        let mut missing = BTreeSet::new();
        for (permission, range) in permissions {
            if permission.is_own() {
                return Err(AdminError::OwnPermission);
            }
            if !self.holds_in(permission, range) {
                missing.insert(permission.clone());
            }
        }
        if missing.is_empty() {
            Ok(())
        } else {
            Err(AdminError::NotHeld(missing.into_iter().collect()))
        }
    }

    fn bindings_of(&self, role: &Role) -> impl Iterator<Item = &'a RoleBinding> + use<'a> {
        let id = role.id;
        self.policy.role_bindings().filter(move |b| b.role == id)
    }

    fn any_role(&self) -> bool {
        self.holds::<RoleBindingsAny>()
    }

    /// Does the caller hold this one of Samovar's own permissions, which are held everywhere or not at all?
    fn holds<P: OwnPermission>(&self) -> bool {
        let required = P::PERMISSION.parse::<Permission>();
        let held = (self.permissions)(None);
        required.is_ok_and(|required| held.iter().any(|pattern| pattern.matches(&required)))
    }

    /// Does the caller hold the permission in at least this range: everywhere, or in the same application? For a range of
    /// repositories it must be held everywhere, since globs cannot be compared.
    fn holds_in(&self, permission: &PermissionPattern, range: &Range) -> bool {
        let application = match range {
            Range::Application { id } => Some(*id),
            Range::Everywhere | Range::Repositories { .. } => None,
        };
        let held = (self.permissions)(application);
        held.iter().any(|pattern| pattern.covers(permission))
    }
}

#[cfg(test)]
#[path = "delegation_tests.rs"]
mod tests;
