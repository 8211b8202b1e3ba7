//! What can be done next with an object that an answer shows with its `ETag`: read, change and delete it (OpenAPI's
//! links). Follows from addresses and headers alone.

use super::ordered::Json;

/// An operation below an address that ends in `/{id}`.
struct Next {
    /// The address of all objects of its kind.
    all: String,
    /// Its name.
    operation: String,
    /// Does it ask which version was seen?
    versioned: bool,
}

/// Adds links to every answer that has an `ETag`.
pub(super) fn add(document: &mut Json) {
    let Some(paths) = document.get_mut("paths") else {
        return;
    };
    let next = next(paths);
    for (path, operations) in paths.members_mut().into_iter().flatten() {
        let all = path.strip_suffix("/{id}").unwrap_or(path).to_owned();
        let of_kind = || next.iter().filter(|next| next.all == all);
        let links = Json::Members(of_kind().map(link).collect());
        for (_, operation) in operations.members_mut().into_iter().flatten() {
            let answers = operation.get_mut("responses").and_then(Json::members_mut);
            for (_, answer) in answers.into_iter().flatten() {
                let headers = answer.get("headers");
                if headers.is_some_and(|headers| headers.get("ETag").is_some()) {
                    answer.put("links", links.clone());
                }
            }
        }
    }
}

/// The operations on one object.
fn next(paths: &Json) -> Vec<Next> {
    let mut found = Vec::new();
    for (path, operations) in paths.members() {
        let Some(all) = path.strip_suffix("/{id}") else {
            continue;
        };
        for (_, operation) in operations.members() {
            let name = operation.get("operationId").and_then(Json::as_text);
            let parameters = operation.get("parameters").map_or(&[][..], Json::items);
            let named = |one: &Json| one.get("name").and_then(Json::as_text) == Some("If-Match");
            found.extend(name.map(|name| Next {
                all: all.to_owned(),
                operation: name.to_owned(),
                versioned: parameters.iter().any(named),
            }));
        }
    }
    found
}

fn link(next: &Next) -> (String, Json) {
    let mut parameters = vec![("id".to_owned(), Json::text("$response.body#/id"))];
    if next.versioned {
        let tag = Json::text("$response.header.ETag");
        parameters.push(("If-Match".to_owned(), tag));
    }
    let link = vec![
        ("operationId".to_owned(), Json::text(&next.operation)),
        ("parameters".to_owned(), Json::Members(parameters)),
    ];
    (next.operation.clone(), Json::Members(link))
}
