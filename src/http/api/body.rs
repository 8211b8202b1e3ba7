//! Bodies of requests: JSON, read strictly.
//!
//! Stricter than the framework: a number is no text, an unknown or repeated member is refused, and there is a bound.

use super::forms::problem_at;
use super::ordered::Json;
use super::shape;
use crate::http::{Problem, ProblemCode};
use poem::{Request, RequestBody};
use poem_openapi::payload::{self, Payload};
use poem_openapi::registry::{MetaMediaType, MetaRequest, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Longest body that is read, in bytes: an application with a thousand routes fits.
const LONGEST: usize = 512 * 1024;

/// A JSON body.
pub(super) struct Body<T>(pub(super) T);

impl<'a, T: Type + DeserializeOwned> ApiExtractor<'a> for Body<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        Some(MetaRequest {
            description: None,
            content: vec![MetaMediaType {
                content_type: "application/json",
                schema: T::schema_ref(),
            }],
            required: true,
        })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let content_type = request.content_type().unwrap_or("");
        if !<payload::Json<T> as Payload>::check_content_type(content_type) {
            return Err(unsupported().into());
        }
        let bytes = body.take()?.into_bytes_limit(LONGEST).await?;
        let mut json: Json = serde_json::from_slice(&bytes).map_err(|error| malformed(&error))?;
        shape::check::<T>(&json)?;
        json.each_mut(&whole);
        let plain = serde_json::to_vec(&json).map_err(|error| malformed(&error))?;
        serde_json::from_slice(&plain)
            .map(Self)
            .map_err(|error| malformed(&error).into())
    }
}

/// `90.0` is the whole number 90: JSON knows one kind of number (RFC 8259 section 6), and some programs write it so.
fn whole(json: &mut Json) {
    const LARGEST: f64 = 9_007_199_254_740_991.0;
    let Json::Plain(Value::Number(number)) = json else {
        return;
    };
    let value = number
        .as_f64()
        .filter(|value| value.fract() == 0.0 && value.abs() <= LARGEST);
    if let Some(value) = value.filter(|_| number.is_f64()) {
        let text = format!("{value:.0}");
        if let Ok(value) = text.parse::<i64>() {
            *json = Json::Plain(value.into());
        }
    }
}

fn unsupported() -> Problem {
    Problem::new(
        ProblemCode::MediaTypeUnsupported,
        "the body must be JSON; send it with `Content-Type: application/json`",
    )
}

fn malformed(error: &serde_json::Error) -> Problem {
    problem_at("", format_args!("the body is not as it should be: {error}"))
}
