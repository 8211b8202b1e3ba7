//! Keeps the stairs: parses `src/` and fails on any arrow between rooms that the table does not allow, on a file
//! without a header, on a file or function past its bound, and on a room that the map in `src/lib.rs` leaves out.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test's helpers fail by panicking"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use syn::visit::Visit;

/// Room and the step it stands on. A room may name only rooms on lower steps.
const ROOMS: [(&str, u8); 21] = [
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
    ("admin", 3),
    ("audit_log", 3),
    ("http", 5),
    ("webui", 5),
    ("cli", 6),
    ("app", 6),
    ("lib", 6),
    ("main", 6),
];

/// Arrows beside the stairs: the pure rooms that rest on the words, whom Gitea's client trusts, permits, and the way in.
const ARROWS: [(&str, &str); 7] = [
    ("policy", "model"),
    ("audit", "model"),
    ("limits", "model"),
    ("gitea", "outgoing"),
    ("admin", "access"),
    ("cli", "app"),
    ("main", "cli"),
];

/// Arrows that the stairs would allow and the design does not: doors stay thin, and each room has its own settings.
fn forbidden(from: &str, to: &str) -> bool {
    let outside = matches!(to, "store" | "gitea" | "oidc");
    (matches!(from, "http" | "webui") && outside)
        || (to == "config" && !matches!(from, "app" | "cli" | "config"))
}

/// Crates that the pure rooms must never name: they bring I/O, a clock or async.
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

const LONGEST_FILE: usize = 500;
const LONGEST_FUNCTION: usize = 60;

struct Source {
    room: String,
    path: PathBuf,
    text: String,
}

fn sources() -> Vec<Source> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let inner = path.strip_prefix(&src).unwrap();
                let room = inner
                    .iter()
                    .next()
                    .unwrap()
                    .to_string_lossy()
                    .replace(".rs", "");
                found.push(Source {
                    room,
                    text: fs::read_to_string(&path).unwrap(),
                    path,
                });
            }
        }
    }
    assert!(found.len() > 5, "src/ was not read");
    found
}

fn step(room: &str) -> Option<u8> {
    ROOMS
        .iter()
        .find(|(name, _)| *name == room)
        .map(|(_, step)| *step)
}

fn allowed(from: &str, to: &str) -> bool {
    let below = step(from).zip(step(to)).is_some_and(|(from, to)| to < from);
    from == to || (below && !forbidden(from, to)) || ARROWS.contains(&(from, to))
}

/// Collects what `crate::…` paths and foreign crates a file names, in `use` trees and in expressions alike.
#[derive(Default)]
struct Names {
    rooms: BTreeSet<String>,
    crates: BTreeSet<String>,
    long_functions: Vec<(String, usize)>,
}

impl Names {
    fn path(&mut self, segments: &[String]) {
        match segments {
            [first, second, ..] if first == "crate" => {
                self.rooms.insert(second.clone());
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
        if lines > LONGEST_FUNCTION {
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

/// What is wrong with one file, as sentences that name it.
fn faults(room: &str, path: &Path, text: &str) -> Vec<String> {
    let names = names(text);
    let at = path.display();
    let mut faults = Vec::new();
    if !text.starts_with("//!") {
        faults.push(format!("{at}: has no `//!` header"));
    }
    if text.lines().count() > LONGEST_FILE {
        faults.push(format!("{at}: is longer than {LONGEST_FILE} lines"));
    }
    faults.extend(
        names
            .long_functions
            .iter()
            .map(|(name, lines)| format!("{at}: `{name}` has {lines} lines")),
    );
    if !matches!(room, "lib" | "main") {
        let rooms = names.rooms.iter().filter(|to| !allowed(room, to));
        faults.extend(rooms.map(|to| format!("{at}: {room} may not name {to}")));
        if step(room) == Some(0) {
            let crates = names.crates.iter().filter(|c| IMPURE.contains(&c.as_str()));
            faults.extend(crates.map(|c| format!("{at}: {room} is pure and may not name {c}")));
        }
    }
    faults
}

#[test]
fn every_arrow_goes_down_the_stairs() {
    let faults: Vec<String> = sources()
        .iter()
        .flat_map(|s| faults(&s.room, &s.path, &s.text))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_room_is_in_the_table_and_on_the_map() {
    let map = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let rooms: BTreeSet<String> = sources()
        .into_iter()
        .map(|s| s.room)
        .filter(|r| !matches!(r.as_str(), "lib" | "main"))
        .collect();
    for room in rooms {
        assert!(
            step(&room).is_some(),
            "room `{room}` has no step in tests/architecture.rs"
        );
        assert!(
            map.contains(&format!("[`{room}`]")),
            "room `{room}` is not on the map in src/lib.rs"
        );
    }
}

/// A room, a file in it, and what must be said of it.
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
        "//! x\nuse crate::config::Meant;",
        "mirror may not name config",
    ),
    (
        "session",
        "//! x\nuse crate::mirror::Mirror;",
        "session may not name mirror",
    ),
];

#[test]
fn a_planted_fault_of_each_kind_is_found() {
    let file = Path::new("x.rs");
    for (room, text, fault) in PLANTED {
        let found = faults(room, file, text).join("\n");
        assert!(
            found.contains(fault),
            "`{fault}` was not found in {text}: {found}"
        );
    }
    let long = format!(
        "//! x\nfn long() {{\n{}}}",
        "let a = 1;\n".repeat(LONGEST_FUNCTION)
    );
    assert!(faults("model", file, &long).join("").contains("`long` has"));
    assert!(
        faults(
            "model",
            file,
            &format!("//! x\n{}", "\n".repeat(LONGEST_FILE))
        )
        .join("")
        .contains("longer than")
    );
    assert!(faults("store", file, "//! x\nuse crate::model::Role;").is_empty());
}

/// What a line looks like that finds somebody by something.
const FINDS: [&str; 8] = [
    "==",
    "!=",
    ".find(",
    ".get(",
    ".contains(",
    "any(",
    "by_email",
    "Map<",
];

/// Whoever can choose an address could otherwise become its owner.
#[test]
fn an_e_mail_address_is_for_display_and_finds_nobody() {
    let mut named = 0;
    for source in sources() {
        for line in source
            .text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
        {
            if line.to_lowercase().contains("email") {
                named += 1;
                let finds = FINDS.iter().find(|mark| line.contains(**mark));
                assert_eq!(finds, None, "{}: {line}", source.path.display());
            }
        }
    }
    assert!(named > 10, "e-mail addresses are called something else now");
}
