//! The audit events of sign-in and sign-out.
//!
//! Must never hold a code, a state, a query or a password.

use super::{SignIn, SignInFault, Visitor};
use crate::access::anonymous_events::AnonymousKind;
use crate::audit::{Action, AuditEvent, Object, ObjectKind, Outcome, PersonalFields};
use crate::model::{DisplayText, Principal};
use crate::store::{Change, CommitError};

impl SignIn {
    /// An event in a visitor's name.
    pub(super) fn event(&self, action: Action, actor: Principal, visitor: &Visitor) -> AuditEvent {
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
    async fn record_refusal(
        &self,
        visitor: &Visitor,
        actor: Principal,
        fault: &SignInFault,
    ) -> Result<(), CommitError> {
        let event = || {
            let reasons = [fault.code().to_owned(), fault.to_string()];
            AuditEvent {
                outcome: Outcome::Denied,
                reasons: reasons.iter().map(|r| DisplayText::lossy(r)).collect(),
                ..self.event(Action::SessionCreate, actor, visitor)
            }
        };
        if actor == Principal::Anonymous {
            let kind = AnonymousKind::refusal(Action::SessionCreate, fault.code());
            return self.anonymous.record(kind, &visitor.remote, event).await;
        }
        self.store.commit(Change::none(), event()).await.map(|_| ())
    }

    /// Records a stranger's refusal; what is told if even that cannot be written.
    pub(super) async fn refused(&self, visitor: &Visitor, fault: SignInFault) -> SignInFault {
        self.refused_to(Principal::Anonymous, visitor, fault).await
    }

    /// The same to somebody known.
    pub(super) async fn refused_to(
        &self,
        actor: Principal,
        visitor: &Visitor,
        fault: SignInFault,
    ) -> SignInFault {
        match self.record_refusal(visitor, actor, &fault).await {
            Ok(()) => fault,
            Err(error) => error.into(),
        }
    }
}
