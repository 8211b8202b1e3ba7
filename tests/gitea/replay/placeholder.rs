//! Placeholders of the recordings: what each stands for, found in texts, filled into requests, matched in answers.
//! Equal names must stand for equal values, but for those that are new each time.

use std::collections::HashMap;

/// Values that placeholders were seen to stand for.
#[derive(Default)]
pub struct Bindings(HashMap<String, String>);

/// A text cut into what is fixed and what is not.
enum Part<'t> {
    Text(&'t str),
    Hole(&'t str),
}

/// Kinds that stand for something new wherever they are met, or for the newest of their name.
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
            .unwrap_or_else(|| panic!("nothing stands for <{name}> yet"))
            .clone()
    }

    /// A request's text with every placeholder filled.
    pub fn fill(&mut self, text: &str) -> String {
        let parts = cut(text);
        let filled: Vec<String> = parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => (*text).to_owned(),
                Part::Hole(name) => self.value(name),
            })
            .collect();
        filled.concat()
    }

    /// What is bound, or a made-up value for what the recording never got from the server.
    fn value(&mut self, name: &str) -> String {
        if !self.0.contains_key(name) {
            let made_up = match name.split(' ').next().unwrap_or_default() {
                "sha1" => "0123456789abcdef0123456789abcdef01234567",
                "uuid" => "01234567-89ab-cdef-0123-456789abcdef",
                _ => panic!("nothing stands for <{name}> yet"),
            };
            self.bind(name, made_up);
        }
        self.get(name)
    }

    /// Compares a text of an answer with the recorded one and binds what is met for the first time.
    pub fn matches(&mut self, recorded: &str, actual: &str) -> Result<(), String> {
        let mut rest = actual;
        for part in cut(recorded) {
            let taken = match part {
                Part::Text(text) => rest.starts_with(text).then_some(text.len()),
                Part::Hole(name) => self.take(name, rest),
            };
            let Some(taken) = taken else {
                return Err(format!("`{actual}` is not `{recorded}` from `{rest}` on"));
            };
            rest = &rest[taken..];
        }
        if rest.is_empty() {
            return Ok(());
        }
        Err(format!("`{actual}` goes on after `{recorded}`"))
    }

    /// How much of a text a placeholder stands for.
    fn take(&mut self, name: &str, text: &str) -> Option<usize> {
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

/// Kinds of placeholders; any other text in angle brackets is text.
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

fn cut(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((start, end)) = hole(rest) {
        parts.push(Part::Text(&rest[..start]));
        parts.push(Part::Hole(&rest[start + 1..end]));
        rest = &rest[end + 1..];
    }
    parts.push(Part::Text(rest));
    parts
}

/// Where the first placeholder begins and ends.
fn hole(text: &str) -> Option<(usize, usize)> {
    let starts = text.match_indices('<').map(|(start, _)| start);
    starts.into_iter().find_map(|start| {
        let end = start + text[start..].find('>')?;
        let name = &text[start + 1..end];
        let kind = name.split([' ', ',']).next()?;
        (KINDS.contains(&kind) || name == "hook secret").then_some((start, end))
    })
}
