//! Pages: `page` and `limit` with Gitea's bounds, `X-Total-Count` and `Link`. Pure.

use super::wire::{Answer, Ask};
use serde_json::Value;

const DEFAULT: usize = 30;
const MOST: usize = 50;

/// The page that was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    number: usize,
    size: usize,
}

impl Page {
    /// Below 1 is 1; no limit is 30; above 50 is 50.
    pub fn of(ask: &Ask) -> Self {
        let read = |name| ask.query(name).and_then(|text| text.parse::<i64>().ok());
        let number = usize::try_from(read("page").unwrap_or(1)).unwrap_or(1);
        let size = match usize::try_from(read("limit").unwrap_or(0)) {
            Ok(0) | Err(_) => DEFAULT,
            Ok(limit) => limit.min(MOST),
        };
        Self {
            number: number.max(1),
            size,
        }
    }

    /// This page's part of a list.
    pub fn cut<T: Clone>(self, all: &[T]) -> Vec<T> {
        let from = (self.number - 1).saturating_mul(self.size);
        all.iter().skip(from).take(self.size).cloned().collect()
    }

    /// The value of `Link`; `None` when there is but one page.
    pub fn link(self, ask: &Ask, base: &str, total: usize) -> Option<String> {
        let last = total.div_ceil(self.size).max(1);
        let current = self.number.min(last);
        let mut parts = Vec::new();
        let mut add = |page: usize, rel: &str| {
            parts.push(format!(
                "<{base}{}?{}>; rel=\"{rel}\"",
                ask.path_text(),
                query_with(ask, page)
            ));
        };
        if current < last {
            add(current + 1, "next");
            add(last, "last");
        }
        if current > 1 {
            add(1, "first");
            add(current - 1, "prev");
        }
        (!parts.is_empty()).then(|| parts.join(","))
    }
}

fn query_with(ask: &Ask, page: usize) -> String {
    let mut pairs = ask.query.clone();
    pairs.retain(|(key, _)| key != "page");
    pairs.push(("page".to_owned(), page.to_string()));
    pairs.sort();
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(pairs).finish()
}

/// A list answer with its total.
pub fn listed(total: usize, body: &Value) -> Answer {
    Answer::json(200, body).with("x-total-count", total.to_string())
}

/// The same with `Link`.
pub fn linked(ask: &Ask, base: &str, total: usize, body: &Value) -> Answer {
    let answer = listed(total, body);
    match Page::of(ask).link(ask, base, total) {
        Some(link) => answer.with("link", link),
        None => answer,
    }
}
