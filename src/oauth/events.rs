//! The audit events of the authorization server.
//!
//! Must never hold a token, a code, a secret or a query.

use super::{AuthorizationServer, OAuthError, RequestOrigin};
use crate::access::{AuthenticatedPrincipal, Denial};
use crate::audit::{Action, AuditEvent, Object, ObjectKind};
use crate::audit_log::AnonymousKind;
use crate::model::{DisplayText, Principal, Scope, ServiceAccount};
use crate::token::AccessToken;

/// Bytes of scope in one reason, which has 255 characters.
const REASON: usize = 240;

/// The actor of an event.
pub(super) struct EventActor {
    pub principal: Principal,
    pub login: Option<DisplayText>,
}

/// Without a login, which is unknown or not needed.
impl From<Principal> for EventActor {
    fn from(principal: Principal) -> Self {
        let login = None;
        Self { principal, login }
    }
}

impl From<&AuthenticatedPrincipal> for EventActor {
    fn from(known: &AuthenticatedPrincipal) -> Self {
        Self {
            principal: known.principal,
            login: known.login(),
        }
    }
}

impl From<&ServiceAccount> for EventActor {
    fn from(account: &ServiceAccount) -> Self {
        Self {
            principal: Principal::ServiceAccount(account.id),
            login: Some(DisplayText::lossy(account.name.as_str())),
        }
    }
}

impl AuthorizationServer {
    /// An event of this actor.
    pub(super) fn event(
        &self,
        action: Action,
        actor: impl Into<EventActor>,
        object: Object,
        origin: &RequestOrigin,
    ) -> AuditEvent {
        let actor = actor.into();
        let event = self.journal.event(actor.principal, action, object);
        origin.of(actor.login, event)
    }

    /// An event about a token: its application or audience, its client unless it is the principal itself, and its scope.
    pub(super) fn token_event(
        &self,
        action: Action,
        known: &AuthenticatedPrincipal,
        token: &AccessToken,
        origin: &RequestOrigin,
    ) -> AuditEvent {
        let object = Object::new(ObjectKind::Token, token.id);
        let policy = self.policy.load();
        let application = policy.applications().find(|one| one.name == token.audience);
        let itself = match known.principal {
            Principal::ServiceAccount(id) => id.to_string() == token.client,
            _ => false,
        };
        // Nothing is repeated that the event states already: there are many events.
        let audience = application
            .is_none()
            .then(|| format!("audience `{}`", token.audience));
        let client = (!itself).then(|| format!("client `{}`", token.client));
        let mut reasons: Vec<String> = audience.into_iter().chain(client).collect();
        reasons.extend(scope_reasons(&token.scope));
        self.event(action, known, object, origin)
            .because(reasons)
            .in_application(application.map(|application| application.id))
    }

    /// Records the error of a result, except that of an unavailable store, which cannot be recorded either.
    pub(super) async fn recorded<T>(
        &self,
        known: &AuthenticatedPrincipal,
        result: Result<T, OAuthError>,
        origin: &RequestOrigin,
    ) -> Result<T, OAuthError> {
        match result {
            Err(error) if error != OAuthError::Unavailable => {
                Err(self.deny(known, error, origin).await)
            }
            result => result,
        }
    }

    /// Records that an actor got no token. Returns the error, or another one when it cannot be recorded.
    pub(super) async fn deny(
        &self,
        actor: impl Into<EventActor>,
        error: OAuthError,
        origin: &RequestOrigin,
    ) -> OAuthError {
        let event = self.denial(actor.into(), &error, origin);
        match self.journal.write(event).await {
            Ok(()) => error,
            Err(error) => error.into(),
        }
    }

    /// Records the denial of an anonymous caller, within the limits for them.
    pub(super) async fn deny_anonymous(
        &self,
        error: OAuthError,
        origin: &RequestOrigin,
    ) -> OAuthError {
        let kind = AnonymousKind::denial(Action::TokenIssue, error.code());
        let event = || self.denial(Principal::Anonymous.into(), &error, origin);
        let recorded = self.journal.record_anonymous(kind, origin.address, event);
        match recorded.await {
            Ok(()) => error,
            Err(error) => error.into(),
        }
    }

    fn denial(&self, actor: EventActor, error: &OAuthError, origin: &RequestOrigin) -> AuditEvent {
        let reasons = [error.code().to_owned(), error.to_string()];
        let object = Object::new(ObjectKind::Token, "token");
        self.event(Action::TokenIssue, actor, object, origin)
            .denied()
            .because(reasons)
    }
}

/// The scope as reasons, as many words in each as fit; none when the scope is empty.
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

/// A denial as an error of the token endpoint.
impl From<Denial> for OAuthError {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::MembershipStale { since } => Self::Stale(since),
            Denial::StorageLow => Self::StorageLow,
            Denial::StoreUnavailable => Self::Unavailable,
            Denial::Token(error) => Self::Token(error),
            Denial::HostUnknown => Self::application_gone(),
            _ => Self::Disabled,
        }
    }
}
