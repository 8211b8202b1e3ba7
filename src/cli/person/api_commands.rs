//! `samovar whoami` and `samovar explain`: requests to the API, with a token of audience `samovar`.

use super::access_token;
use super::arguments::{CommonArguments, ExplainArguments};
use super::credential_store::CredentialStore;
use super::server_client::text;
use crate::cli::error::{CliError, CliResult};
use crate::model::DisplayText;
use reqwest::Method;
use serde_json::{Value, json};
use url::form_urlencoded;

/// Audience of Samovar's own API.
const AUDIENCE: &str = "samovar";
/// Scope that explains decisions for others.
const EXPLAIN_SCOPE: &str = "samovar.decisions:explain";

/// Who is signed in.
pub(super) async fn whoami(store: &CredentialStore, common: &CommonArguments) -> CliResult {
    let access = access_token::get(store, common, AUDIENCE, "").await?;
    let me = access
        .server
        .api(Method::GET, "/api/v1/me", &access.token, None);
    let me = me.await?;
    if common.json {
        return Ok(format!("{me}\n"));
    }
    let name = plain(&me, "/principal/login");
    let mut lines = format!("{name} at {}\n", access.server.shown());
    line(&mut lines, "id", &[plain(&me, "/principal/id")]);
    let roles = items(&me, "/roles").map(|role| plain(role, "/name"));
    line(&mut lines, "roles", &roles.collect::<Vec<_>>());
    let teams = items(&me, "/user/teams").map(team);
    line(&mut lines, "teams", &teams.collect::<Vec<_>>());
    Ok(lines)
}

fn items<'a>(body: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    let list = body.pointer(pointer).and_then(Value::as_array);
    list.into_iter().flatten()
}

/// `organization/team`.
fn team(team: &Value) -> String {
    let organization = plain(team, "/organization/name");
    format!("{organization}/{}", plain(team, "/name"))
}

/// Whether a request would be allowed, and why.
pub(super) async fn explain(store: &CredentialStore, arguments: &ExplainArguments) -> CliResult {
    let for_others =
        arguments.user.is_some() || arguments.service_account.is_some() || arguments.anonymous;
    let decision = if for_others {
        explain_others(store, arguments).await?
    } else {
        explain_own(store, arguments).await?
    };
    if arguments.common.json {
        return Ok(format!("{decision}\n"));
    }
    let mut lines = format!("{}\n", plain(&decision, "/verdict"));
    for reason in items(&decision, "/reasons") {
        lines.extend(["- ", &plain(reason, "/text"), "\n"]);
    }
    line(&mut lines, "freshness", &[plain(&decision, "/freshness")]);
    Ok(lines)
}

async fn explain_own(
    store: &CredentialStore,
    arguments: &ExplainArguments,
) -> Result<Value, CliError> {
    let access = access_token::get(store, &arguments.common, AUDIENCE, "").await?;
    let method = arguments.method.to_ascii_uppercase();
    let mut query = form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("host", &arguments.host)
        .append_pair("method", &method)
        .append_pair("path", &arguments.path);
    let path = format!("/api/v1/me/decision?{}", query.finish());
    access
        .server
        .api(Method::GET, &path, &access.token, None)
        .await
}

async fn explain_others(
    store: &CredentialStore,
    arguments: &ExplainArguments,
) -> Result<Value, CliError> {
    let access = access_token::get(store, &arguments.common, AUDIENCE, EXPLAIN_SCOPE).await?;
    let method = arguments.method.to_ascii_uppercase();
    let scope = (!arguments.scope.is_empty()).then_some(&arguments.scope);
    let mut body = json!({
        "host": arguments.host, "method": method, "path": arguments.path,
        "user": arguments.user, "service_account": arguments.service_account, "scope": scope,
    });
    if let Some(members) = body.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    let path = "/api/v1/decisions/explain";
    access
        .server
        .api(Method::POST, path, &access.token, Some(&body))
        .await
}

/// Appends a line, unless its values are empty.
fn line(lines: &mut String, name: &str, values: &[String]) {
    let values = values.join(", ");
    if !values.is_empty() {
        lines.extend([name, ": ", &values, "\n"]);
    }
}

/// A text of the server, without control characters for the terminal.
fn plain(body: &Value, pointer: &str) -> String {
    DisplayText::lossy(text(body, pointer).unwrap_or_default()).to_string()
}
