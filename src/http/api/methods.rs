//! The methods of each path, for `Allow` in a 405 response (RFC 9110 section 15.5.6).
//!
//! Reads the framework's description of the operations. Must never route a request.

use poem::Request;
use poem::http::HeaderValue;
use poem_openapi::OpenApi;
use std::collections::BTreeSet;

/// The methods of every path in the document.
pub(super) struct Methods(Vec<(String, BTreeSet<String>)>);

impl Methods {
    /// The methods of these operations, below the path `base`.
    pub(super) fn of<A: OpenApi>(base: &str) -> Self {
        let paths = A::meta().into_iter().flat_map(|api| api.paths);
        let each = paths.map(|path| {
            let methods = path.operations.iter();
            let methods = methods.map(|operation| operation.method.to_string());
            (format!("{base}{}", path.path), methods.collect())
        });
        Self(each.collect())
    }

    /// The value of `Allow` for the path of a request; `None` if the path does not exist.
    pub(super) fn allow(&self, request: &Request) -> Option<HeaderValue> {
        let path = request.uri().path();
        // As in the router, a path without parameters takes precedence over one with parameters.
        let exact = self.0.iter().any(|(pattern, _)| pattern == path);
        let matching = self
            .0
            .iter()
            .filter(|(pattern, _)| pattern == path || (!exact && matches(pattern, path)));
        let methods: BTreeSet<&str> = matching
            .flat_map(|(_, methods)| methods.iter().map(String::as_str))
            .collect();
        let list: Vec<&str> = methods.into_iter().collect();
        let value = HeaderValue::from_str(&list.join(", ")).ok();
        value.filter(|_| !list.is_empty())
    }
}

/// Whether the path matches the pattern, in which `{…}` is one segment.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, path) = (pattern.split('/'), path.split('/'));
    let mut segments = pattern.clone().zip(path.clone());
    pattern.count() == path.count()
        && segments.all(|(expected, segment)| expected.starts_with('{') || expected == segment)
}
