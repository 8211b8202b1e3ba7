//! How an operation fails: a problem document, and the statuses that each operation declares.
//!
//! Never HTML, never the text of an inner error. Every operation declares the problems of the gate in front of it.

use crate::http::{Problem, ProblemCode, problem};
use crate::model::RequestId;
use poem::http::StatusCode;
use poem_openapi::registry::{MetaHeader, MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiResponse, Object};
use std::marker::PhantomData;

/// The result of an operation that declares these problems.
pub type ApiResult<T, P = Common> = Result<T, ProblemResponse<P>>;

/// The problems that an operation declares beside the common ones.
pub trait DeclaredProblems: 'static {
    /// Those problems.
    const DECLARED: &'static [ProblemCode];
}

macro_rules! declared {
    ($($(#[$doc:meta])* $name:ident = [$($code:ident),*];)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl DeclaredProblems for $name {
            const DECLARED: &'static [ProblemCode] = &[$(ProblemCode::$code),*];
        }
    )*};
}

declared! {
    /// No further problem.
    Common = [];
    /// Of an operation on one object.
    OnObject = [NotFound];
    /// Of an operation that creates an object.
    OnCreate = [Conflict];
    /// Of an operation that creates a part of an object.
    OnCreatePart = [NotFound, Conflict];
    /// Of an operation that changes or deletes an object from a version that the caller has read.
    OnChange = [NotFound, Conflict, VersionStale, VersionRequired];
}

/// The problems of every operation: those of the gate and of access. Each stands for all problems of its status.
const COMMON: [ProblemCode; 9] = [
    ProblemCode::RequestMalformed,
    ProblemCode::CredentialsMissing,
    ProblemCode::PermissionMissing,
    ProblemCode::MethodNotAllowed,
    ProblemCode::BodyTooLarge,
    ProblemCode::MediaTypeUnsupported,
    ProblemCode::TooManyRequests,
    ProblemCode::HeadersTooMany,
    ProblemCode::StoreUnavailable,
];

/// What the problem means, in the document.
const fn description(code: ProblemCode) -> &'static str {
    use ProblemCode as P;
    match code {
        P::RequestMalformed => "the request is malformed or has invalid values; see `errors`",
        P::CredentialsMissing => "the caller is not signed in, or the session has ended",
        P::PermissionMissing => "a permission is missing, or another site sent the request",
        P::MethodNotAllowed => "the address exists, the method does not",
        P::BodyTooLarge => "the body is too large",
        P::MediaTypeUnsupported => "the body must be `application/json`",
        P::TooManyRequests => "too many requests; see `Retry-After`",
        P::HeadersTooMany => "the headers are too large",
        P::StoreUnavailable => "Gitea or the store does not respond, so nothing is done",
        P::NotFound => "the object is not found",
        P::Conflict => "conflicts with an existing object, such as a name that is taken",
        P::VersionStale => "the object has changed since; `changed` names the members",
        P::VersionRequired => "send `If-Match` with the `ETag` of the object",
        _ => "",
    }
}

/// The header that comes with a status.
fn headers(status: StatusCode) -> Vec<MetaHeader> {
    let text = String::schema_ref();
    let (name, description, schema) = match status {
        StatusCode::UNAUTHORIZED => ("WWW-Authenticate", "how to authenticate", text),
        StatusCode::METHOD_NOT_ALLOWED => ("Allow", "the methods of the address", text),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            ("Retry-After", "seconds to wait", u32::schema_ref())
        }
        _ => return vec![],
    };
    vec![MetaHeader {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        required: true,
        deprecated: false,
        schema,
    }]
}

/// An error in one value of the request.
#[derive(Object)]
#[oai(rename = "ProblemDetail")]
struct DetailSchema {
    /// JSON pointer into the body (RFC 6901), or the parameter's name.
    pointer: String,
    /// What is wrong and what is allowed.
    detail: String,
}

/// Why the request failed (RFC 9457).
#[derive(Object)]
#[oai(rename = "Problem")]
struct ProblemSchema {
    /// Always `about:blank`; `code` tells problems apart.
    r#type: String,
    /// The name of the HTTP status.
    title: String,
    /// The HTTP status.
    status: u16,
    /// Stable text for programs, such as `permission_missing`.
    code: String,
    /// What is wrong and what to do, for people.
    detail: String,
    /// Id of the request in logs and audit events.
    request_id: RequestId,
    /// Every invalid value.
    errors: Option<Vec<DetailSchema>>,
    /// With `version_stale`: the present version.
    current_version: Option<u64>,
    /// With `version_stale`: the members of the object that differ from the request.
    changed: Option<Vec<String>>,
}

/// A problem of an operation that declares these problems.
#[derive(Debug)]
pub struct ProblemResponse<P> {
    problem: Box<Problem>,
    declared: PhantomData<fn() -> P>,
}

impl<P, T: Into<Problem>> From<T> for ProblemResponse<P> {
    fn from(error: T) -> Self {
        Self {
            problem: Box::new(error.into()),
            declared: PhantomData,
        }
    }
}

impl<P> From<ProblemResponse<P>> for poem::Error {
    fn from(response: ProblemResponse<P>) -> Self {
        (*response.problem).into()
    }
}

impl<P: DeclaredProblems> ApiResponse for ProblemResponse<P> {
    fn meta() -> MetaResponses {
        let mut declared: Vec<_> = COMMON.iter().chain(P::DECLARED).collect();
        declared.sort_by_key(|code| problem::status(**code));
        let responses = declared.into_iter().map(|code| MetaResponse {
            description: description(*code),
            status: Some(problem::status(*code).as_u16()),
            status_range: None,
            content: vec![MetaMediaType {
                content_type: "application/problem+json",
                schema: ProblemSchema::schema_ref(),
            }],
            headers: headers(problem::status(*code)),
        });
        MetaResponses {
            responses: responses.collect(),
        }
    }

    fn register(registry: &mut Registry) {
        ProblemSchema::register(registry);
    }
}
