//! Placeholders of the recordings: their values, filled into requests and matched in responses. Equal names must have
//! equal values, except for kinds that are new each time.

use std::collections::HashMap;

/// Values of placeholders.
#[derive(Default)]
pub struct Bindings(HashMap<String, String>);

/// A part of a text with placeholders.
enum Part<'t> {
    Text(&'t str),
    Placeholder(&'t str),
}

/// Kinds with a new value at each place, or the newest value of their name.
const FRESH: [&str; 8] = [
    "time",
    "code",
    "jwt",
    "client_secret",
    "access_token",
    "refresh_token",
    "id_token",
    "last",
];

impl Bindings {
    pub fn bind(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), value.to_owned());
    }

    pub fn get(&self, name: &str) -> String {
        let value = self.0.get(name);
        value
            .unwrap_or_else(|| panic!("<{name}> has no value yet"))
            .clone()
    }

    /// A request's text with every placeholder filled.
    pub fn fill(&mut self, text: &str) -> String {
        let parts = parts(text);
        let filled: Vec<String> = parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => (*text).to_owned(),
                Part::Placeholder(name) => self.value(name),
            })
            .collect();
        filled.concat()
    }

    /// The bound value, or a constant for a value that the recording did not get from the server.
    fn value(&mut self, name: &str) -> String {
        if !self.0.contains_key(name) {
            let constant = match name.split(' ').next().unwrap_or_default() {
                "sha1" => "0123456789abcdef0123456789abcdef01234567",
                "uuid" => "01234567-89ab-cdef-0123-456789abcdef",
                _ => panic!("<{name}> has no value yet"),
            };
            self.bind(name, constant);
        }
        self.get(name)
    }

    /// Compares a text of a response with the recorded one, and binds new placeholders.
    pub fn matches(&mut self, recorded: &str, actual: &str) -> Result<(), String> {
        let mut rest = actual;
        for part in parts(recorded) {
            let length = match part {
                Part::Text(text) => rest.starts_with(text).then_some(text.len()),
                Part::Placeholder(name) => self.matched_length(name, rest),
            };
            let Some(length) = length else {
                return Err(format!("`{actual}` differs from `{recorded}` at `{rest}`"));
            };
            rest = &rest[length..];
        }
        if rest.is_empty() {
            return Ok(());
        }
        Err(format!("`{actual}` is longer than `{recorded}`"))
    }

    /// The length of a placeholder's value at the start of a text.
    fn matched_length(&mut self, name: &str, text: &str) -> Option<usize> {
        let kind = name.split(' ').next().unwrap_or_default();
        if !FRESH.contains(&kind)
            && let Some(known) = self.0.get(name)
        {
            return text.starts_with(known.as_str()).then_some(known.len());
        }
        let length = length(kind, text)?;
        let value = text.get(..length)?;
        form(kind, value).then(|| self.bind(name, value))?;
        Some(length)
    }
}

fn length(kind: &str, text: &str) -> Option<usize> {
    Some(match kind {
        "time" => 20,
        "code" | "client_secret" => 56,
        "client_id" | "uuid" => 36,
        "md5" => 32,
        "sha1" | "pat" => 40,
        "kid" | "coordinate" => 43,
        "last" => 8,
        "jwt" | "access_token" | "refresh_token" | "id_token" => {
            let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
            end.unwrap_or(text.len())
        }
        _ => return None,
    })
}

fn form(kind: &str, value: &str) -> bool {
    let hex = |text: &str| text.chars().all(|c| "0123456789abcdef".contains(c));
    let word = |prefix: &str| {
        let rest = value.strip_prefix(prefix);
        rest.is_some_and(|rest| rest.chars().all(|c| matches!(c, 'a'..='z' | '2'..='7')))
    };
    match kind {
        "code" => word("gta_"),
        "client_secret" => word("gto_"),
        "time" => value.ends_with('Z') && chrono::DateTime::parse_from_rfc3339(value).is_ok(),
        "client_id" | "uuid" => uuid::Uuid::try_parse(value).is_ok(),
        "md5" | "sha1" | "pat" | "last" => hex(value),
        "kid" | "coordinate" => data_encoding::BASE64URL_NOPAD
            .decode(value.as_bytes())
            .is_ok_and(|bytes| bytes.len() == 32),
        _ => value.split('.').count() == 3,
    }
}

/// Kinds of placeholders; other text in angle brackets is literal.
const KINDS: [&str; 19] = [
    "root_url",
    "root_host",
    "receiver_url",
    "time",
    "code",
    "jwt",
    "client_secret",
    "client_id",
    "access_token",
    "refresh_token",
    "id_token",
    "uuid",
    "md5",
    "sha1",
    "pat",
    "kid",
    "coordinate",
    "last",
    "password",
];

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((start, end)) = placeholder(rest) {
        parts.push(Part::Text(&rest[..start]));
        parts.push(Part::Placeholder(&rest[start + 1..end]));
        rest = &rest[end + 1..];
    }
    parts.push(Part::Text(rest));
    parts
}

/// Start and end of the first placeholder.
fn placeholder(text: &str) -> Option<(usize, usize)> {
    let starts = text.match_indices('<').map(|(start, _)| start);
    starts.into_iter().find_map(|start| {
        let end = start + text[start..].find('>')?;
        let name = &text[start + 1..end];
        let kind = name.split([' ', ',']).next()?;
        (KINDS.contains(&kind) || name == "hook secret").then_some((start, end))
    })
}
