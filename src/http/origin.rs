//! Protection against cross-site request forgery: an unsafe request must come from a page of the same origin.
//!
//! Knows `Sec-Fetch-Site`, `Sec-Fetch-Dest`, `Origin` and whether there are cookies. Must never accept a request with
//! cookies because a header is missing.

use super::problem::{Problem, ProblemCode};
use crate::model::HostName;
use poem::Request;
use poem::http::{HeaderValue, Method, header};

/// Rejects an unsafe request that a page of another origin could have caused.
pub(super) fn check(request: &Request, https: bool, host: &HostName) -> Result<(), Problem> {
    let headers = request.headers();
    let safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    let site = headers.get("sec-fetch-site");
    let origin = headers.get(header::ORIGIN);
    let own = match (site, origin) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => is_own(origin, https, host),
        (None, None) => !headers.contains_key(header::COOKIE),
    };
    if safe || own {
        return Ok(());
    }
    let detail = format!(
        "the request has a cookie and comes from another site; use a page of this site, or send `Origin: {}` from a program",
        spell(https, host)
    );
    Err(Problem::new(ProblemCode::OriginForeign, detail))
}

/// Rejects a request by which a page fetches, embeds or frames this address: only a navigation of the whole window may reach
/// it. Browsers that do not send `Sec-Fetch-Dest` pass.
pub(in crate::http) fn check_visit(request: &Request) -> Result<(), Problem> {
    let mut destinations = request.headers().get_all("sec-fetch-dest").iter();
    if destinations.all(|destination| destination == "document") {
        return Ok(());
    }
    let detail = "another page fetched or embedded this address; open it in a browser window";
    Err(Problem::new(ProblemCode::OriginForeign, detail))
}

fn spell(https: bool, host: &HostName) -> String {
    format!("{}://{host}", if https { "https" } else { "http" })
}

/// The same scheme, host and port.
fn is_own(origin: &HeaderValue, https: bool, host: &HostName) -> bool {
    let origin = origin
        .to_str()
        .ok()
        .and_then(|origin| origin.split_once("://"));
    origin.is_some_and(|(scheme, rest)| {
        scheme == if https { "https" } else { "http" } && rest.parse().as_ref() == Ok(host)
    })
}
