//! How an operation fails: a problem document, and the statuses that each operation declares in the OpenAPI document.
//!
//! Every operation also declares the problems of the gate. Must never send HTML or the text of an inner error.

use crate::http::{Problem, ProblemCode, problem};
use crate::model::RequestId;
use poem::http::StatusCode;
use poem_openapi::registry::{MetaHeader, MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiResponse, Object};
use std::marker::PhantomData;

/// The result of an operation that declares these problems.
pub type ApiResult<T, P = Common> = Result<T, ProblemResponse<P>>;

/// The problems that an operation declares in addition to the common ones.
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
    /// Of an operation that changes or deletes the version of an object that the caller has read.
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

/// The description of the response in the document.
const fn description(code: ProblemCode) -> &'static str {
    use ProblemCode as P;
    match code {
        P::RequestMalformed => {
            "The request is malformed or has invalid values, which `errors` lists."
        }
        P::CredentialsMissing => "The request has no valid session or access token.",
        P::PermissionMissing => {
            "The caller lacks a required permission, or another origin sent the request."
        }
        P::MethodNotAllowed => "The path does not support the method.",
        P::BodyTooLarge => "The request body is too large.",
        P::MediaTypeUnsupported => "The request body is not `application/json`.",
        P::TooManyRequests => "The caller has sent too many requests.",
        P::HeadersTooMany => "The request headers are too large.",
        P::StoreUnavailable => "Gitea or the store is unavailable, so nothing was changed.",
        P::NotFound => "The object does not exist.",
        P::Conflict => {
            "The request conflicts with an existing object, such as one with the same name."
        }
        P::VersionStale => {
            "The object is no longer the version in `If-Match`; `changed` names the members that differ."
        }
        P::VersionRequired => "`If-Match` is missing or invalid; send the `ETag` of the object.",
        _ => "",
    }
}

/// The header that comes with a status.
fn headers(status: StatusCode) -> Vec<MetaHeader> {
    let text = String::schema_ref();
    let (name, description, schema) = match status {
        StatusCode::UNAUTHORIZED => (
            "WWW-Authenticate",
            "The authentication scheme (RFC 6750).",
            text,
        ),
        StatusCode::METHOD_NOT_ALLOWED => ("Allow", "The methods of the path.", text),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => (
            "Retry-After",
            "The seconds to wait before the next request.",
            u32::schema_ref(),
        ),
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

/// An invalid value of the request.
#[derive(Object)]
#[oai(rename = "ProblemDetail")]
struct DetailSchema {
    /// A JSON pointer into the request body (RFC 6901), or the name of a parameter.
    pointer: String,
    /// What is wrong with the value, and which values are allowed.
    detail: String,
}

/// A problem document, which says why a request failed (RFC 9457).
#[derive(Object)]
#[oai(rename = "Problem")]
struct ProblemSchema {
    /// Always `about:blank`; `code` distinguishes problems.
    r#type: String,
    /// The name of the HTTP status.
    title: String,
    /// The HTTP status.
    status: u16,
    /// The stable code of the problem for programs, such as `permission_missing`.
    code: String,
    /// What is wrong and what to do about it, as text for display.
    detail: String,
    /// The id of the request in logs and audit events.
    request_id: RequestId,
    /// The invalid values; absent if the problem is not about values of the request.
    errors: Option<Vec<DetailSchema>>,
    /// The current version of the object; absent unless `code` is `version_stale`.
    current_version: Option<u64>,
    /// The members in which the current object differs from the request; absent unless `code` is `version_stale`.
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
