//! Cross-origin requests of scripts: answers preflights from the application's list of origins, and lets these origins
//! read the answer of a denial, so that a script sees 401 and not a network error.
//!
//! Knows the headers of the Fetch standard and the list. Must never allow an origin that is not listed, nor `*`.

use crate::http::{Problem, ProblemCode};
use crate::model::Application;
use poem::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use poem::{IntoResponse, Response};

const NOT_LISTED: &str =
    "the origin is not in the application's list of origins; add it to the application";

/// The CORS headers of a cross-origin request.
pub(super) struct Cross {
    origin: HeaderValue,
    /// The requested method and headers, for a preflight.
    preflight: Option<(HeaderValue, Option<HeaderValue>)>,
}

/// Reads the CORS headers; `None` without `Origin`.
pub(super) fn read(method: &Method, headers: &HeaderMap) -> Option<Cross> {
    let origin = headers.get(header::ORIGIN)?.clone();
    let requested = headers.get(header::ACCESS_CONTROL_REQUEST_METHOD);
    let requested = requested.filter(|_| method == Method::OPTIONS).cloned();
    let fields = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    Some(Cross {
        origin,
        preflight: requested.map(|method| (method, fields)),
    })
}

impl Cross {
    /// The answer to a preflight; `None` for an application without a list, which answers its preflights itself.
    pub(super) fn preflight(&self, application: &Application) -> Option<Result<Response, Problem>> {
        let (method, fields) = self.preflight.as_ref()?;
        if application.origins.is_empty() {
            return None;
        }
        if !self.is_listed(application) {
            return Some(Err(Problem::new(ProblemCode::OriginForeign, NOT_LISTED)));
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

    /// Lets scripts of a listed origin read this answer.
    pub(super) fn mark(&self, application: &Application, response: &mut Response) {
        let headers = response.headers_mut();
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
        if self.is_listed(application) {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, self.origin.clone());
            let yes = HeaderValue::from_static("true");
            headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
        }
    }

    fn is_listed(&self, application: &Application) -> bool {
        let mut origins = application.origins.iter();
        origins.any(|url| self.origin == url.origin().ascii_serialization().as_str())
    }
}
