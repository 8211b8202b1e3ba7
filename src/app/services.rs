//! From the configuration and the store to the services of step 1 to 3, in the order in which they rest on one another.

use super::{AppError, Capabilities, outside};
use crate::access::{Credentials, DecisionRecorder, Gatekeeper, PolicyHolder};
use crate::admin::{Admin, Bootstrap};
use crate::audit::Versions;
use crate::audit_log::{AuditLog, Journal, JournalSettings};
use crate::config::{self, Config};
use crate::gitea::TokenOwnerLookup;
use crate::mirror::Mirror;
use crate::model::{Clock, Session};
use crate::oauth::{self, AuthorizationServer};
use crate::oidc::WorkloadIssuers;
use crate::policy::{Policy, built_in_roles};
use crate::session::{self, BreakGlass, Sessions};
use crate::sign_in::providers::Providers;
use crate::sign_in::{self, SignIn};
use crate::store::{DiskReserve, Store, StoreSnapshot};
use crate::token::{self, SealKey};
use std::sync::Arc;

/// The services, wired. Only the app holds them all; each door is given what it calls.
pub(super) struct Services {
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
    pub claim: Arc<Bootstrap>,
    pub audit_log: Arc<AuditLog>,
    pub token: token::TokenServices,
}

impl Services {
    pub(super) fn open(
        meant: &Config,
        http: &reqwest::Client,
        capabilities: &Capabilities,
    ) -> Result<Self, AppError> {
        let Capabilities { clock, random } = capabilities;
        let folder = &meant.server.state_dir;
        let reserve = DiskReserve::of_folder(folder, meant.server.disk_reserve);
        let store = Store::open_with_reserve(folder, Arc::clone(random), reserve)?;
        let mut world = store.load()?;
        let sessions = std::mem::take(&mut world.sessions);
        let policy = Arc::new(PolicyHolder::new(policy(&mut world)?));
        let mirror = Arc::new(outside::mirror(meant, http, &store, capabilities, &world));
        let providers = Arc::new(outside::providers(meant, http, capabilities)?);
        mirror.set_providers(providers.others());
        let journal = open_journal(meant, &store, (&policy, &mirror), clock);
        let recorder = Arc::new(DecisionRecorder::new(Arc::clone(&journal)));
        let token = open_tokens(meant, &store, capabilities, &world)?;
        let sessions = Arc::new(open_sessions(meant.session, &store, capabilities, sessions));
        let claim = Bootstrap::open(folder);
        let hash = world.break_glass;
        let break_glass = BreakGlass::new(Arc::clone(&sessions), Arc::clone(random), hash);
        let break_glass = Arc::new(break_glass);
        let credentials = credentials(&sessions, &token, &mirror);
        let foreign = outside::foreign_tokens(meant, http, clock)?;
        let records = (&store, &recorder, &journal);
        let oauth = oauth_services(records, &policy, &credentials, &token, foreign);
        let services = sign_in::Services {
            store: store.clone(),
            sessions: Arc::clone(&sessions),
            break_glass: Arc::clone(&break_glass),
            mirror: Arc::clone(&mirror),
            policy: Arc::clone(&policy),
            journal: Arc::clone(&journal),
            providers: Arc::clone(&providers),
            tokens: Arc::clone(&token.tokens),
            id_tokens: SealKey::new(meant.server.seal_key.expose()).id_tokens(),
        };
        Ok(Self {
            sign_in: Arc::new(sign_in(meant, services, capabilities)?),
            gatekeeper: Arc::new(gatekeeper(&policy, &credentials, &recorder, clock)),
            oauth: Arc::new(authorization_server(meant, oauth, capabilities)?),
            admin: Arc::new(Admin::new(
                store.clone(),
                Arc::clone(&policy),
                Arc::clone(&mirror),
                &token,
                (Arc::clone(clock), Arc::clone(random)),
            )),
            providers,
            break_glass,
            claim: Arc::new(claim.map_err(AppError::Bootstrap)?),
            audit_log: Arc::new(AuditLog::new(store.clone(), Arc::clone(clock))),
            store,
            policy,
            mirror,
            sessions,
            journal,
            token,
        })
    }
}

