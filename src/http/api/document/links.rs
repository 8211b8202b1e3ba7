//! OpenAPI links from a response that creates an object, or shows it with its `ETag`, to the operations on the object
//! and its parts.
//!
//! Derived from paths and headers alone. Must never name a noun.

use crate::http::api::shared::json::Json;

/// An operation to link to.
struct LinkTarget {
    /// Its path.
    path: String,
    /// Its `operationId`.
    operation: String,
    /// Whether it requires `If-Match`.
    versioned: bool,
}

/// Adds links to every response that has an `ETag` or the status 201.
pub(super) fn add(document: &mut Json) {
    let Some(paths) = document.get_mut("paths") else {
        return;
    };
    let targets = link_targets(paths);
    for (path, operations) in paths.members_mut().into_iter().flatten() {
        for (_, operation) in operations.members_mut().into_iter().flatten() {
            let responses = operation.get_mut("responses").and_then(Json::members_mut);
            for (status, response) in responses.into_iter().flatten() {
                let headers = response.get("headers");
                let tagged = headers.is_some_and(|headers| headers.get("ETag").is_some());
                let objects = match path.strip_suffix("/{id}") {
                    Some(objects) if tagged => objects,
                    _ => path,
                };
                let links = targets
                    .iter()
                    .filter_map(|target| link(target, objects, tagged));
                let links: Vec<_> = links.collect();
                if (tagged || status == "201") && !links.is_empty() {
                    response.put("links", Json::Object(links));
                }
            }
        }
    }
}

fn link_targets(paths: &Json) -> Vec<LinkTarget> {
    let mut found = Vec::new();
    for (path, operations) in paths.members() {
        for (_, operation) in operations.members() {
            let name = operation.get("operationId").and_then(Json::as_text);
            let parameters = operation.get("parameters").map_or(&[][..], Json::items);
            let mut names = parameters
                .iter()
                .filter_map(|one| one.get("name")?.as_text());
            let versioned = names.any(|name| name == "If-Match");
            found.extend(name.map(|name| LinkTarget {
                path: path.clone(),
                operation: name.to_owned(),
                versioned,
            }));
        }
    }
    found
}

/// The link to an operation whose path continues the path of the collection with one parameter, which is the id in the
/// response.
fn link(target: &LinkTarget, objects: &str, tagged: bool) -> Option<(String, Json)> {
    let rest = target.path.strip_prefix(objects)?.strip_prefix('/')?;
    let [own] = parameters(rest)[..] else {
        return None;
    };
    if !rest.starts_with('{') || (target.versioned && !tagged) {
        return None;
    }
    let above = parameters(objects).into_iter();
    let above = above.map(|name| (name.to_owned(), format!("$request.path.{name}")));
    let id = (own.to_owned(), "$response.body#/id".to_owned());
    let version = ("If-Match".to_owned(), "$response.header.ETag".to_owned());
    let all = above
        .chain([id])
        .chain(target.versioned.then_some(version))
        .map(|(name, value)| (name, Json::text(&value)));
    let link = vec![
        ("operationId".to_owned(), Json::text(&target.operation)),
        ("parameters".to_owned(), Json::Object(all.collect())),
    ];
    Some((target.operation.clone(), Json::Object(link)))
}

/// Names of the parameters in a path.
fn parameters(path: &str) -> Vec<&str> {
    let segments = path.split('/');
    let named = segments.filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    named.collect()
}
