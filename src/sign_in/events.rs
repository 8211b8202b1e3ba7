//! The audit events of sign-in and sign-out.
//!
//! Must never hold a code, a state, a query or a password.

use super::{BrowserRequest, SignIn, SignInError};
use crate::access::AnonymousKind;
use crate::audit::{Action, AuditEvent, Object, ObjectKind, Outcome, PersonalFields};
use crate::model::{DisplayText, Principal};
use crate::store::{Change, CommitError};

impl SignIn {
    /// An event in a visitor's name.
    pub(super) fn event(
        &self,
        action: Action,
        actor: Principal,
        visitor: &BrowserRequest,
    ) -> AuditEvent {
        AuditEvent {
            at: self.clock.now(),
            actor,
            action,
            object: Object::new(ObjectKind::Session, "sign-in"),
            outcome: Outcome::Allowed,
            reasons: Vec::new(),
            application: None,
            request: Some(visitor.request),
            policy_version: self.policy.load().version(),
            directory_version: self.mirror.directory().version,
            repeats: None,
            personal: PersonalFields {
                login: self.login(actor),
                name: None,
                address: visitor.remote.address,
                user_agent: visitor.remote.user_agent_text(),
            },
        }
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

    /// Records a refused sign-in: a known person's always, an anonymous caller's within the limits of those.
    async fn record_denial(
        &self,
        visitor: &BrowserRequest,
        actor: Principal,
        error: &SignInError,
    ) -> Result<(), CommitError> {
        let event = || {
            let reasons = [error.code().to_owned(), error.to_string()];
            AuditEvent {
                outcome: Outcome::Denied,
                reasons: reasons.iter().map(|r| DisplayText::lossy(r)).collect(),
                ..self.event(Action::SessionCreate, actor, visitor)
            }
        };
        if actor == Principal::Anonymous {
            let kind = AnonymousKind::denial(Action::SessionCreate, error.code());
            return self.anonymous.record(kind, &visitor.remote, event).await;
        }
        self.store.commit(Change::none(), event()).await.map(|_| ())
    }

    /// Records a stranger's refusal; what is told if even that cannot be written.
    pub(super) async fn refused(
        &self,
        visitor: &BrowserRequest,
        error: SignInError,
    ) -> SignInError {
        self.refused_to(Principal::Anonymous, visitor, error).await
    }

    /// The same to somebody known.
    pub(super) async fn refused_to(
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
