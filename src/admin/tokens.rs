//! What people allowed clients, and the keys that sign: ended and rotated by hand.

use super::{Admin, AdminError};
use crate::access::{Caller, GrantsEnd, Permit, SigningKeysRotate};
use crate::audit::{Action, AuditEvent, Object, ObjectKind};
use crate::model::{Grant, GrantId, Principal, SigningAlgorithm};
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

    fn token_event(&self, caller: &Caller, action: Action, object: Object) -> AuditEvent {
        caller.event(self.clock.now(), action, object, &self.policy.load())
    }
}
