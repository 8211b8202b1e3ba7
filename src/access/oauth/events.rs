//! The audit events of the authorization server.
//!
//! Must never hold a token, a code, a secret or a query.

use super::{AuthorizationServer, OAuthFault, Requester};
use crate::access::Refusal;
use crate::access::anonymous_events::AnonymousKind;
use crate::access::facts::{Known, personal};
use crate::audit::{Action, AuditEvent, Object, ObjectKind, Outcome};
use crate::model::{DisplayText, Principal, Scope};
use crate::store::Change;
use crate::token::AccessToken;

/// Bytes of scope in one reason, which has 255 characters.
const REASON: usize = 240;

impl AuthorizationServer {
    /// An event in somebody's name.
    pub(super) fn event(
        &self,
        action: Action,
        (actor, login): (Principal, Option<DisplayText>),
        object: Object,
        requester: &Requester,
    ) -> AuditEvent {
        AuditEvent {
            at: self.clock.now(),
            actor,
            action,
            object,
            outcome: Outcome::Allowed,
            reasons: Vec::new(),
            application: None,
            request: Some(requester.request),
            policy_version: self.policy.load().version(),
            directory_version: self.mirror().directory().version,
            repeats: None,
            personal: personal(login, &requester.remote),
        }
    }

    /// An event about a token: for which application or API it is, by which client if not by itself, with which scope.
    pub(super) fn token_event(
        &self,
        action: Action,
        known: &Known,
        token: &AccessToken,
        requester: &Requester,
    ) -> AuditEvent {
        let object = Object::new(ObjectKind::Token, token.id);
        let policy = self.policy.load();
        let application = policy.applications().find(|one| one.name == token.audience);
        let itself = match known.principal {
            Principal::ServiceAccount(id) => id.to_string() == token.client,
            _ => false,
        };
        // What the event says already is not said again: events are many.
        let audience = application
            .is_none()
            .then(|| format!("audience `{}`", token.audience));
        let client = (!itself).then(|| format!("client `{}`", token.client));
        let mut reasons: Vec<String> = audience.into_iter().chain(client).collect();
        reasons.extend(scope_reasons(&token.scope));
        AuditEvent {
            reasons: reasons.iter().map(|r| DisplayText::lossy(r)).collect(),
            application: application.map(|application| application.id),
            ..self.event(action, (known.principal, known.login()), object, requester)
        }
    }

    /// Records that somebody known got no token; what is told if even that cannot be written.
    pub(super) async fn refused(
        &self,
        known: &Known,
        fault: OAuthFault,
        requester: &Requester,
    ) -> OAuthFault {
        let actor = (known.principal, known.login());
        self.refused_to(actor, fault, requester).await
    }

    /// The same of something that was to be written: what cannot be written cannot be recorded either.
    pub(super) async fn written<T>(
        &self,
        known: &Known,
        made: Result<T, OAuthFault>,
        requester: &Requester,
    ) -> Result<T, OAuthFault> {
        match made {
            Ok(made) => Ok(made),
            Err(fault @ OAuthFault::Unavailable) => Err(fault),
            Err(fault) => Err(self.refused(known, fault, requester).await),
        }
    }

    /// The same to somebody of whom no more is known than the name.
    pub(super) async fn refused_to(
        &self,
        actor: (Principal, Option<DisplayText>),
        fault: OAuthFault,
        requester: &Requester,
    ) -> OAuthFault {
        let event = self.refusal(actor, &fault, requester);
        match self.store.commit(Change::none(), event).await {
            Ok(_) => fault,
            Err(error) => error.into(),
        }
    }

    /// Records an anonymous caller's refusal, within the limits of those.
    pub(super) async fn refused_stranger(
        &self,
        fault: OAuthFault,
        requester: &Requester,
    ) -> OAuthFault {
        let kind = AnonymousKind::refusal(Action::TokenIssue, fault.code());
        let event = || self.refusal((Principal::Anonymous, None), &fault, requester);
        let recorded = self.anonymous.record(kind, &requester.remote, event);
        match recorded.await {
            Ok(()) => fault,
            Err(error) => error.into(),
        }
    }

    fn refusal(
        &self,
        actor: (Principal, Option<DisplayText>),
        fault: &OAuthFault,
        requester: &Requester,
    ) -> AuditEvent {
        let reasons = [fault.code().to_owned(), fault.to_string()];
        let object = Object::new(ObjectKind::Token, "token");
        AuditEvent {
            outcome: Outcome::Denied,
            reasons: reasons.iter().map(|r| DisplayText::lossy(r)).collect(),
            ..self.event(Action::TokenIssue, actor, object, requester)
        }
    }
}

/// What was allowed, as many words in a reason as it has room for; no reason when that is nothing.
pub(super) fn scope_reasons(scope: &Scope) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in scope.words().map(|word| word.to_string()) {
        match lines.last_mut() {
            Some(line) if line.len() + word.len() < REASON => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines.iter().map(|line| format!("scope `{line}`")).collect()
}

/// A refusal of access in the words of the token endpoint.
impl From<Refusal> for OAuthFault {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::MembershipStale { since } => Self::Stale(since),
            Refusal::StorageLow => Self::StorageLow,
            Refusal::StoreUnavailable => Self::Unavailable,
            Refusal::Token(fault) => Self::Token(fault),
            Refusal::HostUnknown => Self::application_gone(),
            _ => Self::Disabled,
        }
    }
}
