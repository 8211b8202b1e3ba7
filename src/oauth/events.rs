//! The audit events of the authorization server.
//!
//! Must never hold a token, a code, a secret or a query.

use super::{AuthorizationServer, OAuthCaller, OAuthError};
use crate::access::AnonymousKind;
use crate::access::Denial;
use crate::access::{AuthenticatedPrincipal, personal};
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
        requester: &OAuthCaller,
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
        known: &AuthenticatedPrincipal,
        token: &AccessToken,
        requester: &OAuthCaller,
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
        known: &AuthenticatedPrincipal,
        error: OAuthError,
        requester: &OAuthCaller,
    ) -> OAuthError {
        let actor = (known.principal, known.login());
        self.refused_to(actor, error, requester).await
    }

    /// The same of something that was to be written: what cannot be written cannot be recorded either.
    pub(super) async fn written<T>(
        &self,
        known: &AuthenticatedPrincipal,
        made: Result<T, OAuthError>,
        requester: &OAuthCaller,
    ) -> Result<T, OAuthError> {
        match made {
            Ok(made) => Ok(made),
            Err(error @ OAuthError::Unavailable) => Err(error),
            Err(error) => Err(self.refused(known, error, requester).await),
        }
    }

    /// The same to somebody of whom no more is known than the name.
    pub(super) async fn refused_to(
        &self,
        actor: (Principal, Option<DisplayText>),
        error: OAuthError,
        requester: &OAuthCaller,
    ) -> OAuthError {
        let event = self.denial(actor, &error, requester);
        match self.store.commit(Change::none(), event).await {
            Ok(_) => error,
            Err(error) => error.into(),
        }
    }

    /// Records an anonymous caller's refusal, within the limits of those.
    pub(super) async fn refused_stranger(
        &self,
        error: OAuthError,
        requester: &OAuthCaller,
    ) -> OAuthError {
        let kind = AnonymousKind::denial(Action::TokenIssue, error.code());
        let event = || self.denial((Principal::Anonymous, None), &error, requester);
        let recorded = self.anonymous.record(kind, &requester.remote, event);
        match recorded.await {
            Ok(()) => error,
            Err(error) => error.into(),
        }
    }

    fn denial(
        &self,
        actor: (Principal, Option<DisplayText>),
        error: &OAuthError,
        requester: &OAuthCaller,
    ) -> AuditEvent {
        let reasons = [error.code().to_owned(), error.to_string()];
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
