//! Device authorization (RFC 8628): a person with a browser approves a device without one.
//!
//! The consent page shows the client, its address and the scope. Consent is always required, also for first-party clients,
//! because anyone can send a link with a user code (RFC 8628 section 5.4). Decisions and wrong codes are durable before
//! they take effect.

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

/// The device authorization response (RFC 8628 section 3.2).
pub struct DeviceAuthorizationResponse {
    /// Secret of the device.
    pub device_code: SecretString,
    /// The code that the person enters.
    pub user_code: UserCode,
    /// Lifetime of both codes.
    pub expires_in: Duration,
    /// Minimum time between two polls.
    pub interval: Duration,
}

/// The content of the consent page for a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceConsent {
    /// The code that the device must show as well.
    pub code: UserCode,
    /// The client.
    pub client: String,
    /// The application; every application and Samovar itself when absent.
    pub application: Option<String>,
    /// The permissions that the device gets there.
    pub scope: Scope,
    /// The address of the device.
    pub address: Option<IpAddr>,
    /// The `User-Agent` of the device.
    pub user_agent: Option<DisplayText>,
    /// The login of the person.
    pub login: String,
}

/// Why a user code or a decision is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    /// The browser has no session.
    #[error("sign in first")]
    SignIn,
    /// The user code is not accepted.
    #[error(transparent)]
    Code(#[from] UserCodeError),
    /// The person may not decide, or holds no permission of the requested scope.
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
    /// Issues both codes to a public client. Samovar's own command line sends scope and target with each refresh instead.
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

    /// Checks that a person is signed in.
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
            Err(error) => Err(self.user_code_denied(known, error, origin).await),
        }
    }

    /// Answers a poll of the device: its access token and refresh token once the person has approved it.
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
            Err(error) => return Err(self.user_code_denied(&known, error, origin).await),
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
    async fn user_code_denied(
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
