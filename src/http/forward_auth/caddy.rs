//! Caddy's dialect: `forward_auth` passes on whatever answer is not 2xx, so one question is enough.

use super::forwarded::Dialect;
use super::services::{DecisionPoint, Services, allow};
use crate::http::{Problem, ProblemCode, RequestContext};
use poem::Response;
use poem::http::{HeaderMap, HeaderName, HeaderValue};

/// `X-Forwarded-Proto` is not among them: the scheme is that of the outside address, as for the cookies.
const DIALECT: Dialect = Dialect {
    method: HeaderName::from_static("x-forwarded-method"),
    host: HeaderName::from_static("x-forwarded-host"),
    target: HeaderName::from_static("x-forwarded-uri"),
};

/// May it pass? Decides and records; a refusal is what the client hears.
pub(super) async fn check<J: DecisionPoint>(
    services: &Services<J>,
    exchange: &RequestContext,
    headers: &HeaderMap,
) -> Response {
    let forwarded = match services.read(exchange, headers, &DIALECT) {
        Ok(forwarded) => forwarded,
        Err(problem) => return problem.respond(&exchange.asker()),
    };
    match services
        .decision_point
        .check(&forwarded.asked(exchange))
        .await
    {
        // Some releases of Caddy write a placeholder's text where a header that they copy is missing.
        Ok(passed) => {
            let none = HeaderValue::from_static("");
            allow(
                &passed,
                Some(forwarded.authorization.as_ref().unwrap_or(&none)),
            )
        }
        Err(denial) => services.refuse(&forwarded, exchange, denial),
    }
}

/// The answer to a preflight: the block sends them here, because `forward_auth` would let any 2xx answer pass.
pub(super) fn preflight<J: DecisionPoint>(
    services: &Services<J>,
    exchange: &RequestContext,
    headers: &HeaderMap,
) -> Response {
    let forwarded = match services.read(exchange, headers, &DIALECT) {
        Ok(forwarded) => forwarded,
        Err(problem) => return problem.respond(&exchange.asker()),
    };
    let answer = services.preflight(&forwarded).unwrap_or_else(|| {
        let detail = "the application keeps no list of origins; make its block anew";
        Err(Problem::new(ProblemCode::OriginForeign, detail))
    });
    answer.unwrap_or_else(|problem| services.tell(&forwarded, exchange, &problem))
}
