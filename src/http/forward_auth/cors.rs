//! Calls of scripts from other origins: preflights are answered from the application's list, and a refusal can be read
//! by the origins on it, so that a script sees 401 and not a network error.
//!
//! Knows the Fetch standard's headers and the list. Never names an origin that is not on it, never `*`.

use crate::http::{Problem, ProblemCode};
use crate::model::Application;
use poem::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use poem::{IntoResponse, Response};

const ALLOW: &str =
    "the application's list of origins does not name this one; add it to the application";

/// What a script of another origin sent.
pub(super) struct Cross {
    origin: HeaderValue,
    /// Method and headers that it wants to use, when it asks beforehand.
    wanted: Option<(HeaderValue, Option<HeaderValue>)>,
}

/// What the request says about where it comes from; nothing when it says nothing.
pub(super) fn read(method: &Method, headers: &HeaderMap) -> Option<Cross> {
    let origin = headers.get(header::ORIGIN)?.clone();
    let asks = headers.get(header::ACCESS_CONTROL_REQUEST_METHOD);
    let asks = asks.filter(|_| method == Method::OPTIONS).cloned();
    let fields = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    Some(Cross {
        origin,
        wanted: asks.map(|method| (method, fields)),
    })
}

impl Cross {
    /// The answer to a preflight of an application that keeps a list; one without a list gets its preflights itself.
    pub(super) fn preflight(&self, application: &Application) -> Option<Result<Response, Problem>> {
        let (method, fields) = self.wanted.as_ref()?;
        if application.origins.is_empty() {
            return None;
        }
        if !self.listed(application) {
            return Some(Err(Problem::new(ProblemCode::OriginForeign, ALLOW)));
        }
        let mut response = StatusCode::NO_CONTENT.into_response();
        self.mark(application, &mut response);
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, method.clone());
        if let Some(fields) = fields {
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, fields.clone());
        }
        let ten_minutes = HeaderValue::from_static("600");
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, ten_minutes);
        Some(Ok(response))
    }

    /// Lets a listed origin's script read this answer.
    pub(super) fn mark(&self, application: &Application, response: &mut Response) {
        let headers = response.headers_mut();
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
        if self.listed(application) {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, self.origin.clone());
            let yes = HeaderValue::from_static("true");
            headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
        }
    }

    fn listed(&self, application: &Application) -> bool {
        let mut origins = application.origins.iter();
        origins.any(|url| self.origin == url.origin().ascii_serialization().as_str())
    }
}
