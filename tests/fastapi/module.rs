//! What Python's own tools say about the module, its example and its tests. They write nothing into the repository.

use crate::support::tools;
use std::path::Path;
use std::process::Command;

/// Runs a program of the virtual environment at the repository's root; what it says is part of a failure.
fn passes(program: &str, arguments: &[&str]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(tools::of_environment(program));
    command
        .current_dir(root)
        .args(arguments)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONPATH", "packaging/fastapi/src")
        .env("MYPYPATH", "packaging/fastapi/src:packaging/fastapi:tests/fastapi");
    let done = command.output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    let failed = String::from_utf8_lossy(&done.stderr);
    assert!(
        done.status.success(),
        "{program} {arguments:?}\n{said}{failed}"
    );
}

const FOLDERS: [&str; 2] = ["packaging/fastapi", "tests/fastapi"];

#[test]
fn types_hold_by_the_strict_rules() {
    let cache = concat!(env!("CARGO_TARGET_TMPDIR"), "/mypy");
    let options = ["--strict", "--python-version", "3.10", "--cache-dir", cache];
    passes("mypy", &[&options[..], &FOLDERS].concat());
}

#[test]
fn lints_and_formatting_are_clean() {
    let options = ["--no-cache", "--config", "tests/fastapi/ruff.toml"];
    passes("ruff", &[&["check"], &options[..], &FOLDERS].concat());
    passes(
        "ruff",
        &[&["format", "--check"], &options[..], &FOLDERS].concat(),
    );
}

#[test]
fn its_own_tests_pass() {
    passes(
        "pytest",
        &["-c", "tests/fastapi/pytest.ini", "tests/fastapi"],
    );
}
