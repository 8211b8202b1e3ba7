//! Which methods an address takes: RFC 9110 section 15.5.6 wants them in `Allow` when another one is refused.

use super::{BASE, Operations};
use poem::Request;
use poem::http::HeaderValue;
use poem_openapi::OpenApi;
use std::collections::BTreeSet;

/// The methods of every address of the document.
pub(super) struct Methods(Vec<(String, BTreeSet<String>)>);

impl Methods {
    /// As the document lists them.
    pub(super) fn of_document() -> Self {
        let paths = Operations::meta().into_iter().flat_map(|api| api.paths);
        let each = paths.map(|path| {
            let methods = path.operations.iter();
            let methods = methods.map(|operation| operation.method.to_string());
            (format!("{BASE}{}", path.path), methods.collect())
        });
        Self(each.collect())
    }

    /// What `Allow` has to say about this address; nothing when it has none.
    pub(super) fn allow(&self, request: &Request) -> Option<HeaderValue> {
        let path = request.uri().path();
        // an address that is written out goes before one with a parameter, here as for the router
        let exact = self.0.iter().any(|(pattern, _)| pattern == path);
        let fitting = self.0.iter().filter(|(pattern, _)| {
            if exact {
                pattern == path
            } else {
                fits(pattern, path)
            }
        });
        let methods: BTreeSet<&str> = fitting
            .flat_map(|(_, methods)| methods.iter().map(String::as_str))
            .collect();
        let list: Vec<&str> = methods.into_iter().collect();
        HeaderValue::from_str(&list.join(", "))
            .ok()
            .filter(|_| !list.is_empty())
    }
}

/// `{…}` stands for one segment.
fn fits(pattern: &str, path: &str) -> bool {
    let (mut pattern, mut path) = (pattern.split('/'), path.split('/'));
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return true,
            (Some(expected), Some(_)) if expected.starts_with('{') => {}
            (Some(expected), Some(segment)) if expected == segment => {}
            _ => return false,
        }
    }
}
