//! What comes into the binary: licences, sources and bans of `deny.toml`, checked against the locked dependency graph
//! without a network; and exceptions that nobody needs any more.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

use std::collections::BTreeSet;
use std::process::Command;

/// A crate that is built into the binary or its tests.
struct Package {
    name: String,
    /// Version, and where it comes from unless that is the registry.
    version: String,
    license: String,
}

/// Every crate that is built, with the features that are on.
fn built() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--offline",
            "--prefix",
            "none",
            "--no-dedupe",
        ])
        .args([
            "--edges",
            "normal,build,dev",
            "--target",
            "x86_64-unknown-linux-gnu",
        ])
        .args(["--format", "{p}|{l}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: BTreeSet<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    lines
        .into_iter()
        .map(|line| {
            let (package, license) = line.split_once('|').unwrap();
            let (name, version) = package.split_once(' ').unwrap();
            Package {
                name: name.to_owned(),
                version: version.trim_end_matches(" (proc-macro)").to_owned(),
                license: license.to_owned(),
            }
        })
        .collect()
}

fn rules() -> toml::Table {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/deny.toml");
    std::fs::read_to_string(path).unwrap().parse().unwrap()
}

/// Is an SPDX expression satisfied? `OR` needs one side, `AND` all; `/` is an old `OR`.
fn allowed(expression: &str, licences: &BTreeSet<&str>) -> bool {
    let expression = expression.replace(['(', ')'], " ").replace('/', " OR ");
    // Without parentheses the reading is the strict one: every part of an `AND` needs one allowed alternative.
    expression
        .split(" AND ")
        .all(|part| part.split(" OR ").any(|one| licences.contains(one.trim())))
}

#[test]
fn every_crate_has_an_allowed_licence_and_comes_from_the_registry() {
    let rules = rules();
    let allow = rules["licenses"]["allow"].as_array().unwrap();
    let licences: BTreeSet<_> = allow.iter().filter_map(toml::Value::as_str).collect();
    let packages = built();
    assert!(packages.len() > 100, "the dependency graph was not read");
    for Package {
        name,
        version,
        license,
    } in &packages
    {
        assert!(
            allowed(license, &licences),
            "{name} {version} has licence `{license}`"
        );
        let own = name == env!("CARGO_PKG_NAME");
        assert!(
            own || !version.contains('('),
            "{name} {version} is not of the registry"
        );
    }
}

#[test]
fn no_banned_crate_comes_in_and_nothing_that_must_be_one_is_two() {
    let rules = rules();
    let packages = built();
    let versions = |wanted: &str| packages.iter().filter(|p| p.name == wanted).count();
    for ban in rules["bans"]["deny"].as_array().unwrap() {
        let name = ban["crate"].as_str().unwrap();
        assert_eq!(versions(name), 0, "{name} is banned: {}", ban["reason"]);
    }
    for one in ["reqwest", "hyper", "rustls", "tokio", "http", "url", "redb"] {
        assert_eq!(versions(one), 1, "{one} must be there once");
    }
}

#[test]
fn an_exception_whose_reason_is_gone_is_removed() {
    let packages = built();
    for needed in ["rsa", "serde_yaml"] {
        assert!(
            packages.iter().any(|p| p.name == needed),
            "{needed} is gone; remove its exception from deny.toml"
        );
    }
}
