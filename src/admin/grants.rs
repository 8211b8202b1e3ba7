//! Nobody grants what they do not hold; Samovar's own permissions are for administrators to give.
//!
//! An administrator holds `samovar.role-bindings:any`, which frees from the rule, as `bind` and `escalate` do in
//! Kubernetes RBAC: somebody must be able to give the first deployer a role.

use super::AdminError;
use crate::access::{Caller, RoleBindingsAny};
use crate::model::{PermissionPattern, Range, Role, Timestamp};
use crate::policy::Policy;

/// Whoever grants.
pub(super) struct Grantor<'a> {
    pub caller: &'a Caller,
    pub policy: &'a Policy,
    pub now: Timestamp,
}

impl Grantor<'_> {
    /// May this role be given or taken in this range?
    pub(super) fn may_bind(&self, role: &Role, range: &Range) -> Result<(), AdminError> {
        self.may_grant(role.permissions.iter(), range)
    }

    /// May this role be written? What it newly gives reaches everybody who has it, so it must be held wherever it is given.
    pub(super) fn may_write(&self, role: &Role, present: Option<&Role>) -> Result<(), AdminError> {
        let had = |p: &PermissionPattern| present.is_some_and(|r| r.permissions.contains(p));
        let added: Vec<_> = role.permissions.iter().filter(|p| !had(p)).collect();
        let own = present.is_some_and(|r| r.permissions.iter().any(PermissionPattern::is_own))
            || added.iter().any(|p| p.is_own());
        if own && !self.any() {
            return Err(AdminError::OwnRole);
        }
        for binding in self.policy.role_bindings().filter(|b| b.role == role.id) {
            self.may_grant(added.iter().copied(), &binding.range)?;
        }
        Ok(())
    }

    fn may_grant<'p>(
        &self,
        mut permissions: impl Iterator<Item = &'p PermissionPattern> + Clone,
        range: &Range,
    ) -> Result<(), AdminError> {
        if self.any() {
            return Ok(());
        }
        if permissions.clone().any(PermissionPattern::is_own) {
            return Err(AdminError::OwnRole);
        }
        let missing = permissions.find(|p| !self.held(p, range));
        missing.map_or(Ok(()), |p| Err(AdminError::NotHeld(p.clone())))
    }

    /// May a client act for people without asking them? It has what they all hold.
    pub(super) fn may_ask_nobody(&self) -> Result<(), AdminError> {
        self.any().then_some(()).ok_or(AdminError::FirstParty)
    }

    fn any(&self) -> bool {
        self.caller.holds::<RoleBindingsAny>(self.policy, self.now)
    }

    /// Held in at least this range: everywhere, or in the very application. A range of repositories has to be held
    /// everywhere, since globs cannot be compared.
    fn held(&self, pattern: &PermissionPattern, range: &Range) -> bool {
        let application = match range {
            Range::Application { id } => Some(*id),
            Range::Everywhere | Range::Repositories { .. } => None,
        };
        self.caller
            .permissions_in(self.policy, application, self.now)
            .iter()
            .any(|held| held.covers(pattern))
    }
}
