//! What can be done next with an object that an answer has just made or shows with its `ETag` (OpenAPI's links): read,
//! change, delete, and what lies below it. Follows from addresses and headers alone.

use crate::http::api::ordered::Json;

/// An operation on one object or below it.
struct Next {
    /// The address.
    path: String,
    /// Its name.
    operation: String,
    /// Does it ask which version was seen?
    versioned: bool,
}

/// Adds links to every answer that has an `ETag` or has made something.
pub(super) fn add(document: &mut Json) {
    let Some(paths) = document.get_mut("paths") else {
        return;
    };
    let next = all(paths);
    for (path, operations) in paths.members_mut().into_iter().flatten() {
        for (_, operation) in operations.members_mut().into_iter().flatten() {
            let answers = operation.get_mut("responses").and_then(Json::members_mut);
            for (status, answer) in answers.into_iter().flatten() {
                let headers = answer.get("headers");
                let tagged = headers.is_some_and(|headers| headers.get("ETag").is_some());
                let objects = match path.strip_suffix("/{id}") {
                    Some(objects) if tagged => objects,
                    _ => path,
                };
                let links = next.iter().filter_map(|next| link(next, objects, tagged));
                let links: Vec<_> = links.collect();
                if (tagged || status == "201") && !links.is_empty() {
                    answer.put("links", Json::Members(links));
                }
            }
        }
    }
}

fn all(paths: &Json) -> Vec<Next> {
    let mut found = Vec::new();
    for (path, operations) in paths.members() {
        for (_, operation) in operations.members() {
            let name = operation.get("operationId").and_then(Json::as_text);
            let parameters = operation.get("parameters").map_or(&[][..], Json::items);
            let named = |one: &Json| one.get("name").and_then(Json::as_text) == Some("If-Match");
            found.extend(name.map(|name| Next {
                path: path.clone(),
                operation: name.to_owned(),
                versioned: parameters.iter().any(named),
            }));
        }
    }
    found
}

/// The link to an operation whose address goes on from that of the objects by one parameter: the id that the answer says.
fn link(next: &Next, objects: &str, tagged: bool) -> Option<(String, Json)> {
    let rest = next.path.strip_prefix(objects)?.strip_prefix('/')?;
    let [own] = parameters(rest)[..] else {
        return None;
    };
    if !rest.starts_with('{') || (next.versioned && !tagged) {
        return None;
    }
    let above = parameters(objects).into_iter();
    let above = above.map(|name| (name.to_owned(), format!("$request.path.{name}")));
    let id = (own.to_owned(), "$response.body#/id".to_owned());
    let version = ("If-Match".to_owned(), "$response.header.ETag".to_owned());
    let all = above
        .chain([id])
        .chain(next.versioned.then_some(version))
        .map(|(name, value)| (name, Json::text(&value)));
    let link = vec![
        ("operationId".to_owned(), Json::text(&next.operation)),
        ("parameters".to_owned(), Json::Members(all.collect())),
    ];
    Some((next.operation.clone(), Json::Members(link)))
}

/// Names of the parameters in an address.
fn parameters(path: &str) -> Vec<&str> {
    let segments = path.split('/');
    let named = segments.filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    named.collect()
}
