//! Back from the provider: the person that a code stands for, after every check.
//!
//! The access token is used here once, for userinfo, and dropped.

use super::OidcError;
use super::metadata::Metadata;
use super::outgoing::Keeping;
use super::person::{Claims, SignedIn};
use super::provider::{Answer, Client, FlowSecrets, Provider, final_word, verifier};
use super::verify::{Expected, Rejected, check_access_token, claims};
use data_encoding::BASE64URL_NOPAD;
use openidconnect::core::{CoreIdTokenVerifier, CoreTokenResponse, CoreUserInfoClaims};
use openidconnect::{
    AccessToken, AuthorizationCode, Nonce, OAuth2TokenResponse, RequestTokenError,
    SubjectIdentifier, TokenResponse, UserInfoError,
};
use serde_json::Value;

impl Provider {
    /// Exchanges the code and makes every check; the person that it stands for.
    pub async fn finish(
        &self,
        answer: Answer,
        secrets: &FlowSecrets,
    ) -> Result<SignedIn, OidcError> {
        let finished = self.prove(answer, secrets).await;
        let mut noted = self.noted();
        match &finished {
            Ok(person) => noted.groups_found = Some(person.groups.found),
            // Of these the person's own server or browser is the reason.
            Err(OidcError::Overtaken | OidcError::NotActive | OidcError::IssuerOfAnswer(_)) => {}
            Err(error) => noted.error = Some((self.clock.now(), error.to_string())),
        }
        drop(noted);
        finished
    }

    async fn prove(&self, answer: Answer, secrets: &FlowSecrets) -> Result<SignedIn, OidcError> {
        let metadata = self.discovery.metadata().await?;
        check_issuer(&metadata, answer.issuer.as_deref())?;
        let client = self.client(&metadata);
        let tokens = self.exchange(&client, answer.code, secrets).await?;
        let received = self.clock.now();
        match self.identify(&client, &tokens, secrets) {
            Ok(token) => self.person(&client, &tokens, token).await,
            Err(Rejected::Invalid(error)) => Err(error),
            // It came from the provider itself a moment ago, so the keys of now have its key.
            Err(Rejected::UnknownKey) => {
                let client = self.client(&*self.discovery.read_after(received).await?);
                let token = self
                    .identify(&client, &tokens, secrets)
                    .map_err(final_word)?;
                self.person(&client, &tokens, token).await
            }
        }
    }

    async fn exchange(
        &self,
        client: &Client,
        code: String,
        secrets: &FlowSecrets,
    ) -> Result<CoreTokenResponse, OidcError> {
        let garbage =
            |what: &str| OidcError::Garbage(self.settings.url.to_string(), what.to_owned());
        client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|_| garbage("discovery without a token endpoint"))?
            .set_pkce_verifier(verifier(secrets))
            .request_async(&self.outgoing)
            .await
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(answer) => {
                    OidcError::Refused(answer.error().to_string())
                }
                RequestTokenError::Request(error) => error,
                RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                    garbage("a token answer that is none")
                }
            })
    }

    /// The ID token's own text, once it is proved.
    fn identify(
        &self,
        client: &Client,
        tokens: &CoreTokenResponse,
        secrets: &FlowSecrets,
    ) -> Result<String, Rejected> {
        let invalid = |what: &str| Rejected::Invalid(OidcError::TokenInvalid(what.to_owned()));
        let token = tokens
            .id_token()
            .ok_or_else(|| invalid("the answer has no ID token"))?;
        let nonce = Nonce::new(secrets.nonce.clone());
        let expected = Expected {
            client_id: client.client_id(),
            nonce: &nonce,
            now: self.clock.now(),
        };
        let verifier: CoreIdTokenVerifier<'_> = client.id_token_verifier();
        let claims = claims(token, verifier.clone(), &expected)?;
        check_access_token(token, claims, &verifier, tokens.access_token())
            .map_err(Rejected::Invalid)?;
        Ok(token.to_string())
    }

    /// The person that a proved ID token speaks of, once userinfo has confirmed that the account is active.
    async fn person(
        &self,
        client: &Client,
        tokens: &CoreTokenResponse,
        id_token: String,
    ) -> Result<SignedIn, OidcError> {
        let token = payload(&id_token)
            .ok_or_else(|| OidcError::TokenInvalid("its claims do not read".to_owned()))?;
        let subject = token.get("sub").and_then(Value::as_str).unwrap_or_default();
        let userinfo = self.userinfo(client, tokens, subject).await?;
        let claims = Claims {
            token: &token,
            userinfo: userinfo.as_ref(),
        };
        claims.person(self.settings.groups.as_ref(), id_token.into())
    }

    /// Userinfo with the access token: the same person answers. `None` from a provider that has no such place.
    async fn userinfo(
        &self,
        client: &Client,
        tokens: &CoreTokenResponse,
        subject: &str,
    ) -> Result<Option<Value>, OidcError> {
        let token: AccessToken = tokens.access_token().clone();
        let subject = SubjectIdentifier::new(subject.to_owned());
        let Ok(request) = client.user_info(token, Some(subject)) else {
            return Ok(None);
        };
        let garbage = || {
            let what = "a userinfo answer that is none";
            OidcError::Garbage(self.settings.url.to_string(), what.to_owned())
        };
        // What counts is what was sent: the library's own claims take a word in quotes for a boolean.
        let keeping = Keeping::new(&self.outgoing);
        let answer: Result<CoreUserInfoClaims, _> = request.request_async(&keeping).await;
        match answer {
            Ok(_) => sent_claims(&keeping.body()).map(Some).ok_or_else(garbage),
            Err(UserInfoError::Request(error)) => Err(error),
            Err(UserInfoError::ClaimsVerification(_)) => Err(OidcError::TokenInvalid(
                "userinfo speaks of another person".to_owned(),
            )),
            Err(UserInfoError::Response(status, ..)) if status.is_server_error() => {
                Err(OidcError::Away(self.settings.url.to_string()))
            }
            // Gitea answers HTML with 200, or 401, for an account that is not active.
            Err(UserInfoError::Response(..)) => Err(OidcError::NotActive),
            Err(_) => Err(garbage()),
        }
    }
}

/// RFC 9207: an answer of another provider than the one that was asked is a mix-up.
fn check_issuer(metadata: &Metadata, said: Option<&str>) -> Result<(), OidcError> {
    let owed = metadata
        .additional_metadata()
        .authorization_response_iss_parameter_supported;
    match said {
        Some(said) if said != metadata.issuer().as_str() => Err(OidcError::IssuerOfAnswer(
            "comes from another issuer than the one that was asked",
        )),
        None if owed => Err(OidcError::IssuerOfAnswer(
            "does not say who gives it, as the provider promises",
        )),
        _ => Ok(()),
    }
}

/// The claims of a userinfo answer that was checked: JSON, or a token whose signature is proved.
fn sent_claims(body: &[u8]) -> Option<Value> {
    let json = serde_json::from_slice(body).ok();
    json.or_else(|| payload(std::str::from_utf8(body).ok()?))
}

/// The claims of a token whose signature is proved.
fn payload(token: &str) -> Option<Value> {
    let bytes = BASE64URL_NOPAD
        .decode(token.split('.').nth(1)?.as_bytes())
        .ok()?;
    serde_json::from_slice(&bytes).ok()
}
