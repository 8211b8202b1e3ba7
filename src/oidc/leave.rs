//! Sign-out, both ways: where a browser signs out at the provider, and what the provider says when somebody signed out
//! there.

use super::OidcError;
use super::logout::{self, LogoutToken};
use super::metadata::Metadata;
use super::provider::{Provider, final_word};
use super::verify::Rejected;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

impl Provider {
    /// Checks a logout token. That each counts once is for whoever remembers them to see.
    pub async fn read_logout(&self, token: &str) -> Result<LogoutToken, OidcError> {
        let metadata = self.discovery.metadata().await?;
        let read = match self.logout_token(token, &metadata) {
            Err(Rejected::UnknownKey) => {
                let metadata = self.discovery.read_for_stranger().await?;
                self.logout_token(token, &metadata)
            }
            read => read,
        };
        read.map_err(final_word)
    }

    fn logout_token(&self, token: &str, metadata: &Metadata) -> Result<LogoutToken, Rejected> {
        let expected = logout::Expected {
            issuer: metadata.issuer().as_str(),
            client_id: &self.settings.client_id,
            now: self.clock.now(),
        };
        logout::read(token, &expected, metadata.jwks().keys())
    }

    /// Where a browser signs out at the provider as well (OpenID RP-Initiated Logout 1.0), if it has such a place; from
    /// there it comes back to an address that is registered.
    pub async fn sign_out(&self, id_token: Option<&SecretString>, back: &Url) -> Option<Url> {
        let metadata = self.discovery.metadata().await.ok()?;
        let mut to = metadata
            .additional_metadata()
            .end_session_endpoint
            .clone()?;
        if !matches!(to.scheme(), "https" | "http") {
            return None;
        }
        let mut query = to.query_pairs_mut();
        query.append_pair("client_id", &self.settings.client_id);
        query.append_pair("post_logout_redirect_uri", back.as_str());
        if let Some(token) = id_token {
            query.append_pair("id_token_hint", token.expose_secret());
        }
        drop(query);
        Some(to)
    }
}
