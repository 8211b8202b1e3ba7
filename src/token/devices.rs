//! Device codes and their user codes (RFC 8628): each is answered once, and taken once.
//!
//! In memory: a restart ends them, and the device begins again. Bounded for each network and in all. Wrong user codes are
//! limited, so that guessing does not succeed.

mod guess_limits;
mod user_code;

pub use guess_limits::{Approver, GUESS_INTERVAL};
pub use user_code::UserCode;

use crate::limits::{AddressBlock, OneTime, OneTimeError, OneTimeLimits};
use crate::model::{
    ApplicationId, Capabilities, ClientId, Clock, DisplayText, Random, Scope, SessionSecret,
    Timestamp, UserId,
};
use guess_limits::GuessLimits;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a device code and its user code are valid.
pub const LIFETIME: Duration = Duration::from_secs(600);
/// How long a device waits between polls, until a `slow_down` adds to it.
pub const POLL_INTERVAL: Duration = Duration::from_secs(5);
/// What `slow_down` adds to the interval, permanently (RFC 8628 section 3.5).
const SLOW_DOWN: Duration = Duration::from_secs(5);
/// Per network. An expired code is recognized for as long again, so that the device learns that it has expired.
const LIMITS: OneTimeLimits = OneTimeLimits {
    lifetime: LIFETIME,
    remembered: Duration::from_secs(1200),
    total: 1000,
    per_owner: 100,
};
/// Devices that one person approved and that have not taken their tokens yet.
const MAX_APPROVED: usize = 20;
/// User codes that are tried for a device, until one is free.
const MAX_CODES_TRIED: u8 = 10;

/// A device that asks for tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The client that runs on it.
    pub client: ClientId,
    /// The application; none for Samovar's own command line.
    pub application: Option<ApplicationId>,
    /// The requested scope; everything that the person holds when absent.
    pub scope: Option<Scope>,
    /// Its address.
    pub address: Option<IpAddr>,
    /// What it calls itself.
    pub user_agent: Option<DisplayText>,
}

/// A person's approval of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// The person.
    pub user: UserId,
    /// What of the requested scope was approved.
    pub scope: Scope,
    /// When.
    pub at: Timestamp,
}

/// Why a device code gives no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceCodeError {
    /// Never issued here, another client's, or taken before.
    Unknown,
    /// The person has not answered yet.
    Pending,
    /// The person has not answered yet, and the device polls too often.
    TooSoon,
    /// The person declined.
    Declined,
    /// Its lifetime is over.
    Expired,
}

impl From<OneTimeError> for DeviceCodeError {
    fn from(error: OneTimeError) -> Self {
        match error {
            OneTimeError::Unknown | OneTimeError::Taken => Self::Unknown,
            OneTimeError::Expired => Self::Expired,
        }
    }
}

/// Why a user code is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UserCodeError {
    /// Not the code of a device that waits for an answer.
    #[error(
        "no device waits for this code; compare it with the device, or start again there: a code is valid for ten minutes"
    )]
    Unknown,
    /// Too many wrong codes.
    #[error(
        "too many wrong codes were entered; wait a few minutes, then start again on the device"
    )]
    TooManyGuesses,
    /// Too many devices that the person approved have not taken their tokens.
    #[error(
        "you approved twenty devices that have not fetched their tokens yet; wait until they have, or ten minutes"
    )]
    TooManyApprovals,
}

enum Answer {
    Approved(Approval),
    Declined,
}

/// A device authorization that has begun.
struct Authorization {
    user_code: UserCode,
    device: Device,
    answer: Option<Answer>,
    interval: Duration,
    polled_at: Option<Timestamp>,
}

/// The device authorizations that have begun.
pub struct DeviceAuthorizations {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    table: Mutex<Table>,
}

/// By network.
type Authorizations = OneTime<Option<AddressBlock>, Authorization>;

struct Table {
    authorizations: Authorizations,
    guess_limits: GuessLimits,
}

impl DeviceAuthorizations {
    /// Without devices.
    pub fn new(Capabilities { clock, random }: Capabilities) -> Self {
        Self {
            clock,
            random,
            table: Mutex::new(Table {
                authorizations: OneTime::new(LIMITS),
                guess_limits: GuessLimits::default(),
            }),
        }
    }

