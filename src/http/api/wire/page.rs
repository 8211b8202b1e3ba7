//! Lists: `{items, next_cursor}`, in the order of a key; the cursor is the last key, opaque to the caller.

use crate::http::Problem;
use crate::http::api::forms::problem_at;
use data_encoding::BASE64URL_NOPAD;
use poem_openapi::Object;
use poem_openapi::types::{ParseFromJSON, ToJSON, Type};

/// Items on a page when the caller names no number.
const USUAL: u16 = 50;
/// Most items on a page.
const MOST: u16 = 200;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub(in crate::http::api) struct Page<T: Type + ParseFromJSON + ToJSON> {
    /// At most `limit` of them.
    pub items: Vec<T>,
    /// Send it as `cursor` for the next page; absent on the last one.
    pub next_cursor: Option<String>,
}

/// Which page is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::http::api) struct Paging {
    after: Option<String>,
    limit: usize,
}

impl Paging {
    /// Reads `cursor` and `limit`.
    pub(in crate::http::api) fn read(
        cursor: Option<&str>,
        limit: Option<u16>,
    ) -> Result<Self, Problem> {
        let limit = limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(problem_at(
                "limit",
                format_args!("`limit` is {limit}; use 1 to {MOST}"),
            ));
        }
        let after = cursor.map(decode).transpose()?;
        Ok(Self {
            after,
            limit: usize::from(limit),
        })
    }

    /// The key after which the page begins.
    pub(in crate::http::api) fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    /// At most this many items.
    pub(in crate::http::api) fn limit(&self) -> usize {
        self.limit
    }

    /// Cuts the page out of all items. Keys must be unique; the order is theirs.
    pub(in crate::http::api) fn cut<M, T>(
        &self,
        items: impl Iterator<Item = M>,
        key: impl Fn(&M) -> String,
        show: impl Fn(&M) -> T,
    ) -> Page<T>
    where
        T: Type + ParseFromJSON + ToJSON,
    {
        let mut keyed: Vec<(String, M)> = items
            .map(|item| (key(&item), item))
            .filter(|(key, _)| self.after().is_none_or(|after| key.as_str() > after))
            .collect();
        keyed.sort_by(|(one, _), (other, _)| one.cmp(other));
        let more = keyed.len() > self.limit;
        keyed.truncate(self.limit);
        Page {
            next_cursor: keyed.last().filter(|_| more).map(|(key, _)| encode(key)),
            items: keyed.iter().map(|(_, item)| show(item)).collect(),
        }
    }
}

/// The cursor that begins after this key.
pub(in crate::http::api) fn encode(key: &str) -> String {
    BASE64URL_NOPAD.encode(key.as_bytes())
}

fn decode(cursor: &str) -> Result<String, Problem> {
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok();
    bytes
        .filter(|bytes| bytes.len() <= 1024)
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| {
            let sentence = "`cursor` is none of ours; send a `next_cursor` unchanged, or none";
            problem_at("cursor", sentence)
        })
}

#[cfg(test)]
mod tests {
    use super::{Page, Paging};

    fn page(paging: &Paging) -> Page<String> {
        let words = ["d", "b", "a", "c", "e"];
        paging.cut(words.iter(), |w| (**w).to_owned(), |w| (**w).to_owned())
    }

    #[test]
    fn every_item_comes_once_and_in_order_whatever_the_size_of_the_page() {
        for limit in 1..=7 {
            let (mut cursor, mut seen) = (None::<String>, Vec::new());
            loop {
                let page = page(&Paging::read(cursor.as_deref(), Some(limit)).unwrap());
                assert!(page.items.len() <= usize::from(limit));
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
    fn limits_out_of_range_and_foreign_cursors_are_refused_in_words() {
        assert!(
            Paging::read(None, Some(0))
                .unwrap_err()
                .to_string()
                .contains("1 to 200")
        );
        assert!(Paging::read(None, Some(201)).is_err());
        assert_eq!(Paging::read(None, None).unwrap().limit(), 50);
        for foreign in ["", "%%", "a", "_w"] {
            let read = Paging::read(Some(foreign), None);
            assert!(read.is_err() || foreign.is_empty(), "{foreign}");
        }
    }
}
