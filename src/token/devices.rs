//! Device codes and the user codes beside them (RFC 8628): each is decided once, and taken once.
//!
//! In memory: a restart ends them, and the device begins again. Bounded for each network and in all, and a wrong code is paid
//! for from the budgets of its person, of its address block and of all, so that guessing leads nowhere.

mod budget;
mod user_code;

pub use budget::WAIT;
pub use user_code::UserCode;

use crate::limits::{AddressBlock, BoundedTable};
use crate::model::{
    ApplicationId, ClientId, Clock, DisplayText, Random, Scope, SessionKey, SessionSecret,
    Timestamp, UserId,
};
use budget::Budget;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A code that is not decided by then is over.
pub const LIFE: Duration = Duration::from_secs(600);
/// A device waits as long between questions, until it is told to wait longer.
pub const INTERVAL: Duration = Duration::from_secs(5);
/// What `slow_down` adds, for good (RFC 8628 section 3.5).
const SLOWER: Duration = Duration::from_secs(5);
/// A code that is over is remembered as long again, to be called so.
const REMEMBERED: Duration = Duration::from_secs(1200);
/// At a time; the oldest of the network that has most is dropped.
const MOST: usize = 1000;
/// At a time from one network.
const MOST_OF_A_NETWORK: usize = 100;
/// Approved by one person, and not yet taken by its device.
const APPROVED_BY_ONE: usize = 20;
/// How often a code that is in use is rolled again.
const ROLLS: u8 = 10;

/// Who asks to be let in, from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Which client.
    pub client: ClientId,
    /// For which application; none for Samovar's own command line.
    pub application: Option<ApplicationId>,
    /// What it asked for; everything that is held when absent.
    pub scope: Option<Scope>,
    /// The address of the asking machine.
    pub address: Option<IpAddr>,
    /// What the asking machine calls itself.
    pub user_agent: Option<DisplayText>,
}

/// Who enters a user code, and from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guesser {
    /// The person who is signed in.
    pub user: UserId,
    /// The address block of the browser.
    pub block: Option<AddressBlock>,
}

/// What a person allowed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Who.
    pub user: UserId,
    /// What of that which was asked for.
    pub scope: Scope,
    /// When.
    pub at: Timestamp,
}

/// Why a device code gives no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceCodeError {
    /// Never made here, another client's, or taken before.
    Unknown,
    /// The person has not answered yet.
    Pending,
    /// Nor yet, and the device asks too often.
    TooSoon,
    /// The person declined.
    Declined,
    /// Its time is over.
    Expired,
}

/// Why a user code leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UserCodeError {
    /// None that waits for an answer.
    #[error(
        "no device waits for this code; compare it with the device, or start again there: a code is valid for ten minutes"
    )]
    Unknown,
    /// Somebody guesses.
    #[error(
        "too many wrong codes were entered; wait a few minutes, then start again on the device"
    )]
    TooMany,
    /// The person lets in more than anybody does.
    #[error(
        "twenty devices that you approved have not asked for their tokens yet; wait until they have, or ten minutes"
    )]
    Crowded,
}

enum State {
    Waiting,
    Approved(Approval),
    Declined,
    Taken,
}

struct Pending {
    made_at: Timestamp,
    user_code: UserCode,
    device: Device,
    state: State,
    interval: Duration,
    asked_at: Option<Timestamp>,
}

impl Pending {
    fn waits(&self, now: Timestamp) -> bool {
        matches!(self.state, State::Waiting) && now.within(LIFE, self.made_at)
    }
}

/// The devices under way.
pub struct DeviceAuthorizations {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    table: Mutex<Table>,
}

struct Table {
    // By device code; the owner is the network.
    pending: BoundedTable<SessionKey, Option<AddressBlock>, Pending>,
    // INVARIANT: exactly the user codes in `pending`.
    by_user_code: HashMap<UserCode, SessionKey>,
    budget: Budget,
}

impl DeviceAuthorizations {
    /// None under way.
    pub fn new(clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self {
            clock,
            random,
            table: Mutex::new(Table {
                pending: BoundedTable::new(MOST, MOST_OF_A_NETWORK),
                by_user_code: HashMap::new(),
                budget: Budget::default(),
            }),
        }
    }

    /// Makes both codes for a device of that network. None when the random source gives the same again and again.
    pub fn begin(
        &self,
        device: Device,
        network: Option<AddressBlock>,
    ) -> Option<(String, UserCode)> {
        let secret = SessionSecret::generate(&*self.random);
        let now = self.clock.now();
        let mut table = self.lock();
        table.tidy(now);
        let mut rolls = (0..ROLLS).map(|_| UserCode::generate(&*self.random));
        let user_code = rolls.find(|code| !table.by_user_code.contains_key(code))?;
        let key = secret.key();
        let pending = Pending {
            made_at: now,
            user_code,
            device,
            state: State::Waiting,
            interval: INTERVAL,
            asked_at: None,
        };
        let gone = table.pending.insert(key, network, pending);
        table.forget(gone);
        table.by_user_code.insert(user_code, key);
        Some((secret.reveal(), user_code))
    }