/// The stored policy with the roles that come with Samovar.
fn policy(world: &mut StoreSnapshot) -> Result<Policy, AppError> {
    let mut roles = built_in_roles().map_err(AppError::BuiltIn)?;
    roles.append(&mut world.roles);
    Policy::build(
        world.policy_version,
        roles,
        std::mem::take(&mut world.role_bindings),
        std::mem::take(&mut world.applications),
    )
    .map_err(AppError::Policy)
}

fn credentials(
    sessions: &Arc<Sessions>,
    token: &token::TokenServices,
    mirror: &Arc<Mirror>,
) -> Credentials {
    Credentials {
        sessions: Arc::clone(sessions),
        tokens: Arc::clone(&token.tokens),
        service_accounts: Arc::clone(&token.service_accounts),
        mirror: Arc::clone(mirror),
    }
}

fn gatekeeper(
    policy: &Arc<PolicyHolder>,
    credentials: &Credentials,
    recorder: &Arc<DecisionRecorder>,
    clock: &Arc<dyn Clock>,
) -> Gatekeeper {
    Gatekeeper::new(
        Arc::clone(policy),
        credentials.clone(),
        Arc::clone(recorder),
        Arc::clone(clock),
    )
}

fn oauth_services(
    (store, recorder, journal): (&Store, &Arc<DecisionRecorder>, &Arc<Journal>),
    policy: &Arc<PolicyHolder>,
    credentials: &Credentials,
    token: &token::TokenServices,
    (holders, workloads): (TokenOwnerLookup, WorkloadIssuers),
) -> oauth::Services {
    oauth::Services {
        store: store.clone(),
        policy: Arc::clone(policy),
        recorder: Arc::clone(recorder),
        journal: Arc::clone(journal),
        credentials: credentials.clone(),
        grants: Arc::clone(&token.grants),
        clients: Arc::clone(&token.clients),
        workload_issuers: Arc::clone(&token.workload_issuers),
        holders,
        workloads,
    }
}

fn authorization_server(
    meant: &Config,
    services: oauth::Services,
    Capabilities { clock, random }: &Capabilities,
) -> Result<AuthorizationServer, AppError> {
    let settings = oauth::Settings {
        grant: meant.token.grant,
    };
    let both = (Arc::clone(clock), Arc::clone(random));
    AuthorizationServer::new(services, settings, both).map_err(AppError::BuiltIn)
}

fn sign_in(
    meant: &Config,
    services: sign_in::Services,
    Capabilities { clock, random }: &Capabilities,
) -> Result<SignIn, AppError> {
    let settings = sign_in::Settings {
        own: outside::own_host(meant)?,
        https: outside::is_https(meant),
    };
    let both = (Arc::clone(clock), Arc::clone(random));
    Ok(SignIn::new(services, settings, both))
}

fn open_tokens(
    meant: &Config,
    store: &Store,
    Capabilities { clock, random }: &Capabilities,
    world: &StoreSnapshot,
) -> Result<token::TokenServices, AppError> {
    let settings = token::Settings {
        issuer: outside::issuer(meant),
        key_rotation: meant.token.signing_key_rotation,
        workload_issuers: meant.token.workload_issuers.clone(),
    };
    let key = SealKey::new(meant.server.seal_key.expose());
    Ok(token::open(store, (clock, random), &key, settings, world)?)
}

fn open_journal(
    meant: &Config,
    store: &Store,
    (policy, mirror): (&Arc<PolicyHolder>, &Arc<Mirror>),
    clock: &Arc<dyn Clock>,
) -> Arc<Journal> {
    let (policy, mirror) = (Arc::clone(policy), Arc::clone(mirror));
    let versions = move || Versions {
        policy: policy.load().version(),
        directory: mirror.directory().version,
    };
    let settings = JournalSettings {
        window: meant.audit.window,
        anonymous_events_per_minute: meant.audit.anonymous_events_per_minute,
    };
    Arc::new(Journal::new(
        store.clone(),
        Arc::clone(clock),
        versions,
        settings,
    ))
}

fn open_sessions(
    meant: config::Session,
    store: &Store,
    Capabilities { clock, random }: &Capabilities,
    loaded: Vec<Session>,
) -> Sessions {
    let settings = session::Settings {
        idle: meant.idle,
        absolute: meant.absolute,
    };
    Sessions::new(
        store.clone(),
        Arc::clone(clock),
        Arc::clone(random),
        settings,
        loaded,
    )
}
