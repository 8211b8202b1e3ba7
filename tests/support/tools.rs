//! Programs from packages that tests and the demo start, installed when missing by `tests/tools.sh`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;

static READY: Once = Once::new();
static BROWSER: Once = Once::new();
static KEYCLOAK: Once = Once::new();
static CLIENTS: Once = Once::new();
static OAUTH: Once = Once::new();

/// Makes sure once that nginx and the virtual environment are there.
pub fn ready() {
    READY.call_once(|| install(&[]));
}

/// Makes sure of what the demo needs, in the place of [`ready`].
pub fn demo() {
    READY.call_once(|| install(&["demo"]));
}

/// Makes sure once that Chromium is there too, with what drives it.
pub fn browser() {
    BROWSER.call_once(|| install(&["browser"]));
}

/// Makes sure once that the generators of TypeScript clients are there too.
pub fn clients() {
    CLIENTS.call_once(|| install(&["clients"]));
}

/// Makes sure once that the OAuth libraries for Node.js are there too.
pub fn oauth() {
    OAUTH.call_once(|| install(&["oauth"]));
}

/// Makes sure once that Keycloak is there too, with Java; gives its folder.
pub fn keycloak() -> PathBuf {
    KEYCLOAK.call_once(|| install(&["keycloak"]));
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/.tools/keycloak")
}

fn install(arguments: &[&str]) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools.sh");
    let done = Command::new("sh").arg(script).args(arguments).status();
    assert!(
        done.unwrap().success(),
        "tests/tools.sh could not install what the tests need"
    );
}

/// A program of the virtual environment.
pub fn of_environment(name: &str) -> PathBuf {
    ready();
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(".venv/bin")
        .join(name)
}
