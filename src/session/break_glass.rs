//! The break-glass password: argon2id, one check at a time, off unless an operator set it on the server.
//!
//! Must never keep the password longer than one check, never let a flood of wrong passwords use up the machine's memory, and
//! never leave a session that an earlier password opened.

use super::sessions::{SessionError, Sessions};
use crate::audit::AuditEvent;
use crate::model::{Principal, Random};
use crate::store::{Change, CommitError, Operation};
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use secrecy::{ExposeSecret, SecretString};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;

/// How long a check waits for the checks before it; each takes some 100 ms.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// Checks that wait at a time.
const MAX_WAITING: usize = 32;

/// Length of a password, in characters.
const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 15..=128;

/// Why a password was not set or not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BreakGlassError {
    /// Too short or too long.
    #[error("the break-glass password must have 15 to 128 characters")]
    Length,
    /// No password is set.
    #[error(
        "break-glass is off; to set a password, run `sudo samovar break-glass set` on the server"
    )]
    Off,
    /// Not the password.
    #[error(
        "this is not the break-glass password; to set a new one, run `sudo samovar break-glass set` on the server"
    )]
    Wrong,
    /// Too many checks wait.
    #[error("too many passwords are being checked; try again in a moment")]
    Busy,
    /// Too many tries came from this address block.
    #[error("too many tries came from your network; wait {} seconds", .0.as_secs() + 1)]
    TooMany(Duration),
    /// The library failed.
    #[error("the password could not be hashed; the server's log says why")]
    Internal,
    /// It could not be written.
    #[error(transparent)]
    Store(#[from] CommitError),
}

/// Sets, switches off and checks the password.
pub struct BreakGlass {
    sessions: Arc<Sessions>,
    random: Arc<dyn Random>,
    password: Mutex<PasswordState>,
    one_at_a_time: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

struct PasswordState {
    /// None while break-glass is off.
    hash: Option<SecretString>,
    /// Grows by one with every change of the password.
    generation: u64,
}

/// Proof that the password of one generation was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordProof(u64);

impl BreakGlass {
    /// With the hash that the store had.
    pub fn new(
        sessions: Arc<Sessions>,
        random: Arc<dyn Random>,
        hash: Option<SecretString>,
    ) -> Self {
        Self {
            sessions,
            random,
            password: Mutex::new(PasswordState {
                hash,
                generation: 0,
            }),
            one_at_a_time: Arc::new(Semaphore::new(1)),
            waiting: Arc::new(Semaphore::new(MAX_WAITING)),
        }
    }

    /// Is a password set?
    pub fn is_on(&self) -> bool {
        self.lock().hash.is_some()
    }

    /// Was the proof given by the current password? If not, a session that was started with it must end.
    pub fn is_current(&self, proof: PasswordProof) -> bool {
        self.lock().generation == proof.0
    }

    /// Sets the password, and ends every session that an earlier one opened.
    pub async fn set(
        &self,
        password: SecretString,
        event: AuditEvent,
    ) -> Result<(), BreakGlassError> {
        if !PASSWORD_CHARS.contains(&password.expose_secret().chars().count()) {
            return Err(BreakGlassError::Length);
        }
        let mut salt = [0; 16];
        self.random.fill(&mut salt);
        let hash = self.blocking(move || hash(&password, &salt)).await??;
        let change = Change::from(Operation::PutBreakGlass(hash.clone()));
        let before = self.replace(Some(hash));
        let set = self.end_sessions(change, event).await;
        // The password on disk stays the valid one.
        set.inspect_err(|_| {
            self.replace(before);
        })
    }

    /// Switches break-glass off, and ends every session that it opened. In force at once, even if the disk fails.
    pub async fn switch_off(&self, event: AuditEvent) -> Result<(), BreakGlassError> {
        self.replace(None);
        let change = Change::from(Operation::DeleteBreakGlass);
        self.end_sessions(change, event).await
    }

    /// Called before sessions are ended, so that the proof of a sign-in that has begun is no longer valid afterwards.
    fn replace(&self, hash: Option<SecretString>) -> Option<SecretString> {
        let mut password = self.lock();
        password.generation += 1;
        std::mem::replace(&mut password.hash, hash)
    }

    async fn end_sessions(&self, change: Change, event: AuditEvent) -> Result<(), BreakGlassError> {
        let operator = Principal::LocalOperator;
        let ended = self.sessions.end_all_with(operator, change, event).await;
        ended.map_err(|error| match error {
            SessionError::Store(error) => BreakGlassError::Store(error),
            SessionError::ParentEnded => BreakGlassError::Internal,
        })
    }

    /// Checks a password. Takes 64 MiB and some 100 ms, one check at a time.
    pub async fn verify(&self, password: SecretString) -> Result<PasswordProof, BreakGlassError> {
        let (hash, generation) = {
            let password = self.lock();
            (password.hash.clone(), password.generation)
        };
        let hash = hash.ok_or(BreakGlassError::Off)?;
        if !PASSWORD_CHARS.contains(&password.expose_secret().chars().count()) {
            return Err(BreakGlassError::Wrong);
        }
        self.blocking(move || verify(&password, &hash)).await??;
        Ok(PasswordProof(generation))
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, BreakGlassError> {
        let place = self.waiting.try_acquire();
        let _place = place.map_err(|_| BreakGlassError::Busy)?;
        let slot = Arc::clone(&self.one_at_a_time).acquire_owned();
        let slot = tokio::time::timeout(MAX_WAIT, slot).await;
        let slot = slot.map_err(|_| BreakGlassError::Busy)?;
        let slot = slot.map_err(|_| BreakGlassError::Internal)?;
        let done = tokio::task::spawn_blocking(move || {
            let _slot = slot;
            work()
        });
        done.await.map_err(|_| BreakGlassError::Internal)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, PasswordState> {
        self.password.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Argon2id with 64 MiB, three passes, one lane.
fn argon2() -> Result<Argon2<'static>, BreakGlassError> {
    let params = Params::new(64 * 1024, 3, 1, None).map_err(|_| BreakGlassError::Internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &SecretString, salt: &[u8]) -> Result<SecretString, BreakGlassError> {
    let hash = argon2()?
        .hash_password_with_salt(password.expose_secret().as_bytes(), salt)
        .map_err(|_| BreakGlassError::Internal)?;
    Ok(SecretString::from(hash.to_string()))
}

fn verify(password: &SecretString, hash: &SecretString) -> Result<(), BreakGlassError> {
    let hash = PasswordHash::new(hash.expose_secret()).map_err(|_| BreakGlassError::Internal)?;
    argon2()?
        .verify_password(password.expose_secret().as_bytes(), &hash)
        .map_err(|_| BreakGlassError::Wrong)
}
