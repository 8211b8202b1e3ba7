//! Problems of what the framework refuses, in our words.

use super::{Problem, ProblemCode};
use poem::http::StatusCode;

impl Problem {
    /// The problem in an error of ours or of the framework.
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

/// The framework speaks of what the caller sent in 400s only; elsewhere our words are better.
fn framework_detail(code: ProblemCode, error: &poem::Error) -> String {
    match code {
        ProblemCode::NotFound => {
            "nothing has this address; Samovar's own `/api/docs` lists those of the API".to_owned()
        }
        ProblemCode::MethodNotAllowed => {
            "the address does not take this method; `/api/docs` lists those that it takes"
                .to_owned()
        }
        ProblemCode::MediaTypeUnsupported => {
            "the body's media type is not taken; send `Content-Type: application/json`".to_owned()
        }
        ProblemCode::BodyTooLarge => "the body is longer than is taken here; send less".to_owned(),
        _ => {
            let text: String = error.to_string().chars().take(500).collect();
            text.trim_end_matches('.').to_owned()
        }
    }
}
