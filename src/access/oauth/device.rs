//! A device without a browser is let in by a person who has one (RFC 8628): the codes, the question, the answer, the token.
//!
//! The person is shown which client asks, from where, for what, and is asked in any case: first-party or not, a link with
//! the code in it may come from anybody. What was entered and what was answered is on disk before it counts.

use super::events::scope_reasons;
use super::first::Allowed;
use super::{
    Answer, AuthorizationServer, OAuthFault, Person, Proof, Requester, Said, Target, Wanted,
};
use crate::access::facts::Known;
use crate::audit::{Action, AuditEvent, Object, ObjectKind, Outcome};
use crate::limits::AddressBlock;
use crate::model::{Client, ClientKind, DisplayText, Scope, SessionSecret, UserId};
use crate::store::Change;
use crate::token::{
    DEVICE_INTERVAL, DEVICE_LIFE, Device, DeviceFault, Guesser, UserCode, UserCodeFault,
};
use secrecy::SecretString;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// What a device is given to show and to ask with.
pub struct DeviceCodes {
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
pub struct DeviceQuestion {
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
    /// Who is asked.
    pub login: String,
}

/// Why a person's code or answer did not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeviceRefusal {
    /// Nobody is signed in.
    #[error("sign in first")]
    SignIn,
    /// The code leads nowhere.
    #[error(transparent)]
    Code(#[from] UserCodeFault),
    /// The person cannot answer, or holds nothing of what is asked for.
    #[error(transparent)]
    Person(#[from] OAuthFault),
}

impl AuthorizationServer {
    /// Both codes, for a public client. Samovar's own command line names scope and target each time it asks for a token.
    pub async fn begin_device(
        &self,
        proof: &Proof,
        wanted: &Wanted,
        requester: &Requester,
    ) -> Result<DeviceCodes, OAuthFault> {
        let client = self.asking_client(proof, requester).await?;
        let may = self.check_wanted(&client, wanted);
        if let Err(fault) = may.and_then(|()| self.spend_device(requester)) {
            return Err(self.refused_stranger(fault, requester).await);
        }
        let device = Device {
            client: client.id,
            application: client.application,
            scope: wanted.scope.clone(),
            address: requester.remote.address,
            user_agent: requester.remote.user_agent_text(),
        };
        let network = device.address.map(AddressBlock::network_of);
        let begun = self.devices.begin(device, network);
        let (device_code, user_code) = begun.ok_or(OAuthFault::Unavailable)?;
        Ok(DeviceCodes {
            device_code: device_code.into(),
            user_code,
            expires_in: DEVICE_LIFE,
            interval: DEVICE_INTERVAL,
        })
    }

    fn check_wanted(&self, client: &Client, wanted: &Wanted) -> Result<(), OAuthFault> {
        if client.kind != ClientKind::Public {
            let sentence = "only public clients come this way; register one of kind `public`";
            return Err(OAuthFault::ClientUnauthorized(sentence.to_owned()));
        }
        if client.application.is_some() {
            return self.target_for(client, wanted).map(|_| ());
        }
        if wanted.scope.is_none() && self.target(wanted)?.is_none() {
            return Ok(());
        }
        let sentence = "leave out `scope`, `audience` and `resource`; the command line sends them with each refresh";
        Err(OAuthFault::RequestInvalid(sentence.to_owned()))
    }

    /// Is anybody signed in who could answer?
    pub async fn may_answer(&self, session: Option<&SessionSecret>) -> Result<(), DeviceRefusal> {
        self.answering(session).await.map(|_| ())
    }

    /// What the person with this code is asked.
    pub async fn device_question(
        &self,
        session: Option<&SessionSecret>,
        code: &str,
        requester: &Requester,
    ) -> Result<DeviceQuestion, DeviceRefusal> {
        let (user, known) = self.answering(session).await?;
        let who = guesser(user, requester);
        let found = self.devices.find(who, code);
        let (code, device) = match found {
            Ok(found) => found,
            Err(fault) => return Err(self.user_code_refused(&known, fault, requester).await),
        };
        let (client, target, scope) = self.asked_by(&device, &known)?;
        let application = target.application().map(|one| one.name.to_string());
        Ok(DeviceQuestion {
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
        (code, said): (&str, &Said),
        requester: &Requester,
    ) -> Result<String, DeviceRefusal> {
        let (user, known) = self.answering(session).await?;
        let who = guesser(user, requester);
        let (_, device) = match self.devices.find(who, code) {
            Ok(found) => found,
            Err(fault) => return Err(self.user_code_refused(&known, fault, requester).await),
        };
        let (client, _, scope) = self.asked_by(&device, &known)?;
        let allowed = match said {
            Said::No => None,
            Said::Yes(_) => Some(said.of_shown(&scope)?),
        };
        let outcome = match allowed {
            Some(_) => Outcome::Allowed,
            None => Outcome::Denied,
        };
        let event = self.decision(&known, (client.client_id(), outcome), requester);
        let reasons = allowed.iter().flat_map(scope_reasons);
        let event = AuditEvent {
            application: client.application,
            reasons: reasons.map(|r| DisplayText::lossy(&r)).collect(),
            ..event
        };
        let recorded = self.store.commit(Change::none(), event).await;
        recorded.map_err(OAuthFault::from)?;
        match self.devices.decide(who, code, allowed) {
            Ok(_) => Ok(client.name.to_string()),
            Err(fault) => Err(self.user_code_refused(&known, fault, requester).await),
        }
    }

    /// The device asks whether it is let in: its token, and what gets the next one.
    pub async fn redeem_device(
        &self,
        proof: &Proof,
        code: &str,
        requester: &Requester,
    ) -> Result<Answer, OAuthFault> {
        let client = self.asking_client(proof, requester).await?;
        let (device, approval) = match self.devices.take(code, client.id) {
            Ok(taken) => taken,
            Err(DeviceFault::Pending) => return Err(OAuthFault::AuthorizationPending),
            Err(fault) => return Err(self.refused_stranger(fault.into(), requester).await),
        };
        if client.application != device.application {
            let fault = DeviceFault::Unknown.into();
            return Err(self.refused_stranger(fault, requester).await);
        }
        let allowed = Allowed {
            user: approval.user,
            application: device.application,
            scope: approval.scope,
            at: approval.at,
        };
        let (_, answer) = self.first(&client, allowed, requester).await?;
        Ok(answer)
    }

    async fn answering(
        &self,
        session: Option<&SessionSecret>,
    ) -> Result<(UserId, Known), DeviceRefusal> {
        let person = Person {
            session,
            answer: None,
        };
        self.person(person).await?.ok_or(DeviceRefusal::SignIn)
    }

    /// Client, target, and what of the scope asked for the person holds. A client that moved or went has no device any more.
    fn asked_by(
        &self,
        device: &Device,
        known: &Known,
    ) -> Result<(Arc<Client>, Target, Scope), OAuthFault> {
        let client = self.client(device.client);
        let client = client.filter(|client| client.application == device.application);
        let client = client.ok_or(OAuthFault::ClientInvalid)?;
        let Some(id) = device.application else {
            return Ok((client, Target::Own, Scope::default()));
        };
        let target = self.target_of(id)?;
        let scope = self.scope(known, &target, device.scope.as_ref())?;
        Ok((client, target, scope))
    }

    fn decision(
        &self,
        known: &Known,
        (client, outcome): (String, Outcome),
        requester: &Requester,
    ) -> AuditEvent {
        let object = Object::new(ObjectKind::Client, client);
        let actor = (known.principal, known.login());
        AuditEvent {
            outcome,
            ..self.event(Action::DeviceAnswer, actor, object, requester)
        }
    }

    /// A wrong code is recorded, each one: they are few.
    async fn user_code_refused(
        &self,
        known: &Known,
        fault: UserCodeFault,
        requester: &Requester,
    ) -> DeviceRefusal {
        let event = self.decision(known, ("unknown".to_owned(), Outcome::Denied), requester);
        let event = AuditEvent {
            reasons: vec![DisplayText::lossy(&fault.to_string())],
            ..event
        };
        match self.store.commit(Change::none(), event).await {
            Ok(_) => fault.into(),
            Err(error) => OAuthFault::from(error).into(),
        }
    }
}

fn guesser(user: UserId, requester: &Requester) -> Guesser {
    Guesser {
        user,
        block: requester.remote.address.map(AddressBlock::of),
    }
}

impl From<DeviceFault> for OAuthFault {
    fn from(fault: DeviceFault) -> Self {
        match fault {
            DeviceFault::Pending => Self::AuthorizationPending,
            DeviceFault::TooSoon => Self::SlowDown,
            DeviceFault::Declined => Self::AccessDenied,
            DeviceFault::Expired => Self::ExpiredToken,
            DeviceFault::Unknown => Self::GrantInvalid(
                "the device code is none, or was used before; begin again".to_owned(),
            ),
        }
    }
}
