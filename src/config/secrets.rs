//! Secrets from outside the file: a systemd credential, an environment variable, or a file that a key names.

use super::Environment;
use super::keys::SECRETS;
use super::raw::Raw;
use secrecy::SecretString;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// The secret of this key, from the first place that has it: a credential, which no other process can see, goes before a
/// variable, which children inherit.
pub(super) fn secret(
    raw: &mut Raw,
    wanted: &str,
    environment: Environment<'_>,
) -> Option<SecretString> {
    let place = SECRETS.iter().find(|(key, ..)| *key == wanted).copied()?;
    find(raw, place, environment)
}

/// The client secret of a provider, whose id is part of the names of the places.
pub(super) fn of_provider(
    raw: &mut Raw,
    (section, id): (&str, &str),
    environment: Environment<'_>,
) -> Option<SecretString> {
    let wanted = "provider.client_secret";
    let (key, variable, credential, file) = SECRETS.iter().find(|(key, ..)| *key == wanted)?;
    let capitals = id.to_ascii_uppercase().replace('-', "_");
    let here = |key: &str| key.replacen("provider.", &format!("{section}."), 1);
    let place = (
        &*here(key),
        &*variable.replace("<ID>", &capitals),
        &*credential.replace("<id>", id),
        &*here(file),
    );
    find(raw, place, environment)
}

fn find(
    raw: &mut Raw,
    (key, variable, credential, file_key): (&str, &str, &str, &str),
    environment: Environment<'_>,
) -> Option<SecretString> {
    if let Some(folder) = environment("CREDENTIALS_DIRECTORY") {
        let path = Path::new(&folder).join(credential);
        if path.exists() {
            return from_file(raw, key, &path, false);
        }
    }
    if let Some(value) = environment(variable) {
        return checked(raw, key, variable, &value);
    }
    if let Some(path) = raw.text(file_key) {
        return from_file(raw, file_key, Path::new(&path), true);
    }
    if raw.holds(key) {
        // Said already: it stands where it must not.
        return None;
    }
    raw.absent_secret(
        key,
        format!("is missing; set {variable}, the systemd credential `{credential}`, or {file_key}"),
    );
    None
}

fn from_file(raw: &mut Raw, key: &str, path: &Path, check_mode: bool) -> Option<SecretString> {
    let shown = path.display();
    let read = fs::metadata(path).and_then(|meta| Ok((meta, fs::read_to_string(path)?)));
    match read {
        Err(error) => {
            raw.problem(key, format!("`{shown}` cannot be read: {error}"));
            None
        }
        Ok((meta, _)) if check_mode && meta.permissions().mode() & 0o077 != 0 => {
            raw.problem(
                key,
                format!("`{shown}` can be read by others; run `chmod 600` on it"),
            );
            None
        }
        Ok((_, text)) => checked(raw, key, &shown.to_string(), &text),
    }
}

/// One line of visible characters; the newline that editors leave is dropped.
fn checked(raw: &mut Raw, key: &str, place: &str, text: &str) -> Option<SecretString> {
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_graphic()) {
        raw.problem(
            key,
            format!("{place} must hold one line of visible characters and nothing else"),
        );
        return None;
    }
    Some(SecretString::from(text))
}
