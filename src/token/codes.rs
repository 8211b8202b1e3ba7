//! Authorization codes (RFC 6749 section 4.1.2): each is taken once, within a minute. A second use ends the grant of the
//! first.
//!
//! In memory: a restart ends them, and the client begins again. Bounded for each person and in all.

use crate::limits::{OneTime, OneTimeError, OneTimeLimits};
use crate::model::{
    ApplicationId, Capabilities, ClientId, Clock, GrantId, Random, Scope, SessionKey,
    SessionSecret, Timestamp, UserId,
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Per person. A used code is recognized for longer than an access token lives (10 min).
const LIMITS: OneTimeLimits = OneTimeLimits {
    lifetime: Duration::from_secs(60),
    remembered: Duration::from_secs(15 * 60),
    total: 10_000,
    per_owner: 50,
};

/// What a code stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationCode {
    /// The person who allowed it.
    pub user: UserId,
    /// The client that may take it.
    pub client: ClientId,
    /// The audience of its tokens.
    pub application: ApplicationId,
    /// The redirect URI as it was sent: the token request must repeat it.
    pub redirect_uri: String,
    /// PKCE challenge, S256.
    pub challenge: String,
    /// What the person allowed.
    pub scope: Scope,
}

/// Why a code is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeError {
    /// Never issued here, or too old.
    Unknown,
    /// Used before; the grant of its first use must end.
    Replayed(Option<GrantId>),
}

/// What is known of a used code.
#[derive(Default)]
struct CodeUse {
    grant: Option<GrantId>,
    /// The code came again before its grant was known.
    replayed: bool,
}

/// The codes that wait for their clients.
pub struct AuthorizationCodes {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    codes: Mutex<Codes>,
}

/// By person.
type Codes = OneTime<UserId, AuthorizationCode, CodeUse>;

/// Proof that a code was taken, for [`AuthorizationCodes::settle`].
#[derive(Debug)]
pub struct CodeReceipt {
    key: SessionKey,
    issued_at: Timestamp,
}

impl CodeReceipt {
    /// When the code was issued.
    pub const fn issued_at(&self) -> Timestamp {
        self.issued_at
    }
}

impl AuthorizationCodes {
    /// Without codes.
    pub fn new(Capabilities { clock, random }: Capabilities) -> Self {
        Self {
            clock,
            random,
            codes: Mutex::new(Codes::new(LIMITS)),
        }
    }

    /// Issues a code.
    pub fn issue(&self, code: AuthorizationCode) -> String {
        let now = self.clock.now();
        let secret = self.lock().issue(code.user, code, now, &*self.random);
        secret.reveal()
    }

    /// Takes a code. A second use fails with the grant of the first.
    pub fn take(&self, code: &str) -> Result<(AuthorizationCode, CodeReceipt), CodeError> {
        let secret: SessionSecret = code.parse().map_err(|_| CodeError::Unknown)?;
        let key = secret.key();
        let mut codes = self.lock();
        match codes.take(&key, self.clock.now()) {
            Ok((code, issued_at)) => Ok((code, CodeReceipt { key, issued_at })),
            Err(OneTimeError::Taken) => {
                let first = codes.record_mut(&key).ok_or(CodeError::Unknown)?;
                first.replayed = true;
                Err(CodeError::Replayed(first.grant))
            }
            Err(OneTimeError::Unknown | OneTimeError::Expired) => Err(CodeError::Unknown),
        }
    }

    /// Records the grant of a taken code. False when the code came again meanwhile: then the grant must end at once.
    pub fn settle(&self, receipt: &CodeReceipt, grant: GrantId) -> bool {
        let mut codes = self.lock();
        let Some(first) = codes.record_mut(&receipt.key) else {
            return false;
        };
        first.grant = Some(grant);
        !first.replayed
    }

    fn lock(&self) -> MutexGuard<'_, Codes> {
        self.codes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[path = "codes_tests.rs"]
mod tests;
