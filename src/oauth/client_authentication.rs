//! Client authentication (RFC 6749 section 2.3): by the registered credential, and by one method at a time.

use super::{ApplicationClient, AuthorizationServer, OAuthError, RequestOrigin};
use crate::model::{Client, ClientKind, DisplayText, MachineSecret, Principal, ServiceAccount};
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
    Nobody,
}

impl AuthenticatedClient {
    /// As `client_id` of a token.
    pub(super) fn id(&self) -> Option<String> {
        match self {
            Self::ServiceAccount(account) => Some(account.id.to_string()),
            Self::Client(client) => Some(client.client_id()),
            Self::Nobody => None,
        }
    }

    /// Has it proved its identity? A public client only states it.
    pub(super) fn is_authenticated(&self) -> bool {
        match self {
            Self::Client(client) => client.kind == ClientKind::Confidential,
            Self::ServiceAccount(_) => true,
            Self::Nobody => false,
        }
    }
}

/// The actor of events of a service account.
pub(super) fn named(account: &ServiceAccount) -> (Principal, Option<DisplayText>) {
    let name = DisplayText::lossy(account.name.as_str());
    (Principal::ServiceAccount(account.id), Some(name))
}

impl AuthorizationServer {
    /// Authenticates a confidential client of an application. A service account belongs to a team or a person and to no
    /// application, so it is not one.
    pub async fn application_client(
        &self,
        proof: &ClientCredentials,
        origin: &RequestOrigin,
    ) -> Result<ApplicationClient, OAuthError> {
        let party = self.authenticate(proof, origin).await?;
        let error = match &party {
            AuthenticatedClient::Nobody => OAuthError::ClientInvalid,
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
        proof: &ClientCredentials,
        origin: &RequestOrigin,
    ) -> Result<Arc<Client>, OAuthError> {
        match self.authenticate(proof, origin).await? {
            AuthenticatedClient::Client(client) => Ok(client),
            AuthenticatedClient::Nobody => {
                let error = OAuthError::ClientInvalid;
                Err(self.deny_anonymous(error, origin).await)
            }
            AuthenticatedClient::ServiceAccount(account) => {
                let sentence = "a service account acts for itself; get its token with `grant_type=client_credentials`";
                let error = OAuthError::ClientUnauthorized(sentence.to_owned());
                Err(self.deny_actor(named(&account), error, origin).await)
            }
        }
    }

    /// Authenticates the client. A failure is recorded (repeats counted).
    pub(super) async fn authenticate(
        &self,
        proof: &ClientCredentials,
        origin: &RequestOrigin,
    ) -> Result<AuthenticatedClient, OAuthError> {
        match self.prove(proof) {
            Ok(party) => Ok(party),
            Err(error) => {
                let now = self.clock.now();
                let limited = self.limits.take_failed_authentication(origin, now);
                let often = limited.map_err(OAuthError::TooMany).err();
                let error = often.unwrap_or(error);
                Err(self.deny_anonymous(error, origin).await)
            }
        }
    }

    fn prove(&self, proof: &ClientCredentials) -> Result<AuthenticatedClient, OAuthError> {
        let Some(secret) = &proof.secret else {
            return match proof.id.as_deref() {
                None => Ok(AuthenticatedClient::Nobody),
                Some(id) => self.public(id).map(AuthenticatedClient::Client),
            };
        };
        let secret = secret.expose_secret().parse::<MachineSecret>();
        let secret = secret.map_err(|_| OAuthError::ClientInvalid)?;
        let account = self.service_accounts.by_secret(&secret);
        let client = || self.clients.by_secret(&secret);
        let party = match account.map(AuthenticatedClient::ServiceAccount) {
            Some(party) => party,
            None => client()
                .map(AuthenticatedClient::Client)
                .ok_or(OAuthError::ClientInvalid)?,
        };
        if party.id() == proof.id {
            Ok(party)
        } else {
            Err(OAuthError::ClientInvalid)
        }
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
