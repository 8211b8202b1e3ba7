//! The authorization endpoint (RFC 6749 section 4.1.1): request, resource owner, consent, code.
//!
//! Before client and redirect URI are verified, errors are shown to the person; after that every error is sent to
//! the client, with `state` and `iss` (RFC 9207).

use super::consent::{Consent, ConsentDecision};
use super::events::scope_reasons;
use super::{AuthorizationServer, OAuthError, RequestOrigin, Target, TokenRequest};
use crate::access::{AuthenticatedPrincipal, Credential, Denial, ProtectedResource};
use crate::audit::{Action, AuditEvent, Object, ObjectKind, Outcome};
use crate::model::{
    ApplicationId, Client, ClientId, ClientKind, Principal, Scope, SessionSecret, UserId,
};
use crate::token::AuthorizationCode;
use std::sync::Arc;
use url::Url;

/// The parameters of the request.
#[derive(Debug, Clone, Default)]
pub struct AuthorizeRequest {
    /// `response_type`: `code` only.
    pub response_type: Option<String>,
    /// `client_id`.
    pub client_id: Option<String>,
    /// `redirect_uri`, exactly as registered.
    pub redirect_uri: Option<String>,
    /// `state`, returned unchanged.
    pub state: Option<String>,
    /// PKCE challenge (RFC 7636).
    pub code_challenge: Option<String>,
    /// `S256`.
    pub code_challenge_method: Option<String>,
    /// Scope, and the target, which must be the client's own application.
    pub token_request: TokenRequest,
    /// An error of the form of the request, sent to the client once the client is verified.
    pub malformed: Option<OAuthError>,
}

/// The next step of the browser.
pub enum AuthorizeResult {
    /// To sign-in, and back to the same request.
    SignIn,
    /// Back to the client.
    Back(String),
    /// The consent page.
    Ask(Consent),
}

/// The person at the authorization endpoint.
#[derive(Debug, Clone, Copy)]
pub struct ResourceOwner<'a> {
    /// The session cookie at Samovar's own host.
    pub session: Option<&'a SessionSecret>,
    /// The decision about the consent, once made.
    pub answer: Option<&'a ConsentDecision>,
}

/// A request whose client and redirect URI are verified.
struct VerifiedRequest<'a> {
    request: &'a AuthorizeRequest,
    client: Arc<Client>,
    redirect_uri: &'a str,
}

impl VerifiedRequest<'_> {
    /// The redirect to the client with this response.
    fn redirect(
        &self,
        response: &[(&str, &str)],
        issuer: &str,
    ) -> Result<AuthorizeResult, OAuthError> {
        let error = |_| OAuthError::RequestInvalid("`redirect_uri` is not a URL".to_owned());
        let mut url = Url::parse(self.redirect_uri).map_err(error)?;
        let state = self.request.state.as_deref().map(|state| ("state", state));
        let more = state.into_iter().chain([("iss", issuer)]);
        url.query_pairs_mut()
            .extend_pairs(response.iter().copied().chain(more));
        Ok(AuthorizeResult::Back(url.into()))
    }

    /// Does the response reach this client and no other? Any program on the person's machine can claim to be a public
    /// client with a loopback address (RFC 8252 section 8.6).
    fn reaches_client_only(&self) -> bool {
        self.client.kind == ClientKind::Confidential || self.redirect_uri.starts_with("https://")
    }
}

