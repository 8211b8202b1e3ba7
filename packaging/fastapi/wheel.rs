//! Part of Cargo's build script: makes the wheel of the FastAPI package, which the server then serves.
//!
//! Written in Rust, because `cargo build` must need neither Python nor a network. That is simple for pure Python: a wheel
//! is a zip of the modules and of four files about them (PEP 427). The sources and `pyproject.toml` are read as they are,
//! and a test compares the wheel with the one that Python's own `build` makes from the same folder. It must depend on
//! nothing but these files: times are fixed and nothing is compressed, so the same sources always give the same bytes.

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Cursor, Write as _};
use std::path::Path;
use toml::{Table, Value};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// What the wheel is made from.
pub const SOURCES: [&str; 4] = [
    "packaging/fastapi/pyproject.toml",
    "packaging/fastapi/README.md",
    "packaging/fastapi/LICENSE",
    "packaging/fastapi/src",
];

const FOLDER: &str = "packaging/fastapi";
const PACKAGE: &str = "samovar_fastapi";

/// A file in the wheel: its name, and its content.
type Member = (String, Vec<u8>);

/// Writes the wheel into the folder, and removes what else is there: wheels of other versions.
pub fn write(folder: &Path) -> io::Result<()> {
    let (name, wheel) = wheel()?;
    fs::create_dir_all(folder)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() != *name {
            fs::remove_file(entry.path())?;
        }
    }
    // An unchanged file stays as old as it is: else every other build in this clone would compile again.
    let path = folder.join(name);
    if fs::read(&path).is_ok_and(|present| present == wheel) {
        return Ok(());
    }
    fs::write(path, wheel)
}

/// Its file name and its bytes.
fn wheel() -> io::Result<(String, Vec<u8>)> {
    let file = fs::read_to_string(Path::new(FOLDER).join("pyproject.toml"))?;
    let file: Table = file.parse().map_err(io::Error::other)?;
    let project = file.get("project").and_then(Value::as_table);
    let project = project.ok_or_else(|| missing("project"))?;
    let version = text(project, "version")?;
    let information = format!("{PACKAGE}-{version}.dist-info");
    let mut members = modules()?;
    members.push((format!("{information}/METADATA"), metadata(project)?.into()));
    members.push((format!("{information}/WHEEL"), tags().into()));
    let licence = fs::read(Path::new(FOLDER).join("LICENSE"))?;
    members.push((format!("{information}/licenses/LICENSE"), licence));
    let record = format!("{information}/RECORD");
    members.push((record.clone(), list(&members, &record)?.into()));
    let name = format!("{PACKAGE}-{version}-py3-none-any.whl");
    Ok((name, archive(members)?))
}

/// The Python files and `py.typed`, in the order of their names.
fn modules() -> io::Result<Vec<Member>> {
    let mut members = Vec::new();
    for entry in fs::read_dir(Path::new(FOLDER).join("src").join(PACKAGE))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.extension().is_some_and(|extension| extension == "py") || name == "py.typed" {
            members.push((format!("{PACKAGE}/{name}"), fs::read(&path)?));
        }
    }
    members.sort();
    Ok(members)
}

/// `METADATA` (core metadata 2.4), with the README as the description.
fn metadata(project: &Table) -> io::Result<String> {
    let mut lines = vec!["Metadata-Version: 2.4".to_owned()];
    for (field, key) in [
        ("Name", "name"),
        ("Version", "version"),
        ("Summary", "description"),
    ] {
        lines.push(format!("{field}: {}", text(project, key)?));
    }
    let authors = items(project, "authors")?.iter();
    let authors = authors.filter_map(|author| author.get("name").and_then(Value::as_str));
    lines.push(format!(
        "Author: {}",
        authors.collect::<Vec<_>>().join(", ")
    ));
    lines.push(format!("License-Expression: {}", text(project, "license")?));
    lines.extend(fields("License-File", project, "license-files")?);
    let keywords = items(project, "keywords")?.iter();
    let keywords = keywords.filter_map(Value::as_str).collect::<Vec<_>>();
    lines.push(format!("Keywords: {}", keywords.join(",")));
    lines.extend(fields("Classifier", project, "classifiers")?);
    lines.push(format!(
        "Requires-Python: {}",
        text(project, "requires-python")?
    ));
    lines.extend(fields("Requires-Dist", project, "dependencies")?);
    lines.push("Description-Content-Type: text/markdown".to_owned());
    let readme = fs::read_to_string(Path::new(FOLDER).join(text(project, "readme")?))?;
    Ok(format!("{}\n\n{readme}", lines.join("\n")))
}

/// `WHEEL`.
fn tags() -> String {
    let generator = concat!("samovar ", env!("CARGO_PKG_VERSION"));
    format!(
        "Wheel-Version: 1.0\nGenerator: {generator}\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
}

/// `RECORD`: every file with its hash and its length, and itself without either.
fn list(members: &[Member], record: &str) -> io::Result<String> {
    let mut lines = String::new();
    for (name, content) in members {
        let hash = BASE64URL_NOPAD.encode(&Sha256::digest(content));
        writeln!(lines, "{name},sha256={hash},{}", content.len()).map_err(io::Error::other)?;
    }
    Ok(format!("{lines}{record},,\n"))
}

fn archive(members: Vec<Member>) -> io::Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        archive.start_file(name, options)?;
        archive.write_all(&content)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// A line for each item of a list.
fn fields(field: &str, project: &Table, key: &str) -> io::Result<Vec<String>> {
    let items = items(project, key)?.iter().filter_map(Value::as_str);
    Ok(items.map(|item| format!("{field}: {item}")).collect())
}

fn items<'a>(project: &'a Table, key: &str) -> io::Result<&'a [Value]> {
    let items = project.get(key).and_then(Value::as_array);
    items.map(Vec::as_slice).ok_or_else(|| missing(key))
}

fn text<'a>(project: &'a Table, key: &str) -> io::Result<&'a str> {
    let text = project.get(key).and_then(Value::as_str);
    text.ok_or_else(|| missing(key))
}

fn missing(key: &str) -> io::Error {
    io::Error::other(format!(
        "{FOLDER}/pyproject.toml has no `{key}` of the type that the wheel needs; add it"
    ))
}
