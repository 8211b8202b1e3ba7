//! The break-glass password: argon2id, one look at a time, off unless somebody set it on the server.
//!
//! Must never hold the password longer than one look, and never let a flood of wrong ones take the machine's memory.

use crate::audit::AuditEvent;
use crate::model::Random;
use crate::store::{Change, CommitError, Operation, Store};
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use secrecy::{ExposeSecret, SecretString};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// Length of a password, in characters.
const LENGTH: std::ops::RangeInclusive<usize> = 15..=128;

/// Why a password was not set or not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BreakGlassError {
    /// Too short or too long.
    #[error("the break-glass password must have 15 to 128 characters")]
    Length,
    /// No password is set.
    #[error("break-glass is off; set a password with `samovar break-glass set` on the server")]
    Off,
    /// It is not the password.
    #[error("this is not the break-glass password")]
    Wrong,
    /// Somebody else's try is under way.
    #[error("another try is under way; wait a moment")]
    Busy,
    /// The library refused.
    #[error("the password could not be hashed; the server's log says why")]
    Internal,
    /// It could not be written.
    #[error(transparent)]
    Store(#[from] CommitError),
}

/// Sets, switches off and checks the password.
pub struct BreakGlass {
    store: Store,
    random: Arc<dyn Random>,
    hash: Mutex<Option<SecretString>>,
    one_at_a_time: Arc<Semaphore>,
}

impl BreakGlass {
    /// With the hash that the store had.
    pub fn new(store: Store, random: Arc<dyn Random>, hash: Option<SecretString>) -> Self {
        Self {
            store,
            random,
            hash: Mutex::new(hash),
            one_at_a_time: Arc::new(Semaphore::new(1)),
        }
    }

    /// Is a password set?
    pub fn is_on(&self) -> bool {
        self.hash().is_some()
    }

    /// Sets the password.
    pub async fn set(
        &self,
        password: SecretString,
        event: AuditEvent,
    ) -> Result<(), BreakGlassError> {
        if !LENGTH.contains(&password.expose_secret().chars().count()) {
            return Err(BreakGlassError::Length);
        }
        let mut salt = [0; 16];
        self.random.fill(&mut salt);
        let hash = self.blocking(move || hash(&password, &salt)).await??;
        let change = Change::from(Operation::PutBreakGlass(hash.clone()));
        self.store.commit(change, event).await?;
        *self.lock() = Some(hash);
        Ok(())
    }

    /// Switches it off.
    pub async fn switch_off(&self, event: AuditEvent) -> Result<(), BreakGlassError> {
        *self.lock() = None;
        let change = Change::from(Operation::DeleteBreakGlass);
        self.store.commit(change, event).await?;
        Ok(())
    }

    /// Is it this password? Costs 64 MiB and some 100 ms, one at a time.
    pub async fn verify(&self, password: SecretString) -> Result<(), BreakGlassError> {
        let hash = self.hash().ok_or(BreakGlassError::Off)?;
        if !LENGTH.contains(&password.expose_secret().chars().count()) {
            return Err(BreakGlassError::Wrong);
        }
        self.blocking(move || verify(&password, &hash)).await?
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, BreakGlassError> {
        let slot = Arc::clone(&self.one_at_a_time).try_acquire_owned();
        let slot = slot.map_err(|_| BreakGlassError::Busy)?;
        let done = tokio::task::spawn_blocking(move || {
            let _slot = slot;
            work()
        });
        done.await.map_err(|_| BreakGlassError::Internal)
    }

    fn hash(&self) -> Option<SecretString> {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<SecretString>> {
        self.hash.lock().unwrap_or_else(PoisonError::into_inner)
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