/// A granted scope, and why it was granted.
type ReasonedScope = (Scope, &'static str);

impl AuthorizationServer {
    /// Decides the next step. An error is for the person: there is no verified address to send it to.
    pub async fn authorize(
        &self,
        request: &AuthorizeRequest,
        owner: ResourceOwner<'_>,
        origin: &RequestOrigin,
    ) -> Result<AuthorizeResult, OAuthError> {
        let verified = self.verified(request);
        let verified = verified.map_err(|error| request.malformed.clone().unwrap_or(error))?;
        match self.authorize_verified(&verified, owner, origin).await {
            Ok(next) => Ok(next),
            // Ends a redirect loop.
            Err(error @ OAuthError::TooMany(_)) => Err(error),
            Err(error) => {
                let description = error.to_string();
                let response = [
                    ("error", error.sent_code()),
                    ("error_description", &description),
                ];
                verified.redirect(&response, self.issuer())
            }
        }
    }

    fn verified<'a>(
        &self,
        request: &'a AuthorizeRequest,
    ) -> Result<VerifiedRequest<'a>, OAuthError> {
        let error = |sentence: &str| OAuthError::RequestInvalid(sentence.to_owned());
        let id = request.client_id.as_deref();
        let id = id.and_then(|id| id.parse::<ClientId>().ok());
        let client = id.and_then(|id| self.client(id)).ok_or_else(|| {
            error("no client has this `client_id`; look at the application's clients in Samovar")
        })?;
        let redirect_uri = request.redirect_uri.as_deref().unwrap_or_default();
        let mut registered = client.redirect_uris.iter();
        if !registered.any(|uri| uri.accepts(redirect_uri)) {
            return Err(error(
                "`redirect_uri` is not registered for this client; register it exactly as it is sent",
            ));
        }
        Ok(VerifiedRequest {
            request,
            client,
            redirect_uri,
        })
    }

    async fn authorize_verified(
        &self,
        verified: &VerifiedRequest<'_>,
        owner: ResourceOwner<'_>,
        origin: &RequestOrigin,
    ) -> Result<AuthorizeResult, OAuthError> {
        let (client, token_request) = (&*verified.client, &verified.request.token_request);
        let challenge = check(verified.request)?;
        let (application, target) = self.target_for(client, token_request)?;
        let Some((user, known)) = self.person(owner.session).await? else {
            return Ok(AuthorizeResult::SignIn);
        };
        let limited = self.authorizations.take(user, self.clock.now());
        limited.map_err(OAuthError::TooMany)?;
        let scope = self.scope(&known, &target, token_request.scope.as_ref());
        let granted = match (scope, owner.answer) {
            (Ok(scope), Some(decision)) => decision
                .of_shown(&scope)
                .map(|scope| (scope, "the person allowed it")),
            (Ok(scope), None) => {
                let Some(reason) = self.needs_no_consent(user, verified, &scope) else {
                    let (redirect_uri, login) = (verified.redirect_uri, known.login());
                    let consent = Consent::new(client, redirect_uri, &target, scope, login);
                    return Ok(AuthorizeResult::Ask(consent));
                };
                Ok((scope, reason))
            }
            (Err(error), _) => Err(error),
        };
        let event = self.consent_event(client, &known, granted.as_ref(), origin);
        self.journal.write(event).await?;
        let (scope, _) = granted?;
        let code = self.codes.issue(AuthorizationCode {
            user,
            client: client.id,
            application,
            redirect_uri: verified.redirect_uri.to_owned(),
            challenge,
            scope,
        });
        verified.redirect(&[("code", &code)], self.issuer())
    }

    /// A client's tokens are for its own application; a request that names an application must name that one.
    pub(super) fn target_for(
        &self,
        client: &Client,
        token_request: &TokenRequest,
    ) -> Result<(ApplicationId, Target), OAuthError> {
        let id = client.application.ok_or_else(|| {
            OAuthError::ClientUnauthorized(
                "this client has no redirect URI; register one".to_owned(),
            )
        })?;
        let target = self.target_of(id)?;
        if self
            .target(token_request)?
            .is_some_and(|named| named != target)
        {
            let sentence = "this client's tokens are for its own application only; leave out `audience` and `resource`";
            return Err(OAuthError::TargetInvalid(sentence.to_owned()));
        }
        Ok((id, target))
    }

    /// The person who is signed in, if one is.
    pub(super) async fn person(
        &self,
        session: Option<&SessionSecret>,
    ) -> Result<Option<(UserId, AuthenticatedPrincipal)>, OAuthError> {
        let session = session.map(Credential::Session);
        let known = self.credentials.known(session, ProtectedResource::Samovar);
        match known.await.map_err(Denial::from) {
            Ok((_, known)) => match known.principal {
                Principal::User(id) if known.enabled() => Ok(Some((id, known))),
                Principal::User(_) => Err(OAuthError::Disabled),
                // Break-glass is for Samovar itself: no client may act for it.
                _ => Err(OAuthError::PersonRefused),
            },
            Err(Denial::CredentialsMissing | Denial::SessionEnded) => Ok(None),
            Err(denial) => Err(denial.into()),
        }
    }

    /// Why no consent is needed; `None` when it is. Always `None` for a client that another program can claim to be,
    /// first-party or not.
    fn needs_no_consent(
        &self,
        user: UserId,
        verified: &VerifiedRequest<'_>,
        scope: &Scope,
    ) -> Option<&'static str> {
        let client = &verified.client;
        if !verified.reaches_client_only() {
            None
        } else if client.first_party {
            Some("no consent needed: the client is first-party")
        } else {
            self.allowed_before(user, client, scope)
                .then_some("no consent needed: the person allowed it before")
        }
    }

    fn allowed_before(&self, user: UserId, client: &Client, scope: &Scope) -> bool {
        let grants = self.grants.list();
        let mut own = grants
            .iter()
            .filter(|g| g.user == user && g.client == client.id);
        own.any(|grant| scope.is_within(&grant.scope))
    }

    /// The event of a consent decision: the granted scope and why, or the error.
    fn consent_event(
        &self,
        client: &Client,
        known: &AuthenticatedPrincipal,
        granted: Result<&ReasonedScope, &OAuthError>,
        origin: &RequestOrigin,
    ) -> AuditEvent {
        let (outcome, reasons) = match granted {
            Ok((scope, reason)) => {
                let scope = scope_reasons(scope);
                let reasons = std::iter::once((*reason).to_owned())
                    .chain(scope)
                    .collect::<Vec<_>>();
                (Outcome::Allowed, reasons)
            }
            Err(error) => {
                let reasons = vec![error.sent_code().to_owned(), error.to_string()];
                (Outcome::Denied, reasons)
            }
        };
        let object = Object::new(ObjectKind::Client, client.client_id());
        self.event(Action::GrantAllow, known, object, origin)
            .with_outcome(outcome)
            .because(reasons)
            .in_application(client.application)
    }
}

/// Checks the form of the request. Returns the challenge.
fn check(request: &AuthorizeRequest) -> Result<String, OAuthError> {
    let error = |sentence: &str| Err(OAuthError::RequestInvalid(sentence.to_owned()));
    if let Some(malformed) = &request.malformed {
        return Err(malformed.clone());
    }
    match request.response_type.as_deref() {
        Some("code") => {}
        Some(_) => return Err(OAuthError::ResponseTypeUnsupported),
        None => return error("`response_type` is missing; send `code`"),
    }
    if request.code_challenge_method.as_deref() != Some("S256") {
        return error("`code_challenge_method` must be `S256`; every client uses PKCE here");
    }
    let challenge = request.code_challenge.as_deref().unwrap_or_default();
    let fine = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    if challenge.len() != 43 || !challenge.bytes().all(fine) {
        return error(
            "`code_challenge` must be the SHA-256 of the verifier in 43 characters of base64url",
        );
    }
    Ok(challenge.to_owned())
}
