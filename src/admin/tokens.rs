//! Grants, tokens and signing keys: end, revoke, rotate.

use super::{Admin, AdminError};
use crate::access::{Caller, GrantsEnd, Permit, ServiceAccountsWrite, SigningKeysRotate};
use crate::audit::{Action, AuditEvent, Object, ObjectKind};
use crate::model::{
    Grant, GrantId, Principal, RevokedObject, ServiceAccountId, SigningAlgorithm, UserId,
};
use crate::token::KeyView;

impl Admin {
    /// Every valid grant, the newest first.
    pub fn grants(&self) -> Vec<Grant> {
        self.grants.list()
    }

    /// Ends a grant of any person, and with it every token that rests on it.
    pub async fn end_grant(
        &self,
        permit: Permit<GrantsEnd>,
        id: GrantId,
    ) -> Result<(), AdminError> {
        let grants = self.grants.list();
        let exists = grants.iter().any(|grant| grant.id == id);
        self.end(permit.caller(), exists.then_some(id)).await
    }

    /// Ends a grant of the caller's.
    pub async fn end_own_grant(&self, caller: &Caller, id: GrantId) -> Result<(), AdminError> {
        let own = self.own_grants(caller).iter().any(|grant| grant.id == id);
        self.end(caller, own.then_some(id)).await
    }

    /// The caller's grants, the newest first.
    pub fn own_grants(&self, caller: &Caller) -> Vec<Grant> {
        let grants = self.grants.list().into_iter();
        let own = |grant: &Grant| caller.principal() == Principal::User(grant.user);
        grants.filter(own).collect()
    }

    async fn end(&self, caller: &Caller, id: Option<GrantId>) -> Result<(), AdminError> {
        let id = id.ok_or(AdminError::Missing("grant"))?;
        let object = Object::new(ObjectKind::Grant, id);
        let event = self.token_event(caller, Action::GrantEnd, object);
        let ended = self.grants.end(&[id], event).await;
        ended.map_err(AdminError::Store)
    }

    /// Revokes every access token of a principal that was issued until now, and ends a person's grants.
    pub(super) async fn revoke_tokens_of(
        &self,
        caller: &Caller,
        principal: Principal,
    ) -> Result<(), AdminError> {
        let object = Object::new(ObjectKind::Token, principal);
        let event = self.token_event(caller, Action::TokenRevoke, object);
        let revoked = self
            .tokens
            .revoke(RevokedObject::Principal { principal }, event);
        revoked.await.map_err(AdminError::Store)
    }

    /// The same for a person.
    pub async fn revoke_tokens_of_user(
        &self,
        permit: Permit<GrantsEnd>,
        user: UserId,
    ) -> Result<(), AdminError> {
        let exists = self.mirror.directory().users.contains_key(&user);
        exists.then_some(()).ok_or(AdminError::Missing("user"))?;
        let principal = Principal::User(user);
        self.revoke_tokens_of(permit.caller(), principal).await
    }

    /// The same for a service account.
    pub async fn revoke_tokens_of_service_account(
        &self,
        permit: Permit<ServiceAccountsWrite>,
        id: ServiceAccountId,
    ) -> Result<(), AdminError> {
        let account = self.service_accounts.get(id);
        account.ok_or(AdminError::Missing("service account"))?;
        let principal = Principal::ServiceAccount(id);
        self.revoke_tokens_of(permit.caller(), principal).await
    }

    /// The same for the caller.
    pub async fn revoke_own_tokens(&self, caller: &Caller) -> Result<(), AdminError> {
        self.revoke_tokens_of(caller, caller.principal()).await
    }

    /// The signing keys, the newest first.
    pub fn signing_keys(&self) -> Vec<KeyView> {
        self.tokens.keys().list()
    }

    /// Makes a key of this algorithm that signs from an hour from now. None when one is waiting already.
    pub async fn rotate_signing_key(
        &self,
        permit: Permit<SigningKeysRotate>,
        algorithm: SigningAlgorithm,
    ) -> Result<Option<KeyView>, AdminError> {
        let object = Object::new(ObjectKind::SigningKey, algorithm);
        let event = self.token_event(permit.caller(), Action::SigningKeyCreate, object);
        let rotated = self.tokens.keys().rotate(algorithm, event).await;
        rotated.map_err(AdminError::Keys)
    }

    /// Replaces the keys of this algorithm at once, because they may have been copied: every token that they signed is refused
    /// from now on.
    pub async fn replace_signing_key(
        &self,
        permit: Permit<SigningKeysRotate>,
        algorithm: SigningAlgorithm,
    ) -> Result<KeyView, AdminError> {
        let object = Object::new(ObjectKind::SigningKey, algorithm);
        let event = self.token_event(permit.caller(), Action::SigningKeyCreate, object);
        let replaced = self.tokens.keys().replace(algorithm, event).await;
        replaced.map_err(AdminError::Keys)
    }

    fn token_event(&self, caller: &Caller, action: Action, object: Object) -> AuditEvent {
        caller.event(self.clock.now(), action, object, &self.policy.load())
    }
}
