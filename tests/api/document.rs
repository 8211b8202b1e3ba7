//! The OpenAPI document is a file under review: `SAMOVAR_BLESS=1 cargo test --test api` renews it.

use std::path::Path;

#[test]
fn the_document_is_the_pinned_one() {
    let pinned = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/openapi.json");
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
