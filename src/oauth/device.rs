//! A device without a browser is let in by a person who has one (RFC 8628): the codes, the question, the answer, the token.
//!
//! The person is shown which client asks, from where, for what, and is asked in any case: first-party or not, a link with
//! the code in it may come from anybody. What was entered and what was answered is on disk before it counts.

use super::events::scope_reasons;
use super::new_grant::GivenConsent;
use super::{
    AuthorizationServer, ClientCredentials, ConsentDecision, OAuthError, RequestOrigin, Target,
    TokenRequest, TokenResponse,
};
use crate::access::AuthenticatedPrincipal;
use crate::audit::{Action, AuditEvent, Object, ObjectKind, Outcome};
use crate::limits::AddressBlock;
use crate::model::{Client, ClientKind, DisplayText, Scope, SessionSecret, UserId};
use crate::token::{
    Approver, DEVICE_CODE_LIFETIME, DEVICE_POLL_INTERVAL, Device, DeviceCodeError, UserCode,
    UserCodeError,
};
use secrecy::SecretString;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// What a device is given to show and to ask with.
pub struct DeviceAuthorizationResponse {
    /// For the device alone.
    pub device_code: SecretString,
    /// For the person.
    pub user_code: UserCode,
    /// Both are over then.
    pub expires_in: Duration,
    /// Wait as long between questions.
    pub interval: Duration,
}

/// What a person is asked about a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceConsent {
    /// The code that the device must show as well.
    pub code: UserCode,
    /// Which client asks.
    pub client: String,
    /// For which application; for every one and Samovar itself when absent.
    pub application: Option<String>,
    /// What it would be able to do there.
    pub scope: Scope,
    /// The address of the asking machine.
    pub address: Option<IpAddr>,
    /// What the asking machine calls itself.
    pub user_agent: Option<DisplayText>,
    /// The login of the person.
    pub login: String,
}

