//! Who asks at the token endpoint, and how it is proved (RFC 6749 section 2.3): by what is registered, in one way.

use super::{AuthorizationServer, OAuthFault, Requester};
use crate::model::{
    ApplicationId, Client, ClientId, ClientKind, DisplayText, MachineSecret, Principal,
    ServiceAccount,
};
use secrecy::{ExposeSecret as _, SecretString};
use std::sync::Arc;

/// What a request shows of its client.
#[derive(Debug, Clone, Default)]
pub struct Proof {
    /// `client_id`, from `Authorization: Basic` or the body.
    pub id: Option<String>,
    /// `client_secret` from the same place.
    pub secret: Option<SecretString>,
}

/// Who asks.
#[derive(Debug, Clone)]
pub(super) enum Party {
    /// A machine that acts for itself.
    ServiceAccount(Arc<ServiceAccount>),
    /// A client that proved itself, or a public one.
    Client(Arc<Client>),
    /// Nobody in particular.
    Nobody,
}

impl Party {
    /// As `client_id` of a token.
    pub(super) fn id(&self) -> Option<String> {
        match self {
            Self::ServiceAccount(account) => Some(account.id.to_string()),
            Self::Client(client) => Some(client.client_id()),
            Self::Nobody => None,
        }
    }

    /// Did it prove who it is? A public client only says so.
    pub(super) fn proved(&self) -> bool {
        match self {
            Self::Client(client) => client.kind == ClientKind::Confidential,
            Self::ServiceAccount(_) => true,
            Self::Nobody => false,
        }
    }
}

/// A machine, as events name it.
pub(super) fn named(account: &ServiceAccount) -> (Principal, Option<DisplayText>) {
    let name = DisplayText::lossy(account.name.as_str());
    (Principal::ServiceAccount(account.id), Some(name))
}

/// Proof that a client of an application asks, which keeps a secret: what is asked concerns that application alone.
#[derive(Debug)]
pub struct ApplicationClient {
    client: ClientId,
    application: ApplicationId,
}

impl ApplicationClient {
    /// Which client.
    pub const fn id(&self) -> ClientId {
        self.client
    }

    /// Of which application.
    pub const fn application(&self) -> ApplicationId {
        self.application
    }
}

impl AuthorizationServer {
    /// Who asks on behalf of an application. A service account belongs to a team or a person and to no application, so
    /// that it never does.
    pub async fn application_client(
        &self,
        proof: &Proof,
        requester: &Requester,
    ) -> Result<ApplicationClient, OAuthFault> {
        let party = self.authenticate(proof, requester).await?;
        let fault = match &party {
            Party::Nobody => OAuthFault::ClientInvalid,
            Party::Client(client) if client.kind == ClientKind::Confidential => {
                if let Some(application) = client.application {
                    let client = client.id;
                    return Ok(ApplicationClient {
                        client,
                        application,
                    });
                }
                OAuthFault::ClientInvalid
            }
            _ => OAuthFault::ClientUnauthorized(
                "only a confidential client of the application may ask; register one for the service"
                    .to_owned(),
            ),
        };
        Err(self.refused_stranger(fault, requester).await)
    }

    /// The client that asks, where one is needed. Whoever else it is hears so, and that is recorded.
    pub(super) async fn asking_client(
        &self,
        proof: &Proof,
        requester: &Requester,
    ) -> Result<Arc<Client>, OAuthFault> {
        match self.authenticate(proof, requester).await? {
            Party::Client(client) => Ok(client),
            Party::Nobody => {
                let fault = OAuthFault::ClientInvalid;
                Err(self.refused_stranger(fault, requester).await)
            }
            Party::ServiceAccount(account) => {
                let sentence = "a service account acts for itself; get its token with `grant_type=client_credentials`";
                let fault = OAuthFault::ClientUnauthorized(sentence.to_owned());
                Err(self.refused_to(named(&account), fault, requester).await)
            }
        }
    }

    /// Who asks. A failure is recorded (repeats counted).
    pub(super) async fn authenticate(
        &self,
        proof: &Proof,
        requester: &Requester,
    ) -> Result<Party, OAuthFault> {
        match self.prove(proof) {
            Ok(party) => Ok(party),
            Err(fault) => {
                let often = self.spend_wrong_proof(requester).err();
                let fault = often.unwrap_or(fault);
                Err(self.refused_stranger(fault, requester).await)
            }
        }
    }

    fn prove(&self, proof: &Proof) -> Result<Party, OAuthFault> {
        let Some(secret) = &proof.secret else {
            return match proof.id.as_deref() {
                None => Ok(Party::Nobody),
                Some(id) => self.public(id).map(Party::Client),
            };
        };
        let secret = secret.expose_secret().parse::<MachineSecret>();
        let secret = secret.map_err(|_| OAuthFault::ClientInvalid)?;
        let account = self.service_accounts.by_secret(&secret);
        let client = || self.clients.by_secret(&secret);
        let party = match account.map(Party::ServiceAccount) {
            Some(party) => party,
            None => client()
                .map(Party::Client)
                .ok_or(OAuthFault::ClientInvalid)?,
        };
        if party.id() == proof.id {
            Ok(party)
        } else {
            Err(OAuthFault::ClientInvalid)
        }
    }

    /// A client that cannot keep a secret says who it is, and that is all it can say.
    fn public(&self, id: &str) -> Result<Arc<Client>, OAuthFault> {
        let client = self.client_named(id).ok_or(OAuthFault::ClientInvalid)?;
        if client.kind == ClientKind::Public {
            Ok(client)
        } else {
            Err(OAuthFault::ClientInvalid)
        }
    }
}
