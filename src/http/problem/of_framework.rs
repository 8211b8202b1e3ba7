//! Problems from the errors of poem.

use super::{Problem, ProblemCode};
use poem::http::StatusCode;

impl Problem {
    /// The problem inside a poem error, or one for the error's status.
    pub fn from_error(error: &poem::Error) -> Self {
        if let Some(problem) = error.downcast_ref::<Self>() {
            return problem.clone();
        }
        let code = match error.status() {
            StatusCode::NOT_FOUND => ProblemCode::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => ProblemCode::MethodNotAllowed,
            StatusCode::PAYLOAD_TOO_LARGE => ProblemCode::BodyTooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => ProblemCode::MediaTypeUnsupported,
            status if status.is_client_error() => ProblemCode::RequestMalformed,
            _ => return Self::internal(),
        };
        Self::new(code, framework_detail(code, error))
    }
}

/// Only for status 400 does poem's message describe what the caller sent.
fn framework_detail(code: ProblemCode, error: &poem::Error) -> String {
    match code {
        ProblemCode::NotFound => {
            "unknown address; `/api/docs` on Samovar's own host lists the addresses of the API"
                .to_owned()
        }
        ProblemCode::MethodNotAllowed => {
            "the address does not support this method; `/api/docs` lists the supported ones"
                .to_owned()
        }
        ProblemCode::MediaTypeUnsupported => {
            "unsupported media type of the body; send `Content-Type: application/json`".to_owned()
        }
        ProblemCode::BodyTooLarge => {
            "the body is longer than allowed; send a shorter one".to_owned()
        }
        _ => {
            let text: String = error.to_string().chars().take(500).collect();
            text.trim_end_matches('.').to_owned()
        }
    }
}
