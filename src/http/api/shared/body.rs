//! The JSON body of a request.
//!
//! Knows no noun. Must never read an unlimited body.

use super::decode::{Decode, decode_body};
use super::field_errors::invalid;
use super::json::Json;
use crate::http::{Problem, ProblemCode};
use poem::{Request, RequestBody};
use poem_openapi::payload::{self, Payload};
use poem_openapi::registry::{MetaMediaType, MetaRequest, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

/// The maximum length of a body in bytes: an application with a thousand routes fits.
const MAX_BODY_BYTES: usize = 512 * 1024;

/// A JSON body.
pub struct Body<T>(pub T);

impl<'a, T: Decode> ApiExtractor<'a> for Body<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::Schema::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        Some(MetaRequest {
            description: None,
            content: vec![MetaMediaType {
                content_type: "application/json",
                schema: T::Schema::schema_ref(),
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
        if !<payload::Json<String> as Payload>::check_content_type(content_type) {
            let detail = "the body must be JSON; send it with `Content-Type: application/json`";
            return Err(Problem::new(ProblemCode::MediaTypeUnsupported, detail).into());
        }
        let bytes = body.take()?.into_bytes_limit(MAX_BODY_BYTES).await?;
        let json: Json = serde_json::from_slice(&bytes)
            .map_err(|error| invalid("", format_args!("the body is not valid JSON: {error}")))?;
        Ok(Self(decode_body(&json)?))
    }
}
