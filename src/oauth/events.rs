//! The audit events of the authorization server.
//!
//! Must never hold a token, a code, a secret or a query.

use super::{AuthorizationServer, OAuthError, RequestOrigin};
use crate::access::{AuthenticatedPrincipal, Denial};
use crate::audit::{Action, AuditEvent, Object, ObjectKind};
use crate::audit_log::AnonymousKind;
use crate::model::{DisplayText, Principal, Scope};
use crate::token::AccessToken;

/// Bytes of scope in one reason, which has 255 characters.
const REASON: usize = 240;

impl AuthorizationServer {
    /// An event of this actor.
    pub(super) fn event(
        &self,
        action: Action,
        (actor, login): (Principal, Option<DisplayText>),
        object: Object,
        origin: &RequestOrigin,
    ) -> AuditEvent {
        let event = self.journal.event(actor, action, object);
        origin.of(login, event)
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
        let actor = (known.principal, known.login());
        self.event(action, actor, object, origin)
            .because(reasons)
            .in_application(application.map(|application| application.id))
    }

    /// Records that a principal got no token. Returns the error, or another one when it cannot be recorded.
    pub(super) async fn deny(
        &self,
        known: &AuthenticatedPrincipal,
        error: OAuthError,
        origin: &RequestOrigin,
    ) -> OAuthError {
        let actor = (known.principal, known.login());
        self.deny_actor(actor, error, origin).await
    }

    /// The same for the result of a write: when the store is unavailable, the error cannot be recorded either.
    pub(super) async fn written<T>(
        &self,
        known: &AuthenticatedPrincipal,
        made: Result<T, OAuthError>,
        origin: &RequestOrigin,
    ) -> Result<T, OAuthError> {
        match made {
            Ok(made) => Ok(made),
            Err(error @ OAuthError::Unavailable) => Err(error),
            Err(error) => Err(self.deny(known, error, origin).await),
        }
    }

    /// The same for an actor and its login.
    pub(super) async fn deny_actor(
        &self,
        actor: (Principal, Option<DisplayText>),
        error: OAuthError,
        origin: &RequestOrigin,
    ) -> OAuthError {
        let event = self.denial(actor, &error, origin);
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
        let event = || self.denial((Principal::Anonymous, None), &error, origin);
        let recorded = self.journal.record_anonymous(kind, origin.address, event);
        match recorded.await {
            Ok(()) => error,
            Err(error) => error.into(),
        }
    }

    fn denial(
        &self,
        actor: (Principal, Option<DisplayText>),
        error: &OAuthError,
        origin: &RequestOrigin,
    ) -> AuditEvent {
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
