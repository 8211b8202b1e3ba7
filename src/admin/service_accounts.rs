//! Service accounts: create, update, delete.

use super::edit::{Edit, ObjectChange, ObjectVersion, check_name, registered};
use super::{Admin, AdminError};
use crate::access::{Permit, ServiceAccountsWrite};
use crate::model::{
    BindingSubject, DisplayText, Name, Owner, Principal, RoleBinding, ServiceAccount,
    ServiceAccountId, WorkloadTrust,
};
use crate::policy::Policy;

/// A service account as a caller describes it.
#[derive(Debug, Clone)]
pub struct ServiceAccountDraft {
    /// Unique among service accounts.
    pub name: Name,
    /// What it is for.
    pub description: DisplayText,
    /// The team or person that is responsible for it.
    pub owner: Owner,
    /// False to switch it off.
    pub enabled: bool,
    /// Foreign tokens that are exchanged for tokens of the account.
    pub trusts: Vec<WorkloadTrust>,
}

impl Admin {
    /// Creates a service account, which has no permission until a role is bound to it.
    pub async fn create_service_account(
        &self,
        permit: Permit<ServiceAccountsWrite>,
        draft: ServiceAccountDraft,
    ) -> Result<ServiceAccount, AdminError> {
        let edit = self.edit(&permit).await?;
        check_name(&self.service_accounts, &draft.name, None)?;
        self.check_owner_exists(draft.owner)?;
        self.check_trusts(permit.caller(), None, &draft.trusts)?;
        let account = ServiceAccount {
            id: ServiceAccountId::generate(&*self.clock, &*self.random),
            name: draft.name,
            description: draft.description,
            owner: draft.owner,
            enabled: draft.enabled,
            secrets: Vec::new(),
            trusts: draft.trusts,
            created_at: edit.now,
            version: 1,
        };
        let change = ObjectChange::Create(&account);
        edit.register(&self.service_accounts, &change).await?;
        Ok(account)
    }

    /// Updates a service account from the version that the caller has seen. The new owner and the new trusts get the
    /// account's permissions, so the caller must hold them. The tokens that a removed trust gave end.
    pub async fn update_service_account(
        &self,
        permit: Permit<ServiceAccountsWrite>,
        object: ObjectVersion<ServiceAccountId>,
        draft: ServiceAccountDraft,
    ) -> Result<ServiceAccount, AdminError> {
        let edit = self.edit(&permit).await?;
        let before = registered(&self.service_accounts, object)?;
        let id = before.id;
        check_name(&self.service_accounts, &draft.name, Some(id))?;
        if draft.owner != before.owner {
            self.check_owner_exists(draft.owner)?;
        }
        self.check_trusts(permit.caller(), Some(&before), &draft.trusts)?;
        let account = ServiceAccount {
            name: draft.name,
            description: draft.description,
            owner: draft.owner,
            enabled: draft.enabled,
            trusts: draft.trusts,
            version: before.version + 1,
            ..(*before).clone()
        };
        let change = ObjectChange::Update(&*before, &account);
        edit.authorize(&change, may_act_as(&edit, id)).await?;
        edit.register(&self.service_accounts, &change).await?;
        let mut trusts = before.trusts.iter();
        if trusts.any(|trust| !account.trusts.contains(trust)) {
            let principal = Principal::ServiceAccount(id);
            self.revoke_tokens_of(permit.caller(), principal).await?;
        }
        Ok(account)
    }

    /// Deletes a service account to which no role is bound.
    pub async fn delete_service_account(
        &self,
        permit: Permit<ServiceAccountsWrite>,
        object: ObjectVersion<ServiceAccountId>,
    ) -> Result<(), AdminError> {
        let edit = self.edit(&permit).await?;
        let account = registered(&self.service_accounts, object)?;
        match bindings_of(&edit.policy, account.id).count() {
            0 => {}
            bindings => return Err(AdminError::ServiceAccountInUse(bindings)),
        }
        let change = ObjectChange::Delete(&*account);
        edit.register(&self.service_accounts, &change).await
    }

    fn check_owner_exists(&self, owner: Owner) -> Result<(), AdminError> {
        let directory = self.mirror.directory();
        let (exists, label) = match owner {
            Owner::Team { id } => (directory.teams.contains_key(&id), "team"),
            Owner::User { id } => (directory.users.contains_key(&id), "user"),
        };
        if exists {
            Ok(())
        } else {
            Err(AdminError::OwnerUnknown(label))
        }
    }
}

/// A secret or a trust of the account gives its permissions, so the caller must hold them.
pub(super) fn may_act_as(edit: &Edit<'_>, id: ServiceAccountId) -> Result<(), AdminError> {
    let bindings = bindings_of(&edit.policy, id);
    let roles = bindings.filter_map(|b| Some((edit.policy.role(b.role)?, &b.range)));
    edit.delegation().may_bind(&roles.collect::<Vec<_>>())
}

fn bindings_of(policy: &Policy, id: ServiceAccountId) -> impl Iterator<Item = &RoleBinding> {
    let subject = BindingSubject::ServiceAccount { id };
    let bindings = policy.role_bindings();
    bindings.filter(move |binding| binding.subject == subject)
}
