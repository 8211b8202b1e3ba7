//! The endpoints of the administration socket. Every caller is `LocalOperator`.

use crate::access::{Caller, Gatekeeper, MirrorSync};
use crate::admin::{Admin, Bootstrap, administrator_problem};
use crate::audit::{Action, AuditEvent, Object, ObjectKind};
use crate::http::problem::{Problem, ProblemCode};
use crate::mirror::Mirror;
use crate::model::{Clock, Random, RequestId, Timestamp};
use crate::session::{BreakGlass, BreakGlassError};
use poem::error::ResponseError as _;
use poem::web::{Data, Json};
use poem::{Endpoint, EndpointExt, Response, Route, get, handler, post, put};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::sync::Arc;

/// The services that the endpoints call.
pub struct AdminSocketServices {
    /// Authenticates the caller.
    pub gatekeeper: Arc<Gatekeeper>,
    /// Starts a sync and counts administrators.
    pub admin: Arc<Admin>,
    /// The first administrator's code.
    pub claim: Arc<Bootstrap>,
    /// The break-glass password.
    pub break_glass: Arc<BreakGlass>,
    /// The state of the mirror.
    pub mirror: Arc<Mirror>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// For request ids.
    pub random: Arc<dyn Random>,
    /// When the server started.
    pub started_at: Timestamp,
}

/// The endpoints.
pub fn routes(services: Arc<AdminSocketServices>) -> impl Endpoint<Output = Response> {
    Route::new()
        .at("/claim-code", get(claim_code))
        .at(
            "/break-glass",
            put(set_break_glass).delete(switch_off_break_glass),
        )
        .at("/state", get(state))
        .at("/mirror/sync", post(sync))
        .data(services)
        .catch_all_error(|error| async move { Problem::from_error(&error).as_response() })
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Password {
    password: SecretString,
}

/// Checks for administrators first, because the last one may have just been removed.
#[handler]
fn claim_code(services: Data<&Arc<AdminSocketServices>>) -> Result<Json<Value>, Problem> {
    let watched = services.admin.watch_administrators(&services.claim);
    watched.map_err(|error| {
        let sentence = format!("the claim code cannot be written into the state folder: {error}");
        Problem::new(ProblemCode::StoreUnavailable, sentence)
    })?;
    Ok(Json(json!({ "code": services.claim.code() })))
}

#[handler]
async fn set_break_glass(
    services: Data<&Arc<AdminSocketServices>>,
    body: Json<Password>,
) -> Result<Json<Value>, Problem> {
    let event = services.event(Action::BreakGlassSet);
    let set = services.break_glass.set(body.0.password, event).await;
    set.map_err(problem)?;
    Ok(Json(json!({ "break_glass": "on" })))
}

#[handler]
async fn switch_off_break_glass(
    services: Data<&Arc<AdminSocketServices>>,
) -> Result<Json<Value>, Problem> {
    let event = services.event(Action::BreakGlassOff);
    let off = services.break_glass.switch_off(event).await;
    off.map_err(problem)?;
    Ok(Json(json!({ "break_glass": "off" })))
}

#[handler]
fn state(services: Data<&Arc<AdminSocketServices>>) -> Json<Value> {
    let mirror = services.mirror.status();
    let gitea = mirror.version.map(|version| version.text.to_string());
    let administrators = services.admin.administrators();
    let mut problems = mirror.problems;
    problems.extend(administrator_problem(administrators.state()).map(str::to_owned));
    Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "started_at": services.started_at.to_string(),
        "administrator": administrators.acting > 0,
        "administrators": { "acting": administrators.acting, "lasting": administrators.lasting },
        "break_glass": services.break_glass.is_on(),
        "policy_version": services.admin.policy().version(),
        "directory_version": mirror.directory_version,
        "gitea": gitea,
        "gitea_away_since": mirror.unavailable_since.map(|at| at.to_string()),
        "organizations": mirror.organizations,
        "teams": mirror.teams,
        "users": mirror.users,
        "problems": problems,
    }))
}

#[handler]
async fn sync(services: Data<&Arc<AdminSocketServices>>) -> Result<Json<Value>, Problem> {
    let caller = services.caller();
    let permit = services.gatekeeper.permit::<MirrorSync>(&caller).await?;
    let synced = services.admin.sync_mirror(permit).await;
    synced.map_err(|error| Problem::new(ProblemCode::MembershipStale, error.to_string()))?;
    Ok(mirror_state(&services.mirror))
}

fn mirror_state(mirror: &Mirror) -> Json<Value> {
    let snapshot = mirror.status();
    Json(json!({
        "organizations": snapshot.organizations,
        "teams": snapshot.teams,
        "users": snapshot.users,
        "problems": snapshot.problems,
    }))
}

fn problem(error: BreakGlassError) -> Problem {
    let code = match &error {
        BreakGlassError::Length | BreakGlassError::Wrong | BreakGlassError::Off => {
            ProblemCode::RequestMalformed
        }
        BreakGlassError::Busy | BreakGlassError::TooMany(_) => ProblemCode::TooManyRequests,
        BreakGlassError::Internal => ProblemCode::Internal,
        BreakGlassError::Store(error) if error.is_low_space() => ProblemCode::StorageLow,
        BreakGlassError::Store(_) => ProblemCode::StoreUnavailable,
    };
    Problem::new(code, error.to_string())
}

impl AdminSocketServices {
    fn caller(&self) -> Caller {
        let request = RequestId::generate(&*self.clock, &*self.random);
        self.gatekeeper.local_operator(request)
    }

    fn event(&self, action: Action) -> AuditEvent {
        let object = Object::new(ObjectKind::Server, "break-glass");
        let policy = self.admin.policy();
        self.caller()
            .event(self.clock.now(), action, object, &policy)
    }
}
