//! Caddy's dialect: `forward_auth` passes every answer other than 2xx to the client, so one request is enough.

use super::forwarded::Dialect;
use super::services::{CheckServices, DecisionPoint, allow};
use crate::http::{Problem, ProblemCode, RequestContext};
use poem::Response;
use poem::http::{HeaderMap, HeaderName, HeaderValue};

/// Without `X-Forwarded-Proto`: the scheme is that of the external URL, as for the cookies.
const DIALECT: Dialect = Dialect {
    method: HeaderName::from_static("x-forwarded-method"),
    host: HeaderName::from_static("x-forwarded-host"),
    target: HeaderName::from_static("x-forwarded-uri"),
};

/// The check: decides and records; the client gets the answer of a denial.
pub(super) async fn check<J: DecisionPoint>(
    services: &CheckServices<J>,
    context: &RequestContext,
    headers: &HeaderMap,
) -> Response {
    let forwarded = match services.read(context, headers, &DIALECT) {
        Ok(forwarded) => forwarded,
        Err(problem) => return problem.respond(&context.answer_target()),
    };
    match services
        .decision_point
        .check(&forwarded.access_request(context))
        .await
    {
        // Some releases of Caddy write the placeholder's text if a header that they copy is missing.
        Ok(upstream) => {
            let none = HeaderValue::from_static("");
            allow(
                &upstream,
                Some(forwarded.authorization.as_ref().unwrap_or(&none)),
            )
        }
        Err(denial) => services.deny(&forwarded, context, denial),
    }
}

/// The answer to a preflight: the block sends it here, because `forward_auth` treats a 2xx answer as "allowed".
pub(super) fn preflight<J: DecisionPoint>(
    services: &CheckServices<J>,
    context: &RequestContext,
    headers: &HeaderMap,
) -> Response {
    let forwarded = match services.read(context, headers, &DIALECT) {
        Ok(forwarded) => forwarded,
        Err(problem) => return problem.respond(&context.answer_target()),
    };
    let answer = services.preflight(&forwarded).unwrap_or_else(|| {
        let detail = "the application has no list of origins; generate its block again";
        Err(Problem::new(ProblemCode::OriginForeign, detail))
    });
    answer.unwrap_or_else(|problem| services.problem_response(&forwarded, context, &problem))
}
