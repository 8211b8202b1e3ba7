//! From the configuration and the store to the rooms of step 1 to 3, in the order in which they rest on one another.

use super::{AppError, Capabilities};
use crate::access::{Gatekeeper, PolicyHolder, Recorder};
use crate::admin::{Admin, Claim};
use crate::config::{self, Meant};
use crate::gitea;
use crate::mirror::{self, Mirror};
use crate::model::Session;
use crate::policy::{Policy, built_in_roles};
use crate::session::{self, BreakGlass, Sessions};
use crate::store::{Store, World};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The rooms, wired. Only the app holds them all; each door is given what it calls.
pub(super) struct Rooms {
    pub store: Store,
    pub policy: Arc<PolicyHolder>,
    pub mirror: Arc<Mirror>,
    pub sessions: Arc<Sessions>,
    pub break_glass: Arc<BreakGlass>,
    pub recorder: Arc<Recorder>,
    pub gatekeeper: Arc<Gatekeeper>,
    pub admin: Arc<Admin>,
    pub claim: Arc<Claim>,
}

impl Rooms {
    pub(super) fn open(
        meant: &Meant,
        http: &reqwest::Client,
        capabilities: &Capabilities,
    ) -> Result<Self, AppError> {
        let Capabilities { clock, random } = capabilities;
        let store = Store::open(&meant.server.state_dir, Arc::clone(random))?;
        let mut world = store.load()?;
        let sessions = std::mem::take(&mut world.sessions);
        let policy = Arc::new(PolicyHolder::new(policy(&mut world)?));
        let mirror = Arc::new(mirror(meant, http, &store, capabilities, &world));
        let recorder = Arc::new(Recorder::new(
            store.clone(),
            Arc::clone(&policy),
            Arc::clone(&mirror),
            Arc::clone(clock),
            meant.audit.window,
        ));
        let sessions = Arc::new(open_sessions(meant.session, &store, capabilities, sessions));
        let claim = Claim::open(
            &meant.server.state_dir,
            &policy.load(),
            clock.now(),
            &**random,
        );
        Ok(Self {
            gatekeeper: Arc::new(Gatekeeper::new(
                Arc::clone(&policy),
                Arc::clone(&sessions),
                Arc::clone(&mirror),
                Arc::clone(&recorder),
                Arc::clone(clock),
            )),
            admin: Arc::new(Admin::new(
                store.clone(),
                Arc::clone(&policy),
                Arc::clone(&mirror),
                Arc::clone(clock),
                Arc::clone(random),
            )),
            break_glass: Arc::new(BreakGlass::new(
                store.clone(),
                Arc::clone(random),
                world.break_glass,
            )),
            claim: Arc::new(claim.map_err(AppError::Claim)?),
            store,
            policy,
            mirror,
            sessions,
            recorder,
        })
    }
}

/// The stored policy with the roles that come with Samovar.
fn policy(world: &mut World) -> Result<Policy, AppError> {
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

fn mirror(
    meant: &Meant,
    http: &reqwest::Client,
    store: &Store,
    capabilities: &Capabilities,
    world: &World,
) -> Mirror {
    let Capabilities { clock, random } = capabilities;
    let gitea = &meant.gitea;
    let settings = gitea::Settings {
        base_url: gitea
            .internal_url
            .clone()
            .unwrap_or_else(|| gitea.url.clone()),
        public_url: gitea.url.clone(),
        token: gitea.token.clone(),
        timeout: gitea.timeout,
        retry_pause: Duration::from_millis(250),
        http: http.clone(),
    };
    let client = gitea::Client::new(settings, Arc::clone(clock), Arc::clone(random));
    let settings = mirror::Settings {
        full_pass: meant.mirror.full_pass,
        bound: meant.mirror.freshness_bound,
        grace: meant.mirror.grace,
        concurrency: meant.mirror.concurrency,
    };
    let both = (Arc::clone(clock), Arc::clone(random));
    Mirror::new(client, store.clone(), both, settings, world)
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

/// The one outgoing client: no redirects, time limits, the system's trust store and the operator's own certificates.
pub(super) fn outgoing(meant: &Meant) -> Result<reqwest::Client, AppError> {
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(meant.gitea.timeout.min(Duration::from_secs(5)))
        .timeout(meant.gitea.timeout)
        .user_agent(concat!("samovar/", env!("CARGO_PKG_VERSION")));
    if let Some(path) = &meant.gitea.ca_file {
        builder = builder.tls_certs_merge(certificates(path)?);
    }
    builder.build().map_err(AppError::Outgoing)
}

fn certificates(path: &Path) -> Result<Vec<reqwest::Certificate>, AppError> {
    let fault = |reason: String| AppError::CaFile {
        path: path.display().to_string(),
        reason,
    };
    let pem = std::fs::read(path).map_err(|error| fault(error.to_string()))?;
    let found =
        reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| fault(error.to_string()))?;
    if found.is_empty() {
        return Err(fault("it holds no certificate in PEM form".to_owned()));
    }
    Ok(found)
}
