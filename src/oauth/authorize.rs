//! The authorization endpoint (RFC 6749 section 4.1.1): request, resource owner, consent, code.
//!
//! Before client and redirect URI are verified, errors are shown to the person; after that every error is sent to
//! the client, with `state` and `iss` (RFC 9207).

use super::consent::{Consent, ConsentDecision};
use super::events::scope_reasons;
use super::{AuthorizationServer, OAuthError, RequestOrigin, Target, TokenRequest};
use crate::access::{AuthenticatedPrincipal, ProtectedResource};
use crate::access::{Credential, Denial};
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
    pub wanted: TokenRequest,
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

/// The redirect to the client.
struct ClientRedirect<'a> {
    redirect_uri: &'a str,
    state: Option<&'a str>,
    issuer: &'a str,
}

impl ClientRedirect<'_> {
    fn with(&self, pairs: &[(&str, &str)]) -> Result<AuthorizeResult, OAuthError> {
        let error = |_| OAuthError::RequestInvalid("`redirect_uri` is not a URL".to_owned());
        let mut url = Url::parse(self.redirect_uri).map_err(error)?;
        {
            let mut query = url.query_pairs_mut();
            for (name, value) in pairs {
                query.append_pair(name, value);
            }
            if let Some(state) = self.state {
                query.append_pair("state", state);
            }
            query.append_pair("iss", self.issuer);
        }
        Ok(AuthorizeResult::Back(url.into()))
    }
}

impl AuthorizationServer {
    /// Decides the next step. An error is for the person: there is no verified address to send it to.
    pub async fn authorize(
        &self,
        asked: &AuthorizeRequest,
        person: ResourceOwner<'_>,
        origin: &RequestOrigin,
    ) -> Result<AuthorizeResult, OAuthError> {
        let registered = self.registered(asked);
        let (client, redirect_uri) =
            registered.map_err(|error| asked.malformed.clone().unwrap_or(error))?;
        let back = ClientRedirect {
            redirect_uri,
            state: asked.state.as_deref(),
            issuer: self.issuer(),
        };
        match self.proceed((&client, &back), asked, person, origin).await {
            Ok(next) => Ok(next),
            // Ends a redirect loop.
            Err(error @ OAuthError::TooMany(_)) => Err(error),
            Err(error) => back.with(&[
                ("error", error.sent_code()),
                ("error_description", &error.to_string()),
            ]),
        }
    }

