//! Secrets from outside the file: a systemd credential, an environment variable, or a file that a key names.

use super::key::{KeyPath, variable};
use super::parse::from_text;
use super::raw::RawConfig;
use super::reader::{KeyReader, parse_text};
use crate::model::ProviderId;
use secrecy::SecretString;
use std::convert::Infallible;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// A secret, from the first place that has it. A credential precedes an environment variable, because no other process
/// can read it and no child inherits it. `<id>` in the name of the credential stands for the id of the provider.
pub(super) fn secret(credential: &'static str, file: &str) -> KeyReader<SecretString> {
    let reader = KeyReader::new(format!("{file:?}"), String::new(), move |raw, path| {
        let id = raw.parsed(path.sibling("id"), from_text::<ProviderId>);
        match id.as_deref() {
            Some([id]) => find(raw, path, &credential.replace("<id>", id.as_str())),
            _ if credential.contains("<id>") => None,
            _ => find(raw, path, credential),
        }
    });
    reader.secret(credential)
}

fn find(raw: &mut RawConfig<'_>, path: KeyPath<'_>, credential: &str) -> Option<SecretString> {
    let (variable, file_key) = (variable(credential), format!("{}_file", path.key));
    let file_path = path.sibling(&file_key);
    if let Some(folder) = raw.environment("CREDENTIALS_DIRECTORY") {
        let file = Path::new(&folder).join(credential);
        if file.exists() {
            return from_file(raw, path, &file, false);
        }
    }
    if let Some(value) = raw.environment(&variable) {
        return one_line(raw, path, &variable, &value);
    }
    let file = raw.read(file_path, |value| {
        parse_text(value, |text| Ok::<_, Infallible>(PathBuf::from(text)))
    });
    if let Some(file) = file {
        return from_file(raw, file_path, &file, true);
    }
    // A secret in the file is already an error.
    if !raw.holds(path) {
        let message = format!(
            "is missing; set {variable}, the systemd credential `{credential}`, or {file_path}"
        );
        raw.missing_secret(path, message);
    }
    None
}

fn from_file(
    raw: &mut RawConfig<'_>,
    path: KeyPath<'_>,
    file: &Path,
    check_mode: bool,
) -> Option<SecretString> {
    let shown = file.display();
    let read = fs::metadata(file).and_then(|meta| Ok((meta, fs::read_to_string(file)?)));
    match read {
        Err(error) => {
            raw.error(path, format!("`{shown}` cannot be read: {error}"));
            None
        }
        Ok((meta, _)) if check_mode && meta.permissions().mode() & 0o077 != 0 => {
            let message = format!("`{shown}` can be read by others; run `chmod 600` on it");
            raw.error(path, message);
            None
        }
        Ok((_, text)) => one_line(raw, path, &shown.to_string(), &text),
    }
}

/// One line of visible characters; the newline that editors leave is dropped.
fn one_line(
    raw: &mut RawConfig<'_>,
    path: KeyPath<'_>,
    source: &str,
    text: &str,
) -> Option<SecretString> {
    let text = text.trim_end_matches(['\r', '\n']);
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic()) {
        return Some(SecretString::from(text));
    }
    let message = format!("{source} must hold one line of visible characters and nothing else");
    raw.error(path, message);
    None
}
