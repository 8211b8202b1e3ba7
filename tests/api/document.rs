//! The OpenAPI document is a file under review, and says of every operation what callers rely on.
//!
//! `SAMOVAR_BLESS=1 cargo test --test server api::document` renews it.

use crate::api::operations::{all, golden, listed};
use serde_json::Value;
use std::collections::BTreeSet;

#[test]
fn the_document_is_the_pinned_one() {
    let pinned = golden("openapi.json");
    let document = samovar::http::api::document();
    if std::env::var_os("SAMOVAR_BLESS").is_some() {
        std::fs::write(&pinned, &document).unwrap();
    }
    let golden = std::fs::read_to_string(&pinned).unwrap_or_default();
    assert!(
        document == golden,
        "the API has changed; look at it, then `SAMOVAR_BLESS=1 cargo test --test server api::document` and review the difference"
    );
}

#[test]
fn every_operation_declares_what_the_gate_and_access_can_answer() {
    for operation in all() {
        let statuses = operation.statuses();
        for status in [
            "400", "401", "403", "405", "413", "415", "429", "431", "503",
        ] {
            let declared = statuses.iter().any(|s| s == status);
            assert!(declared, "{} does not declare {status}", operation.name());
        }
        for status in statuses.iter().filter(|s| s.as_str() >= "400") {
            let content = &operation.said["responses"][status]["content"];
            let schema = &content["application/problem+json"]["schema"]["$ref"];
            assert_eq!(
                schema,
                "#/components/schemas/Problem",
                "{}",
                operation.name()
            );
        }
        assert!(!statuses.iter().any(|s| s == "500"), "{}", operation.name());
    }
}

#[test]
fn every_operation_asks_for_a_session_unless_it_is_listed_as_public() {
    let public = listed("public-operations.txt");
    for operation in all() {
        let asks = operation.said["security"][0]["session"].is_array();
        let listed = public.contains(&operation.name());
        assert!(asks != listed, "{}", operation.name());
    }
}

#[test]
fn whoever_replaces_or_deletes_a_policy_object_must_say_which_version() {
    for operation in all() {
        let versioned = [
            "/roles/",
            "/role-bindings/",
            "/applications/",
            "/service-accounts/",
            "/clients/",
        ];
        let of_policy = versioned.iter().any(|part| operation.path.contains(part))
            && !operation.path.contains("/secrets/")
            && !operation.path.ends_with("/tokens");
        let replaces = ["PUT", "DELETE"].contains(&operation.method.as_str());
        if of_policy && replaces {
            let headers = operation.parameters("header");
            assert_eq!(headers, ["If-Match"], "{}", operation.name());
            for status in ["404", "409", "412", "428"] {
                assert!(operation.statuses().iter().any(|s| s == status));
            }
        }
    }
}

#[test]
fn every_list_has_pages_with_a_cursor_and_a_bounded_limit() {
    for operation in all() {
        let answer = &operation.said["responses"]["200"]["content"];
        let schema = answer["application/json"]["schema"]["$ref"].as_str();
        let list = schema.is_some_and(|name| name.contains("/Page_"));
        let query = operation.parameters("query");
        let paged = query.iter().any(|name| name == "cursor");
        assert_eq!(list, paged, "{}", operation.name());
        if list {
            let all = operation.said["parameters"].as_array().unwrap();
            let limit = all.iter().find(|p| p["name"] == "limit").unwrap();
            assert_eq!(limit["schema"]["maximum"], 200.0);
            assert_eq!(limit["schema"]["minimum"], 1.0);
        }
    }
}

/// Every value of the document, with the name of the member under which it stands.
fn each<'a>(name: &'a str, value: &'a Value, look: &mut impl FnMut(&'a str, &'a Value)) {
    look(name, value);
    match value {
        Value::Object(members) => members
            .iter()
            .for_each(|(name, value)| each(name, value, look)),
        Value::Array(items) => items.iter().for_each(|item| each(name, item, look)),
        _ => {}
    }
}

#[test]
fn what_generators_of_clients_stumble_over_is_not_in_the_document() {
    let document: Value = serde_json::from_str(&samovar::http::api::document()).unwrap();
    each("", &document, &mut |name, value| {
        for member in ["allOf", "anyOf", "nullable"] {
            assert!(value.get(member).is_none(), "{member} in {value}");
        }
        if value.get("oneOf").is_some() {
            assert_eq!(value["discriminator"]["propertyName"], "kind", "{value}");
        }
        if name == "content" {
            let kinds = value.as_object().unwrap().keys();
            kinds.for_each(|kind| assert!(!kind.contains(';'), "{kind}"));
            let schema = value.as_object().unwrap().values().next().unwrap();
            assert!(schema["schema"]["$ref"].is_string(), "anonymous: {value}");
        }
    });
    for name in document["components"]["schemas"]
        .as_object()
        .unwrap()
        .keys()
    {
        let of_a_union = name.contains('_') && !name.starts_with("Page_");
        assert!(!of_a_union, "{name}");
    }
    let operations = all();
    let ids = operations.iter().map(|o| o.said["operationId"].as_str());
    let ids: BTreeSet<_> = ids.map(Option::unwrap).collect();
    assert_eq!(ids.len(), operations.len());
}

#[test]
fn what_is_sent_is_closed_and_says_no_default() {
    let document: Value = serde_json::from_str(&samovar::http::api::document()).unwrap();
    let schema = |reference: &str| &document["components"]["schemas"][&reference[21..]];
    for operation in all().iter().filter(|operation| operation.takes_body()) {
        let body = &operation.said["requestBody"]["content"]["application/json"]["schema"];
        let mut waiting = vec![body["$ref"].as_str().unwrap()];
        while let Some(name) = waiting.pop() {
            let schema = schema(name);
            if schema["type"] == "object" && schema["oneOf"].is_null() {
                assert_eq!(schema["additionalProperties"], false, "{name}");
            }
            each("", schema, &mut |_, value| {
                assert!(value.get("default").is_none(), "{name}");
                let to = value.get("$ref").and_then(Value::as_str);
                waiting.extend(to);
            });
        }
    }
}

#[test]
fn ids_and_instants_are_named_as_such() {
    let document: Value = serde_json::from_str(&samovar::http::api::document()).unwrap();
    each(
        "",
        &document["components"]["schemas"],
        &mut |name, value| {
            let instant = ["at", "until", "since", "freshness"].contains(&name)
                || name.ends_with("_at")
                || name.ends_with("_since");
            if instant && value["type"] == "string" {
                assert_eq!(value["format"], "date-time", "{name}: {value}");
            }
        },
    );
    for operation in all() {
        let parameters = operation.said["parameters"].as_array();
        for parameter in parameters.into_iter().flatten() {
            if parameter["name"] == "id" {
                let format = &parameter["schema"]["format"];
                assert!(
                    format == "uuid" || format == "int64",
                    "{}",
                    operation.name()
                );
            }
        }
    }
}
