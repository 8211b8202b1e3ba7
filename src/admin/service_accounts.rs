//! Service accounts: make, change, delete.

use super::differences::with_differences;
use super::machines::{check_name, present};
use super::{Admin, AdminError};
use crate::access::{Caller, OwnPermission, Permit, ServiceAccountsWrite};
use crate::audit::{Action, AuditEvent, Object, ObjectKind};
use crate::model::{
    BindingSubject, DisplayText, Name, Owner, Principal, ServiceAccount, ServiceAccountId,
    WorkloadTrust,
};
use crate::store::Precondition;

/// What a person says of a service account.
#[derive(Debug, Clone)]
pub struct ServiceAccountDraft {
    /// Unique among service accounts.
    pub name: Name,
    /// What it is for.
    pub description: DisplayText,
    /// Who answers for it.
    pub owner: Owner,
    /// False to switch it off.
    pub enabled: bool,
    /// Foreign tokens that stand for it.
    pub trusts: Vec<WorkloadTrust>,
}

impl Admin {
    /// Makes a service account, which holds nothing until a role is bound to it.
    pub async fn create_service_account(
        &self,
        permit: Permit<ServiceAccountsWrite>,
        draft: ServiceAccountDraft,
    ) -> Result<ServiceAccount, AdminError> {
        let _turn = self.turn().await;
        check_name(&self.service_accounts, &draft.name, None)?;
        self.owner_exists(draft.owner)?;
        self.check_trusts(permit.caller(), None, &draft.trusts)?;
        let id = ServiceAccountId::generate(&*self.clock, &*self.random);
        let account = ServiceAccount {
            id,
            name: draft.name,
            description: draft.description,
            owner: draft.owner,
            enabled: draft.enabled,
            secrets: Vec::new(),
            trusts: draft.trusts,
            created_at: self.clock.now(),
            version: 1,
        };
        let event = self.account_event(permit.caller(), Action::ServiceAccountCreate, id);
        let event = with_differences(event, None, Some(&account));
        let kept = self
            .service_accounts
            .put(account.clone(), Precondition::Absent, event);
        kept.await.map_err(AdminError::Unavailable)?;
        self.name_to_mirror(&self.policy.load());
        Ok(account)
    }

    /// Changes a service account from the version that the caller has seen. Whoever answers for it, and whatever stands
    /// for it, gets what it holds: so that must be held by whoever changes it. The tokens that a trust gave end with it.
    pub async fn update_service_account(
        &self,
        permit: Permit<ServiceAccountsWrite>,
        (id, version): (ServiceAccountId, u64),
        draft: ServiceAccountDraft,
    ) -> Result<ServiceAccount, AdminError> {
        let _turn = self.turn().await;
        let before = present(&self.service_accounts, id, version)?;
        check_name(&self.service_accounts, &draft.name, Some(id))?;
        if draft.owner != before.owner {
            self.owner_exists(draft.owner)?;
        }
        self.check_trusts(permit.caller(), Some(&before), &draft.trusts)?;
        let account = ServiceAccount {
            name: draft.name,
            description: draft.description,
            owner: draft.owner,
            enabled: draft.enabled,
            trusts: draft.trusts,
            version: version + 1,
            ..(*before).clone()
        };
        let event = self.account_event(permit.caller(), Action::ServiceAccountUpdate, id);
        let event = with_differences(event, Some(&*before), Some(&account));
        let allowed = self.may_act_as(&permit, id);
        self.unless_refused(allowed, &event).await?;
        let expect = Precondition::Version(version);
        let kept = self.service_accounts.put(account.clone(), expect, event);
        kept.await.map_err(AdminError::Unavailable)?;
        self.name_to_mirror(&self.policy.load());
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
        (id, version): (ServiceAccountId, u64),
    ) -> Result<(), AdminError> {
        let _turn = self.turn().await;
        let before = present(&self.service_accounts, id, version)?;
        let policy = self.policy.load();
        let subject = BindingSubject::ServiceAccount { id };
        let uses = policy
            .role_bindings()
            .filter(|b| b.subject == subject)
            .count();
        if uses > 0 {
            return Err(AdminError::ServiceAccountInUse(uses));
        }
        let event = self.account_event(permit.caller(), Action::ServiceAccountDelete, id);
        let event = with_differences(event, Some(&*before), None);
        let expect = Precondition::Version(version);
        let gone = self.service_accounts.delete(id, expect, event);
        gone.await.map_err(AdminError::Unavailable)?;
        self.name_to_mirror(&self.policy.load());
        Ok(())
    }

    /// Whoever can present something in the account's name has what it holds.
    pub(super) fn may_act_as<P: OwnPermission>(
        &self,
        permit: &Permit<P>,
        id: ServiceAccountId,
    ) -> Result<(), AdminError> {
        let policy = self.policy.load();
        let grantor = self.grantor(permit, &policy);
        let subject = BindingSubject::ServiceAccount { id };
        let bindings = policy.role_bindings().filter(|b| b.subject == subject);
        let held = bindings.filter_map(|b| Some((policy.role(b.role)?, &b.range)));
        grantor.may_bind(&held.collect::<Vec<_>>())
    }

    pub(super) fn account_event(
        &self,
        caller: &Caller,
        action: Action,
        id: ServiceAccountId,
    ) -> AuditEvent {
        let object = Object::new(ObjectKind::ServiceAccount, id);
        caller.event(self.clock.now(), action, object, &self.policy.load())
    }

    fn owner_exists(&self, owner: Owner) -> Result<(), AdminError> {
        let directory = self.mirror.directory();
        let (known, what) = match owner {
            Owner::Team { id } => (directory.teams.contains_key(&id), "team"),
            Owner::User { id } => (directory.users.contains_key(&id), "user"),
        };
        if known {
            Ok(())
        } else {
            Err(AdminError::OwnerUnknown(what))
        }
    }
}