    /// Issues both codes for a device of that network. None when the random source repeats itself.
    pub fn begin(
        &self,
        device: Device,
        network: Option<AddressBlock>,
    ) -> Option<(String, UserCode)> {
        let now = self.clock.now();
        let mut table = self.lock();
        let mut codes = (0..MAX_CODES_TRIED).map(|_| UserCode::generate(&*self.random));
        let authorizations = &mut table.authorizations;
        let user_code = codes.find(|code| {
            let mut others = authorizations.values_mut(now);
            others.all(|other| other.user_code != *code)
        })?;
        let authorization = Authorization {
            user_code,
            device,
            answer: None,
            interval: POLL_INTERVAL,
            polled_at: None,
        };
        let secret = authorizations.issue(network, authorization, now, &*self.random);
        Some((secret.reveal(), user_code))
    }

    /// The device that waits with this user code. A wrong code counts against the limits of its sender.
    pub fn find(
        &self,
        approver: Approver,
        code: &str,
    ) -> Result<(UserCode, Device), UserCodeError> {
        let now = self.clock.now();
        let mut table = self.lock();
        let waiting = table.waiting(approver, code, now)?;
        Ok((waiting.user_code, waiting.device.clone()))
    }

    /// Records the decision of the person, with the approved scope; a second decision fails. A wrong code counts against the
    /// limits of its sender.
    pub fn decide(
        &self,
        approver: Approver,
        code: &str,
        scope: Option<Scope>,
    ) -> Result<Device, UserCodeError> {
        let (now, user) = (self.clock.now(), approver.user);
        let mut table = self.lock();
        let full = scope.is_some() && table.approved_by(user, now) >= MAX_APPROVED;
        let waiting = table.waiting(approver, code, now)?;
        if full {
            return Err(UserCodeError::TooManyApprovals);
        }
        let approval = scope.map(|scope| Approval {
            user,
            scope,
            at: now,
        });
        waiting.answer = Some(approval.map_or(Answer::Declined, Answer::Approved));
        Ok(waiting.device.clone())
    }

    /// The device polls for its token; the first poll after the approval takes it.
    pub fn take(
        &self,
        code: &str,
        client: ClientId,
    ) -> Result<(Device, Approval), DeviceCodeError> {
        let secret: SessionSecret = code.parse().map_err(|_| DeviceCodeError::Unknown)?;
        let (key, now) = (secret.key(), self.clock.now());
        let authorizations = &mut self.lock().authorizations;
        let authorization = authorizations.get(&key);
        let own = authorization.filter(|authorization| authorization.device.client == client);
        if let Some(Answer::Declined) = own.ok_or(DeviceCodeError::Unknown)?.answer {
            return Err(DeviceCodeError::Declined);
        }
        let authorization = authorizations.get_mut(&key, now)?;
        if authorization.answer.is_none() {
            return Err(authorization.poll(now));
        }
        let (authorization, _) = authorizations.take(&key, now)?;
        match authorization.answer {
            Some(Answer::Approved(approval)) => Ok((authorization.device, approval)),
            _ => Err(DeviceCodeError::Unknown),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Authorization {
    /// A poll before the answer: one that comes too soon makes the interval longer.
    fn poll(&mut self, now: Timestamp) -> DeviceCodeError {
        let last = self.polled_at.replace(now);
        if last.is_none_or(|last| !now.within(self.interval, last)) {
            return DeviceCodeError::Pending;
        }
        self.interval = self.interval.saturating_add(SLOW_DOWN);
        DeviceCodeError::TooSoon
    }
}

impl Table {
    /// The authorization that waits for an answer to this user code.
    fn waiting(
        &mut self,
        approver: Approver,
        code: &str,
        now: Timestamp,
    ) -> Result<&mut Authorization, UserCodeError> {
        let parsed: Option<UserCode> = code.parse().ok();
        let (mut waiting, mut found) = (0, None);
        for authorization in self.authorizations.values_mut(now) {
            if authorization.answer.is_none() {
                waiting += 1;
                if Some(authorization.user_code) == parsed {
                    found = Some(authorization);
                }
            }
        }
        if !self.guess_limits.allow(approver, waiting, now) {
            return Err(UserCodeError::TooManyGuesses);
        }
        // A text that cannot be a code is not a guess.
        if found.is_none() && parsed.is_some() {
            self.guess_limits.charge(approver, waiting, now);
        }
        found.ok_or(UserCodeError::Unknown)
    }

    fn approved_by(&mut self, user: UserId, now: Timestamp) -> usize {
        let all = self.authorizations.values_mut(now);
        let own = all.filter(|one| match &one.answer {
            Some(Answer::Approved(approval)) => approval.user == user,
            _ => false,
        });
        own.count()
    }
}

#[cfg(test)]
#[path = "devices_tests.rs"]
mod tests;
