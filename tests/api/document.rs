//! The OpenAPI document is a file under review, and says of every operation what callers rely on.
//!
//! `SAMOVAR_BLESS=1 cargo test --test api` renews it.

use crate::operations::{all, golden, listed};

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
        "the API has changed; look at it, then `SAMOVAR_BLESS=1 cargo test --test api` and review the difference"
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
        let policy = ["/roles/", "/role-bindings/", "/applications/"];
        let of_policy = policy.iter().any(|part| operation.path.contains(part));
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
        let schema = answer["application/json; charset=utf-8"]["schema"]["$ref"].as_str();
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
