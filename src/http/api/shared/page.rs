//! Lists: `{items, next_cursor}` in the order of a key. The cursor is the last key, opaque to the caller.
//!
//! Knows no noun. Must never trust a cursor: it is only a position in the list that the caller may read.

use super::field_errors::invalid;
use crate::http::Problem;
use crate::model::Timestamp;
use data_encoding::BASE64URL_NOPAD;
use poem::{Request, RequestBody};
use poem_openapi::payload::Json;
use poem_openapi::registry::{MetaParamIn, MetaSchema, MetaSchemaRef};
use poem_openapi::types::{ParseFromJSON, ToJSON, Type};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions, Object};
use std::fmt::Display;

/// The default number of items on a page.
const DEFAULT_LIMIT: u16 = 50;
/// The maximum number of items on a page.
const MAX_LIMIT: u16 = 200;
/// The length of the longest accepted key in a cursor. The longest key has a login of 255 characters and an id.
const MAX_KEY_BYTES: usize = 2048;

/// One page of a list.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Page<T: Type + ParseFromJSON + ToJSON> {
    /// The items, at most `limit`.
    pub items: Vec<T>,
    /// The `cursor` of the next page; absent on the last page.
    pub next_cursor: Option<String>,
}

/// Which page is requested: the parameters `cursor` and `limit`, which the document shows for the argument `paging`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paging {
    after: Option<String>,
    limit: usize,
}

impl<'a> ApiExtractor<'a> for Paging {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];

    type ParamType = ();
    type ParamRawType = ();

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Query)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        Some(MetaSchemaRef::Inline(Box::new(MetaSchema::new("string"))))
    }

    async fn from_request(
        request: &'a Request,
        _: &mut RequestBody,
        _: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let query = request.uri().query().unwrap_or_default();
        let parameter = |name: &str| {
            let mut pairs = url::form_urlencoded::parse(query.as_bytes());
            pairs
                .find(|(other, _)| other == name)
                .map(|(_, value)| value)
        };
        let (cursor, limit) = (parameter("cursor"), parameter("limit"));
        Ok(Self::parse(cursor.as_deref(), limit.as_deref())?)
    }
}

impl Paging {
    fn parse(cursor: Option<&str>, limit: Option<&str>) -> Result<Self, Problem> {
        let limit = match limit {
            None => DEFAULT_LIMIT,
            Some(text) => {
                let limit = text.parse().ok();
                let limit = limit.filter(|limit| (1..=MAX_LIMIT).contains(limit));
                limit.ok_or_else(|| invalid("limit", format_args!("use 1 to {MAX_LIMIT}")))?
            }
        };
        Ok(Self {
            after: cursor.map(decode).transpose()?,
            limit: usize::from(limit),
        })
    }

    /// The key after which the page begins.
    pub fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    /// The maximum number of items on the page.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// The page of all items, sorted by their keys, which must be unique.
    pub fn page<M, T>(
        &self,
        items: impl IntoIterator<Item = M>,
        key: impl Fn(&M) -> String,
        show: impl Fn(&M) -> T,
    ) -> Json<Page<T>>
    where
        T: Type + ParseFromJSON + ToJSON,
    {
        let keyed = items.into_iter().map(|item| (key(&item), item));
        let mut keyed: Vec<(String, M)> = keyed
            .filter(|(key, _)| self.after().is_none_or(|after| key.as_str() > after))
            .collect();
        keyed.sort_by(|(one, _), (other, _)| one.cmp(other));
        let more = keyed.len() > self.limit;
        keyed.truncate(self.limit);
        Json(Page {
            next_cursor: keyed.last().filter(|_| more).map(|(key, _)| encode(key)),
            items: keyed.iter().map(|(_, item)| show(item)).collect(),
        })
    }
}

/// A key that sorts by name without case; the id makes it unique.
pub fn by_name(name: &str, id: impl Display) -> String {
    format!("{}\u{1}{id}", name.to_lowercase())
}

/// A key that sorts the newest first; the id makes it unique.
pub fn newest_first(created_at: Timestamp, id: impl Display) -> String {
    format!("{:019}{id}", i64::MAX.saturating_sub(created_at.millis()))
}

/// A text to find in names, compared without case.
pub struct Search(String);

impl Search {
    /// Matches every name if the text is absent or empty.
    pub fn new(text: Option<&str>) -> Self {
        Self(text.unwrap_or_default().to_lowercase())
    }

    /// Whether the name contains the text.
    pub fn is_in(&self, name: &str) -> bool {
        self.0.is_empty() || name.to_lowercase().contains(&self.0)
    }

    /// Whether the name equals the text.
    pub fn equals(&self, name: &str) -> bool {
        name.to_lowercase() == self.0
    }
}

/// The cursor of the page after this key.
pub fn encode(key: &str) -> String {
    BASE64URL_NOPAD.encode(key.as_bytes())
}

fn decode(cursor: &str) -> Result<String, Problem> {
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok();
    bytes
        .filter(|bytes| bytes.len() <= MAX_KEY_BYTES)
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| {
            let detail = "invalid `cursor`: send the `next_cursor` of a page unchanged";
            invalid("cursor", detail)
        })
}

#[cfg(test)]
mod tests {
    use super::{Page, Paging};

    fn page(paging: &Paging) -> Page<String> {
        let words = ["d", "b", "a", "c", "e"];
        let word = |word: &&str| (*word).to_owned();
        paging.page(words, word, word).0
    }

    #[test]
    fn pages_of_every_size_hold_every_item_once_in_order() {
        for limit in 1..=7_usize {
            let (mut cursor, mut seen) = (None::<String>, Vec::new());
            loop {
                let paging = Paging::parse(cursor.as_deref(), Some(&limit.to_string()));
                let page = page(&paging.unwrap());
                assert!(page.items.len() <= limit);
                seen.extend(page.items);
                cursor = page.next_cursor;
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(seen, ["a", "b", "c", "d", "e"], "{limit}");
        }
    }

    #[test]
    fn invalid_limits_and_foreign_cursors_are_refused() {
        for limit in ["0", "201", "-1", "x", "", "70000"] {
            let problem = Paging::parse(None, Some(limit)).unwrap_err();
            assert!(problem.to_string().contains("1 to 200"), "{limit}");
        }
        assert_eq!(Paging::parse(None, None).unwrap().limit(), 50);
        for foreign in ["%%", "a", "_w"] {
            assert!(Paging::parse(Some(foreign), None).is_err(), "{foreign}");
        }
    }
}
