//! The services of layers 2 to 4, from the configuration and the store, in the order of their dependencies.

use super::{AppError, Capabilities, outside};
use crate::access::{Credentials, DecisionRecorder, Gatekeeper, PolicyHolder, versions};
use crate::admin::{Admin, Bootstrap};
use crate::audit_log::{AuditLog, Journal, JournalSettings};
use crate::config::{Config, SessionConfig};
use crate::mirror::Mirror;
use crate::model::{Clock, Session};
use crate::oauth::{self, AuthorizationServer};
use crate::policy::{Policy, built_in_roles};
use crate::session::{self, BreakGlass, Sessions};
use crate::sign_in::providers::Providers;
use crate::sign_in::{self, SignIn};
use crate::store::{DiskReserve, Store, StoreSnapshot};
use crate::token::{self, TokenServices};
use std::sync::Arc;

/// The services. Only the app holds them all; each endpoint is given those that it calls.
pub(super) struct AppServices {
    pub store: Store,
    pub policy: Arc<PolicyHolder>,
    pub mirror: Arc<Mirror>,
    pub sessions: Arc<Sessions>,
    pub break_glass: Arc<BreakGlass>,
    pub journal: Arc<Journal>,
    pub gatekeeper: Arc<Gatekeeper>,
    pub sign_in: Arc<SignIn>,
    pub oauth: Arc<AuthorizationServer>,
    pub providers: Arc<Providers>,
    pub admin: Arc<Admin>,
    pub bootstrap: Arc<Bootstrap>,
    pub audit_log: Arc<AuditLog>,
    pub token: TokenServices,
}

impl AppServices {
    pub(super) fn open(
        config: &Config,
        http: &reqwest::Client,
        capabilities: &Capabilities,
    ) -> Result<Self, AppError> {
        let base = BaseServices::open(config, http, capabilities)?;
        let bootstrap = Bootstrap::open(&config.server.state_dir);
        let clock = &capabilities.clock;
        Ok(Self {
            gatekeeper: Arc::new(Gatekeeper::new(
                Arc::clone(&base.policy),
                base.credentials(),
                Arc::clone(&base.recorder),
                Arc::clone(clock),
            )),
            sign_in: Arc::new(base.sign_in(config, capabilities)?),
            oauth: Arc::new(base.authorization_server(config, http, capabilities)?),
            admin: Arc::new(Admin::new(
                base.store.clone(),
                Arc::clone(&base.policy),
                Arc::clone(&base.mirror),
                &base.token,
                capabilities.clone(),
            )),
            bootstrap: Arc::new(bootstrap.map_err(AppError::Bootstrap)?),
            audit_log: Arc::new(AuditLog::new(base.store.clone(), Arc::clone(clock))),
            providers: base.providers,
            break_glass: base.break_glass,
            store: base.store,
            policy: base.policy,
            mirror: base.mirror,
            sessions: base.sessions,
            journal: base.journal,
            token: base.token,
        })
    }
}

/// The services that others are built on.
struct BaseServices {
    store: Store,
    policy: Arc<PolicyHolder>,
    mirror: Arc<Mirror>,
    providers: Arc<Providers>,
    journal: Arc<Journal>,
    recorder: Arc<DecisionRecorder>,
    token: TokenServices,
    sessions: Arc<Sessions>,
    break_glass: Arc<BreakGlass>,
}

impl BaseServices {
    fn open(
        config: &Config,
        http: &reqwest::Client,
        capabilities: &Capabilities,
    ) -> Result<Self, AppError> {
        let Capabilities { clock, random } = capabilities;
        let folder = &config.server.state_dir;
        let reserve = DiskReserve::of_folder(folder, config.server.disk_reserve_mib << 20);
        let store = Store::open_with_reserve(folder, Arc::clone(random), reserve)?;
        let mut snapshot = store.load()?;
        let sessions = std::mem::take(&mut snapshot.sessions);
        let policy = Arc::new(PolicyHolder::new(policy(&mut snapshot)?));
        let mirror = outside::mirror(config, http, &store, capabilities, &snapshot);
        let mirror = Arc::new(mirror);
        let providers = Arc::new(outside::providers(config, http, capabilities)?);
        mirror.set_providers(providers.others());
        let journal = Arc::new(open_journal(config, &store, &policy, &mirror, clock));
        let recorder = DecisionRecorder::new(Arc::clone(&journal));
        let token = open_tokens(config, &store, capabilities, &snapshot)?;
        let sessions = open_sessions(&config.session, &store, capabilities, sessions);
        let sessions = Arc::new(sessions);
        let hash = snapshot.break_glass;
        let break_glass = BreakGlass::new(Arc::clone(&sessions), Arc::clone(random), hash);
        Ok(Self {
            store,
            policy,
            mirror,
            providers,
            journal,
            recorder: Arc::new(recorder),
            token,
            sessions,
            break_glass: Arc::new(break_glass),
        })
    }

