//! The authorization response: exchanges the code, makes every check, and yields the identity.
//!
//! The access token is used once, for userinfo, and dropped.

use super::OidcError;
use super::http_client::RecordingHttpClient;
use super::id_token::{IdTokenExpectations, VerifyError, check_access_token, verify};
use super::identity::{AuthenticatedIdentity, IdentityClaims};
use super::metadata::Metadata;
use super::provider::{AuthorizationResponse, FlowSecrets, OidcClient, OidcProvider};
use data_encoding::BASE64URL_NOPAD;
use openidconnect::core::{CoreIdTokenVerifier, CoreTokenResponse, CoreUserInfoClaims};
use openidconnect::{
    AccessToken, AuthorizationCode, Nonce, OAuth2TokenResponse, PkceCodeVerifier,
    RequestTokenError, SubjectIdentifier, TokenResponse, UserInfoError,
};
use serde_json::Value;

impl OidcProvider {
    /// Exchanges the code and makes every check.
    pub async fn authenticate(
        &self,
        response: AuthorizationResponse,
        secrets: &FlowSecrets,
    ) -> Result<AuthenticatedIdentity, OidcError> {
        let result = self.exchange(response, secrets).await;
        let mut status = self.sign_in_status();
        match &result {
            Ok(identity) => status.groups_found = Some(identity.groups.found),
            // The person, or the server that sent the browser here, caused these.
            Err(
                OidcError::NonceMismatch
                | OidcError::AccountInactive
                | OidcError::ResponseIssuerInvalid(_),
            ) => {}
            Err(error) => status.error = Some((self.clock.now(), error.to_string())),
        }
        drop(status);
        result
    }

    async fn exchange(
        &self,
        response: AuthorizationResponse,
        secrets: &FlowSecrets,
    ) -> Result<AuthenticatedIdentity, OidcError> {
        let metadata = self.discovery.metadata().await?;
        check_issuer(&metadata, response.issuer.as_deref())?;
        let client = self.client(&metadata);
        let tokens = self.tokens(&client, response.code, secrets).await?;
        let received = self.clock.now();
        match self.verify_id_token(&client, &tokens, secrets) {
            // The provider sent it a moment ago, so keys that are read now include its key.
            Err(VerifyError::UnknownKey) => {
                let client = self.client(&*self.discovery.read_after(received).await?);
                let id_token = self.verify_id_token(&client, &tokens, secrets)?;
                self.identity(&client, &tokens, id_token).await
            }
            id_token => self.identity(&client, &tokens, id_token?).await,
        }
    }

    async fn tokens(
        &self,
        client: &OidcClient,
        code: String,
        secrets: &FlowSecrets,
    ) -> Result<CoreTokenResponse, OidcError> {
        client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|_| self.invalid_response("metadata without a token endpoint"))?
            .set_pkce_verifier(PkceCodeVerifier::new(secrets.verifier.clone()))
            .request_async(&self.http)
            .await
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(response) => {
                    OidcError::CodeRejected(response.error().to_string())
                }
                RequestTokenError::Request(error) => error,
                RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                    self.invalid_response("invalid token response")
                }
            })
    }

    fn invalid_response(&self, what: &str) -> OidcError {
        OidcError::InvalidResponse(self.settings.url.to_string(), what.to_owned())
    }

    /// The text of the ID token, after every check.
    fn verify_id_token(
        &self,
        client: &OidcClient,
        tokens: &CoreTokenResponse,
        secrets: &FlowSecrets,
    ) -> Result<String, VerifyError> {
        let token = tokens
            .id_token()
            .ok_or_else(|| VerifyError::invalid("the response has no ID token"))?;
        let nonce = Nonce::new(secrets.nonce.clone());
        let expected = IdTokenExpectations {
            client_id: client.client_id(),
            nonce: &nonce,
            now: self.clock.now(),
        };
        let verifier: CoreIdTokenVerifier<'_> = client.id_token_verifier();
        let claims = verify(token, verifier.clone(), &expected)?;
        check_access_token(token, claims, &verifier, tokens.access_token())
            .map_err(VerifyError::Invalid)?;
        Ok(token.to_string())
    }

    /// The identity in a verified ID token, after userinfo has confirmed that the account is active.
    async fn identity(
        &self,
        client: &OidcClient,
        tokens: &CoreTokenResponse,
        id_token: String,
    ) -> Result<AuthenticatedIdentity, OidcError> {
        let token = payload(&id_token)
            .ok_or_else(|| OidcError::TokenInvalid("its claims cannot be read".to_owned()))?;
        let subject = token.get("sub").and_then(Value::as_str).unwrap_or_default();
        let userinfo = self.userinfo(client, tokens, subject).await?;
        let claims = IdentityClaims {
            token: &token,
            userinfo: userinfo.as_ref(),
        };
        claims.identity(self.settings.groups.as_ref(), id_token.into())
    }

    /// The claims of userinfo, which must be about the same subject. `None` if the provider has no userinfo endpoint.
    async fn userinfo(
        &self,
        client: &OidcClient,
        tokens: &CoreTokenResponse,
        subject: &str,
    ) -> Result<Option<Value>, OidcError> {
        let token: AccessToken = tokens.access_token().clone();
        let subject = SubjectIdentifier::new(subject.to_owned());
        let Ok(request) = client.user_info(token, Some(subject)) else {
            return Ok(None);
        };
        let invalid = || self.invalid_response("invalid userinfo response");
        // The claims are read from the body: the library's own type accepts a text for a boolean.
        let http = RecordingHttpClient::new(&self.http);
        let response: Result<CoreUserInfoClaims, _> = request.request_async(&http).await;
        match response {
            Ok(_) => userinfo_claims(&http.body()).map(Some).ok_or_else(invalid),
            Err(UserInfoError::Request(error)) => Err(error),
            Err(UserInfoError::ClaimsVerification(_)) => Err(OidcError::TokenInvalid(
                "userinfo is about another person".to_owned(),
            )),
            Err(UserInfoError::Response(status, ..)) if status.is_server_error() => {
                Err(OidcError::Unreachable(self.settings.url.to_string()))
            }
            // For an account that is not active Gitea answers 401, or HTML with 200.
            Err(UserInfoError::Response(..)) => Err(OidcError::AccountInactive),
            Err(_) => Err(invalid()),
        }
    }
}

/// Checks the issuer of the response (RFC 9207), against a mix-up of providers.
fn check_issuer(metadata: &Metadata, issuer: Option<&str>) -> Result<(), OidcError> {
    let required = metadata
        .additional_metadata()
        .authorization_response_iss_parameter_supported;
    match issuer {
        Some(issuer) if issuer != metadata.issuer().as_str() => Err(
            OidcError::ResponseIssuerInvalid("comes from another issuer than the request went to"),
        ),
        None if required => Err(OidcError::ResponseIssuerInvalid(
            "lacks its issuer, which the provider promises to send",
        )),
        _ => Ok(()),
    }
}

/// The claims of a verified userinfo response: JSON, or a signed token.
fn userinfo_claims(body: &[u8]) -> Option<Value> {
    let json = serde_json::from_slice(body).ok();
    json.or_else(|| payload(std::str::from_utf8(body).ok()?))
}

/// The claims of a verified token.
fn payload(token: &str) -> Option<Value> {
    let bytes = BASE64URL_NOPAD
        .decode(token.split('.').nth(1)?.as_bytes())
        .ok()?;
    serde_json::from_slice(&bytes).ok()
}
