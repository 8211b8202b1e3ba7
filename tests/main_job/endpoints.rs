//! The paths of all endpoints outside the API, read from the source of `src/http/`, so that a test over all of them also
//! covers one that is added later. Knows the layout of `src/http/`; sends nothing.

use std::collections::BTreeSet;
use std::path::Path;
use syn::visit::Visit;

/// Every path that the HTTP layer names outside the API and the administration socket, each `:parameter` as it is written
/// there. That is every endpoint, and a few prefixes at which nothing answers.
pub fn paths() -> BTreeSet<String> {
    let mut paths = Paths::default();
    let mut entries = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http")];
    while let Some(entry) = entries.pop() {
        if entry.is_dir() {
            let inside = std::fs::read_dir(&entry).unwrap();
            let inside = inside.map(|one| one.unwrap().path());
            entries.extend(inside.filter(|entry| is_public(entry)));
        } else if entry.extension().is_some_and(|kind| kind == "rs") {
            let text = std::fs::read_to_string(&entry).unwrap();
            paths.visit_file(&syn::parse_file(&text).unwrap());
        }
    }
    for known in [
        "/auth/callback/:provider",
        "/forward-auth/nginx",
        "/healthz",
    ] {
        assert!(paths.0.contains(known), "{known} was not found in src/http");
    }
    paths.0
}

/// The API's paths are in its document; the administration socket is not for callers from outside.
fn is_public(entry: &Path) -> bool {
    let name = entry.file_name().unwrap().to_string_lossy();
    !matches!(&*name, "api" | "admin_socket") && !name.ends_with("tests.rs")
}

#[derive(Default)]
struct Paths(BTreeSet<String>);

impl Visit<'_> for Paths {
    fn visit_lit_str(&mut self, literal: &syn::LitStr) {
        let text = literal.value();
        let allowed = |c: char| c.is_ascii_alphanumeric() || "/._:-".contains(c);
        if text.starts_with('/') && text.chars().all(allowed) {
            self.0.insert(text);
        }
    }
}
