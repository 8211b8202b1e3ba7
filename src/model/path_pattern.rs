//! Path patterns of routes: literal segments, `{name}`, and a trailing `/**`.

use super::{ParseError, serde_as_text};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// One segment of a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Segment {
    /// Exactly this text, compared after decoding.
    Literal(String),
    /// One non-empty segment, a parameter of this name.
    Parameter(Arc<str>),
}

/// A path pattern such as `/deploy/{owner}/{repo}` or `/admin/**`.
///
/// `/a/**` matches `/a`, `/a/` and everything below; `{x}` is one non-empty segment; `/a` and `/a/` are two paths.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PathPattern {
    // Shared, because every decision has its route.
    segments: Arc<[Segment]>,
    rest: bool,
}

impl PathPattern {
    /// The segments between slashes; an empty literal at the end is a trailing slash.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// True if the pattern ends in `/**`.
    pub fn matches_rest(&self) -> bool {
        self.rest
    }

    /// True if the pattern has a parameter of this name.
    pub fn has_parameter(&self, name: &str) -> bool {
        self.segments
            .iter()
            .any(|s| matches!(s, Segment::Parameter(p) if **p == *name))
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for segment in self.segments.iter() {
            match segment {
                Segment::Literal(text) => write!(f, "/{text}")?,
                Segment::Parameter(name) => write!(f, "/{{{name}}}")?,
            }
        }
        if self.rest {
            f.write_str("/**")
        } else {
            Ok(())
        }
    }
}

serde_as_text!(PathPattern);

impl FromStr for PathPattern {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (body, rest) = text
            .strip_suffix("/**")
            .map_or((text, false), |body| (body, true));
        if text.len() > 1024 {
            return Err(ParseError::new(
                "invalid path pattern: use at most 1024 bytes",
            ));
        }
        let segments = match body.strip_prefix('/') {
            Some(inner) => inner
                .split('/')
                .map(segment)
                .collect::<Result<Vec<_>, _>>()?,
            None if body.is_empty() && rest => Vec::new(),
            None => {
                return Err(ParseError::new(format!(
                    "invalid path pattern `{}`: start with `/`",
                    text.escape_debug()
                )));
            }
        };
        check(text, &segments, rest)?;
        Ok(Self {
            segments: segments.into(),
            rest,
        })
    }
}

/// Checks that no segment in the middle is empty and no parameter name occurs twice.
fn check(text: &str, segments: &[Segment], rest: bool) -> Result<(), ParseError> {
    let empty = |s: &Segment| matches!(s, Segment::Literal(text) if text.is_empty());
    let last_may_be_empty = usize::from(!rest);
    let inner = segments.len().saturating_sub(last_may_be_empty);
    if segments.iter().take(inner).any(empty) {
        return Err(ParseError::new(format!(
            "invalid path pattern `{}`: remove the empty segment",
            text.escape_debug()
        )));
    }
    let names: Vec<&Arc<str>> = segments
        .iter()
        .filter_map(|s| {
            if let Segment::Parameter(name) = s {
                Some(name)
            } else {
                None
            }
        })
        .collect();
    let distinct: std::collections::BTreeSet<_> = names.iter().collect();
    if distinct.len() == names.len() {
        Ok(())
    } else {
        Err(ParseError::new(format!(
            "invalid path pattern `{}`: give each parameter its own name",
            text.escape_debug()
        )))
    }
}

fn segment(text: &str) -> Result<Segment, ParseError> {
    if let Some(name) = text
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
    {
        let ok = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        let fits = name.len() <= 32
            && name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.bytes().all(ok);
        return fits
            .then(|| Segment::Parameter(name.into()))
            .ok_or_else(|| {
                ParseError::new(format!(
                    "invalid parameter `{{{}}}`: start with a letter and use at most 32 of `a-z 0-9 _`",
                    name.escape_debug()
                ))
            });
    }
    let forbidden = |c: char| {
        c.is_control()
            || c.is_whitespace()
            || matches!(c, '{' | '}' | '*' | '%' | '\\' | '?' | '#' | ';')
    };
    if text == "." || text == ".." || text.contains(forbidden) {
        return Err(ParseError::new(format!(
            "invalid path segment `{}`: write it decoded, without `% ; ? # * \\`, and use `{{name}}` or a trailing `/**` for variable parts",
            text.escape_debug()
        )));
    }
    Ok(Segment::Literal(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::PathPattern;

    #[test]
    fn pattern_is_displayed_as_written() {
        for text in [
            "/",
            "/a",
            "/a/",
            "/a/**",
            "/**",
            "/deploy/{owner}/{repo}",
            "/deploy/{owner}/**",
            "/grüße",
        ] {
            assert_eq!(text.parse::<PathPattern>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn ambiguous_patterns_are_invalid() {
        for text in [
            "", "a", "//", "/a//b", "//**", "/**/a", "/a**", "/*", "/a/../b", "/a/.", "/{a}/{a}",
            "/{}", "/{A}", "/a{b}", "/%61", "/a;b", "/a?b", "/a b", "/a\\b",
        ] {
            assert!(text.parse::<PathPattern>().is_err(), "{text}");
        }
    }
}