    /// Which device waits with this user code? A wrong one is paid for by `who`.
    pub fn find(&self, who: Guesser, code: &str) -> Result<(UserCode, Device), UserCodeError> {
        let now = self.clock.now();
        let mut table = self.lock();
        let (code, pending) = table.waiting(who, code, now)?;
        Ok((code, pending.device.clone()))
    }

    /// The person's answer; the second to come finds nothing that waits. A wrong code is paid for.
    pub fn decide(
        &self,
        who: Guesser,
        code: &str,
        allowed: Option<Scope>,
    ) -> Result<Device, UserCodeError> {
        let now = self.clock.now();
        let mut table = self.lock();
        let crowded = allowed.is_some() && table.approved_by(who.user, now) >= APPROVED_BY_ONE;
        let (_, pending) = table.waiting(who, code, now)?;
        if crowded {
            return Err(UserCodeError::Crowded);
        }
        pending.state = match allowed {
            Some(scope) => State::Approved(Approval {
                user: who.user,
                scope,
                at: now,
            }),
            None => State::Declined,
        };
        Ok(pending.device.clone())
    }

    /// The device asks for its token: the approval is taken by the first to come.
    pub fn take(
        &self,
        code: &str,
        client: ClientId,
    ) -> Result<(Device, Approval), DeviceCodeError> {
        let secret: SessionSecret = code.parse().map_err(|_| DeviceCodeError::Unknown)?;
        let now = self.clock.now();
        let mut table = self.lock();
        let pending = table.pending.get_mut(&secret.key());
        let pending = pending.filter(|pending| pending.device.client == client);
        let pending = pending.ok_or(DeviceCodeError::Unknown)?;
        match pending.state {
            State::Declined => return Err(DeviceCodeError::Declined),
            State::Taken => return Err(DeviceCodeError::Unknown),
            _ if !now.within(LIFE, pending.made_at) => return Err(DeviceCodeError::Expired),
            State::Waiting => return Err(pending.asked(now)),
            State::Approved(_) => {}
        }
        match std::mem::replace(&mut pending.state, State::Taken) {
            State::Approved(approval) => Ok((pending.device.clone(), approval)),
            _ => Err(DeviceCodeError::Unknown),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pending {
    /// Asked before there is an answer: too soon after the last time makes every wait longer.
    fn asked(&mut self, now: Timestamp) -> DeviceCodeError {
        let last = self.asked_at.replace(now);
        if last.is_none_or(|last| !now.within(self.interval, last)) {
            return DeviceCodeError::Pending;
        }
        self.interval = self.interval.saturating_add(SLOWER);
        DeviceCodeError::TooSoon
    }
}

impl Table {
    fn waiting(
        &mut self,
        who: Guesser,
        code: &str,
        now: Timestamp,
    ) -> Result<(UserCode, &mut Pending), UserCodeError> {
        let live = self.pending.values().filter(|one| one.waits(now)).count();
        if !self.budget.affords(who, live, now) {
            return Err(UserCodeError::TooMany);
        }
        // What can be no code hits none.
        let code: UserCode = code.parse().map_err(|_| UserCodeError::Unknown)?;
        let key = self.by_user_code.get(&code);
        let found = key.and_then(|key| self.pending.get_mut(key));
        let found = found.filter(|pending| pending.waits(now));
        if found.is_none() {
            self.budget.pay(who, live, now);
        }
        found
            .map(|found| (code, found))
            .ok_or(UserCodeError::Unknown)
    }

    fn approved_by(&self, user: UserId, now: Timestamp) -> usize {
        let own = self.pending.values().filter(|one| match &one.state {
            State::Approved(approval) => approval.user == user && now.within(LIFE, one.made_at),
            _ => false,
        });
        own.count()
    }

    fn tidy(&mut self, now: Timestamp) {
        let old = |one: &Pending| !now.within(REMEMBERED, one.made_at);
        while let Some(gone) = self.pending.remove_oldest_while(old) {
            self.forget(Some(gone));
        }
    }

    fn forget(&mut self, gone: Option<(SessionKey, Pending)>) {
        if let Some((_, pending)) = gone {
            self.by_user_code.remove(&pending.user_code);
        }
    }
}

#[cfg(test)]
#[path = "devices_tests.rs"]
mod tests;
