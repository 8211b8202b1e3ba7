//! `/access/v1/evaluation`: an application asks about one principal and one thing, in the form of the OpenID AuthZEN
//! Authorization API 1.0 (section 6). Of AuthZEN this is all there is: no batch, no search, no metadata.
//!
//! The client of the application proves itself by `Authorization: Basic`, as at the token endpoint. Names of `subject` are
//! Samovar's ids; a permission `deployments:write` is action `write` on a resource of type `deployments`.

use super::answer;
use super::form::{Form, is_of_type};
use super::token::requester;
use crate::access::oauth::{AuthorizationServer, OAuthFault};
use crate::access::{Evaluated, Evaluation, Gatekeeper, Refusal, RequestLine, Sought};
use crate::http::Exchange;
use crate::model::{Invalid, Permission, Principal, Scope};
use poem::http::StatusCode;
use poem::web::Data;
use poem::{Request, Response, handler};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// The type of resource whose id is a path of the application and whose actions are methods. No permission has it:
/// `samovar.…` is kept for Samovar's own.
const PATH: &str = "samovar.path";

/// Members that are not listed are not looked at.
#[derive(Deserialize)]
struct Question {
    subject: Subject,
    action: Action,
    resource: Resource,
}

#[derive(Deserialize)]
struct Subject {
    #[serde(rename = "type")]
    kind: String,
    id: String,
    #[serde(default)]
    properties: Properties,
}

#[derive(Default, Deserialize)]
struct Properties {
    access_token: Option<String>,
    scope: Option<String>,
}

#[derive(Deserialize)]
struct Action {
    name: String,
}

#[derive(Deserialize)]
struct Resource {
    #[serde(rename = "type")]
    kind: String,
    id: String,
}

/// Allowed or denied, with code and reasons. A denial is an answer; only what cannot be decided is an error.
#[handler]
pub(super) async fn evaluate(
    server: Data<&Arc<AuthorizationServer>>,
    gatekeeper: Data<&Arc<Gatekeeper>>,
    exchange: Exchange,
    request: &Request,
    body: Vec<u8>,
) -> Response {
    let asked = async {
        let requester = requester(&exchange);
        let proof = Form::none().proof(request)?;
        let client = server.application_client(&proof, &requester).await?;
        let question = read(request, &body)?;
        let question = question.evaluation()?;
        let evaluated = gatekeeper.evaluate(&client, &question, &requester).await;
        evaluated.map_err(OAuthFault::from)
    };
    match asked.await {
        Ok(evaluated) => answer::object(StatusCode::OK, &show(&evaluated)),
        Err(fault) => answer::fault(&fault),
    }
}

fn invalid(sentence: &str) -> OAuthFault {
    OAuthFault::RequestInvalid(sentence.to_owned())
}

fn read(request: &Request, body: &[u8]) -> Result<Question, OAuthFault> {
    if !is_of_type(request, "application/json") {
        return Err(invalid("send the question as `application/json`"));
    }
    serde_json::from_slice(body).map_err(|_| {
        invalid(
            "send an object with `subject` (`type`, `id`), `action` (`name`) and `resource` (`type`, `id`), each once",
        )
    })
}

impl Question {
    fn evaluation(&self) -> Result<Evaluation<'_>, OAuthFault> {
        Ok(Evaluation {
            principal: self.principal()?,
            token: self.subject.properties.access_token.as_deref(),
            scope: self.scope()?,
            sought: self.sought()?,
        })
    }

    fn principal(&self) -> Result<Principal, OAuthFault> {
        let id = &self.subject.id;
        let principal = match self.subject.kind.as_str() {
            "user" => id.parse().ok().map(Principal::User),
            "service-account" => id.parse().ok().map(Principal::ServiceAccount),
            _ => None,
        };
        principal.ok_or_else(|| {
            invalid("`subject` is of type `user` or `service-account`, and its `id` is Samovar's, as a token's `sub`")
        })
    }

    fn scope(&self) -> Result<Option<Scope>, OAuthFault> {
        let scope = self.subject.properties.scope.as_deref();
        let scope = scope.map(str::parse).transpose();
        scope.map_err(|error: Invalid| {
            invalid(&format!(
                "`scope` of the subject: {error}; leave it out where nothing narrows"
            ))
        })
    }

    fn sought(&self) -> Result<Sought<'_>, OAuthFault> {
        let (action, kind) = (&self.action.name, &self.resource.kind);
        if kind == PATH {
            return Ok(Sought::Request(RequestLine {
                method: action,
                target: self.resource.id.as_bytes(),
            }));
        }
        let permission: Permission = format!("{kind}:{action}").parse().map_err(|_| {
            invalid("`resource.type` and `action.name` make no permission; for `deployments:write` send `deployments` and `write`")
        })?;
        if permission.is_own() {
            return Err(invalid(
                "Samovar's own permissions are not the application's to ask about; ask about one of its own",
            ));
        }
        Ok(Sought::Permission(permission))
    }
}

fn show(evaluated: &Evaluated) -> Value {
    let mut context = json!({
        "code": evaluated.refusal.as_ref().map_or("allowed", |refusal| refusal.code()),
        "reasons": evaluated.reasons,
        "policy_version": evaluated.policy_version,
        "directory_version": evaluated.directory_version,
    });
    if let Some(members) = context.as_object_mut() {
        if let Some(refusal) = &evaluated.refusal {
            members.insert("reason".to_owned(), json!(refusal.to_string()));
        }
        if let Some(scope) = evaluated.refusal.as_ref().and_then(Refusal::scope) {
            members.insert("scope".to_owned(), json!(scope));
        }
        if let Some(freshness) = evaluated.freshness {
            members.insert("freshness".to_owned(), json!(freshness.to_string()));
        }
    }
    json!({ "decision": evaluated.refusal.is_none(), "context": context })
}
