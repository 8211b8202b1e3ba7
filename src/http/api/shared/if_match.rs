//! `If-Match`: the version of an object that the caller has read.
//!
//! Knows no noun. Must never accept more than one version.

use crate::admin::ObjectVersion;
use crate::http::{Problem, ProblemCode};
use poem::http::header::IF_MATCH;
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaParamIn, MetaSchema, MetaSchemaRef};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

/// The version in `If-Match`, which the document shows for the argument `if_match`. `*` is refused: it matches every
/// version, and would overwrite a concurrent change.
pub struct IfMatch(u64);

impl IfMatch {
    /// The version of this object.
    pub const fn of<I: Copy>(&self, id: I) -> ObjectVersion<I> {
        let version = self.0;
        ObjectVersion { id, version }
    }
}

impl<'a> ApiExtractor<'a> for IfMatch {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];

    type ParamType = ();
    type ParamRawType = ();

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Header)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        Some(MetaSchemaRef::Inline(Box::new(MetaSchema::new("string"))))
    }

    async fn from_request(
        request: &'a Request,
        _: &mut RequestBody,
        _: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let values: Vec<_> = request.headers().get_all(IF_MATCH).iter().collect();
        let [value] = values.as_slice() else {
            return Err(required().into());
        };
        let version = value.to_str().ok().and_then(parse);
        version.map(Self).ok_or_else(|| required().into())
    }
}

/// Parses `"3"`, or `W/"3"` as a compressing proxy rewrites it.
fn parse(text: &str) -> Option<u64> {
    let tag = text.trim();
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    let digits = tag.strip_prefix('"')?.strip_suffix('"')?;
    let version = digits.parse::<u64>().ok()?;
    (version.to_string() == digits).then_some(version)
}

fn required() -> Problem {
    Problem::new(
        ProblemCode::VersionRequired,
        "send `If-Match` with the `ETag` of the object, such as `\"3\"`",
    )
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn only_one_exact_version_is_accepted() {
        assert_eq!(parse("\"3\""), Some(3));
        assert_eq!(parse("W/\"3\""), Some(3));
        for odd in [
            "",
            "*",
            "3",
            "\"03\"",
            "\"3\", \"4\"",
            "\"-1\"",
            "\"\"",
            "\"x\"",
            "\"99999999999999999999\"",
        ] {
            assert_eq!(parse(odd), None, "{odd}");
        }
    }
}
