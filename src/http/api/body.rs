//! Bodies of requests: JSON, read strictly.
//!
//! Stricter than the framework: a number is no text, an unknown or repeated member is refused, `null` is no
//! way to leave something out, and there is a bound.

use super::forms::fault;
use crate::http::{Code, Problem};
use poem::{Request, RequestBody};
use poem_openapi::payload::{Json, Payload};
use poem_openapi::registry::{MetaMediaType, MetaRequest, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use serde::de::{
    Deserialize, DeserializeOwned, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use std::fmt;

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
        read(&bytes)
            .map(Self)
            .map_err(|fault| malformed(&fault).into())
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice::<WithoutNull>(bytes)?;
    serde_json::from_slice(bytes)
}

/// JSON in which nothing is `null`: what is absent is left out, as the document says.
struct WithoutNull;

impl<'de> Deserialize<'de> for WithoutNull {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for WithoutNull {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value; leave a member out instead of sending `null`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        while map.next_entry::<IgnoredAny, Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
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

#[cfg(test)]
mod tests {
    use super::read;
    use crate::http::api::wire::role_binding::{ImpactQuestion, RoleBindingDraft};

    #[test]
    fn null_is_refused_wherever_it_stands_and_the_answer_says_what_to_do() {
        let whole =
            r#"{"role":"x","subject":{"kind":"team","id":1},"range":{"kind":"everywhere"}}"#;
        assert!(read::<RoleBindingDraft>(whole.as_bytes()).is_ok());
        for null in [
            "null".to_owned(),
            whole.replace("\"x\"", "null"),
            whole.replace("}}", "},\"until\":null}"),
            whole.replace("1}", "null}"),
        ] {
            let fault = read::<RoleBindingDraft>(null.as_bytes()).unwrap_err();
            assert!(fault.to_string().contains("leave a member out"), "{fault}");
            let nested = format!("{{\"draft\":{null}}}");
            assert!(read::<ImpactQuestion>(nested.as_bytes()).is_err());
        }
    }
}
