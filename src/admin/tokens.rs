//! What people allowed clients, and the keys that sign: ended and rotated by hand.

use super::{Admin, AdminError};
use crate::access::{Caller, GrantsEnd, Permit, ServiceAccountsWrite, SigningKeysRotate};
use crate::audit::{Action, AuditEvent, Object, ObjectKind};
use crate::model::{
    Grant, GrantId, Principal, RevokedObject, ServiceAccountId, SigningAlgorithm, UserId,
};
use crate::token::KeyView;

impl Admin {
    /// Every grant that holds, the newest first.
    pub fn grants(&self) -> Vec<Grant> {
        self.grants.list()
    }

    /// Ends anybody's grant, and with it every token that rests on it.
    pub async fn end_grant(
        &self,
        permit: Permit<GrantsEnd>,
        id: GrantId,
    ) -> Result<(), AdminError> {
        let grants = self.grants.list();
        let known = grants.iter().any(|grant| grant.id == id);
        self.end(permit.caller(), known.then_some(id)).await
    }

    /// Ends one of one's own grants.
    pub async fn end_own_grant(&self, caller: &Caller, id: GrantId) -> Result<(), AdminError> {
        let own = self.own_grants(caller).iter().any(|grant| grant.id == id);
        self.end(caller, own.then_some(id)).await
    }

    /// One's own grants, the newest first.
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
        ended.map_err(AdminError::Unavailable)
    }

    /// Refuses every access token of a principal that was issued up to now, and ends what a person allowed clients.
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
        revoked.await.map_err(AdminError::Unavailable)
    }

    /// The same of a person, by whoever may.
    pub async fn revoke_tokens_of_user(
        &self,
        permit: Permit<GrantsEnd>,
        user: UserId,
    ) -> Result<(), AdminError> {
        let known = self.mirror.directory().users.contains_key(&user);
        known.then_some(()).ok_or(AdminError::Missing("user"))?;
        let principal = Principal::User(user);
        self.revoke_tokens_of(permit.caller(), principal).await
    }

    /// The same of a service account.
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

    /// The same of oneself.
    pub async fn revoke_own_tokens(&self, caller: &Caller) -> Result<(), AdminError> {
        self.revoke_tokens_of(caller, caller.principal()).await
    }

    /// The keys that sign tokens, the one that signs last first.
    pub fn signing_keys(&self) -> Vec<KeyView> {
        self.tokens.keys().list()
    }

    /// Has another key of this algorithm sign, an hour from now. None when one is on its way already.
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

    /// Has another key of this algorithm sign at once, because somebody may have copied the present one: every token that
    /// was signed by this algorithm is refused from now on.
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
