//! The last step of every grant type: the token is signed, recorded and returned.

use super::{AuthorizationServer, OAuthError, RequestOrigin, Target};
use crate::access::AuthenticatedPrincipal;
use crate::audit::Action;
use crate::model::{Client, DirectoryUser, DisplayText, Grant, GrantId, Scope};
use crate::store::Change;
use crate::token::{Actor, MAX_TOKEN_BYTES, TokenClaims};
use secrecy::SecretString;
use std::sync::Arc;
use std::time::Duration;

/// The response of the token endpoint (RFC 6749 section 5.1).
pub struct TokenResponse {
    /// The access token in compact form: for the response only.
    pub access_token: String,
    /// Its lifetime.
    pub expires_in: Duration,
    /// Its scope.
    pub scope: Arc<Scope>,
    /// The refresh token, where there is one.
    pub refresh_token: Option<SecretString>,
    /// The issued token type, for an exchange (RFC 8693 section 2.2.1).
    pub issued_token_type: Option<&'static str>,
}

/// An access token before it is issued.
pub(super) struct UnissuedToken<'a> {
    pub known: &'a AuthenticatedPrincipal,
    pub target: &'a Target,
    pub scope: Scope,
    /// `client_id`.
    pub client: String,
    pub grant: Option<GrantId>,
    pub actor: Option<Actor>,
    /// Upper bound of its lifetime, whatever the application sets.
    pub at_most: Option<Duration>,
}

/// The use of a grant by its client in the name of its person.
#[derive(Clone, Copy)]
pub(super) struct GrantUse<'a> {
    pub client: &'a Client,
    pub grant: &'a Grant,
    /// The person, with fresh facts.
    pub known: &'a AuthenticatedPrincipal,
}

/// What the token is issued for: the reason in the audit log, and the change of the store.
#[derive(Default)]
pub(super) struct Basis {
    pub reasons: Vec<String>,
    pub change: Change,
}

impl<'a> UnissuedToken<'a> {
    /// A token under a grant.
    pub(super) fn of_grant(grant: &GrantUse<'a>, target: &'a Target, scope: Scope) -> Self {
        Self {
            known: grant.known,
            target,
            scope,
            client: grant.client.client_id(),
            grant: Some(grant.grant.id),
            actor: None,
            at_most: None,
        }
    }
}

impl AuthorizationServer {
    /// Signs and records a token. The event is durable before this returns.
    pub(super) async fn issue(
        &self,
        draft: UnissuedToken<'_>,
        origin: &RequestOrigin,
    ) -> Result<TokenResponse, OAuthError> {
        self.issue_for(draft, Basis::default(), origin).await
    }

    /// Checks that the application was not deleted or renamed during the request, because another application could
    /// have its name by now. An application that gets the name later rejects the token as older than itself.
    fn check_unchanged(&self, target: &Target) -> Result<(), OAuthError> {
        let Some(application) = target.application() else {
            return Ok(());
        };
        let policy = self.policy.load();
        let now = policy.application(application.id);
        if now.is_some_and(|now| now.named_at == application.named_at) {
            return Ok(());
        }
        Err(OAuthError::TargetInvalid(
            "the application was deleted or renamed meanwhile; look at its name, then ask again"
                .to_owned(),
        ))
    }

    /// The same, with the basis of the token.
    pub(super) async fn issue_for(
        &self,
        draft: UnissuedToken<'_>,
        basis: Basis,
        origin: &RequestOrigin,
    ) -> Result<TokenResponse, OAuthError> {
        if !draft.known.enabled() {
            return Err(OAuthError::Disabled);
        }
        let target = draft.target;
        let life = target.life().min(draft.at_most.unwrap_or(Duration::MAX));
        let name = draft.known.login();
        let audience = target.audience();
        let claims = TokenClaims {
            principal: draft.known.principal,
            audience: audience.map_err(|invalid| OAuthError::TargetInvalid(invalid.0))?,
            client: draft.client,
            roles: self.roles(draft.known, target, &draft.scope),
            scope: Arc::new(draft.scope),
            grant: draft.grant,
            actor: draft.actor,
            provider: draft.known.user.as_deref().map(DirectoryUser::provider),
            name: name.map_or_else(String::new, |name| name.to_string()),
        };
        let issued = self.tokens.issue(target.algorithm(), life, claims)?;
        if issued.text.len() > MAX_TOKEN_BYTES {
            let sentence = "the token would be longer than 8 KiB, which servers do not accept; request a narrower `scope`";
            return Err(OAuthError::ScopeInvalid(sentence.to_owned()));
        }
        self.check_unchanged(target)?;
        let mut event = self.token_event(Action::TokenIssue, draft.known, &issued.token, origin);
        let reasons = basis.reasons.iter();
        event
            .reasons
            .extend(reasons.map(|reason| DisplayText::lossy(reason)));
        self.store.commit(basis.change, event).await?;
        Ok(TokenResponse {
            access_token: issued.text,
            expires_in: life,
            scope: issued.token.scope,
            refresh_token: None,
            issued_token_type: None,
        })
    }
}