    fn credentials(&self) -> Credentials {
        Credentials {
            sessions: Arc::clone(&self.sessions),
            tokens: Arc::clone(&self.token.tokens),
            service_accounts: Arc::clone(&self.token.service_accounts),
            mirror: Arc::clone(&self.mirror),
        }
    }

    fn authorization_server(
        &self,
        config: &Config,
        http: &reqwest::Client,
        capabilities: &Capabilities,
    ) -> Result<AuthorizationServer, AppError> {
        let services = oauth::OAuthServices {
            store: self.store.clone(),
            policy: Arc::clone(&self.policy),
            recorder: Arc::clone(&self.recorder),
            journal: Arc::clone(&self.journal),
            credentials: self.credentials(),
            grants: Arc::clone(&self.token.grants),
            clients: Arc::clone(&self.token.clients),
            workload_issuers: Arc::clone(&self.token.workload_issuers),
            holders: outside::token_owners(config, http),
            workloads: outside::workload_issuers(config, &capabilities.clock)?,
        };
        let settings = oauth::Settings {
            grant: config.token.grant,
        };
        let server = AuthorizationServer::new(services, settings, capabilities.clone());
        server.map_err(AppError::BuiltIn)
    }

    fn sign_in(&self, config: &Config, capabilities: &Capabilities) -> Result<SignIn, AppError> {
        let services = sign_in::SignInServices {
            store: self.store.clone(),
            sessions: Arc::clone(&self.sessions),
            break_glass: Arc::clone(&self.break_glass),
            mirror: Arc::clone(&self.mirror),
            policy: Arc::clone(&self.policy),
            journal: Arc::clone(&self.journal),
            providers: Arc::clone(&self.providers),
            tokens: Arc::clone(&self.token.tokens),
            id_tokens: outside::seal_key(config).id_tokens(),
        };
        let settings = sign_in::Settings {
            own: outside::own_host(config)?,
            https: outside::is_https(config),
        };
        Ok(SignIn::new(services, settings, capabilities.clone()))
    }
}

/// The stored policy with the built-in roles.
fn policy(snapshot: &mut StoreSnapshot) -> Result<Policy, AppError> {
    let mut roles = built_in_roles().map_err(AppError::BuiltIn)?;
    roles.append(&mut snapshot.roles);
    Policy::build(
        snapshot.policy_version,
        roles,
        std::mem::take(&mut snapshot.role_bindings),
        std::mem::take(&mut snapshot.applications),
    )
    .map_err(AppError::Policy)
}

fn open_journal(
    config: &Config,
    store: &Store,
    policy: &Arc<PolicyHolder>,
    mirror: &Arc<Mirror>,
    clock: &Arc<dyn Clock>,
) -> Journal {
    let (policy, mirror) = (Arc::clone(policy), Arc::clone(mirror));
    let versions = move || versions(&policy.load(), mirror.directory().version);
    let settings = JournalSettings {
        window: config.audit.window,
        anonymous_events_per_minute: config.audit.anonymous_events_per_minute,
    };
    Journal::new(store.clone(), Arc::clone(clock), versions, settings)
}

fn open_tokens(
    config: &Config,
    store: &Store,
    capabilities: &Capabilities,
    snapshot: &StoreSnapshot,
) -> Result<TokenServices, AppError> {
    let settings = token::Settings {
        issuer: outside::issuer(config),
        key_rotation: config.token.signing_key_rotation,
        workload_issuers: config.token.workload_issuers.clone(),
    };
    let key = outside::seal_key(config);
    Ok(token::open(store, capabilities, &key, settings, snapshot)?)
}

fn open_sessions(
    config: &SessionConfig,
    store: &Store,
    capabilities: &Capabilities,
    loaded: Vec<Session>,
) -> Sessions {
    let settings = session::Settings {
        idle: config.idle,
        absolute: config.absolute,
    };
    Sessions::new(store.clone(), capabilities.clone(), settings, loaded)
}
