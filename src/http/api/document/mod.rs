//! The OpenAPI document of the framework, rewritten for client generators.
//!
//! OpenAPI 3.1, because it has `const`, and a reference may have a description. Knows no noun: each change applies to
//! the whole document. Must never describe behavior that the server does not have.

mod links;

use super::shared::json::Json;
use super::shared::response::SUCCESS;
use std::collections::{BTreeMap, BTreeSet};

/// The prefix of references to schemas.
const SCHEMAS: &str = "#/components/schemas/";

/// The rewritten document.
pub(super) fn rewrite(framework: &str) -> serde_json::Result<String> {
    let mut document: Json = serde_json::from_str(framework)?;
    document.put("openapi", Json::text("3.1.0"));
    document.each_mut(&fold_reference);
    document.each_mut(&bare_media_types);
    document.each_mut(&describe_success);
    let parameters: Json = serde_json::from_str(include_str!("parameters.json"))?;
    document.each_mut(&|json| shared_parameters(json, &parameters));
    links::add(&mut document);
    let requested = request_schemas(&document);
    let components = document.get_mut("components");
    if let Some(schemas) = components.and_then(|components| components.get_mut("schemas")) {
        for name in requested {
            schemas.get_mut(&name).map(close);
        }
        let renamed = merge_cases(schemas);
        document.each_mut(&|json| rename(json, &renamed));
    }
    serde_json::to_string_pretty(&document)
}

/// The framework writes a reference with a description as `allOf` of both, which generators interpret as another type.
fn fold_reference(json: &mut Json) {
    let Some([reference, beside]) = json.get("allOf").map(Json::items) else {
        return;
    };
    let mut names = beside.members().iter().map(|(name, _)| name);
    let target = reference.get("$ref").cloned();
    if let Some(to) = target.filter(|_| names.all(|name| name == "description")) {
        json.remove("allOf");
        json.put("$ref", to);
    }
}

/// JSON is always UTF-8, and `application/json` has no parameter `charset` (RFC 8259 section 11).
fn bare_media_types(json: &mut Json) {
    let content = json.get_mut("content").and_then(Json::members_mut);
    for (kind, _) in content.into_iter().flatten() {
        if let Some((bare, _)) = kind.split_once(';') {
            *kind = bare.trim_end().to_owned();
        }
    }
}

/// The framework leaves the required description of a successful response empty.
fn describe_success(json: &mut Json) {
    if json.get("description").and_then(Json::as_text) == Some("") {
        json.put("description", Json::text(SUCCESS));
    }
}

/// The framework lists one parameter for each argument of an operation. An argument with a name in `parameters.json` has
/// the parameters listed there.
fn shared_parameters(operation: &mut Json, shared: &Json) {
    let Some(Json::Array(parameters)) = operation.get_mut("parameters") else {
        return;
    };
    let all = std::mem::take(parameters).into_iter();
    parameters.extend(all.flat_map(|parameter| {
        let listed = parameter.get("name").and_then(Json::as_text);
        let listed = listed.and_then(|name| shared.get(name));
        listed.map_or_else(|| vec![parameter.clone()], |listed| listed.items().to_vec())
    }));
}

/// Names of the schemas in request bodies.
fn request_schemas(document: &Json) -> BTreeSet<String> {
    let mut waiting = Vec::new();
    document.each(&mut |json| {
        let body = json.get("requestBody");
        waiting.extend(body.into_iter().flat_map(references));
    });
    let schemas = document.get("components").and_then(|c| c.get("schemas"));
    let mut requested = BTreeSet::new();
    while let Some(name) = waiting.pop() {
        if requested.insert(name.to_owned()) {
            let schema = schemas.and_then(|schemas| schemas.get(name));
            waiting.extend(schema.into_iter().flat_map(references));
        }
    }
    requested.into_iter().collect()
}

/// Names of the schemas to which the value refers.
fn references(json: &Json) -> Vec<&str> {
    let mut names = Vec::new();
    json.each(&mut |json| {
        let to = json.get("$ref").and_then(Json::as_text);
        names.extend(to.and_then(|to| to.strip_prefix(SCHEMAS)));
    });
    names
}

/// A request must not have unlisted members.
fn close(schema: &mut Json) {
    let object = schema.get("type").and_then(Json::as_text) == Some("object");
    if object && schema.get("oneOf").is_none() {
        schema.put("additionalProperties", Json::Scalar(false.into()));
    }
}

/// Merges each case of a union with its constant `kind` into one schema: the framework writes `Subject_TeamSubject` as
/// `allOf` of `kind` and `TeamSubject`. Returns the new reference for each old one.
fn merge_cases(schemas: &mut Json) -> BTreeMap<String, String> {
    let mut renamed = BTreeMap::new();
    for (name, schema) in schemas.members().to_vec() {
        let Some([head, rest]) = schema.get("allOf").map(Json::items) else {
            continue;
        };
        let own = rest.get("$ref").and_then(Json::as_text);
        let own = own.and_then(|own| own.strip_prefix(SCHEMAS));
        let Some((own, case)) = own.and_then(|own| Some((own, schemas.get_mut(own)?))) else {
            continue;
        };
        put_first(case, "required", head);
        put_first(case, "properties", head);
        let properties = case.get_mut("properties").and_then(Json::members_mut);
        for (_, property) in properties.into_iter().flatten() {
            constant(property);
        }
        renamed.insert(format!("{SCHEMAS}{name}"), format!("{SCHEMAS}{own}"));
        schemas.remove(&name);
    }
    renamed
}

/// Puts the member of `head` before the same member of the schema.
fn put_first(schema: &mut Json, name: &str, head: &Json) {
    let joined = match (head.get(name).cloned(), schema.remove(name)) {
        (Some(Json::Object(first)), Some(Json::Object(rest))) => {
            Json::Object([first, rest].concat())
        }
        (Some(Json::Array(first)), Some(Json::Array(rest))) => Json::Array([first, rest].concat()),
        (Some(all), None) | (None | Some(_), Some(all)) => all,
        (None, None) => return,
    };
    schema.put(name, joined);
}

/// The framework writes a constant as a list of one value, with an example.
fn constant(property: &mut Json) {
    let only = match property.get("enum").map(Json::items) {
        Some([only]) => only.clone(),
        _ => return,
    };
    property.remove("enum");
    property.remove("example");
    property.put("const", only);
}

fn rename(json: &mut Json, renamed: &BTreeMap<String, String>) {
    if let Some(new) = json.as_text().and_then(|old| renamed.get(old)) {
        *json = Json::text(new);
    }
}
