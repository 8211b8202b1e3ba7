//! The package by itself: its types, its style, its own tests in both environments, and the wheel that Samovar serves.

use crate::fastapi::environments::{Environment, succeed, wheel_address};
use crate::fastapi::stage::root;
use crate::support::browser::plain_client;
use crate::support::samovar::Samovar;
use crate::support::tools;
use crate::support::world::GiteaWorld;
use tempfile::TempDir;
use tokio::process::Command;

const FOLDERS: [&str; 2] = ["packaging/fastapi", "tests/fastapi"];

/// A tool of the virtual environment at the repository's root.
fn tool(name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(tools::of_environment(name));
    command
        .current_dir(root())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .args(arguments);
    command
}

/// Strict, for the lowest Python, with the newest versions; each cache sees the package from one side.
async fn check_types(cache: &str, paths: &[&str]) {
    let environment = Environment::newest().await;
    let cache = format!("{}/mypy-{cache}", env!("CARGO_TARGET_TMPDIR"));
    let options = [
        "--strict",
        "--python-version",
        "3.10",
        "--cache-dir",
        &cache,
    ];
    let mut mypy = tool("mypy", &options);
    mypy.env("MYPYPATH", "packaging/fastapi:tests/fastapi")
        .arg("--python-executable")
        .arg(environment.folder().join("bin/python"))
        .args(paths);
    succeed(mypy).await;
}

#[tokio::test]
async fn types_hold_by_the_strict_rules() {
    check_types("package", &["packaging/fastapi/src"]).await;
}

#[tokio::test]
async fn an_installed_package_is_typed_for_its_users() {
    let users = ["packaging/fastapi/example.py", "tests/fastapi"];
    check_types("users", &users).await;
}

#[tokio::test]
async fn lints_and_formatting_are_clean() {
    let options = ["--no-cache", "--config", "tests/fastapi/ruff.toml"];
    for words in [&["check"][..], &["format", "--check"]] {
        succeed(tool("ruff", &[words, &options[..], &FOLDERS].concat())).await;
    }
}

/// Runs the package's tests in an environment.
async fn own_tests(environment: &Environment) {
    let mut python = environment.python();
    python
        .args(["-m", "pytest", "-c", "tests/fastapi/pytest.ini"])
        .arg("tests/fastapi");
    succeed(python).await;
}

#[tokio::test]
async fn its_own_tests_pass_with_the_newest_versions() {
    own_tests(Environment::newest().await).await;
}

#[tokio::test]
async fn its_own_tests_pass_with_the_lowest_versions() {
    own_tests(Environment::lowest().await).await;
}

#[test]
fn the_package_has_the_servers_version() {
    let project = root().join("packaging/fastapi/pyproject.toml");
    let project: toml::Table = std::fs::read_to_string(project).unwrap().parse().unwrap();
    assert_eq!(
        project["project"]["version"].as_str(),
        Some(env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn the_package_has_the_products_licence() {
    let [ours, the_packages] = ["LICENSE", "packaging/fastapi/LICENSE"]
        .map(|path| std::fs::read_to_string(root().join(path)).unwrap());
    assert_eq!(ours, the_packages);
}

#[tokio::test]
async fn the_served_wheel_is_the_one_that_python_builds() {
    let folder = TempDir::new().unwrap();
    let gitea = GiteaWorld::start().await;
    let samovar = Samovar::start(folder.path(), &gitea).await;
    let served = plain_client().get(wheel_address(&samovar)).send().await;
    let served = served.unwrap();
    assert_eq!(served.status(), 200);
    assert_eq!(served.headers()["content-type"], "application/zip");
    let path = folder.path().join("served.whl");
    std::fs::write(&path, served.bytes().await.unwrap()).unwrap();
    let outputs = folder.path().join("outputs");
    let mut build = tool("pyproject-build", &["--no-isolation", "--outdir"]);
    build.arg(&outputs).arg("packaging/fastapi");
    succeed(build).await;
    let mut compare = tool("python", &["tests/fastapi/compare_wheels.py"]);
    compare.arg(path).arg(outputs);
    succeed(compare).await;
}
