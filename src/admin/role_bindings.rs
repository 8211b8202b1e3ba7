//! Role bindings: create, update, delete.

use super::edit::{Edit, Editable, ObjectChange, ObjectVersion, PolicyObject};
use super::policy_draft::PolicyDraft;
use super::{Admin, AdminError};
use crate::access::{Permit, RoleBindingsWrite};
use crate::audit::{Action, ObjectKind};
use crate::model::{BindingSubject, Range, RoleBinding, RoleBindingId, RoleId, Timestamp};
use crate::policy::{Policy, PolicyError};
use crate::store::{Operation, Precondition};

/// A role binding as a caller describes it.
#[derive(Debug, Clone)]
pub struct RoleBindingDraft {
    /// The role.
    pub role: RoleId,
    /// Who gets it.
    pub subject: BindingSubject,
    /// Where it applies.
    pub range: Range,
    /// When it ends.
    pub until: Option<Timestamp>,
}

impl RoleBindingDraft {
    pub(super) fn binding(self, id: RoleBindingId, version: u64) -> RoleBinding {
        RoleBinding {
            id,
            role: self.role,
            subject: self.subject,
            range: self.range,
            until: self.until,
            version,
        }
    }
}

impl Editable for RoleBinding {
    type Id = RoleBindingId;
    const KIND: ObjectKind = ObjectKind::RoleBinding;
    const LABEL: &'static str = "role binding";
    const ACTIONS: [Action; 3] = [
        Action::RoleBindingCreate,
        Action::RoleBindingUpdate,
        Action::RoleBindingDelete,
    ];

    fn id(&self) -> RoleBindingId {
        self.id
    }

    fn version(&self) -> u64 {
        self.version
    }
}

impl PolicyObject for RoleBinding {
    fn find(policy: &Policy, id: RoleBindingId) -> Option<&Self> {
        policy.role_binding(id)
    }

    fn list(draft: &mut PolicyDraft) -> &mut Vec<Self> {
        &mut draft.role_bindings
    }

    fn put(self, expect: Precondition) -> Operation {
        Operation::PutRoleBinding(self, expect)
    }

    fn delete(id: RoleBindingId, expect: Precondition) -> Operation {
        Operation::DeleteRoleBinding(id, expect)
    }
}

impl Admin {
    /// Assigns a role.
    pub async fn create_role_binding(
        &self,
        permit: Permit<RoleBindingsWrite>,
        draft: RoleBindingDraft,
    ) -> Result<RoleBinding, AdminError> {
        let edit = self.edit(&permit).await?;
        let id = RoleBindingId::generate(&*self.clock, &*self.random);
        let binding = draft.binding(id, 1);
        let change = ObjectChange::Create(&binding);
        edit.authorize(&change, may_bind(&edit, &[&binding]))
            .await?;
        self.check_subject(&binding.subject)?;
        edit.commit(&change).await?;
        Ok(binding)
    }

    /// Updates a role binding from the version that the caller has seen. The caller must hold the old and the new role.
    pub async fn update_role_binding(
        &self,
        permit: Permit<RoleBindingsWrite>,
        object: ObjectVersion<RoleBindingId>,
        draft: RoleBindingDraft,
    ) -> Result<RoleBinding, AdminError> {
        let edit = self.edit(&permit).await?;
        let before = edit.current::<RoleBinding>(object)?;
        let binding = draft.binding(before.id, before.version + 1);
        let change = ObjectChange::Update(before, &binding);
        edit.authorize(&change, may_bind(&edit, &[before, &binding]))
            .await?;
        if binding.subject != before.subject {
            self.check_subject(&binding.subject)?;
        }
        self.check_administrators(&edit.policy, &edit.draft(&change))?;
        edit.commit(&change).await?;
        Ok(binding)
    }

    /// Removes a role.
    pub async fn delete_role_binding(
        &self,
        permit: Permit<RoleBindingsWrite>,
        object: ObjectVersion<RoleBindingId>,
    ) -> Result<(), AdminError> {
        let edit = self.edit(&permit).await?;
        let binding = edit.current::<RoleBinding>(object)?;
        let change = ObjectChange::Delete(binding);
        edit.authorize(&change, may_bind(&edit, &[binding])).await?;
        self.check_administrators(&edit.policy, &edit.draft(&change))?;
        edit.commit(&change).await
    }

    /// A new subject must exist in the mirror; an old one may be gone.
    fn check_subject(&self, subject: &BindingSubject) -> Result<(), AdminError> {
        let directory = self.mirror.directory();
        let (exists, label) = match subject {
            BindingSubject::Organization { id } | BindingSubject::OrganizationOwners { id } => {
                (directory.organizations.contains_key(id), "organization")
            }
            BindingSubject::Team { id } => (directory.teams.contains_key(id), "team"),
            BindingSubject::User { id } => (directory.users.contains_key(id), "user"),
            BindingSubject::ProviderGroup { provider, .. } => {
                let configured = directory.providers.contains(provider);
                let unknown = || AdminError::ProviderUnknown(provider.clone());
                return configured.then_some(()).ok_or_else(unknown);
            }
            BindingSubject::ServiceAccount { id } => {
                (self.service_accounts.get(*id).is_some(), "service account")
            }
        };
        if exists {
            Ok(())
        } else {
            Err(AdminError::SubjectUnknown(label))
        }
    }
}

fn may_bind(edit: &Edit<'_>, bindings: &[&RoleBinding]) -> Result<(), AdminError> {
    let mut roles = Vec::new();
    for binding in bindings {
        let role = edit.policy.role(binding.role);
        let unknown = || AdminError::PolicyErrors(vec![PolicyError::RoleUnknown(binding.id)]);
        roles.push((role.ok_or_else(unknown)?, &binding.range));
    }
    edit.delegation().may_bind(&roles)
}
