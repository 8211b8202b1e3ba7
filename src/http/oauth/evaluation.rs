//! `/access/v1/evaluation`: access evaluation of the OpenID AuthZEN Authorization API 1.0 (section 6), without batch,
//! search and metadata.
//!
//! The client of the application authenticates by `Authorization: Basic`, as at the token endpoint. A subject's `id` is
//! Samovar's id; permission `deployments:write` is action `write` on a resource of type `deployments`.

use super::answer;
use super::form::{FormParameters, is_of_type};
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

/// The resource type whose ids are paths of the application and whose actions are methods. No permission uses it, because
/// `samovar.…` is reserved for Samovar's own.
const PATH: &str = "samovar.path";

/// The body of an evaluation request; unknown members are ignored.
#[derive(Deserialize)]
struct EvaluationBody {
    subject: EvaluatedSubject,
    action: EvaluatedAction,
    resource: EvaluatedResource,
}

#[derive(Deserialize)]
struct EvaluatedSubject {
    #[serde(rename = "type")]
    kind: String,
    id: String,
    #[serde(default)]
    properties: SubjectProperties,
}

#[derive(Default, Deserialize)]
struct SubjectProperties {
    access_token: Option<String>,
    scope: Option<String>,
}

#[derive(Deserialize)]
struct EvaluatedAction {
    name: String,
}

#[derive(Deserialize)]
struct EvaluatedResource {
    #[serde(rename = "type")]
    kind: String,
    id: String,
}

/// Allowed or denied, with code and reasons. A denial is a successful answer; an undecidable request is an error.
#[handler]
pub(super) async fn evaluate(
    server: Data<&Arc<AuthorizationServer>>,
    gatekeeper: Data<&Arc<Gatekeeper>>,
    context: RequestContext,
    request: &Request,
    body: Vec<u8>,
) -> Response {
    let response = async {
        let origin = context.origin;
        let credentials = FormParameters::none().credentials(request)?;
        let client = server.application_client(&credentials, &origin).await?;
        let body = read(request, &body)?;
        let evaluation = body.evaluation()?;
        let evaluated = gatekeeper.evaluate(&client, &evaluation, &origin).await;
        evaluated.map_err(OAuthError::from)
    };
    match response.await {
        Ok(evaluated) => answer::object(StatusCode::OK, &show(&evaluated)),
        Err(error) => answer::error(&error),
    }
}

fn invalid(sentence: &str) -> OAuthError {
    OAuthError::RequestInvalid(sentence.to_owned())
}

fn read(request: &Request, body: &[u8]) -> Result<EvaluationBody, OAuthError> {
    if !is_of_type(request, "application/json") {
        return Err(invalid("send the body as `application/json`"));
    }
    serde_json::from_slice(body).map_err(|_| {
        invalid(
            "send an object with `subject` (`type`, `id`), `action` (`name`) and `resource` (`type`, `id`), each once",
        )
    })
}

impl EvaluationBody {
    fn evaluation(&self) -> Result<EvaluationRequest<'_>, OAuthError> {
        Ok(EvaluationRequest {
            principal: self.principal()?,
            token: self.subject.properties.access_token.as_deref(),
            scope: self.scope()?,
            sought: self.requested_access()?,
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
            invalid("invalid `subject`: `type` must be `user` or `service-account`, and `id` Samovar's id, as in a token's `sub`")
        })
    }

    fn scope(&self) -> Result<Option<Scope>, OAuthError> {
        let scope = self.subject.properties.scope.as_deref();
        let scope = scope.map(str::parse).transpose();
        scope.map_err(|error: ParseError| {
            invalid(&format!(
                "invalid `scope` of the subject: {error}; leave it out for an unlimited subject"
            ))
        })
    }

    fn requested_access(&self) -> Result<RequestedAccess<'_>, OAuthError> {
        let (action, kind) = (&self.action.name, &self.resource.kind);
        if kind == PATH {
            return Ok(RequestedAccess::Request(RequestLine {
                method: action,
                target: self.resource.id.as_bytes(),
            }));
        }
        let permission: Permission = format!("{kind}:{action}").parse().map_err(|_| {
            invalid("`resource.type` and `action.name` do not form a permission; for `deployments:write` send `deployments` and `write`")
        })?;
        if permission.is_own() {
            return Err(invalid(
                "Samovar's own permissions cannot be evaluated; use a permission of the application",
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
