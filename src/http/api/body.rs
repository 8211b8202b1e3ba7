//! Bodies of requests: JSON, read strictly.
//!
//! Stricter than the framework: a number is no text, an unknown or repeated member is refused, and there is a bound.

use super::forms::fault;
use super::shape;
use crate::http::{Code, Problem};
use poem::{Request, RequestBody};
use poem_openapi::payload::{Json, Payload};
use poem_openapi::registry::{MetaMediaType, MetaRequest, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use serde::de::DeserializeOwned;

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
        if !<Json<T> as Payload>::check_content_type(content_type) {
            return Err(unsupported().into());
        }
        let bytes = body.take()?.into_bytes_limit(LONGEST).await?;
        let value = serde_json::from_slice(&bytes).map_err(|fault| malformed(&fault))?;
        shape::check::<T>(&value)?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|fault| malformed(&fault).into())
    }
}

fn unsupported() -> Problem {
    Problem::new(
        Code::MediaTypeUnsupported,
        "the body must be JSON; send it with `Content-Type: application/json`",
    )
}

fn malformed(error: &serde_json::Error) -> Problem {
    fault("", format_args!("the body is not as it should be: {error}"))
}
