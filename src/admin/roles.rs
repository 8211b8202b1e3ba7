//! Roles: make, change, delete.

use super::delegation::Grantor;
use super::differences::with_differences;
use super::draft::Draft;
use super::{Admin, AdminError};
use crate::access::{Permit, RolesWrite};
use crate::audit::{Action, Object, ObjectKind};
use crate::model::{DisplayText, Name, PermissionPattern, Role, RoleId};
use crate::policy::Policy;
use crate::store::{Change, Operation, Precondition};
use std::collections::BTreeSet;

/// What a person says of a role.
#[derive(Debug, Clone)]
pub struct RoleDraft {
    /// Unique among roles.
    pub name: Name,
    /// What it is for.
    pub description: DisplayText,
    /// What it gives.
    pub permissions: BTreeSet<PermissionPattern>,
}

impl RoleDraft {
    fn role(self, id: RoleId, version: u64) -> Role {
        Role {
            id,
            name: self.name,
            description: self.description,
            permissions: self.permissions,
            built_in: false,
            version,
        }
    }
}

impl Admin {
    /// Makes a role. Holding its permissions is asked for only where it is given (see role bindings).
    pub async fn create_role(
        &self,
        permit: Permit<RolesWrite>,
        draft: RoleDraft,
    ) -> Result<Role, AdminError> {
        let turn = self.turn().await;
        let policy = self.policy.load();
        let id = RoleId::generate(&*self.clock, &*self.random);
        let role = draft.role(id, 1);
        let event = permit.caller().event(
            self.clock.now(),
            Action::RoleCreate,
            Object::new(ObjectKind::Role, id),
            &policy,
        );
        let event = with_differences(event, None, Some(&role));
        let allowed = self.grantor(&permit, &policy).may_write(&role, None);
        self.unless_refused(allowed, &event).await?;
        let mut next = Draft::of(&policy);
        next.roles.push(role.clone());
        let change = Change::from(Operation::PutRole(role.clone(), Precondition::Absent));
        self.put_in_force(&turn, next, change, event).await?;
        Ok(role)
    }

    /// Changes a role from the version that the caller has seen.
    pub async fn update_role(
        &self,
        permit: Permit<RolesWrite>,
        (id, version): (RoleId, u64),
        draft: RoleDraft,
    ) -> Result<Role, AdminError> {
        let turn = self.turn().await;
        let policy = self.policy.load();
        let present = present(&policy, id, version)?;
        let role = draft.role(id, version + 1);
        let event = permit.caller().event(
            self.clock.now(),
            Action::RoleUpdate,
            Object::new(ObjectKind::Role, id),
            &policy,
        );
        let event = with_differences(event, Some(present), Some(&role));
        let grantor = self.grantor(&permit, &policy);
        let allowed = grantor.may_write(&role, Some(present));
        self.unless_refused(allowed, &event).await?;
        let mut next = Draft::of(&policy);
        next.roles.retain(|r| r.id != id);
        next.roles.push(role.clone());
        let change = Change::from(Operation::PutRole(
            role.clone(),
            Precondition::Version(version),
        ));
        self.put_in_force(&turn, next, change, event).await?;
        Ok(role)
    }

    /// Deletes a role that nobody is given.
    pub async fn delete_role(
        &self,
        permit: Permit<RolesWrite>,
        (id, version): (RoleId, u64),
    ) -> Result<(), AdminError> {
        let turn = self.turn().await;
        let policy = self.policy.load();
        let before = present(&policy, id, version)?;
        let uses = policy.role_bindings().filter(|b| b.role == id).count();
        if uses > 0 {
            return Err(AdminError::RoleInUse(uses));
        }
        let event = permit.caller().event(
            self.clock.now(),
            Action::RoleDelete,
            Object::new(ObjectKind::Role, id),
            &policy,
        );
        let event = with_differences(event, Some(before), None);
        let allowed = self.grantor(&permit, &policy).may_delete(before);
        self.unless_refused(allowed, &event).await?;
        let mut next = Draft::of(&policy);
        next.roles.retain(|r| r.id != id);
        let change = Change::from(Operation::DeleteRole(id, Precondition::Version(version)));
        self.put_in_force(&turn, next, change, event).await
    }

    pub(super) fn grantor<'a, P: crate::access::OwnPermission>(
        &self,
        permit: &'a Permit<P>,
        policy: &'a Policy,
    ) -> Grantor<'a> {
        let (caller, now) = (permit.caller(), self.clock.now());
        Grantor::new(policy, move |application| {
            caller.permissions_in(policy, application, now)
        })
    }
}

fn present(policy: &Policy, id: RoleId, given: u64) -> Result<&Role, AdminError> {
    let role = policy.role(id).ok_or(AdminError::Missing("role"))?;
    if role.built_in {
        return Err(AdminError::BuiltIn);
    }
    if role.version != given {
        return Err(AdminError::Stale {
            what: "role",
            present: role.version,
            given,
        });
    }
    Ok(role)
}
