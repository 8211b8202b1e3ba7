//! Keeps the layers: fails on a module that names one that the table does not allow, on a file without a header, on a
//! file or function past its bound, and on a module that the map in `src/lib.rs` leaves out.

use crate::architecture::source::{sources, src};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use syn::visit::Visit;

/// Modules with their layers. A module may name only modules on lower layers.
const MODULES: [(&str, u8); 23] = [
    ("model", 0),
    ("policy", 0),
    ("audit", 0),
    ("limits", 0),
    ("store", 1),
    ("gitea", 1),
    ("oidc", 1),
    ("outgoing", 1),
    ("config", 1),
    ("session", 2),
    ("token", 2),
    ("mirror", 2),
    ("access", 3),
    ("oauth", 4),
    ("sign_in", 4),
    ("admin", 4),
    ("audit_log", 2),
    ("http", 5),
    ("webui", 5),
    ("cli", 6),
    ("app", 6),
    ("lib", 6),
    ("main", 6),
];

/// Arrows inside one layer: the pure modules that rest on `model`, the trust of Gitea's client, and the entry point.
const ARROWS: [(&str, &str); 7] = [
    ("policy", "model"),
    ("audit", "model"),
    ("limits", "model"),
    ("gitea", "outgoing"),
    ("admin", "access"),
    ("cli", "app"),
    ("main", "cli"),
];

/// Arrows that the layers would allow and the design does not: endpoints stay thin, and each module has its own settings.
fn forbidden(from: &str, to: &str) -> bool {
    let outside = matches!(to, "store" | "gitea" | "oidc");
    (matches!(from, "http" | "webui") && outside)
        || (to == "config" && !matches!(from, "app" | "cli" | "config"))
}

/// Crates that the pure modules must never name: they bring I/O, a clock or async.
const IMPURE: [&str; 8] = [
    "tokio",
    "hyper",
    "poem",
    "reqwest",
    "redb",
    "openidconnect",
    "rustix",
    "tracing",
];

const MAX_FILE_LINES: usize = 500;
const MAX_FUNCTION_LINES: usize = 60;

fn layer(module: &str) -> Option<u8> {
    MODULES
        .iter()
        .find(|(name, _)| *name == module)
        .map(|(_, layer)| *layer)
}

fn allowed(from: &str, to: &str) -> bool {
    let below = layer(from)
        .zip(layer(to))
        .is_some_and(|(from, to)| to < from);
    from == to || (below && !forbidden(from, to)) || ARROWS.contains(&(from, to))
}

/// Collects what `crate::…` paths and foreign crates a file names, in `use` trees and in expressions alike.
#[derive(Default)]
struct Names {
    modules: BTreeSet<String>,
    crates: BTreeSet<String>,
    long_functions: Vec<(String, usize)>,
}

impl Names {
    fn path(&mut self, segments: &[String]) {
        match segments {
            [first, second, ..] if first == "crate" => {
                self.modules.insert(second.clone());
            }
            [first, ..] => {
                self.crates.insert(first.clone());
            }
            [] => {}
        }
    }

    fn tree(&mut self, prefix: &[String], tree: &syn::UseTree) {
        let with = |ident: &syn::Ident| [prefix, &[ident.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.tree(&with(&path.ident), &path.tree),
            syn::UseTree::Name(name) => self.path(&with(&name.ident)),
            syn::UseTree::Rename(rename) => self.path(&with(&rename.ident)),
            syn::UseTree::Glob(_) => self.path(prefix),
            syn::UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.tree(prefix, tree));
            }
        }
    }

    fn function(&mut self, name: &syn::Ident, block: &syn::Block) {
        let span = block.brace_token.span;
        let lines = span.close().end().line + 1 - span.open().start().line;
        if lines > MAX_FUNCTION_LINES {
            self.long_functions.push((name.to_string(), lines));
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        if segments.len() > 1 {
            self.path(&segments);
        }
        syn::visit::visit_path(self, path);
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig.ident, &item.block);
        syn::visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig.ident, &item.block);
        syn::visit::visit_impl_item_fn(self, item);
    }
}

