//! Cargo's build script: builds the web UI into `ui/dist`, where rust-embed looks for it, so that `cargo build` alone
//! gives a whole binary; beside it, in `ui/dist/downloads`, the wheel of the FastAPI package. Builds no UI when the sources
//! are those of the last build. Without node, or when npm fails, it warns and leaves a page that says so;
//! `SAMOVAR_REQUIRE_UI=1`, as packaging sets it, makes that an error.

#[path = "../packaging/fastapi/wheel.rs"]
mod wheel;

use std::collections::hash_map::DefaultHasher;
use std::fs::{self, File};
use std::hash::Hasher as _;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;

/// What the UI is built from, below `ui/`. It names the wheel, and so its version.
const SOURCES: [&str; 8] = [
    "src",
    "public",
    "index.html",
    "package.json",
    "package-lock.json",
    ".npmrc",
    "vite.config.ts",
    "../packaging/fastapi/pyproject.toml",
];

const PAGE: &str = "ui/dist/index.html";
/// Below `node_modules`, which `npm ci` empties: what was installed, and what was built.
const INSTALLED: &str = "ui/node_modules/.samovar-installed";
const BUILT: &str = "ui/node_modules/.samovar-built";

fn main() -> io::Result<()> {
    let mut cargo = io::stdout();
    for source in SOURCES {
        writeln!(cargo, "cargo:rerun-if-changed=ui/{source}")?;
    }
    for source in wheel::SOURCES {
        writeln!(cargo, "cargo:rerun-if-changed={source}")?;
    }
    writeln!(cargo, "cargo:rerun-if-changed={PAGE}")?;
    writeln!(cargo, "cargo:rerun-if-env-changed=SAMOVAR_REQUIRE_UI")?;
    fs::create_dir_all("ui/dist")?;
    // Several builds may run in one clone; the others wait here and then find the work done.
    let lock = File::open("ui/package-lock.json")?;
    lock.lock()?;
    if let Err(why) = build() {
        if std::env::var_os("SAMOVAR_REQUIRE_UI").is_some() {
            return Err(io::Error::other(format!("the web UI was not built: {why}")));
        }
        writeln!(cargo, "cargo:warning=the web UI was not built: {why}")?;
        fs::write(PAGE, missing(&why))?;
    }
    // Last, because a build of the UI empties the folder.
    wheel::write(Path::new("ui/dist/downloads"))?;
    // As old as a source: else cargo would see a file that is newer than this run, and run it again.
    File::open(PAGE)?.set_modified(lock.metadata()?.modified()?)
}

/// Installs and bundles, each only when what it starts from has changed; says in a line why it could not.
fn build() -> Result<(), String> {
    let read = |error: io::Error| error.to_string();
    let locked = fs::read_to_string("ui/package-lock.json").map_err(read)?;
    if fs::read_to_string(INSTALLED).ok().as_deref() != Some(&locked) {
        npm(&["ci"])?;
        fs::write(INSTALLED, &locked).map_err(read)?;
    }
    let mut hasher = DefaultHasher::new();
    for source in SOURCES {
        hash(&Path::new("ui").join(source), &mut hasher).map_err(read)?;
    }
    let sources = hasher.finish().to_string();
    if fs::read_to_string(BUILT).ok().as_deref() != Some(&sources) || !Path::new(PAGE).exists() {
        // What is in `dist` is nothing until it is whole.
        let _ = fs::remove_file(BUILT);
        npm(&["run", "build"])?;
        fs::write(BUILT, sources).map_err(read)?;
    }
    Ok(())
}

fn npm(arguments: &[&str]) -> Result<(), String> {
    let done = Command::new("npm")
        .args(arguments)
        .current_dir("ui")
        .output();
    let done = done.map_err(|error| {
        format!("npm did not start ({error}); install node with npm, then `touch ui/index.html` and build again")
    })?;
    if done.status.success() {
        return Ok(());
    }
    let said = [done.stderr, done.stdout].concat();
    let said = String::from_utf8_lossy(&said);
    let lines = said.lines().skip_while(|line| !line.contains("rror"));
    let why: Vec<&str> = lines.take(2).map(str::trim).collect();
    Err(format!(
        "`npm {}` failed: {}",
        arguments.join(" "),
        why.join(" ")
    ))
}

fn hash(path: &Path, hasher: &mut DefaultHasher) -> io::Result<()> {
    hasher.write(path.as_os_str().as_encoded_bytes());
    if path.is_dir() {
        let entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path()));
        let mut entries = entries.collect::<io::Result<Vec<_>>>()?;
        entries.sort();
        // Types are written from the API's document for the checker alone.
        entries.retain(|entry| !entry.ends_with("schema.d.ts"));
        return entries.iter().try_for_each(|entry| hash(entry, hasher));
    }
    hasher.write(&fs::read(path)?);
    Ok(())
}

fn missing(why: &str) -> String {
    let why = why.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Samovar</title>\n\
         <h1>This Samovar was built without its web UI</h1>\n<p>{why}.</p>\n\
         <p>Everything it does can also be done with the API under /api/v1.</p>\n</html>\n"
    )
}
