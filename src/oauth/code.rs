//! The authorization code grant (RFC 6749 section 4.1.3): a code is redeemed once, with its PKCE verifier.

use super::new_grant::GivenConsent;
use super::{AuthorizationServer, ClientCredentials, OAuthError, RequestOrigin, TokenResponse};
use crate::access::AuthenticatedPrincipal;
use crate::audit::{Action, Object, ObjectKind};
use crate::model::{Client, GrantId, Principal, UserId, sha256};
use crate::token::{AuthorizationCode, CodeError, CodeReceipt};
use data_encoding::BASE64URL_NOPAD;

/// The parameters of a request that redeems a code.
#[derive(Clone, Default)]
pub struct CodeRequest {
    /// `code`.
    pub code: String,
    /// `redirect_uri`, the same as in the authorization request.
    pub redirect_uri: String,
    /// PKCE verifier (RFC 7636).
    pub verifier: String,
}

impl AuthorizationServer {
    /// Redeems a code: creates a grant and issues its first token.
    pub async fn redeem(
        &self,
        credentials: &ClientCredentials,
        shown: &CodeRequest,
        origin: &RequestOrigin,
    ) -> Result<TokenResponse, OAuthError> {
        let client = self.asking_client(credentials, origin).await?;
        let (coded, taken) = match self.codes.take(&shown.code) {
            Ok(found) => found,
            Err(error) => return Err(self.code_denied(error, origin).await),
        };
        if let Err(error) = fits(&coded, &client, shown) {
            return Err(self.deny_anonymous(error, origin).await);
        }
        let consent = GivenConsent {
            user: coded.user,
            application: Some(coded.application),
            scope: coded.scope,
            at: taken.issued_at(),
        };
        let (grant, response) = self.create_grant(&client, consent, origin).await?;
        self.settle(&taken, grant, origin).await?;
        Ok(response)
    }

    /// The person for whom a client acts. A disabled or deleted account is an error, which is recorded.
    pub(super) async fn enabled(
        &self,
        user: UserId,
        origin: &RequestOrigin,
    ) -> Result<AuthenticatedPrincipal, OAuthError> {
        let person = Principal::User(user);
        Err(match self.credentials.principal(person).await {
            Ok(known) if known.enabled() => return Ok(known),
            Ok(known) => self.deny(&known, OAuthError::Disabled, origin).await,
            Err(denial) => self.deny(person, denial.into(), origin).await,
        })
    }

    /// Binds the code to its grant. If the code was used again in the meantime, the grant ends and no token is returned.
    async fn settle(
        &self,
        taken: &CodeReceipt,
        grant: GrantId,
        origin: &RequestOrigin,
    ) -> Result<(), OAuthError> {
        if self.codes.settle(taken, grant) {
            return Ok(());
        }
        Err(self
            .code_denied(CodeError::Replayed(Some(grant)), origin)
            .await)
    }

    async fn code_denied(&self, error: CodeError, origin: &RequestOrigin) -> OAuthError {
        let denied = OAuthError::GrantInvalid(
            "the code is unknown, expired or was used before; send the person to sign in again"
                .to_owned(),
        );
        // Once the grant has ended a further replay changes nothing, and must not write an event each time.
        let grant = match error {
            CodeError::Replayed(Some(grant)) if self.grants.exists(grant) => grant,
            _ => return self.deny_anonymous(denied, origin).await,
        };
        let object = Object::new(ObjectKind::Grant, grant);
        let event = self.event(Action::GrantReplay, Principal::Anonymous, object, origin);
        match self.grants.end(&[grant], event).await {
            Ok(()) => denied,
            Err(error) => error.into(),
        }
    }
}

/// Checks that client, application, redirect URI and verifier are those of the code.
fn fits(coded: &AuthorizationCode, client: &Client, shown: &CodeRequest) -> Result<(), OAuthError> {
    let error = |sentence: &str| Err(OAuthError::GrantInvalid(sentence.to_owned()));
    if coded.client != client.id {
        return error("the code was made for another client; send the person to sign in again");
    }
    if client.application != Some(coded.application) {
        return error(
            "the client belongs to another application now; send the person to sign in again",
        );
    }
    if coded.redirect_uri != shown.redirect_uri {
        return error("`redirect_uri` is not the one of the authorization request; send the same");
    }
    let mut registered = client.redirect_uris.iter();
    if !registered.any(|uri| uri.accepts(&coded.redirect_uri)) {
        return error(
            "`redirect_uri` is not registered for this client any more; send the person to sign in again",
        );
    }
    let digest = sha256(&[shown.verifier.as_bytes()]);
    let fine = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    let long = (43..=128).contains(&shown.verifier.len());
    let form = long && shown.verifier.bytes().all(fine);
    if !form || BASE64URL_NOPAD.encode(&digest) != coded.challenge {
        return error("`code_verifier` does not match the challenge; start again");
    }
    Ok(())
}
