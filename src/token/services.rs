//! Opens the services of this module from what the store has.

use super::signing_keys::KeyError;
use super::tokens::TokenBasis;
use super::{Grants, Machine, Registry, SealKey, SigningKeys, Tokens};
use crate::model::{Capabilities, Client, Clock, Issuer, ServiceAccount};
use crate::store::{Store, StoreSnapshot};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// What is configured.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `iss`: the external URL without a last slash.
    pub issuer: String,
    /// How long each signing key signs.
    pub key_rotation: Duration,
    /// Issuers that service accounts may trust.
    pub workload_issuers: BTreeSet<Issuer>,
}

/// The services of this module.
#[derive(Clone)]
pub struct TokenServices {
    /// Access tokens and the keys that sign them.
    pub tokens: Arc<Tokens>,
    /// Grants of people to clients.
    pub grants: Arc<Grants>,
    /// The service accounts.
    pub service_accounts: Arc<Registry<ServiceAccount>>,
    /// The clients of the authorization server.
    pub clients: Arc<Registry<Client>>,
    /// Issuers that service accounts may trust.
    pub workload_issuers: Arc<BTreeSet<Issuer>>,
}

/// Opens the services; fails when the store was sealed with another key.
pub fn open(
    store: &Store,
    capabilities: &Capabilities,
    key: &SealKey,
    settings: Settings,
    snapshot: &StoreSnapshot,
) -> Result<TokenServices, KeyError> {
    let clock = &capabilities.clock;
    let keys = SigningKeys::open(
        store.clone(),
        capabilities.clone(),
        key.seal(),
        settings.key_rotation,
        snapshot.signing_keys.clone(),
    )?;
    let grants = Arc::new(Grants::new(
        store.clone(),
        Arc::clone(clock),
        key.refresh_tokens(),
        snapshot.grants.clone(),
    ));
    let basis = TokenBasis {
        store: store.clone(),
        keys: Arc::new(keys),
        grants: Arc::clone(&grants),
        revocations: snapshot.revocations.clone(),
    };
    let (accounts, clients) = (snapshot.service_accounts.clone(), snapshot.clients.clone());
    Ok(TokenServices {
        tokens: Arc::new(Tokens::new(settings.issuer, basis, capabilities.clone())),
        grants,
        service_accounts: Arc::new(registry(store, clock, key, accounts)),
        clients: Arc::new(registry(store, clock, key, clients)),
        workload_issuers: Arc::new(settings.workload_issuers),
    })
}

fn registry<M: Machine>(
    store: &Store,
    clock: &Arc<dyn Clock>,
    key: &SealKey,
    loaded: Vec<M>,
) -> Registry<M> {
    Registry::new(
        store.clone(),
        Arc::clone(clock),
        key.machine_secrets(),
        loaded,
    )
}
