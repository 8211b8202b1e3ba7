//! `If-Match`: which version of an object the caller has seen.

use crate::http::{Problem, ProblemCode};
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaParamIn, MetaSchema, MetaSchemaRef};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

/// The version in `If-Match`. `*` is not taken: it would say "whatever there is", and overwrite somebody else's change.
pub(super) struct IfMatch(pub(super) u64);

impl<'a> ApiExtractor<'a> for IfMatch {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];
    const PARAM_IS_REQUIRED: bool = true;

    type ParamType = String;
    type ParamRawType = String;

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Header)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        Some(MetaSchemaRef::Inline(Box::new(MetaSchema {
            pattern: Some("^(W/)?\"(0|[1-9][0-9]{0,18})\"$".to_owned()),
            ..MetaSchema::new("string")
        })))
    }

    async fn from_request(
        request: &'a Request,
        _: &mut RequestBody,
        options: ExtractParamOptions<String>,
    ) -> poem::Result<Self> {
        let values: Vec<_> = request.headers().get_all(options.name).iter().collect();
        let [value] = values.as_slice() else {
            return Err(required().into());
        };
        let version = value.to_str().ok().and_then(parse);
        version.map(Self).ok_or_else(|| required().into())
    }
}

/// `"3"`, or `W/"3"` as a compressing proxy makes of it: a version is exact either way.
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
        "send `If-Match` with the one `ETag` under which you saw the object, such as `\"3\"`",
    )
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn one_exact_version_is_read_and_nothing_else() {
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
