//! From what the store had to the services of this room, each wired to those it rests on.

use super::signing_keys::KeyError;
use super::tokens::TokenBasis;
use super::{Grants, Registry, SealKey, SigningKeys, Tokens};
use crate::model::{Client, Clock, Issuer, Random, ServiceAccount};
use crate::store::{Store, StoreSnapshot};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// What is configured.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `iss`: the external URL without a last slash.
    pub issuer: String,
    /// Another key signs after this time.
    pub key_rotation: Duration,
    /// Issuers that service accounts may trust.
    pub workload_issuers: BTreeSet<Issuer>,
}

/// The services of this room, to be handed on one by one.
#[derive(Clone)]
pub struct TokenServices {
    /// Access tokens and the keys that sign them.
    pub tokens: Arc<Tokens>,
    /// What people allowed clients.
    pub grants: Arc<Grants>,
    /// Machines that act for themselves.
    pub service_accounts: Arc<Registry<ServiceAccount>>,
    /// What gets tokens in people's names.
    pub clients: Arc<Registry<Client>>,
    /// Issuers that service accounts may trust.
    pub workload_issuers: Arc<BTreeSet<Issuer>>,
}

/// Opens what was sealed, with the seal key that it was sealed with.
pub fn open(
    store: &Store,
    (clock, random): (&Arc<dyn Clock>, &Arc<dyn Random>),
    key: &SealKey,
    settings: Settings,
    snapshot: &StoreSnapshot,
) -> Result<TokenServices, KeyError> {
    let both = || (Arc::clone(clock), Arc::clone(random));
    let keys = SigningKeys::open(
        store.clone(),
        both(),
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
    let foundations = TokenBasis {
        store: store.clone(),
        keys: Arc::new(keys),
        grants: Arc::clone(&grants),
        revocations: snapshot.revocations.clone(),
    };
    let pepper = || (store.clone(), Arc::clone(clock), key.machine_secrets());
    let (accounts, clients) = (snapshot.service_accounts.clone(), snapshot.clients.clone());
    Ok(TokenServices {
        tokens: Arc::new(Tokens::new(settings.issuer, foundations, both())),
        grants,
        service_accounts: Arc::new(Registry::new(pepper(), accounts)),
        clients: Arc::new(Registry::new(pepper(), clients)),
        workload_issuers: Arc::new(settings.workload_issuers),
    })
}
