//! Roles: create, update, delete.

use super::edit::{Editable, ObjectChange, ObjectVersion, PolicyObject};
use super::policy_draft::PolicyDraft;
use super::{Admin, AdminError};
use crate::access::{Permit, RolesWrite};
use crate::audit::{Action, ObjectKind};
use crate::model::{DisplayText, Name, PermissionPattern, Role, RoleId};
use crate::policy::Policy;
use crate::store::{Operation, Precondition};
use std::collections::BTreeSet;

/// A role as a caller describes it.
#[derive(Debug, Clone)]
pub struct RoleDraft {
    /// Unique among roles.
    pub name: Name,
    /// What it is for.
    pub description: DisplayText,
    /// Its permissions.
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

impl Editable for Role {
    type Id = RoleId;
    const KIND: ObjectKind = ObjectKind::Role;
    const LABEL: &'static str = "role";
    const ACTIONS: [Action; 3] = [Action::RoleCreate, Action::RoleUpdate, Action::RoleDelete];

    fn id(&self) -> RoleId {
        self.id
    }

    fn version(&self) -> u64 {
        self.version
    }
}

impl PolicyObject for Role {
    fn find(policy: &Policy, id: RoleId) -> Option<&Self> {
        policy.role(id)
    }

    fn check_editable(&self) -> Result<(), AdminError> {
        if self.built_in {
            return Err(AdminError::BuiltIn);
        }
        Ok(())
    }

    fn list(draft: &mut PolicyDraft) -> &mut Vec<Self> {
        &mut draft.roles
    }

    fn put(self, expect: Precondition) -> Operation {
        Operation::PutRole(self, expect)
    }

    fn delete(id: RoleId, expect: Precondition) -> Operation {
        Operation::DeleteRole(id, expect)
    }
}

impl Admin {
    /// Creates a role. Its permissions must be held where it is assigned, not here.
    pub async fn create_role(
        &self,
        permit: Permit<RolesWrite>,
        draft: RoleDraft,
    ) -> Result<Role, AdminError> {
        let edit = self.edit(&permit).await?;
        let role = draft.role(RoleId::generate(&*self.clock, &*self.random), 1);
        let change = ObjectChange::Create(&role);
        let allowed = edit.delegation().may_write(&role, None);
        edit.authorize(&change, allowed).await?;
        edit.commit(&change).await?;
        Ok(role)
    }

    /// Updates a role from the version that the caller has seen.
    pub async fn update_role(
        &self,
        permit: Permit<RolesWrite>,
        object: ObjectVersion<RoleId>,
        draft: RoleDraft,
    ) -> Result<Role, AdminError> {
        let edit = self.edit(&permit).await?;
        let before = edit.current::<Role>(object)?;
        let role = draft.role(before.id, before.version + 1);
        let change = ObjectChange::Update(before, &role);
        let allowed = edit.delegation().may_write(&role, Some(before));
        edit.authorize(&change, allowed).await?;
        edit.commit(&change).await?;
        Ok(role)
    }

    /// Deletes a role that is not assigned.
    pub async fn delete_role(
        &self,
        permit: Permit<RolesWrite>,
        object: ObjectVersion<RoleId>,
    ) -> Result<(), AdminError> {
        let edit = self.edit(&permit).await?;
        let role = edit.current::<Role>(object)?;
        let bindings = edit.policy.role_bindings();
        match bindings.filter(|binding| binding.role == role.id).count() {
            0 => {}
            uses => return Err(AdminError::RoleInUse(uses)),
        }
        let change = ObjectChange::Delete(role);
        let allowed = edit.delegation().may_delete(role);
        edit.authorize(&change, allowed).await?;
        edit.commit(&change).await
    }
}
