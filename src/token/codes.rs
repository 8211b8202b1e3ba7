//! Authorization codes (RFC 6749 section 4.1.2): each is taken once, within a minute; a second use ends what the first got.
//!
//! In memory: a restart ends them, and the client begins again. Bounded for each person and in all.

use crate::limits::BoundedTable;
use crate::model::{
    ApplicationId, ClientId, Clock, GrantId, Random, Scope, SessionKey, SessionSecret, Timestamp,
    UserId,
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A code that is not taken by then is over.
const LONGEST: Duration = Duration::from_secs(60);
/// A used code is remembered while what it got may live without a grant being looked at.
const REMEMBERED: Duration = Duration::from_secs(15 * 60);
/// Of one person, used ones among them; the one made first is dropped.
const OF_ONE: usize = 50;
/// In all; the first of the person who has most is dropped.
const IN_ALL: usize = 10_000;

/// What a code stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationCode {
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
pub enum CodeError {
    /// Never made here, or too old.
    Unknown,
    /// Used before; what rests on its first use must end.
    Replayed(Option<GrantId>),
}

enum State {
    Fresh(Box<AuthorizationCode>),
    /// What was got with it, and whether somebody came again before that was known.
    Spent {
        grant: Option<GrantId>,
        again: bool,
    },
}

/// The codes under way.
pub struct AuthorizationCodes {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    table: Mutex<Table>,
}

struct Made {
    at: Timestamp,
    state: State,
}

/// By code; the owner is the person.
type Table = BoundedTable<SessionKey, UserId, Made>;

/// Shows that a code was taken; what is got with it is to be told.
#[derive(Debug)]
pub struct Taken(SessionKey, Timestamp);

impl Taken {
    /// When the code was made.
    pub const fn made_at(&self) -> Timestamp {
        self.1
    }
}

impl AuthorizationCodes {
    /// None under way.
    pub fn new(clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self {
            clock,
            random,
            table: Mutex::new(Table::new(IN_ALL, OF_ONE)),
        }
    }

    /// Makes a code.
    pub fn issue(&self, coded: AuthorizationCode) -> String {
        let secret = SessionSecret::generate(&*self.random);
        let now = self.clock.now();
        let mut table = self.lock();
        let old = |made: &Made| now.since(made.at) > REMEMBERED;
        while table.remove_oldest_while(old).is_some() {}
        let user = coded.user;
        let state = State::Fresh(Box::new(coded));
        table.insert(secret.key(), user, Made { at: now, state });
        secret.reveal()
    }

    /// Takes a code: the second to come finds none, and is told what the first got.
    pub fn take(&self, code: &str) -> Result<(AuthorizationCode, Taken), CodeError> {
        let secret: SessionSecret = code.parse().map_err(|_| CodeError::Unknown)?;
        let key = secret.key();
        let now = self.clock.now();
        let mut table = self.lock();
        let made = table.get_mut(&key).ok_or(CodeError::Unknown)?;
        let (at, state) = (made.at, &mut made.state);
        let spent = State::Spent {
            grant: None,
            again: false,
        };
        match state {
            State::Spent { grant, again } => {
                *again = true;
                Err(CodeError::Replayed(*grant))
            }
            State::Fresh(_) if !now.within(LONGEST, at) => Err(CodeError::Unknown),
            State::Fresh(_) => match std::mem::replace(state, spent) {
                State::Fresh(coded) => Ok((*coded, Taken(key, at))),
                State::Spent { .. } => Err(CodeError::Unknown),
            },
        }
    }

    /// Tells what was got with a code. False when somebody came again meanwhile: then it must end at once.
    pub fn settle(&self, taken: &Taken, got: GrantId) -> bool {
        let mut table = self.lock();
        match table.get_mut(&taken.0).map(|made| &mut made.state) {
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

#[cfg(test)]
#[path = "codes_tests.rs"]
mod tests;
