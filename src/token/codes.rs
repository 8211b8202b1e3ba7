//! Authorization codes (RFC 6749 section 4.1.2): each is taken once, within a minute; a second use ends what the first got.
//!
//! In memory: a restart ends them, and the client begins again. Bounded for each person and in all.

use crate::model::{
    ApplicationId, ClientId, Clock, GrantId, Random, Scope, SessionKey, SessionSecret, Timestamp,
    UserId,
};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A code that is not taken by then is over.
const LONGEST: Duration = Duration::from_secs(60);
/// A used code is remembered while what it got may live without a grant being looked at.
const REMEMBERED: Duration = Duration::from_secs(15 * 60);
/// Of one person, used ones among them; the one made first is dropped.
const OF_ONE: usize = 50;
/// In all; the one made first is dropped.
const IN_ALL: usize = 10_000;

/// What a code stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coded {
    /// Who allowed it.
    pub user: UserId,
    /// Which client may take it.
    pub client: ClientId,
    /// For which application.
    pub application: ApplicationId,
    /// The redirect URI as it was sent: the same must come again.
    pub redirect_uri: String,
    /// PKCE challenge, S256.
    pub challenge: String,
    /// What the person allowed.
    pub scope: Scope,
}

/// Why a code opens nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeFault {
    /// Never made here, or too old.
    Unknown,
    /// Used before; what rests on its first use must end.
    Replayed(Option<GrantId>),
}

enum State {
    Fresh(Box<Coded>),
    /// What was got with it, and whether somebody came again before that was known.
    Spent {
        grant: Option<GrantId>,
        again: bool,
    },
}

/// The codes under way.
pub struct Codes {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    table: Mutex<Table>,
}

struct Made {
    at: Timestamp,
    user: UserId,
    state: State,
}

#[derive(Default)]
struct Table {
    by_key: HashMap<SessionKey, Made>,
    // INVARIANT: the keys of `by_key`, in the order of making; in all, and of each person.
    order: VecDeque<SessionKey>,
    by_user: HashMap<UserId, VecDeque<SessionKey>>,
}

/// Shows that a code was taken; what is got with it is to be told.
#[derive(Debug)]
pub struct Taken(SessionKey, Timestamp);

impl Taken {
    /// When the code was made.
    pub const fn made_at(&self) -> Timestamp {
        self.1
    }
}

impl Codes {
    /// None under way.
    pub fn new(clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self {
            clock,
            random,
            table: Mutex::default(),
        }
    }

    /// Makes a code.
    pub fn issue(&self, coded: Coded) -> String {
        let secret = SessionSecret::generate(&*self.random);
        let now = self.clock.now();
        let mut table = self.lock();
        table.make_room(coded.user, now);
        let (key, user) = (secret.key(), coded.user);
        let state = State::Fresh(Box::new(coded));
        let made = Made {
            at: now,
            user,
            state,
        };
        table.by_key.insert(key, made);
        table.order.push_back(key);
        table.by_user.entry(user).or_default().push_back(key);
        secret.reveal()
    }

    /// Takes a code: the second to come finds none, and is told what the first got.
    pub fn take(&self, code: &str) -> Result<(Coded, Taken), CodeFault> {
        let secret: SessionSecret = code.parse().map_err(|_| CodeFault::Unknown)?;
        let key = secret.key();
        let now = self.clock.now();
        let mut table = self.lock();
        let made = table.by_key.get_mut(&key).ok_or(CodeFault::Unknown)?;
        let (at, state) = (made.at, &mut made.state);
        let spent = State::Spent {
            grant: None,
            again: false,
        };
        match state {
            State::Spent { grant, again } => {
                *again = true;
                Err(CodeFault::Replayed(*grant))
            }
            State::Fresh(_) if !now.within(LONGEST, at) => Err(CodeFault::Unknown),
            State::Fresh(_) => match std::mem::replace(state, spent) {
                State::Fresh(coded) => Ok((*coded, Taken(key, at))),
                State::Spent { .. } => Err(CodeFault::Unknown),
            },
        }
    }

    /// Tells what was got with a code. False when somebody came again meanwhile: then it must end at once.
    pub fn settle(&self, taken: &Taken, got: GrantId) -> bool {
        let mut table = self.lock();
        match table.by_key.get_mut(&taken.0).map(|made| &mut made.state) {
            Some(State::Spent { grant, again }) => {
                *grant = Some(got);
                !*again
            }
            _ => false,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    /// What is old goes, then the first of a person who has too many, so that nobody crowds out anybody else.
    fn make_room(&mut self, user: UserId, now: Timestamp) {
        while let Some(first) = self.order.front().copied() {
            let at = self.by_key.get(&first).map(|made| made.at);
            let old = at.is_none_or(|at| now.since(at) > REMEMBERED);
            if !old && self.order.len() < IN_ALL {
                break;
            }
            self.order.pop_front();
            self.forget(first);
        }
        let own = self.by_user.get(&user).filter(|own| own.len() >= OF_ONE);
        if let Some(first) = own.and_then(VecDeque::front).copied() {
            self.order.retain(|other| *other != first);
            self.forget(first);
        }
    }

    fn forget(&mut self, key: SessionKey) {
        let Some(made) = self.by_key.remove(&key) else {
            return;
        };
        if let Some(own) = self.by_user.get_mut(&made.user) {
            own.retain(|other| *other != key);
            if own.is_empty() {
                self.by_user.remove(&made.user);
            }
        }
    }
}

#[cfg(test)]
#[path = "codes_tests.rs"]
mod tests;
