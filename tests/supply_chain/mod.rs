//! What the product is built from: reads `.deny.toml` and asks cargo for the tree, without a network. Fails for a licence,
//! a source or a crate that is not to come in, for a second TLS stack or HTTP client, and for an exception that has
//! outlived its crate.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test's helpers fail by panicking"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use toml::Table;

/// Crates with a known blemish, the advisory if there is one, and all that may bring them in.
const EXCEPTIONS: [(&str, Option<&str>, &[&str]); 2] = [
    ("rsa", Some("RUSTSEC-2023-0071"), &["openidconnect"]),
    ("serde_yaml", None, &["poem", "poem-openapi"]),
];

/// Of these there is one version, because two would be two behaviours towards the outside.
const ONCE: [&str; 8] = [
    "reqwest",
    "hyper",
    "http",
    "url",
    "rustls",
    "aws-lc-rs",
    "tokio",
    "redb",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> Table {
    let text = std::fs::read_to_string(root().join(name)).unwrap();
    text.parse().unwrap()
}

/// Lines of `cargo tree` over what the binary and its tests are built from, with the features that are on.
fn tree(more: &[&str]) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--offline",
            "--edges",
            "normal,build,dev",
        ])
        .args(["--target", "x86_64-unknown-linux-gnu"])
        .args(["--prefix", "none", "--no-dedupe"])
        .args(more)
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: BTreeSet<String> = text.lines().map(str::to_owned).collect();
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}

/// Name and version of every crate in the tree.
fn crates() -> Vec<(String, String)> {
    let split = |line: &String| {
        let (name, version) = line.split_once(' ').expect("a name and a version");
        let version = version.split(' ').next().unwrap_or(version);
        (name.to_owned(), version.to_owned())
    };
    tree(&["--format", "{p}"]).iter().map(split).collect()
}

/// Who names this crate as a dependency.
fn parents(name: &str) -> BTreeSet<String> {
    let lines = tree(&["--invert", name, "--depth", "1", "--format", "{p}"]);
    let names = lines.iter().filter_map(|line| line.split(' ').next());
    names.filter(|n| *n != name).map(str::to_owned).collect()
}

/// Strings or, in a list of tables, what each has under `key`.
fn list(table: &Table, (section, name): (&str, &str), key: &str) -> Vec<String> {
    let items = table.get(section).and_then(|section| section.get(name));
    let items = items.and_then(toml::Value::as_array).unwrap();
    let text = |item: &toml::Value| {
        let item = item.get(key).unwrap_or(item);
        item.as_str().unwrap().to_owned()
    };
    items.iter().map(text).collect()
}

/// Is this SPDX expression fulfilled by these licences? Older manifests write `/` for `OR`.
fn fulfilled(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let (value, rest) = any_of(&words, allowed);
    value && rest.is_empty()
}

