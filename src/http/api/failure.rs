//! How an operation fails: a problem document, and the statuses that each operation declares.
//!
//! Never HTML, never an inner error's text. Every operation declares what the gate in front of it can answer.

use super::wire::texts::Id;
use crate::http::{Problem, ProblemCode, problem};
use poem::http::StatusCode;
use poem_openapi::registry::{MetaHeader, MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiResponse, Object};
use std::marker::PhantomData;

/// An answer by one code of its status, and what it means.
type Answer = (ProblemCode, &'static str);

/// Which answers an operation can give beside those of every operation.
pub(super) trait Answers: 'static {
    /// Those answers.
    const OWN: &'static [Answer];
}

/// An operation that speaks of no single object.
#[derive(Debug)]
pub(super) struct OfAll;

impl Answers for OfAll {
    const OWN: &'static [Answer] = &[];
}

/// An operation that reads one object.
#[derive(Debug)]
pub(super) struct OfOne;

impl Answers for OfOne {
    const OWN: &'static [Answer] = &[NOT_FOUND];
}

/// An operation that makes an object.
#[derive(Debug)]
pub(super) struct OfNew;

impl Answers for OfNew {
    const OWN: &'static [Answer] = &[CONFLICT];
}

/// An operation that makes a part of an object.
#[derive(Debug)]
pub(super) struct OfPart;

impl Answers for OfPart {
    const OWN: &'static [Answer] = &[NOT_FOUND, CONFLICT];
}

/// An operation that changes or deletes an object, from a version that the caller has seen.
#[derive(Debug)]
pub(super) struct OfChange;

impl Answers for OfChange {
    const OWN: &'static [Answer] = &[
        NOT_FOUND,
        CONFLICT,
        (
            ProblemCode::VersionStale,
            "`version_stale`: the object was changed since; says what changed",
        ),
        (
            ProblemCode::VersionRequired,
            "`version_required`: send `If-Match` with the `ETag` that you saw",
        ),
    ];
}

const NOT_FOUND: Answer = (ProblemCode::NotFound, "there is no such object");
const CONFLICT: Answer = (
    ProblemCode::Conflict,
    "it contradicts another object, such as a name that is taken",
);

/// What every operation can answer: the gate's answers, and those of access.
const EVERY: [Answer; 9] = [
    (
        ProblemCode::RequestMalformed,
        "the request is malformed or holds values that are not allowed; `errors` names each",
    ),
    (
        ProblemCode::CredentialsMissing,
        "nobody is signed in, or the session has ended",
    ),
    (
        ProblemCode::PermissionMissing,
        "a permission is missing, or another site sent the request; says which",
    ),
    (
        ProblemCode::MethodNotAllowed,
        "the address exists, the method does not",
    ),
    (ProblemCode::BodyTooLarge, "the body is too large"),
    (
        ProblemCode::MediaTypeUnsupported,
        "the body must be `application/json`",
    ),
    (
        ProblemCode::TooManyRequests,
        "too many requests; see `Retry-After`",
    ),
    (ProblemCode::HeadersTooMany, "the headers are too large"),
    (
        ProblemCode::StoreUnavailable,
        "Gitea or the store cannot be asked, so nothing is done",
    ),
];

/// The header that goes with a status, and what it says.
fn headers(code: ProblemCode) -> Vec<MetaHeader> {
    let (name, meaning, schema) = match problem::status(code) {
        StatusCode::UNAUTHORIZED => (
            "WWW-Authenticate",
            "how to authenticate",
            String::schema_ref(),
        ),
        StatusCode::METHOD_NOT_ALLOWED => (
            "Allow",
            "the methods that the address takes",
            String::schema_ref(),
        ),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => (
            "Retry-After",
            "seconds after which to try again",
            u32::schema_ref(),
        ),
        _ => return vec![],
    };
    vec![MetaHeader {
        name: name.to_owned(),
        description: Some(meaning.to_owned()),
        required: true,
        deprecated: false,
        schema,
    }]
}

/// Something about one value of the request.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(rename = "ProblemDetail")]
struct DetailSchema {
    /// JSON pointer into the body (RFC 6901), or the parameter's name.
    pointer: String,
    /// What is wrong and what is allowed.
    detail: String,
}

/// What went wrong (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(rename = "Problem")]
struct ProblemSchema {
    /// Always `about:blank`; `code` tells problems apart.
    r#type: String,
    /// The status in words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// Stable word for programs, such as `permission_missing`.
    code: String,
    /// What went wrong and what to do, for people.
    detail: String,
    /// Id of the request, as logs and audit events have it.
    request_id: Id,
    /// Every value that is wrong.
    errors: Option<Vec<DetailSchema>>,
    /// With `version_stale`: the version that there is now.
    current_version: Option<u64>,
    /// With `version_stale`: the members of the object that differ from what was sent.
    changed: Option<Vec<String>>,
}

/// A problem, as an operation with these answers gives it.
#[derive(Debug)]
pub(super) struct Failure<A> {
    problem: Box<Problem>,
    answers: PhantomData<fn() -> A>,
}

impl<A, T: Into<Problem>> From<T> for Failure<A> {
    fn from(error: T) -> Self {
        Self {
            problem: Box::new(error.into()),
            answers: PhantomData,
        }
    }
}

impl<A> From<Failure<A>> for poem::Error {
    fn from(failure: Failure<A>) -> Self {
        (*failure.problem).into()
    }
}

impl<A: Answers> ApiResponse for Failure<A> {
    fn meta() -> MetaResponses {
        let mut answers: Vec<_> = EVERY.iter().chain(A::OWN).collect();
        answers.sort_by_key(|(code, _)| problem::status(*code));
        let responses = answers.into_iter().map(|(code, description)| MetaResponse {
            description,
            status: Some(problem::status(*code).as_u16()),
            status_range: None,
            content: vec![MetaMediaType {
                content_type: "application/problem+json",
                schema: ProblemSchema::schema_ref(),
            }],
            headers: headers(*code),
        });
        MetaResponses {
            responses: responses.collect(),
        }
    }

    fn register(registry: &mut Registry) {
        ProblemSchema::register(registry);
    }
}
