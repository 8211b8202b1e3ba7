//! Client authentication (RFC 6749 section 2.3): by the registered credential, and by one method at a time.

use super::{ApplicationClient, AuthorizationServer, OAuthError, RequestOrigin};
use crate::model::{Client, ClientKind, MachineSecret, ServiceAccount};
use secrecy::{ExposeSecret as _, SecretString};
use std::sync::Arc;

/// The client credentials of a request.
#[derive(Debug, Clone, Default)]
pub struct ClientCredentials {
    /// `client_id`, from `Authorization: Basic` or the body.
    pub id: Option<String>,
    /// `client_secret` from the same place.
    pub secret: Option<SecretString>,
}

/// The client.
#[derive(Debug, Clone)]
pub(super) enum AuthenticatedClient {
    /// A service account that acts for itself.
    ServiceAccount(Arc<ServiceAccount>),
    /// A confidential client that authenticated, or a public client.
    Client(Arc<Client>),
    /// No client was named.
    Anonymous,
}

impl AuthenticatedClient {
    /// As `client_id` of a token.
    pub(super) fn id(&self) -> Option<String> {
        match self {
            Self::ServiceAccount(account) => Some(account.id.to_string()),
            Self::Client(client) => Some(client.client_id()),
            Self::Anonymous => None,
        }
    }

    /// Whether it has authenticated. A public client only states its id.
    pub(super) fn is_authenticated(&self) -> bool {
        match self {
            Self::Client(client) => client.kind == ClientKind::Confidential,
            Self::ServiceAccount(_) => true,
            Self::Anonymous => false,
        }
    }
}

impl AuthorizationServer {
    /// Authenticates a confidential client of an application. A service account belongs to a team or a person and to no
    /// application, so it is not one.
    pub async fn application_client(
        &self,
        credentials: &ClientCredentials,
        origin: &RequestOrigin,
    ) -> Result<ApplicationClient, OAuthError> {
        let error = match self.authenticate(credentials, origin).await? {
            AuthenticatedClient::Anonymous => OAuthError::ClientInvalid,
            AuthenticatedClient::Client(client) if client.kind == ClientKind::Confidential => {
                if let Some(application) = client.application {
                    return Ok(ApplicationClient::new(client.id, application));
                }
                OAuthError::ClientInvalid
            }
            _ => OAuthError::ClientUnauthorized(
                "only a confidential client of the application may ask; register one for the service"
                    .to_owned(),
            ),
        };
        Err(self.deny_anonymous(error, origin).await)
    }

    /// The client, where one is required. Any other caller gets an error, which is recorded.
    pub(super) async fn asking_client(
        &self,
        credentials: &ClientCredentials,
        origin: &RequestOrigin,
    ) -> Result<Arc<Client>, OAuthError> {
        match self.authenticate(credentials, origin).await? {
            AuthenticatedClient::Client(client) => Ok(client),
            AuthenticatedClient::Anonymous => {
                let error = OAuthError::ClientInvalid;
                Err(self.deny_anonymous(error, origin).await)
            }
            AuthenticatedClient::ServiceAccount(account) => {
                let sentence = "a service account acts for itself; get its token with `grant_type=client_credentials`";
                let error = OAuthError::ClientUnauthorized(sentence.to_owned());
                Err(self.deny(&*account, error, origin).await)
            }
        }
    }

    /// Authenticates the client. A failure is recorded (repeats counted).
    pub(super) async fn authenticate(
        &self,
        credentials: &ClientCredentials,
        origin: &RequestOrigin,
    ) -> Result<AuthenticatedClient, OAuthError> {
        match self.verify_credentials(credentials) {
            Ok(client) => Ok(client),
            Err(error) => {
                let limit = &self.limits.failed_authentications;
                let error = limit.take(origin, self.clock.now()).err().unwrap_or(error);
                Err(self.deny_anonymous(error, origin).await)
            }
        }
    }

    fn verify_credentials(
        &self,
        credentials: &ClientCredentials,
    ) -> Result<AuthenticatedClient, OAuthError> {
        let Some(secret) = &credentials.secret else {
            return match credentials.id.as_deref() {
                None => Ok(AuthenticatedClient::Anonymous),
                Some(id) => self.public(id).map(AuthenticatedClient::Client),
            };
        };
        let secret = secret.expose_secret().parse::<MachineSecret>();
        let secret = secret.map_err(|_| OAuthError::ClientInvalid)?;
        let account = self.service_accounts.by_secret(&secret);
        let client = || self.clients.by_secret(&secret);
        account
            .map(AuthenticatedClient::ServiceAccount)
            .or_else(|| client().map(AuthenticatedClient::Client))
            .filter(|client| client.id() == credentials.id)
            .ok_or(OAuthError::ClientInvalid)
    }

    /// A public client is identified by its id alone.
    fn public(&self, id: &str) -> Result<Arc<Client>, OAuthError> {
        let client = self.client_named(id).ok_or(OAuthError::ClientInvalid)?;
        if client.kind == ClientKind::Public {
            Ok(client)
        } else {
            Err(OAuthError::ClientInvalid)
        }
    }
}
