//! A device without a browser is let in by a person who has one (RFC 8628): the codes, the question, the answer, the token.
//!
//! The person is shown which client asks, from where, for what, and is asked in any case: first-party or not, a link with
//! the code in it may come from anybody. What was entered and what was answered is on disk before it counts.

use super::events::scope_reasons;
use super::first::Allowed;
use super::{
    AuthorizationServer, ClientCredentials, ConsentDecision, OAuthError, RequestOrigin,
    ResourceOwner, Target, TokenRequest, TokenResponse,
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

impl AuthorizationServer {
    /// Both codes, for a public client. Samovar's own command line names scope and target each time it asks for a token.
    pub async fn begin_device(
        &self,
        proof: &ClientCredentials,
        wanted: &TokenRequest,
        origin: &RequestOrigin,
    ) -> Result<DeviceAuthorizationResponse, OAuthError> {
        let client = self.asking_client(proof, origin).await?;
        let may = self.check_wanted(&client, wanted);
        let now = self.clock.now();
        let limited = || self.limits.take_device_request(origin, now);
        let may = may.and_then(|()| limited().map_err(OAuthError::TooMany));
        if let Err(error) = may {
            return Err(self.deny_anonymous(error, origin).await);
        }
        let device = Device {
            client: client.id,
            application: client.application,
            scope: wanted.scope.clone(),
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

    fn check_wanted(&self, client: &Client, wanted: &TokenRequest) -> Result<(), OAuthError> {
        if client.kind != ClientKind::Public {
            let sentence =
                "device authorization is for public clients only; register one of kind `public`";
            return Err(OAuthError::ClientUnauthorized(sentence.to_owned()));
        }
        if client.application.is_some() {
            return self.target_for(client, wanted).map(|_| ());
        }
        if wanted.scope.is_none() && self.target(wanted)?.is_none() {
            return Ok(());
        }
        let sentence = "leave out `scope`, `audience` and `resource`; the command line sends them with each refresh";
        Err(OAuthError::RequestInvalid(sentence.to_owned()))
    }

    /// Is anybody signed in who could answer?
    pub async fn may_answer(&self, session: Option<&SessionSecret>) -> Result<(), DeviceError> {
        self.answering(session).await.map(|_| ())
    }

    /// What the person with this code is asked.
    pub async fn device_question(
        &self,
        session: Option<&SessionSecret>,
        code: &str,
        origin: &RequestOrigin,
    ) -> Result<DeviceConsent, DeviceError> {
        let (user, known) = self.answering(session).await?;
        let who = approver(user, origin);
        let found = self.devices.find(who, code);
        let (code, device) = match found {
            Ok(found) => found,
            Err(error) => return Err(self.user_code_refused(&known, error, origin).await),
        };
        let (client, target, scope) = self.asked_by(&device, &known)?;
        let application = target.application().map(|one| one.name.to_string());
        Ok(DeviceConsent {
            code,
            client: client.name.to_string(),
            application,
            scope,
            address: device.address,
            user_agent: device.user_agent,
            login: known.login().map_or_else(String::new, |l| l.to_string()),
        })
    }

    /// The person's answer. Gives the name of the client that it is about.
    pub async fn answer_device(
        &self,
        session: Option<&SessionSecret>,
        (code, said): (&str, &ConsentDecision),
        origin: &RequestOrigin,
    ) -> Result<String, DeviceError> {
        let (user, known) = self.answering(session).await?;
        let who = approver(user, origin);
        let (_, device) = match self.devices.find(who, code) {
            Ok(found) => found,
            Err(error) => return Err(self.user_code_refused(&known, error, origin).await),
        };
        let (client, _, scope) = self.asked_by(&device, &known)?;
        let allowed = match said {
            ConsentDecision::No => None,
            ConsentDecision::Yes(_) => Some(said.of_shown(&scope)?),
        };
        let outcome = match allowed {
            Some(_) => Outcome::Allowed,
            None => Outcome::Denied,
        };
        let event = self.decision(&known, (client.client_id(), outcome), origin);
        let reasons = allowed.iter().flat_map(scope_reasons);
        let event = event.because(reasons).in_application(client.application);
        let recorded = self.journal.write(event).await;
        recorded.map_err(OAuthError::from)?;
        match self.devices.decide(who, code, allowed) {
            Ok(_) => Ok(client.name.to_string()),
            Err(error) => Err(self.user_code_refused(&known, error, origin).await),
        }
    }

    /// The device asks whether it is let in: its token, and what gets the next one.
    pub async fn redeem_device(
        &self,
        proof: &ClientCredentials,
        code: &str,
        origin: &RequestOrigin,
    ) -> Result<TokenResponse, OAuthError> {
        let client = self.asking_client(proof, origin).await?;
        let (device, approval) = match self.devices.take(code, client.id) {
            Ok(taken) => taken,
            Err(DeviceCodeError::Pending) => return Err(OAuthError::AuthorizationPending),
            Err(error) => return Err(self.deny_anonymous(error.into(), origin).await),
        };
        if client.application != device.application {
            let error = DeviceCodeError::Unknown.into();
            return Err(self.deny_anonymous(error, origin).await);
        }
        let allowed = Allowed {
            user: approval.user,
            application: device.application,
            scope: approval.scope,
            at: approval.at,
        };
        let (_, answer) = self.first(&client, allowed, origin).await?;
        Ok(answer)
    }

    async fn answering(
        &self,
        session: Option<&SessionSecret>,
    ) -> Result<(UserId, AuthenticatedPrincipal), DeviceError> {
        let person = ResourceOwner {
            session,
            answer: None,
        };
        self.person(person).await?.ok_or(DeviceError::SignIn)
    }

    /// Client, target, and what of the scope asked for the person holds. A client that moved or went has no device any more.
    fn asked_by(
        &self,
        device: &Device,
        known: &AuthenticatedPrincipal,
    ) -> Result<(Arc<Client>, Target, Scope), OAuthError> {
        let client = self.client(device.client);
        let client = client.filter(|client| client.application == device.application);
        let client = client.ok_or(OAuthError::ClientInvalid)?;
        let Some(id) = device.application else {
            return Ok((client, Target::Own, Scope::default()));
        };
        let target = self.target_of(id)?;
        let scope = self.scope(known, &target, device.scope.as_ref())?;
        Ok((client, target, scope))
    }

    fn decision(
        &self,
        known: &AuthenticatedPrincipal,
        (client, outcome): (String, Outcome),
        origin: &RequestOrigin,
    ) -> AuditEvent {
        let object = Object::new(ObjectKind::Client, client);
        let actor = (known.principal, known.login());
        self.event(Action::DeviceAnswer, actor, object, origin)
            .with_outcome(outcome)
    }

    /// A wrong code is recorded, each one: they are few.
    async fn user_code_refused(
        &self,
        known: &AuthenticatedPrincipal,
        error: UserCodeError,
        origin: &RequestOrigin,
    ) -> DeviceError {
        let event = self.decision(known, ("unknown".to_owned(), Outcome::Denied), origin);
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
