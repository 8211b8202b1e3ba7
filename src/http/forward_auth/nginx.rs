//! nginx's dialect: `auth_request` understands 2xx, 401 and 403 and discards bodies. The check therefore answers only
//! these, and a second request fetches the answer for the client.

use super::forwarded::Dialect;
use super::services::{CheckServices, DecisionPoint, allow};
use crate::access::Denial;
use crate::http::{Problem, ProblemCode, RequestContext};
use poem::Response;
use poem::http::{HeaderMap, HeaderName};

const DIALECT: Dialect = Dialect {
    method: HeaderName::from_static("x-original-method"),
    host: HeaderName::from_static("x-original-host"),
    target: HeaderName::from_static("x-original-uri"),
};

/// The check: decides and records.
pub(super) async fn check<J: DecisionPoint>(
    services: &CheckServices<J>,
    context: &RequestContext,
    headers: &HeaderMap,
) -> Response {
    let forwarded = match services.read(context, headers, &DIALECT) {
        Ok(forwarded) => forwarded,
        Err(problem) => return problem.respond_to_nginx(),
    };
    if services.preflight(&forwarded).is_some() {
        return Problem::from(Denial::CredentialsMissing).respond_to_nginx();
    }
    match services
        .decision_point
        .check(&forwarded.access_request(context))
        .await
    {
        Ok(upstream) => allow(&upstream, forwarded.authorization.as_ref()),
        Err(denial) => Problem::from(denial).respond_to_nginx(),
    }
}

/// The answer for the client of a denied request. Records nothing, because the check did.
pub(super) async fn answer<J: DecisionPoint>(
    services: &CheckServices<J>,
    context: &RequestContext,
    headers: &HeaderMap,
) -> Response {
    let forwarded = match services.read(context, headers, &DIALECT) {
        Ok(forwarded) => forwarded,
        Err(problem) => return problem.respond(&context.answer_target()),
    };
    if let Some(answer) = services.preflight(&forwarded) {
        return answer
            .unwrap_or_else(|problem| services.problem_response(&forwarded, context, &problem));
    }
    if let Err(denial) = services
        .decision_point
        .answer(&forwarded.access_request(context))
        .await
    {
        return services.deny(&forwarded, context, denial);
    }
    // The check could not be recorded, or the policy or directory has changed since.
    let detail = "the check could not be completed; send the request again";
    services.problem_response(
        &forwarded,
        context,
        &Problem::new(ProblemCode::CheckUnfinished, detail),
    )
}
