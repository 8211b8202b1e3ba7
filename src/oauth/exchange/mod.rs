//! Token exchange (RFC 8693): Samovar's own tokens for tokens of another application, Gitea's tokens for Samovar's, and
//! workload tokens for tokens of their service account.
//!
//! Exchanges only what the policy allows. Must never issue a token with more scope or lifetime than the presented one.
//! A presented token is not kept and appears in no event, log or message.

mod gitea;
mod own;
mod workload;

use super::client_authentication::AuthenticatedClient;
use super::issue::{Basis, UnissuedToken};
use super::{
    AuthorizationServer, ClientCredentials, OAuthError, RequestOrigin, Target, TokenRequest,
    TokenResponse,
};
use crate::access::AuthenticatedPrincipal;
use crate::model::{GrantId, Scope};
use crate::token::{Actor, is_access_token};
use secrecy::{ExposeSecret as _, SecretString};
use std::time::Duration;

/// Maximum lifetime of an exchanged token, whatever the application sets.
const LONGEST: Duration = Duration::from_secs(300);

const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";

/// The parameters of an exchange.
pub struct ExchangeRequest {
    /// `subject_token`.
    pub subject_token: SecretString,
    /// `subject_token_type`.
    pub subject_token_type: String,
    /// `requested_token_type`: an access token, and nothing else.
    pub requested_token_type: Option<String>,
    /// Whether `actor_token` was sent, which is not supported.
    pub actor_token: bool,
    /// Whether `actor_token_type` was sent.
    pub actor_token_type: bool,
    /// Scope and target.
    pub token_request: TokenRequest,
}

/// The token to issue, and its basis.
struct Exchanged {
    known: AuthenticatedPrincipal,
    scope: Scope,
    /// `client_id`.
    client: String,
    grant: Option<GrantId>,
    actor: Option<Actor>,
    at_most: Duration,
    basis: Basis,
}

/// The error, and the principal once it is known.
struct ExchangeError {
    known: Option<Box<AuthenticatedPrincipal>>,
    error: OAuthError,
}

impl ExchangeError {
    fn to(known: &AuthenticatedPrincipal, error: OAuthError) -> Self {
        Self {
            known: Some(Box::new(known.clone())),
            error,
        }
    }
}

impl<F: Into<OAuthError>> From<F> for ExchangeError {
    fn from(error: F) -> Self {
        Self {
            known: None,
            error: error.into(),
        }
    }
}

impl AuthorizationServer {
    /// Limits the exchanges of unauthenticated callers, before Gitea or an issuer is asked.
    fn limit_exchange(
        &self,
        client: &AuthenticatedClient,
        origin: &RequestOrigin,
    ) -> Result<(), OAuthError> {
        if client.is_authenticated() {
            return Ok(());
        }
        self.limits.exchanges.take(origin, self.clock.now())
    }

    /// Exchanges the presented token for an access token.
    pub async fn exchange(
        &self,
        credentials: &ClientCredentials,
        request: &ExchangeRequest,
        origin: &RequestOrigin,
    ) -> Result<TokenResponse, OAuthError> {
        let client = self.authenticate(credentials, origin).await?;
        let ExchangeError { known, error } = match self.exchanged(&client, request, origin).await {
            Ok(response) => return Ok(response),
            Err(error) => error,
        };
        Err(match known {
            Some(known) => self.deny(&*known, error, origin).await,
            None => self.deny_anonymous(error, origin).await,
        })
    }

    async fn exchanged(
        &self,
        client: &AuthenticatedClient,
        request: &ExchangeRequest,
        origin: &RequestOrigin,
    ) -> Result<TokenResponse, ExchangeError> {
        let subject = request.subject_token.expose_secret();
        let own = request.subject_token_type == ACCESS_TOKEN && is_access_token(subject);
        check(request)?;
        let target = self.must_target(&request.token_request)?;
        let made = match request.subject_token_type.as_str() {
            _ if own => self.for_own(client, request, &target).await?,
            ACCESS_TOKEN => self.for_gitea(client, request, &target, origin).await?,
            _ => self.for_workload(client, request, &target, origin).await?,
        };
        let draft = UnissuedToken {
            known: &made.known,
            target: &target,
            scope: made.scope,
            client: made.client,
            grant: made.grant,
            actor: made.actor,
            at_most: Some(made.at_most.min(LONGEST)),
        };
        let issued = self.issue_for(draft, made.basis, origin).await;
        let denied = |error| ExchangeError::to(&made.known, error);
        let answer = issued.map_err(denied)?;
        if own {
            // A revocation during the exchange must reach the new token too.
            let held = self.tokens.check(subject);
            held.map_err(|error| denied(OAuthError::Token(error)))?;
        }
        Ok(TokenResponse {
            issued_token_type: Some(ACCESS_TOKEN),
            ..answer
        })
    }

    /// The scope: the requested one, or all that the principal holds.
    fn scope_of(
        &self,
        known: &AuthenticatedPrincipal,
        target: &Target,
        request: &ExchangeRequest,
    ) -> Result<Scope, ExchangeError> {
        if !known.enabled() {
            return Err(ExchangeError::to(known, OAuthError::Disabled));
        }
        let scope = self.scope(known, target, request.token_request.scope.as_ref());
        scope.map_err(|error| ExchangeError::to(known, error))
    }
}

/// Checks the form of the request.
fn check(request: &ExchangeRequest) -> Result<(), OAuthError> {
    let error = |sentence: &str| Err(OAuthError::RequestInvalid(sentence.to_owned()));
    match (request.actor_token, request.actor_token_type) {
        (false, false) => {}
        (true, true) => {
            return error(
                "`actor_token` is not supported; the client that exchanges becomes the actor",
            );
        }
        _ => {
            return error("`actor_token` and `actor_token_type` are not supported");
        }
    }
    let requested = request.requested_token_type.as_deref();
    if requested.is_some_and(|kind| kind != ACCESS_TOKEN) {
        return error(
            "`requested_token_type` can only be `urn:ietf:params:oauth:token-type:access_token`",
        );
    }
    if [ACCESS_TOKEN, JWT, ID_TOKEN].contains(&request.subject_token_type.as_str()) {
        return Ok(());
    }
    error(
        "`subject_token_type` must be `urn:ietf:params:oauth:token-type:` with `access_token`, `jwt` or `id_token`",
    )
}
