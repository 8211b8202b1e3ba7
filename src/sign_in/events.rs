//! The audit events of sign-in and sign-out.
//!
//! Must never hold a code, a state, a query or a password.

use super::{BrowserRequest, SignIn, SignInError};
use crate::audit::{Action, AuditEvent, Object, ObjectKind};
use crate::audit_log::AnonymousKind;
use crate::model::{DisplayText, Principal};
use crate::store::CommitError;

impl SignIn {
    /// An event of this actor.
    pub(super) fn event(
        &self,
        action: Action,
        actor: Principal,
        visitor: &BrowserRequest,
    ) -> AuditEvent {
        let object = Object::new(ObjectKind::Session, "sign-in");
        let event = self.journal.event(actor, action, object);
        visitor.origin.of(self.login(actor), event)
    }

    /// The present login of a person.
    pub(super) fn login(&self, principal: Principal) -> Option<DisplayText> {
        let Principal::User(id) = principal else {
            return None;
        };
        let directory = self.mirror.directory();
        let login = directory.user(id)?.login.as_str();
        Some(DisplayText::lossy(login))
    }

    /// Records a denied sign-in; for anonymous callers within their limits.
    async fn record_denial(
        &self,
        visitor: &BrowserRequest,
        actor: Principal,
        error: &SignInError,
    ) -> Result<(), CommitError> {
        let event = || {
            let reasons = [error.code().to_owned(), error.to_string()];
            self.event(Action::SessionCreate, actor, visitor)
                .denied()
                .because(reasons)
        };
        if actor == Principal::Anonymous {
            let kind = AnonymousKind::denial(Action::SessionCreate, error.code());
            let address = visitor.origin.address;
            return self.journal.record_anonymous(kind, address, event).await;
        }
        self.journal.write(event()).await
    }

    /// Records the denial of an anonymous caller. Returns the error, or another one when it cannot be recorded.
    pub(super) async fn deny(&self, visitor: &BrowserRequest, error: SignInError) -> SignInError {
        self.deny_actor(Principal::Anonymous, visitor, error).await
    }

    /// The same for a known actor.
    pub(super) async fn deny_actor(
        &self,
        actor: Principal,
        visitor: &BrowserRequest,
        error: SignInError,
    ) -> SignInError {
        match self.record_denial(visitor, actor, &error).await {
            Ok(()) => error,
            Err(error) => error.into(),
        }
    }
}
