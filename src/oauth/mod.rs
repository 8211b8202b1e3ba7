//! The authorization server (RFC 6749): authenticates clients, asks people for consent and issues tokens.
//!
//! A token never grants more than its principal holds at that moment, and every use of a credential is durable before the
//! response leaves. Knows no status code, no page and no header.

mod authorize;
mod client_authentication;
mod client_credentials;
mod code;
mod consent;
mod device;
mod error;
mod events;
mod exchange;
mod introspect;
mod issue;
mod new_grant;
mod rate_limits;
mod refresh;
mod revoke;
mod scope;
mod target;

pub use authorize::{AuthorizeRequest, AuthorizeResult, ResourceOwner};
pub use client_authentication::ClientCredentials;
pub use code::CodeRequest;
pub use consent::{Consent, ConsentDecision};
pub use device::{DeviceAuthorizationResponse, DeviceConsent, DeviceError};
pub use error::OAuthError;
pub use exchange::ExchangeRequest;
pub use introspect::TokenIntrospection;
pub use issue::TokenResponse;
pub use refresh::RefreshRequest;
pub use target::Target;

pub use crate::access::{ApplicationClient, RequestOrigin};

use crate::access::Credentials;
use crate::access::{DecisionRecorder, PolicyHolder};
use crate::audit_log::Journal;
use crate::gitea::TokenOwnerLookup;
use crate::limits::RateLimiter;
use crate::mirror::Mirror;
use crate::model::{
    Capabilities, Client, ClientId, Clock, Issuer, ParseError, Random, Scope, ServiceAccount,
    UserId,
};
use crate::oidc::WorkloadIssuers;
use crate::store::Store;
use crate::token::{AuthorizationCodes, DeviceAuthorizations, Grants, Registry, Tokens};
use rate_limits::OAuthLimits;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// The configuration of the authorization server.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The absolute life of a grant (default 30 d).
    pub grant: Duration,
}

/// The services that it uses.
pub struct OAuthServices {
    /// Commits changes and events.
    pub store: Store,
    /// The policy in force.
    pub policy: Arc<PolicyHolder>,
    /// Authenticates sessions and tokens.
    pub credentials: Credentials,
    /// Records decisions.
    pub recorder: Arc<DecisionRecorder>,
    /// Writes and counts audit events.
    pub journal: Arc<Journal>,
    /// Grants.
    pub grants: Arc<Grants>,
    /// Registered clients.
    pub clients: Arc<Registry<Client>>,
    /// Finds the owner of a Gitea token.
    pub holders: TokenOwnerLookup,
    /// Issuers that service accounts may trust.
    pub workload_issuers: Arc<BTreeSet<Issuer>>,
    /// Verifies tokens of workloads.
    pub workloads: WorkloadIssuers,
}

/// The authorization server.
pub struct AuthorizationServer {
    store: Store,
    policy: Arc<PolicyHolder>,
    recorder: Arc<DecisionRecorder>,
    journal: Arc<Journal>,
    credentials: Credentials,
    tokens: Arc<Tokens>,
    service_accounts: Arc<Registry<ServiceAccount>>,
    grants: Arc<Grants>,
    clients: Arc<Registry<Client>>,
    holders: TokenOwnerLookup,
    workload_issuers: Arc<BTreeSet<Issuer>>,
    workloads: WorkloadIssuers,
    command_line: Arc<Client>,
    codes: AuthorizationCodes,
    devices: DeviceAuthorizations,
    authorizations: RateLimiter<UserId>,
    limits: OAuthLimits,
    settings: Settings,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

/// The parameters of a token request, beside the client credentials.
#[derive(Debug, Clone, Default)]
pub struct TokenRequest {
    /// `audience`: an application's name, or `samovar`.
    pub audience: Option<String>,
    /// `resource` (RFC 8707).
    pub resource: Option<String>,
    /// `scope`; all permissions held when absent.
    pub scope: Option<Scope>,
}

impl AuthorizationServer {
    /// A server with these services.
    pub fn new(
        services: OAuthServices,
        settings: Settings,
        capabilities: Capabilities,
    ) -> Result<Self, ParseError> {
        Ok(Self {
            store: services.store,
            policy: services.policy,
            recorder: services.recorder,
            tokens: Arc::clone(&services.credentials.tokens),
            service_accounts: Arc::clone(&services.credentials.service_accounts),
            credentials: services.credentials,
            grants: services.grants,
            clients: services.clients,
            holders: services.holders,
            workload_issuers: services.workload_issuers,
            workloads: services.workloads,
            command_line: Arc::new(Client::command_line()?),
            codes: AuthorizationCodes::new(capabilities.clone()),
            devices: DeviceAuthorizations::new(capabilities.clone()),
            journal: services.journal,
            authorizations: RateLimiter::new(30, Duration::from_secs(2)),
            limits: OAuthLimits::new(),
            settings,
            clock: capabilities.clock,
            random: capabilities.random,
        })
    }

    /// `iss` of its answers and tokens.
    pub fn issuer(&self) -> &str {
        self.tokens.issuer()
    }

    /// The published keys (RFC 7517 section 5).
    pub fn keys(&self) -> Arc<str> {
        self.tokens.keys().document()
    }

    /// A registered client, or Samovar's own command line.
    fn client(&self, id: ClientId) -> Option<Arc<Client>> {
        if id == self.command_line.id {
            return Some(Arc::clone(&self.command_line));
        }
        self.clients.get(id)
    }

    /// The same by `client_id`.
    fn client_named(&self, client_id: &str) -> Option<Arc<Client>> {
        if client_id == Client::COMMAND_LINE {
            return Some(Arc::clone(&self.command_line));
        }
        self.clients.get(client_id.parse().ok()?)
    }

    fn mirror(&self) -> &Mirror {
        &self.credentials.mirror
    }
}