    fn registered<'a>(
        &self,
        asked: &'a AuthorizeRequest,
    ) -> Result<(Arc<Client>, &'a str), OAuthError> {
        let unknown = || {
            OAuthError::RequestInvalid(
                "no client has this `client_id`; look at the application's clients in Samovar"
                    .to_owned(),
            )
        };
        let id = asked
            .client_id
            .as_deref()
            .and_then(|id| id.parse::<ClientId>().ok());
        let client = id.and_then(|id| self.client(id)).ok_or_else(unknown)?;
        let given = asked.redirect_uri.as_deref().unwrap_or_default();
        if client.redirect_uris.iter().any(|uri| uri.accepts(given)) {
            return Ok((client, given));
        }
        Err(OAuthError::RequestInvalid(
            "`redirect_uri` is not registered for this client; register it exactly as it is sent"
                .to_owned(),
        ))
    }

    async fn proceed(
        &self,
        (client, back): (&Client, &ClientRedirect<'_>),
        asked: &AuthorizeRequest,
        person: ResourceOwner<'_>,
        origin: &RequestOrigin,
    ) -> Result<AuthorizeResult, OAuthError> {
        let challenge = check(asked)?;
        let (id, target) = self.target_for(client, &asked.wanted)?;
        let Some((user, known)) = self.person(person).await? else {
            return Ok(AuthorizeResult::SignIn);
        };
        let paced = self.asking_people.take(user, self.clock.now());
        paced.map_err(OAuthError::TooMany)?;
        let allowed = match self.allowed((client, back), (asked, &target), (person, user), &known) {
            Ok((scope, None)) => {
                let asking = (client, back.redirect_uri);
                let consent = Consent::new(asking, (&target, scope), known.login());
                return Ok(AuthorizeResult::Ask(consent));
            }
            Ok((scope, Some(why))) => Ok((scope, why)),
            Err(error) => Err(error),
        };
        let event = self.answered(client, &known, allowed.as_ref(), origin);
        self.journal.write(event).await?;
        let (scope, _) = allowed?;
        let code = self.codes.issue(AuthorizationCode {
            user,
            client: client.id,
            application: id,
            redirect_uri: back.redirect_uri.to_owned(),
            challenge,
            scope,
        });
        back.with(&[("code", &code)])
    }

    /// The scope to grant, and why no consent is needed; `None` when the person must be asked.
    fn allowed(
        &self,
        (client, back): (&Client, &ClientRedirect<'_>),
        (asked, target): (&AuthorizeRequest, &Target),
        (person, user): (ResourceOwner<'_>, UserId),
        known: &AuthenticatedPrincipal,
    ) -> Result<(Scope, Option<&'static str>), OAuthError> {
        let scope = self.scope(known, target, asked.wanted.scope.as_ref())?;
        if let Some(said) = person.answer {
            return Ok((said.of_shown(&scope)?, Some("the person allowed it")));
        }
        let why = self.settled(user, (client, back), &scope);
        Ok((scope, why))
    }

    /// A client's tokens are for its own application; a request that names an application must name that one.
    pub(super) fn target_for(
        &self,
        client: &Client,
        wanted: &TokenRequest,
    ) -> Result<(ApplicationId, Target), OAuthError> {
        let id = client.application.ok_or_else(|| {
            OAuthError::ClientUnauthorized(
                "this client has no redirect URI; register one".to_owned(),
            )
        })?;
        let target = self.target_of(id)?;
        if self.target(wanted)?.is_some_and(|named| named != target) {
            let sentence = "this client's tokens are for its own application only; leave out `audience` and `resource`";
            return Err(OAuthError::TargetInvalid(sentence.to_owned()));
        }
        Ok((id, target))
    }

    /// The person who is signed in, if one is.
    pub(super) async fn person(
        &self,
        person: ResourceOwner<'_>,
    ) -> Result<Option<(UserId, AuthenticatedPrincipal)>, OAuthError> {
        let session = person.session.map(Credential::Session);
        match self
            .credentials
            .known(session, ProtectedResource::Samovar)
            .await
        {
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

    /// Why the person need not be asked, if so. Any program on the person's machine can claim to be a public client with a
    /// loopback address, so for such a client people are asked each time, first-party or not (RFC 8252 section 8.6).
    fn settled(
        &self,
        user: UserId,
        (client, back): (&Client, &ClientRedirect<'_>),
        scope: &Scope,
    ) -> Option<&'static str> {
        let itself =
            client.kind == ClientKind::Confidential || back.redirect_uri.starts_with("https://");
        if itself && client.first_party {
            return Some("no consent needed: the client is first-party");
        }
        let before = itself && self.allowed_before(user, client, scope);
        before.then_some("no consent needed: the person allowed it before")
    }

    fn allowed_before(&self, user: UserId, client: &Client, scope: &Scope) -> bool {
        let grants = self.grants.list();
        let mut own = grants
            .iter()
            .filter(|g| g.user == user && g.client == client.id);
        own.any(|grant| scope.is_within(&grant.scope))
    }

    /// The event of a consent decision: the granted scope and why, or the error.
    fn answered(
        &self,
        client: &Client,
        known: &AuthenticatedPrincipal,
        allowed: Result<&(Scope, &'static str), &OAuthError>,
        origin: &RequestOrigin,
    ) -> AuditEvent {
        let (outcome, mut reasons) = match allowed {
            Ok((_, why)) => (Outcome::Allowed, vec![(*why).to_owned()]),
            Err(error) => {
                let said = vec![error.sent_code().to_owned(), error.to_string()];
                (Outcome::Denied, said)
            }
        };
        reasons.extend(
            allowed
                .into_iter()
                .flat_map(|(scope, _)| scope_reasons(scope)),
        );
        let object = Object::new(ObjectKind::Client, client.client_id());
        let actor = (known.principal, known.login());
        self.event(Action::GrantAllow, actor, object, origin)
            .with_outcome(outcome)
            .because(reasons)
            .in_application(client.application)
    }
}

/// Checks the form of the request. Returns the challenge.
fn check(asked: &AuthorizeRequest) -> Result<String, OAuthError> {
    let error = |sentence: &str| Err(OAuthError::RequestInvalid(sentence.to_owned()));
    if let Some(malformed) = &asked.malformed {
        return Err(malformed.clone());
    }
    match asked.response_type.as_deref() {
        Some("code") => {}
        Some(_) => return Err(OAuthError::ResponseTypeUnsupported),
        None => return error("`response_type` is missing; send `code`"),
    }
    if asked.code_challenge_method.as_deref() != Some("S256") {
        return error("`code_challenge_method` must be `S256`; every client uses PKCE here");
    }
    let challenge = asked.code_challenge.as_deref().unwrap_or_default();
    let fine = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    if challenge.len() != 43 || !challenge.bytes().all(fine) {
        return error(
            "`code_challenge` must be the SHA-256 of the verifier in 43 characters of base64url",
        );
    }
    Ok(challenge.to_owned())
}
