//! Another site must not use a browser's cookies: what may change something has to come from a page of the same origin.
//!
//! Knows `Sec-Fetch-Site`, `Sec-Fetch-Dest`, `Origin` and whether there are cookies. Never trusts a header's absence when there are.

use super::problem::{Problem, ProblemCode};
use crate::model::HostName;
use poem::Request;
use poem::http::{HeaderValue, Method, header};

/// Refuses an unsafe request that a page of another origin could have made a browser send.
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
        "with a cookie, only a page of this site may do this; a program sends `Origin: {}`",
        spell(https, host)
    );
    Err(Problem::new(ProblemCode::OriginForeign, detail))
}

/// Refuses what a page fetched, embedded or framed: this is for a person who goes there. A browser that does not say what
/// it asks for is let pass.
pub(in crate::http) fn check_visit(request: &Request) -> Result<(), Problem> {
    let mut wanted = request.headers().get_all("sec-fetch-dest").iter();
    if wanted.all(|wanted| wanted == "document") {
        return Ok(());
    }
    let detail =
        "a page asked for this without anybody going there; open the address itself in the browser";
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