fn names(text: &str) -> Names {
    let mut names = Names::default();
    names.visit_file(&syn::parse_file(text).expect("src/ parses"));
    names
}

/// The violations in one file, as sentences that name it.
fn violations(module: &str, path: &Path, text: &str) -> Vec<String> {
    let names = names(text);
    let at = path.display();
    let mut violations = Vec::new();
    if !text.starts_with("//!") {
        violations.push(format!("{at}: has no `//!` header"));
    }
    if text.lines().count() > MAX_FILE_LINES {
        violations.push(format!("{at}: is longer than {MAX_FILE_LINES} lines"));
    }
    violations.extend(
        names
            .long_functions
            .iter()
            .map(|(name, lines)| format!("{at}: `{name}` has {lines} lines")),
    );
    if !matches!(module, "lib" | "main") {
        let modules = names.modules.iter().filter(|to| !allowed(module, to));
        violations.extend(modules.map(|to| format!("{at}: {module} may not name {to}")));
        if layer(module) == Some(0) {
            let crates = names.crates.iter().filter(|c| IMPURE.contains(&c.as_str()));
            violations
                .extend(crates.map(|c| format!("{at}: {module} is pure and may not name {c}")));
        }
    }
    violations
}

#[test]
fn every_module_names_lower_layers_only() {
    let violations: Vec<String> = sources()
        .iter()
        .flat_map(|s| violations(&s.module, &s.path, &s.text))
        .collect();
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

#[test]
fn every_module_has_a_layer_and_is_on_the_map() {
    let map = fs::read_to_string(src().join("lib.rs")).unwrap();
    let modules: BTreeSet<String> = sources()
        .into_iter()
        .map(|s| s.module)
        .filter(|r| !matches!(r.as_str(), "lib" | "main"))
        .collect();
    for module in modules {
        assert!(
            layer(&module).is_some(),
            "module `{module}` has no layer in tests/architecture/layers.rs"
        );
        assert!(
            map.contains(&format!("[`{module}`]")),
            "module `{module}` is not on the map in src/lib.rs"
        );
    }
}

/// A module, the text of a file in it, and the violation that must be found.
const PLANTED: [(&str, &str, &str); 9] = [
    (
        "model",
        "//! x\nuse crate::store::Store;",
        "model may not name store",
    ),
    (
        "policy",
        "//! x\nfn f() { crate::store::open(); }",
        "policy may not name store",
    ),
    (
        "policy",
        "//! x\nuse crate::{model::Role, store::{a, b}};",
        "policy may not name store",
    ),
    (
        "audit",
        "//! x\nuse tokio::sync::Mutex;",
        "audit is pure and may not name tokio",
    ),
    (
        "model",
        "//! x\nfn f() -> std::io::Result<()> { reqwest::get(\"\") }",
        "model is pure and may not name reqwest",
    ),
    ("model", "fn f() {}", "has no `//!` header"),
    (
        "http",
        "//! x\nuse crate::store::Store;",
        "http may not name store",
    ),
    (
        "mirror",
        "//! x\nuse crate::config::Config;",
        "mirror may not name config",
    ),
    (
        "session",
        "//! x\nuse crate::mirror::Mirror;",
        "session may not name mirror",
    ),
];

#[test]
fn planted_violation_of_each_kind_is_found() {
    let file = Path::new("x.rs");
    for (module, text, violation) in PLANTED {
        let found = violations(module, file, text).join("\n");
        assert!(
            found.contains(violation),
            "`{violation}` was not found in {text}: {found}"
        );
    }
    let long = format!(
        "//! x\nfn long() {{\n{}}}",
        "let a = 1;\n".repeat(MAX_FUNCTION_LINES)
    );
    assert!(
        violations("model", file, &long)
            .join("")
            .contains("`long` has")
    );
    assert!(
        violations(
            "model",
            file,
            &format!("//! x\n{}", "\n".repeat(MAX_FILE_LINES))
        )
        .join("")
        .contains("longer than")
    );
    assert!(violations("store", file, "//! x\nuse crate::model::Role;").is_empty());
}