fn any_of<'a>(words: &'a [&'a str], allowed: &[String]) -> (bool, &'a [&'a str]) {
    let (mut value, mut rest) = all_of(words, allowed);
    while let ["OR", more @ ..] = rest {
        let (next, after) = all_of(more, allowed);
        (value, rest) = (value | next, after);
    }
    (value, rest)
}

fn all_of<'a>(words: &'a [&'a str], allowed: &[String]) -> (bool, &'a [&'a str]) {
    let (mut value, mut rest) = one(words, allowed);
    while let ["AND", more @ ..] = rest {
        let (next, after) = one(more, allowed);
        (value, rest) = (value & next, after);
    }
    (value, rest)
}

fn one<'a>(words: &'a [&'a str], allowed: &[String]) -> (bool, &'a [&'a str]) {
    let known = |licence: &str| allowed.iter().any(|a| a == licence);
    match words {
        ["(", inner @ ..] => {
            let (value, rest) = any_of(inner, allowed);
            (value, rest.strip_prefix(&[")"]).unwrap_or(&["?"]))
        }
        [name, "WITH", exception, rest @ ..] => (known(&format!("{name} WITH {exception}")), rest),
        [name, rest @ ..] => (known(name), rest),
        [] => (false, words),
    }
}

#[test]
fn every_licence_is_one_that_may_come_in() {
    let allowed = list(&read(".deny.toml"), ("licenses", "allow"), "");
    let lines = tree(&["--format", "{p}|{l}"]);
    let wrong: Vec<_> = lines
        .iter()
        .filter(|line| !fulfilled(line.split_once('|').unwrap().1, &allowed))
        .collect();
    assert!(wrong.is_empty(), "licences not allowed: {wrong:#?}");
}

#[test]
fn an_expression_is_read_as_spdx_means_it() {
    let allowed = ["MIT".to_owned(), "X WITH Y".to_owned()];
    for good in [
        "MIT",
        "A OR MIT",
        "A/MIT",
        "MIT AND (A OR MIT)",
        "X WITH Y",
        "(MIT)",
    ] {
        assert!(fulfilled(good, &allowed), "{good}");
    }
    for bad in ["", "A", "X", "MIT AND A", "A AND A OR A", "(MIT", "MIT MIT"] {
        assert!(!fulfilled(bad, &allowed), "{bad}");
    }
}

#[test]
fn no_banned_crate_and_no_second_tls_stack_or_http_client_comes_in() {
    let crates = crates();
    assert!(crates.len() > 100, "the tree was not read");
    let banned = list(&read(".deny.toml"), ("bans", "deny"), "crate");
    for name in ["ring", "openssl-sys", "native-tls"] {
        assert!(banned.iter().any(|b| b == name), "{name} is banned");
    }
    let found: Vec<_> = crates
        .iter()
        .filter(|(name, _)| banned.contains(name))
        .collect();
    assert!(found.is_empty(), "banned: {found:?}");
    for once in ONCE {
        let versions: Vec<_> = crates.iter().filter(|(name, _)| name == once).collect();
        assert_eq!(versions.len(), 1, "{once}: {versions:?}");
    }
}

#[test]
fn every_crate_comes_from_the_one_registry_and_is_pinned_by_its_hash() {
    let mut registries = std::collections::BTreeSet::new();
    let lock = read("Cargo.lock");
    for package in lock["package"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let Some(source) = package.get("source") else {
            assert_eq!(name, "samovar", "only the product itself has no source");
            continue;
        };
        let source = source.as_str().unwrap().strip_prefix("registry+https://");
        assert!(source.is_some(), "{name} comes from {source:?}");
        registries.extend(source);
        assert!(package.get("checksum").is_some(), "{name} has no hash");
    }
    assert_eq!(registries.len(), 1, "{registries:?}");
}

#[test]
fn no_exception_outlives_its_crate_or_spreads() {
    let ignored = list(&read(".deny.toml"), ("advisories", "ignore"), "id");
    let known: Vec<_> = EXCEPTIONS.iter().filter_map(|(_, id, _)| *id).collect();
    assert_eq!(
        ignored, known,
        "`.deny.toml` and the table here say the same"
    );
    let crates = crates();
    for (name, _, by) in EXCEPTIONS {
        assert!(
            crates.iter().any(|(present, _)| present == name),
            "{name} is gone; remove its exception"
        );
        let by: BTreeSet<String> = by.iter().map(|b| (*b).to_owned()).collect();
        assert_eq!(parents(name), by, "who brings in {name}");
    }
}

#[test]
fn every_dependency_of_ours_says_why_it_is_there() {
    let text = std::fs::read_to_string(Path::new(&root()).join("Cargo.toml")).unwrap();
    let dependencies = text
        .split_once("[dependencies]\n")
        .and_then(|(_, rest)| rest.split_once("\n["))
        .expect("the section")
        .0;
    for line in dependencies.lines().filter(|line| line.contains(" = ")) {
        let reason = line.split_once('#').map(|(_, reason)| reason.trim());
        assert!(reason.is_some_and(|reason| reason.len() > 3), "{line}");
    }
}
