//! Sign-out in both directions: the URL that ends the session at the provider, and logout tokens from the provider.

use super::OidcError;
use super::id_token::VerifyError;
use super::logout_token::{self, LogoutExpectations, LogoutToken};
use super::metadata::Metadata;
use super::provider::OidcProvider;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

impl OidcProvider {
    /// Verifies a logout token. The caller must reject one that was used before.
    pub async fn verify_logout_token(&self, token: &str) -> Result<LogoutToken, OidcError> {
        let metadata = self.discovery.metadata().await?;
        let verified = match self.logout_token(token, &metadata) {
            Err(VerifyError::UnknownKey) => {
                let metadata = self.discovery.read_for_unknown_key().await?;
                self.logout_token(token, &metadata)
            }
            verified => verified,
        };
        Ok(verified?)
    }

    fn logout_token(&self, token: &str, metadata: &Metadata) -> Result<LogoutToken, VerifyError> {
        let expected = LogoutExpectations {
            issuer: metadata.issuer().as_str(),
            client_id: &self.settings.client_id,
            now: self.clock.now(),
        };
        logout_token::verify(token, &expected, metadata.jwks().keys())
    }

    /// The URL that ends the session at the provider (OpenID RP-Initiated Logout 1.0), if it has such an endpoint, and
    /// redirects the browser to a registered address.
    pub async fn end_session_url(
        &self,
        id_token: Option<&SecretString>,
        redirect: &Url,
    ) -> Option<Url> {
        let metadata = self.discovery.metadata().await.ok()?;
        let endpoint = &metadata.additional_metadata().end_session_endpoint;
        let mut url = endpoint.clone()?;
        if !matches!(url.scheme(), "https" | "http") {
            return None;
        }
        let mut query = url.query_pairs_mut();
        query.append_pair("client_id", &self.settings.client_id);
        query.append_pair("post_logout_redirect_uri", redirect.as_str());
        if let Some(token) = id_token {
            query.append_pair("id_token_hint", token.expose_secret());
        }
        drop(query);
        Some(url)
    }
}
