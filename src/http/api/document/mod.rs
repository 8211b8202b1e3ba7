//! The document in the form that generators of clients read well: the framework's, with what it says in a roundabout way
//! said plainly.
//!
//! OpenAPI 3.1, because there a reference may have words of its own beside it, and a constant is a constant. Adds nothing
//! that the server does not do, and knows no noun: each change is one of form and holds for the whole document.

mod links;

use super::ordered::Json;
use std::collections::{BTreeMap, BTreeSet};

/// Where schemas are.
const SCHEMAS: &str = "#/components/schemas/";

/// The same document, said plainly.
pub(super) fn plainly(framework: &str) -> serde_json::Result<String> {
    let mut document: Json = serde_json::from_str(framework)?;
    document.put("openapi", Json::text("3.1.0"));
    document.each_mut(&fold_reference);
    document.each_mut(&bare_media_types);
    links::add(&mut document);
    let sent = sent_schemas(&document);
    let components = document.get_mut("components");
    if let Some(schemas) = components.and_then(|components| components.get_mut("schemas")) {
        for name in sent {
            schemas.get_mut(&name).map(close);
        }
        let renamed = whole_cases(schemas);
        document.each_mut(&|json| rename(json, &renamed));
    }
    serde_json::to_string_pretty(&document)
}

/// The framework writes a reference with words beside it as `allOf` of the reference and the words, which generators
/// take for a type of its own.
fn fold_reference(json: &mut Json) {
    let Some([reference, words]) = json.get("allOf").map(Json::items) else {
        return;
    };
    let of_words = |(name, _): &(String, Json)| matches!(name.as_str(), "description" | "default");
    if let (Some(to), true) = (
        reference.get("$ref").cloned(),
        words.members().iter().all(of_words),
    ) {
        json.take("allOf");
        json.put("$ref", to);
    }
}

/// `application/json; charset=utf-8` is `application/json`: JSON is always UTF-8, and has no such parameter.
fn bare_media_types(json: &mut Json) {
    let content = json.get_mut("content").and_then(Json::members_mut);
    for (kind, _) in content.into_iter().flatten() {
        if let Some((bare, _)) = kind.split_once(';') {
            *kind = bare.trim_end().to_owned();
        }
    }
}

/// Names of the schemas that bodies of requests are made of.
fn sent_schemas(document: &Json) -> BTreeSet<String> {
    let mut waiting = Vec::new();
    document.each(&mut |json| {
        let body = json.get("requestBody");
        waiting.extend(body.into_iter().flat_map(references));
    });
    let schemas = document.get("components").and_then(|c| c.get("schemas"));
    let mut sent = BTreeSet::new();
    while let Some(name) = waiting.pop() {
        if sent.insert(name.to_owned()) {
            let schema = schemas.and_then(|schemas| schemas.get(name));
            waiting.extend(schema.into_iter().flat_map(references));
        }
    }
    sent.into_iter().collect()
}

/// Names of the schemas that something refers to.
fn references(json: &Json) -> Vec<&str> {
    let mut names = Vec::new();
    json.each(&mut |json| {
        let to = json.get("$ref").and_then(Json::as_text);
        names.extend(to.and_then(|to| to.strip_prefix(SCHEMAS)));
    });
    names
}

/// What is sent is read strictly: a member that is not listed is refused. A default is the server's business: generators
/// would make the caller say it.
fn close(schema: &mut Json) {
    let object = schema.get("type").and_then(Json::as_text) == Some("object");
    if object && schema.get("oneOf").is_none() {
        schema.put("additionalProperties", Json::Plain(false.into()));
    }
    let properties = schema.get_mut("properties").and_then(Json::members_mut);
    for (_, property) in properties.into_iter().flatten() {
        property.take("default");
    }
}

/// A case of a union is one schema with its constant `kind`, under its own name; the framework writes `Subject_TeamSubject`
/// as `allOf` of `kind` and `TeamSubject`. Gives the old names with the new ones.
fn whole_cases(schemas: &mut Json) -> BTreeMap<String, String> {
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
        schemas.take(&name);
    }
    renamed
}

/// Puts what `head` has under this name before what the schema has there.
fn put_first(schema: &mut Json, name: &str, head: &Json) {
    let joined = match (head.get(name).cloned(), schema.take(name)) {
        (Some(Json::Members(first)), Some(Json::Members(rest))) => {
            Json::Members([first, rest].concat())
        }
        (Some(Json::Items(first)), Some(Json::Items(rest))) => Json::Items([first, rest].concat()),
        (Some(all), None) | (None | Some(_), Some(all)) => all,
        (None, None) => return,
    };
    schema.put(name, joined);
}

/// The framework writes a constant as a list of one, with an example of it.
fn constant(property: &mut Json) {
    let only = match property.get("enum").map(Json::items) {
        Some([only]) => only.clone(),
        _ => return,
    };
    property.take("enum");
    property.take("example");
    property.put("const", only);
}

fn rename(json: &mut Json, renamed: &BTreeMap<String, String>) {
    if let Some(new) = json.as_text().and_then(|old| renamed.get(old)) {
        *json = Json::text(new);
    }
}
