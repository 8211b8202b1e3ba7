//! Role bindings: give, change, take.

use super::differences::with_differences;
use super::draft::Draft;
use super::{Admin, AdminError};
use crate::access::{Permit, RoleBindingsWrite};
use crate::audit::{Action, Object, ObjectKind};
use crate::model::{BindingSubject, Range, RoleBinding, RoleBindingId, RoleId, Timestamp};
use crate::policy::{Policy, PolicyError};
use crate::store::{Change, Operation, Precondition};

/// What a person says of a role binding.
#[derive(Debug, Clone)]
pub struct RoleBindingDraft {
    /// The role given.
    pub role: RoleId,
    /// To whom.
    pub subject: BindingSubject,
    /// Where.
    pub range: Range,
    /// Gives nothing from this instant on.
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

impl Admin {
    /// Gives a role.
    pub async fn create_role_binding(
        &self,
        permit: Permit<RoleBindingsWrite>,
        draft: RoleBindingDraft,
    ) -> Result<RoleBinding, AdminError> {
        let turn = self.turn().await;
        let policy = self.policy.load();
        let id = RoleBindingId::generate(&*self.clock, &*self.random);
        let binding = draft.binding(id, 1);
        let (now, action) = (self.clock.now(), Action::RoleBindingCreate);
        let event = permit.caller().event(
            now,
            action,
            Object::new(ObjectKind::RoleBinding, id),
            &policy,
        );
        let event = with_differences(event, None, Some(&binding));
        let allowed = self.may_bind(&permit, &policy, &[&binding]);
        self.unless_refused(allowed, &event).await?;
        self.subject_exists(&binding.subject)?;
        let mut next = Draft::of(&policy);
        next.role_bindings.push(binding.clone());
        let change = Change::from(Operation::PutRoleBinding(
            binding.clone(),
            Precondition::Absent,
        ));
        self.put_in_force(&turn, next, change, event).await?;
        Ok(binding)
    }

    /// Changes a role binding from the version that the caller has seen: both what it gave and what it gives must be held.
    pub async fn update_role_binding(
        &self,
        permit: Permit<RoleBindingsWrite>,
        (id, version): (RoleBindingId, u64),
        draft: RoleBindingDraft,
    ) -> Result<RoleBinding, AdminError> {
        let turn = self.turn().await;
        let policy = self.policy.load();
        let present = present(&policy, id, version)?;
        let binding = draft.binding(id, version + 1);
        let (now, action) = (self.clock.now(), Action::RoleBindingUpdate);
        let event = permit.caller().event(
            now,
            action,
            Object::new(ObjectKind::RoleBinding, id),
            &policy,
        );
        let event = with_differences(event, Some(present), Some(&binding));
        let allowed = self.may_bind(&permit, &policy, &[present, &binding]);
        self.unless_refused(allowed, &event).await?;
        if binding.subject != present.subject {
            self.subject_exists(&binding.subject)?;
        }
        let mut next = Draft::of(&policy);
        next.role_bindings.retain(|b| b.id != id);
        next.role_bindings.push(binding.clone());
        self.keeps_an_administrator(&policy, &next)?;
        let change = Change::from(Operation::PutRoleBinding(
            binding.clone(),
            Precondition::Version(version),
        ));
        self.put_in_force(&turn, next, change, event).await?;
        Ok(binding)
    }

    /// Takes a role away.
    pub async fn delete_role_binding(
        &self,
        permit: Permit<RoleBindingsWrite>,
        (id, version): (RoleBindingId, u64),
    ) -> Result<(), AdminError> {
        let turn = self.turn().await;
        let policy = self.policy.load();
        let present = present(&policy, id, version)?;
        let (now, action) = (self.clock.now(), Action::RoleBindingDelete);
        let event = permit.caller().event(
            now,
            action,
            Object::new(ObjectKind::RoleBinding, id),
            &policy,
        );
        let event = with_differences(event, None, Some(present));
        let allowed = self.may_bind(&permit, &policy, &[present]);
        self.unless_refused(allowed, &event).await?;
        let mut next = Draft::of(&policy);
        next.role_bindings.retain(|b| b.id != id);
        self.keeps_an_administrator(&policy, &next)?;
        let change = Change::from(Operation::DeleteRoleBinding(
            id,
            Precondition::Version(version),
        ));
        self.put_in_force(&turn, next, change, event).await
    }

    fn may_bind(
        &self,
        permit: &Permit<RoleBindingsWrite>,
        policy: &Policy,
        bindings: &[&RoleBinding],
    ) -> Result<(), AdminError> {
        let mut given = Vec::new();
        for binding in bindings {
            let role = policy.role(binding.role);
            let unknown = || AdminError::Errors(vec![PolicyError::RoleUnknown(binding.id)]);
            given.push((role.ok_or_else(unknown)?, &binding.range));
        }
        self.grantor(permit, policy).may_bind(&given)
    }

    /// A new binding names somebody whom the mirror knows; an old one may outlive its subject.
    fn subject_exists(&self, subject: &BindingSubject) -> Result<(), AdminError> {
        let directory = self.mirror.directory();
        let (known, what) = match subject {
            BindingSubject::Organization { id } | BindingSubject::OrganizationOwners { id } => {
                (directory.organizations.contains_key(id), "organization")
            }
            BindingSubject::Team { id } => (directory.teams.contains_key(id), "team"),
            BindingSubject::User { id } => (directory.users.contains_key(id), "user"),
            BindingSubject::ProviderGroup { provider, .. } => {
                (directory.providers.contains(provider), "provider")
            }
            BindingSubject::ServiceAccount { id } => {
                (self.service_accounts.get(*id).is_some(), "service account")
            }
        };
        if known {
            Ok(())
        } else {
            Err(AdminError::SubjectUnknown(what))
        }
    }
}

fn present(policy: &Policy, id: RoleBindingId, given: u64) -> Result<&RoleBinding, AdminError> {
    let missing = AdminError::Missing("role binding");
    let binding = policy.role_binding(id).ok_or(missing)?;
    if binding.version == given {
        return Ok(binding);
    }
    Err(AdminError::Stale {
        what: "role binding",
        present: binding.version,
        given,
    })
}
