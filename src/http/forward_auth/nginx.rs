//! nginx's dialect: `auth_request` understands 2xx, 401 and 403, and throws bodies away. So the check says only those,
//! and a second question fetches what the client hears.

use super::forwarded::Dialect;
use super::services::{DecisionPoint, Services, allow};
use crate::access::Denial;
use crate::http::{Problem, ProblemCode, RequestContext};
use poem::Response;
use poem::http::{HeaderMap, HeaderName};

const DIALECT: Dialect = Dialect {
    method: HeaderName::from_static("x-original-method"),
    host: HeaderName::from_static("x-original-host"),
    target: HeaderName::from_static("x-original-uri"),
};

/// May it pass? Decides and records.
pub(super) async fn check<J: DecisionPoint>(
    services: &Services<J>,
    exchange: &RequestContext,
    headers: &HeaderMap,
) -> Response {
    let forwarded = match services.read(exchange, headers, &DIALECT) {
        Ok(forwarded) => forwarded,
        Err(problem) => return problem.respond_to_nginx(),
    };
    if services.preflight(&forwarded).is_some() {
        return Problem::from(Denial::CredentialsMissing).respond_to_nginx();
    }
    match services
        .decision_point
        .check(&forwarded.asked(exchange))
        .await
    {
        Ok(passed) => allow(&passed, forwarded.authorization.as_ref()),
        Err(denial) => Problem::from(denial).respond_to_nginx(),
    }
}

/// What does the client hear that may not pass? Records nothing: the check did.
pub(super) async fn answer<J: DecisionPoint>(
    services: &Services<J>,
    exchange: &RequestContext,
    headers: &HeaderMap,
) -> Response {
    let forwarded = match services.read(exchange, headers, &DIALECT) {
        Ok(forwarded) => forwarded,
        Err(problem) => return problem.respond(&exchange.asker()),
    };
    if let Some(answer) = services.preflight(&forwarded) {
        return answer.unwrap_or_else(|problem| services.tell(&forwarded, exchange, &problem));
    }
    if let Err(denial) = services
        .decision_point
        .answer(&forwarded.asked(exchange))
        .await
    {
        return services.refuse(&forwarded, exchange, denial);
    }
    // The check could not be recorded, or what it went by has changed since.
    let detail = "the check could not be finished; try again";
    services.tell(
        &forwarded,
        exchange,
        &Problem::new(ProblemCode::CheckUnfinished, detail),
    )
}