/// Why a person's code or answer did not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    /// Nobody is signed in.
    #[error("sign in first")]
    SignIn,
    /// The code leads nowhere.
    #[error(transparent)]
    Code(#[from] UserCodeError),
    /// The person cannot answer, or holds nothing of what is asked for.
    #[error(transparent)]
    Person(#[from] OAuthError),
}

/// A device that waits for a person's decision, and the person.
struct PendingDevice {
    known: AuthenticatedPrincipal,
    approver: Approver,
    code: UserCode,
    device: Device,
    client: Arc<Client>,
    target: Target,
    /// The part of the requested scope that the person holds.
    scope: Scope,
}

impl AuthorizationServer {
    /// Both codes, for a public client. Samovar's own command line names scope and target each time it asks for a token.
    pub async fn begin_device(
        &self,
        credentials: &ClientCredentials,
        token_request: &TokenRequest,
        origin: &RequestOrigin,
    ) -> Result<DeviceAuthorizationResponse, OAuthError> {
        let client = self.asking_client(credentials, origin).await?;
        let may = self.check_device_request(&client, token_request);
        let now = self.clock.now();
        let may = may.and_then(|()| self.limits.device_requests.take(origin, now));
        if let Err(error) = may {
            return Err(self.deny_anonymous(error, origin).await);
        }
        let device = Device {
            client: client.id,
            application: client.application,
            scope: token_request.scope.clone(),
            address: origin.address,
            user_agent: origin.user_agent_text(),
        };
        let network = device.address.map(AddressBlock::network_of);
        let begun = self.devices.begin(device, network);
        let (device_code, user_code) = begun.ok_or(OAuthError::Unavailable)?;
        Ok(DeviceAuthorizationResponse {
            device_code: device_code.into(),
            user_code,
            expires_in: DEVICE_CODE_LIFETIME,
            interval: DEVICE_POLL_INTERVAL,
        })
    }

    fn check_device_request(
        &self,
        client: &Client,
        token_request: &TokenRequest,
    ) -> Result<(), OAuthError> {
        if client.kind != ClientKind::Public {
            let sentence =
                "device authorization is for public clients only; register one of kind `public`";
            return Err(OAuthError::ClientUnauthorized(sentence.to_owned()));
        }
        if client.application.is_some() {
            return self.target_for(client, token_request).map(|_| ());
        }
        if token_request.scope.is_none() && self.target(token_request)?.is_none() {
            return Ok(());
        }
        let sentence = "leave out `scope`, `audience` and `resource`; the command line sends them with each refresh";
        Err(OAuthError::RequestInvalid(sentence.to_owned()))
    }

    /// Is anybody signed in who could answer?
    pub async fn may_answer(&self, session: Option<&SessionSecret>) -> Result<(), DeviceError> {
        self.answering(session).await.map(|_| ())
    }

    /// The consent page for the device with this user code.
    pub async fn device_question(
        &self,
        session: Option<&SessionSecret>,
        code: &str,
        origin: &RequestOrigin,
    ) -> Result<DeviceConsent, DeviceError> {
        let pending = self.pending_device(session, code, origin).await?;
        let application = pending.target.application();
        let login = pending.known.login();
        Ok(DeviceConsent {
            code: pending.code,
            client: pending.client.name.to_string(),
            application: application.map(|one| one.name.to_string()),
            scope: pending.scope,
            address: pending.device.address,
            user_agent: pending.device.user_agent,
            login: login.map_or_else(String::new, |login| login.to_string()),
        })
    }

    /// Records and applies the decision of the person. Returns the name of the client.
    pub async fn answer_device(
        &self,
        session: Option<&SessionSecret>,
        code: &str,
        decision: &ConsentDecision,
        origin: &RequestOrigin,
    ) -> Result<String, DeviceError> {
        let pending = self.pending_device(session, code, origin).await?;
        let (client, known) = (&pending.client, &pending.known);
        let (outcome, allowed) = match decision {
            ConsentDecision::No => (Outcome::Denied, None),
            ConsentDecision::Yes(_) => (Outcome::Allowed, Some(decision.of_shown(&pending.scope)?)),
        };
        let reasons = allowed.iter().flat_map(scope_reasons);
        let event = self
            .device_answered(known, client.client_id(), outcome, origin)
            .because(reasons)
            .in_application(client.application);
        let recorded = self.journal.write(event).await;
        recorded.map_err(OAuthError::from)?;
        match self.devices.decide(pending.approver, code, allowed) {
            Ok(_) => Ok(client.name.to_string()),
            Err(error) => Err(self.user_code_refused(known, error, origin).await),
        }
    }

    /// The device asks whether it is let in: its token, and what gets the next one.
    pub async fn redeem_device(
        &self,
        credentials: &ClientCredentials,
        code: &str,
        origin: &RequestOrigin,
    ) -> Result<TokenResponse, OAuthError> {
        let client = self.asking_client(credentials, origin).await?;
        let (device, approval) = match self.devices.take(code, client.id) {
            Ok(taken) => taken,
            Err(DeviceCodeError::Pending) => return Err(OAuthError::AuthorizationPending),
            Err(error) => return Err(self.deny_anonymous(error.into(), origin).await),
        };
        if client.application != device.application {
            let error = DeviceCodeError::Unknown.into();
            return Err(self.deny_anonymous(error, origin).await);
        }
        let consent = GivenConsent {
            user: approval.user,
            application: device.application,
            scope: approval.scope,
            at: approval.at,
        };
        let (_, response) = self.create_grant(&client, consent, origin).await?;
        Ok(response)
    }

    async fn answering(
        &self,
        session: Option<&SessionSecret>,
    ) -> Result<(UserId, AuthenticatedPrincipal), DeviceError> {
        self.person(session).await?.ok_or(DeviceError::SignIn)
    }

    /// The device that waits with this user code. A device whose client was deleted or moved to another application waits
    /// no longer.
    async fn pending_device(
        &self,
        session: Option<&SessionSecret>,
        code: &str,
        origin: &RequestOrigin,
    ) -> Result<PendingDevice, DeviceError> {
        let (user, known) = self.answering(session).await?;
        let approver = approver(user, origin);
        let (code, device) = match self.devices.find(approver, code) {
            Ok(found) => found,
            Err(error) => return Err(self.user_code_refused(&known, error, origin).await),
        };
        let client = self.client(device.client);
        let client = client.filter(|client| client.application == device.application);
        let client = client.ok_or(OAuthError::ClientInvalid)?;
        let (target, scope) = match device.application {
            None => (Target::Own, Scope::default()),
            Some(id) => {
                let target = self.target_of(id)?;
                let scope = self.scope(&known, &target, device.scope.as_ref())?;
                (target, scope)
            }
        };
        Ok(PendingDevice {
            known,
            approver,
            code,
            device,
            client,
            target,
            scope,
        })
    }

    fn device_answered(
        &self,
        known: &AuthenticatedPrincipal,
        client: String,
        outcome: Outcome,
        origin: &RequestOrigin,
    ) -> AuditEvent {
        let object = Object::new(ObjectKind::Client, client);
        self.event(Action::DeviceAnswer, known, object, origin)
            .with_outcome(outcome)
    }

    /// Records a wrong user code. Each one is written, because the attempts of a person are limited.
    async fn user_code_refused(
        &self,
        known: &AuthenticatedPrincipal,
        error: UserCodeError,
        origin: &RequestOrigin,
    ) -> DeviceError {
        let event = self.device_answered(known, "unknown".to_owned(), Outcome::Denied, origin);
        match self.journal.write(event.because([error.to_string()])).await {
            Ok(()) => error.into(),
            Err(error) => OAuthError::from(error).into(),
        }
    }
}

fn approver(user: UserId, origin: &RequestOrigin) -> Approver {
    Approver {
        user,
        block: origin.address.map(AddressBlock::of),
    }
}

impl From<DeviceCodeError> for OAuthError {
    fn from(error: DeviceCodeError) -> Self {
        match error {
            DeviceCodeError::Pending => Self::AuthorizationPending,
            DeviceCodeError::TooSoon => Self::SlowDown,
            DeviceCodeError::Declined => Self::AccessDenied,
            DeviceCodeError::Expired => Self::ExpiredToken,
            DeviceCodeError::Unknown => Self::GrantInvalid(
                "the device code is unknown or was used before; start again".to_owned(),
            ),
        }
    }
}
