//! From the configuration and the store to the rooms of step 1 to 3, in the order in which they rest on one another.

use super::{AppError, Capabilities, outside};
use crate::access::sign_in::{self, SignIn};
use crate::access::{Gatekeeper, PolicyHolder, Recorder};
use crate::admin::{Admin, Claim};
use crate::audit_log::AuditLog;
use crate::config::{self, Meant};
use crate::mirror::Mirror;
use crate::model::Session;
use crate::policy::{Policy, built_in_roles};
use crate::session::{self, BreakGlass, Sessions};
use crate::store::{Store, World};
use std::sync::Arc;

/// The rooms, wired. Only the app holds them all; each door is given what it calls.
pub(super) struct Rooms {
    pub store: Store,
    pub policy: Arc<PolicyHolder>,
    pub mirror: Arc<Mirror>,
    pub sessions: Arc<Sessions>,
    pub break_glass: Arc<BreakGlass>,
    pub recorder: Arc<Recorder>,
    pub gatekeeper: Arc<Gatekeeper>,
    pub sign_in: Arc<SignIn>,
    pub admin: Arc<Admin>,
    pub claim: Arc<Claim>,
    pub audit_log: Arc<AuditLog>,
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
        let mirror = Arc::new(outside::mirror(meant, http, &store, capabilities, &world));
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
        let break_glass = BreakGlass::new(store.clone(), Arc::clone(random), world.break_glass);
        let break_glass = Arc::new(break_glass);
        let services = sign_in::Services {
            store: store.clone(),
            sessions: Arc::clone(&sessions),
            break_glass: Arc::clone(&break_glass),
            mirror: Arc::clone(&mirror),
            policy: Arc::clone(&policy),
            provider: outside::provider(meant, http, capabilities)?,
        };
        Ok(Self {
            sign_in: Arc::new(sign_in(meant, services, capabilities)?),
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
            break_glass,
            claim: Arc::new(claim.map_err(AppError::Claim)?),
            audit_log: Arc::new(AuditLog::new(store.clone(), Arc::clone(clock))),
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

fn sign_in(
    meant: &Meant,
    services: sign_in::Services,
    Capabilities { clock, random }: &Capabilities,
) -> Result<SignIn, AppError> {
    let settings = sign_in::Settings {
        own: outside::own_host(meant)?,
        https: outside::is_https(meant),
        window: meant.audit.window,
    };
    let both = (Arc::clone(clock), Arc::clone(random));
    Ok(SignIn::new(services, settings, both))
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
