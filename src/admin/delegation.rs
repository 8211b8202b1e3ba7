//! A caller gives, takes, loosens and tightens only what the caller holds; Samovar's own permissions are for administrators.
//!
//! `samovar.role-bindings:any` frees from the rule for roles and role bindings, `samovar.applications:any` for
//! applications, as `bind` and `escalate` do in Kubernetes RBAC: an administrator must be able to give the first role.
//! What an application's change needs is worked out in `application_change`.

use super::AdminError;
use super::application_change::{Needs, needs};
use crate::access::{ApplicationsAny, OwnPermission, RoleBindingsAny};
use crate::model::{
    Application, ApplicationId, Permission, PermissionPattern, Range, Role, RoleBinding,
};
use crate::policy::Policy;
use std::collections::BTreeSet;

/// What a caller holds in one application, or everywhere.
type Held<'a> = dyn Fn(Option<ApplicationId>) -> BTreeSet<PermissionPattern> + Send + Sync + 'a;

/// The caller whose change is checked, by what the caller holds.
pub(super) struct Grantor<'a> {
    policy: &'a Policy,
    held: Box<Held<'a>>,
}

impl<'a> Grantor<'a> {
    /// `held` gives what the caller holds in an application, or everywhere.
    pub(super) fn new(
        policy: &'a Policy,
        held: impl Fn(Option<ApplicationId>) -> BTreeSet<PermissionPattern> + Send + Sync + 'a,
    ) -> Self {
        Self {
            policy,
            held: Box::new(held),
        }
    }

    /// May these roles be given, or taken, in these ranges?
    pub(super) fn may_bind(&self, bindings: &[(&Role, &Range)]) -> Result<(), AdminError> {
        let all = bindings.iter().flat_map(|(role, range)| {
            let permissions = role.permissions.iter();
            permissions.map(move |permission| (permission, *range))
        });
        self.may_delegate(all)
    }

    /// May this role be written? What it newly gives or gives no more reaches every subject that it is bound to, so it
    /// must be held wherever the role is bound. Applications see a role by its name, so another name changes all of it.
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
            return Err(AdminError::OwnRole);
        }
        let bindings = self.bindings_of(role);
        self.may_delegate(bindings.flat_map(|binding| {
            let permissions = changed.iter().copied();
            permissions.map(move |permission| (permission, &binding.range))
        }))
    }

    /// May this role be deleted, to which no subject is bound?
    pub(super) fn may_delete(&self, role: &Role) -> Result<(), AdminError> {
        let own = role.permissions.iter().any(PermissionPattern::is_own);
        if own && !self.any_role() {
            return Err(AdminError::OwnRole);
        }
        Ok(())
    }

    /// May an application be made (no `before`), changed or deleted (no `after`)?
    pub(super) fn may_change(
        &self,
        before: Option<&Application>,
        after: Option<&Application>,
    ) -> Result<(), AdminError> {
        if self.holds::<ApplicationsAny>() {
            return Ok(());
        }
        let Needs { held, any } = needs(before, after);
        let application = before.or(after).map(|application| application.id);
        let has = (self.held)(application);
        let missing = held
            .into_iter()
            .filter(|needed| !has.iter().any(|p| p.matches(needed)));
        let missing: Vec<_> = missing.collect();
        if missing.is_empty() && any.is_empty() {
            Ok(())
        } else {
            Err(AdminError::NotDelegated { missing, any })
        }
    }

    /// May a client act for people without asking them? It has what they all hold.
    pub(super) fn may_ask_nobody(&self) -> Result<(), AdminError> {
        self.any_role().then_some(()).ok_or(AdminError::FirstParty)
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
                return Err(AdminError::OwnRole);
            }
            if !self.held(permission, range) {
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

    /// One of Samovar's own permissions, which hold everywhere or not at all.
    fn holds<P: OwnPermission>(&self) -> bool {
        let wanted = P::PERMISSION.parse::<Permission>();
        wanted.is_ok_and(|wanted| (self.held)(None).iter().any(|held| held.matches(&wanted)))
    }

    /// Held in at least this range: everywhere, or in the very application. A range of repositories has to be held
    /// everywhere, since globs cannot be compared.
    fn held(&self, pattern: &PermissionPattern, range: &Range) -> bool {
        let application = match range {
            Range::Application { id } => Some(*id),
            Range::Everywhere | Range::Repositories { .. } => None,
        };
        let held = (self.held)(application);
        held.iter().any(|held| held.covers(pattern))
    }
}

#[cfg(test)]
#[path = "delegation_tests.rs"]
mod tests;
