//! `/access/v1/evaluation`: an application asks about one principal and one thing, in the form of the OpenID AuthZEN
//! Authorization API 1.0 (section 6). Of AuthZEN this is all there is: no batch, no search, no metadata.
//!
//! The client of the application proves itself by `Authorization: Basic`, as at the token endpoint. Names of `subject` are
//! Samovar's ids; a permission `deployments:write` is action `write` on a resource of type `deployments`.

use super::answer;
use super::form::{Form, is_of_type};
use crate::access::{
    Denial, EvaluationRequest, EvaluationResult, Gatekeeper, RequestLine, RequestedAccess,
};
use crate::http::RequestContext;
use crate::model::{ParseError, Permission, Principal, Scope};
use crate::oauth::{AuthorizationServer, OAuthError};
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
    exchange: RequestContext,
    request: &Request,
    body: Vec<u8>,
) -> Response {
    let asked = async {
        let origin = exchange.origin;
        let proof = Form::none().proof(request)?;
        let client = server.application_client(&proof, &origin).await?;
        let question = read(request, &body)?;
        let question = question.evaluation()?;
        let evaluated = gatekeeper.evaluate(&client, &question, &origin).await;
        evaluated.map_err(OAuthError::from)
    };
    match asked.await {
        Ok(evaluated) => answer::object(StatusCode::OK, &show(&evaluated)),
        Err(error) => answer::error(&error),
    }
}

fn invalid(sentence: &str) -> OAuthError {
    OAuthError::RequestInvalid(sentence.to_owned())
}

fn read(request: &Request, body: &[u8]) -> Result<Question, OAuthError> {
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
    fn evaluation(&self) -> Result<EvaluationRequest<'_>, OAuthError> {
        Ok(EvaluationRequest {
            principal: self.principal()?,
            token: self.subject.properties.access_token.as_deref(),
            scope: self.scope()?,
            sought: self.sought()?,
        })
    }

    fn principal(&self) -> Result<Principal, OAuthError> {
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

    fn scope(&self) -> Result<Option<Scope>, OAuthError> {
        let scope = self.subject.properties.scope.as_deref();
        let scope = scope.map(str::parse).transpose();
        scope.map_err(|error: ParseError| {
            invalid(&format!(
                "`scope` of the subject: {error}; leave it out where nothing narrows"
            ))
        })
    }

    fn sought(&self) -> Result<RequestedAccess<'_>, OAuthError> {
        let (action, kind) = (&self.action.name, &self.resource.kind);
        if kind == PATH {
            return Ok(RequestedAccess::Request(RequestLine {
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
        Ok(RequestedAccess::Permission(permission))
    }
}

fn show(evaluated: &EvaluationResult) -> Value {
    let mut context = json!({
        "code": evaluated.denial.as_ref().map_or("allowed", |denial| denial.code().as_str()),
        "reasons": evaluated.reasons,
        "policy_version": evaluated.policy_version,
        "directory_version": evaluated.directory_version,
    });
    if let Some(members) = context.as_object_mut() {
        if let Some(denial) = &evaluated.denial {
            members.insert("reason".to_owned(), json!(denial.to_string()));
        }
        if let Some(scope) = evaluated.denial.as_ref().and_then(Denial::scope) {
            members.insert("scope".to_owned(), json!(scope));
        }
        if let Some(freshness) = evaluated.freshness {
            members.insert("freshness".to_owned(), json!(freshness.to_string()));
        }
    }
    json!({ "decision": evaluated.denial.is_none(), "context": context })
}
