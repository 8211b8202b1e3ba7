//! `samovar whoami` and `samovar explain`: questions to the API, with a token of audience `samovar`.

use super::credentials::Keeper;
use super::server::text;
use super::token;
use super::{Common, Explain};
use crate::cli::failure::Failure;
use crate::model::DisplayText;
use reqwest::Method;
use serde_json::{Value, json};
use url::form_urlencoded;

/// Audience of Samovar's own API.
const OWN: &str = "samovar";
/// All that a question about a decision needs.
const EXPLAIN: &str = "samovar.decisions:explain";

/// Who is signed in.
pub(super) async fn whoami(keeper: &Keeper, common: &Common) -> Result<String, Failure> {
    let got = token::get(keeper, common, (OWN, "")).await?;
    let me = got
        .server
        .api((Method::GET, "/api/v1/me"), &got.token, None);
    let me = me.await?;
    if common.json {
        return Ok(format!("{me}\n"));
    }
    let name = plain(&me, "/principal/login");
    let mut lines = format!("{name} at {}\n", got.server.shown());
    line(&mut lines, "id", &[plain(&me, "/principal/id")]);
    let roles = items(&me, "/roles").map(|role| plain(role, "/name"));
    line(&mut lines, "roles", &roles.collect::<Vec<_>>());
    let teams = items(&me, "/user/teams").map(team);
    line(&mut lines, "teams", &teams.collect::<Vec<_>>());
    Ok(lines)
}

fn items<'a>(answer: &'a Value, place: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    let list = answer.pointer(place).and_then(Value::as_array);
    list.into_iter().flatten()
}

/// As people write it: `organization/team`.
fn team(team: &Value) -> String {
    let organization = plain(team, "/organization/name");
    format!("{organization}/{}", plain(team, "/name"))
}

/// Would it be allowed, and why?
pub(super) async fn explain(keeper: &Keeper, asked: &Explain) -> Result<String, Failure> {
    let oneself = asked.user.is_none() && asked.service_account.is_none() && !asked.anonymous;
    let decision = if oneself {
        about_oneself(keeper, asked).await?
    } else {
        about_others(keeper, asked).await?
    };
    if asked.common.json {
        return Ok(format!("{decision}\n"));
    }
    let mut lines = format!("{}\n", plain(&decision, "/verdict"));
    for reason in items(&decision, "/reasons") {
        lines.extend(["- ", &plain(reason, "/text"), "\n"]);
    }
    line(&mut lines, "freshness", &[plain(&decision, "/freshness")]);
    Ok(lines)
}

async fn about_oneself(keeper: &Keeper, asked: &Explain) -> Result<Value, Failure> {
    let got = token::get(keeper, &asked.common, (OWN, "")).await?;
    let method = asked.method.to_ascii_uppercase();
    let mut query = form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("host", &asked.host)
        .append_pair("method", &method)
        .append_pair("path", &asked.path);
    let path = format!("/api/v1/me/decision?{}", query.finish());
    got.server.api((Method::GET, &path), &got.token, None).await
}

async fn about_others(keeper: &Keeper, asked: &Explain) -> Result<Value, Failure> {
    let got = token::get(keeper, &asked.common, (OWN, EXPLAIN)).await?;
    let method = asked.method.to_ascii_uppercase();
    let scope = (!asked.scope.is_empty()).then_some(&asked.scope);
    let mut question = json!({
        "host": asked.host, "method": method, "path": asked.path,
        "user": asked.user, "service_account": asked.service_account, "scope": scope,
    });
    if let Some(members) = question.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    let call = (Method::POST, "/api/v1/decisions/explain");
    got.server.api(call, &got.token, Some(&question)).await
}

/// One line when there is something to say.
fn line(lines: &mut String, name: &str, values: &[String]) {
    let said = values.join(", ");
    if !said.is_empty() {
        lines.extend([name, ": ", &said, "\n"]);
    }
}

/// A text of the server's, with nothing in it that a terminal would obey.
fn plain(answer: &Value, place: &str) -> String {
    DisplayText::lossy(text(answer, place).unwrap_or_default()).to_string()
}
