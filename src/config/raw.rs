//! The file before its values are read: its keys with TOML values, and the errors found so far.
//!
//! Knows the names of all keys and the environment. Must never put a value of the file into an error by itself: it may be
//! a secret.

use super::error::{ConfigError, ConfigErrors};
use super::key::{Key, KeyPath, Presence, Section, variable};
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue, Error};

/// Reads an environment variable; the module has no other access to the environment.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A parsed file.
pub(super) struct RawConfig<'a> {
    text: &'a str,
    table: DeTable<'a>,
    sections: &'a [Section],
    environment: Environment<'a>,
    errors: Vec<ConfigError>,
}

impl<'a> RawConfig<'a> {
    /// Parses TOML; finds unknown keys, and secrets in the file.
    pub(super) fn parse(
        text: &'a str,
        sections: &'a [Section],
        environment: Environment<'a>,
    ) -> Result<Self, ConfigErrors> {
        let (table, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            return Err(ConfigErrors::new(syntax_errors(text, &errors)));
        }
        let mut raw = Self {
            text,
            table: table.into_inner(),
            sections,
            environment,
            errors: Vec::new(),
        };
        let entries = raw.table.iter();
        let errors = entries.flat_map(|(name, value)| raw.key_errors(name, value.get_ref()));
        raw.errors = errors.collect();
        Ok(raw)
    }

    pub(super) fn into_errors(self) -> Vec<ConfigError> {
        self.errors
    }

    pub(super) fn error(&mut self, path: KeyPath<'_>, message: impl Into<String>) {
        let line = self.entry(path).map(|(key, _)| self.line(key));
        let error = ConfigError::new(path.to_string(), line, message.into());
        self.errors.push(error);
    }

    pub(super) fn missing_secret(&mut self, path: KeyPath<'_>, message: String) {
        self.errors.push(ConfigError {
            secret_missing: true,
            ..ConfigError::new(path.to_string(), None, message)
        });
    }

    pub(super) fn environment(&self, name: &str) -> Option<String> {
        (self.environment)(name)
    }

    /// Does the file have the key?
    pub(super) fn holds(&self, path: KeyPath<'_>) -> bool {
        self.entry(path).is_some()
    }

    /// The value of a key, or its default, read by a function whose messages become errors of the key.
    pub(super) fn read<T>(
        &mut self,
        path: KeyPath<'_>,
        read: impl FnOnce(&DeValue<'_>) -> Result<T, Vec<String>>,
    ) -> Option<T> {
        let missing = |key: &Key| format!("is missing; set it, for example to {}", key.value);
        let read = match (self.value(path), self.key(path)) {
            (Some(value), _) => read(&value),
            (None, Some(key)) if key.presence == Presence::Required => Err(vec![missing(key)]),
            (None, _) => return None,
        };
        match read {
            Ok(value) => Some(value),
            Err(messages) => {
                for message in messages {
                    self.error(path, message);
                }
                None
            }
        }
    }

    /// The text or texts of a key, or its default, if each of them parses. Adds no error.
    pub(super) fn parsed<T>(
        &self,
        path: KeyPath<'_>,
        parse: fn(&str) -> Option<T>,
    ) -> Option<Vec<T>> {
        let value = self.value(path)?;
        match value.as_array() {
            Some(items) => {
                let texts = items.iter().map(|item| item.get_ref().as_str());
                texts.map(|text| parse(text?)).collect()
            }
            None => Some(vec![parse(value.as_str()?)?]),
        }
    }

    /// The value of a key, or its default.
    pub(super) fn value(&self, path: KeyPath<'_>) -> Option<DeValue<'_>> {
        if let Some((_, value)) = self.entry(path) {
            return Some(value.get_ref().clone());
        }
        let key = self
            .key(path)
            .filter(|key| key.presence == Presence::Default)?;
        Some(DeValue::parse(&key.value).ok()?.into_inner())
    }

    /// The numbers of the tables of a list, from 1.
    pub(super) fn tables(&self, list: &str) -> std::ops::RangeInclusive<usize> {
        let list = self
            .table
            .get(list)
            .and_then(|list| list.get_ref().as_array());
        1..=list.map_or(0, |tables| tables.len())
    }

    fn key(&self, path: KeyPath<'_>) -> Option<&'a Key> {
        let section = self
            .sections
            .iter()
            .find(|section| section.name == path.section)?;
        section.keys.iter().find(|key| key.name == path.key)
    }

    fn entry(&self, path: KeyPath<'_>) -> Option<(&Spanned<DeString<'a>>, &Spanned<DeValue<'a>>)> {
        let section = self.table.get(path.section)?.get_ref();
        let section = match path.table {
            Some(table) => section.as_array()?.get(table.checked_sub(1)?)?.get_ref(),
            None => section,
        };
        section.as_table()?.get_key_value(path.key)
    }

    /// The errors of a name at the top of the file, and of the keys in its section.
    fn key_errors(&self, name: &Spanned<DeString<'_>>, value: &DeValue<'_>) -> Vec<ConfigError> {
        let section = name.get_ref().as_ref();
        let error = |message| {
            let line = Some(self.line(name));
            vec![ConfigError::new(section.to_owned(), line, message)]
        };
        let Some(known) = self.sections.iter().find(|known| known.name == section) else {
            let names = self.sections.iter().map(|section| section.name.to_owned());
            return error(unknown(section, names));
        };
        let tables: Option<Vec<_>> = match value {
            DeValue::Table(keys) if !known.repeated => Some(vec![(None, keys)]),
            DeValue::Array(items) if known.repeated => {
                let tables = (1..).zip(items.iter());
                tables
                    .map(|(n, item)| Some((Some(n), item.get_ref().as_table()?)))
                    .collect()
            }
            _ => None,
        };
        let Some(tables) = tables else {
            return error(format!("this is a section; write `{}`", known.header()));
        };
        let tables = tables.into_iter();
        let keys = tables.flat_map(|(table, keys)| keys.keys().map(move |key| (table, key)));
        let errors = keys.filter_map(|(table, name)| {
            let key = name.get_ref();
            let path = KeyPath {
                section,
                table,
                key,
            };
            let message = self.unknown_key(path)?;
            Some(ConfigError::new(
                path.to_string(),
                Some(self.line(name)),
                message,
            ))
        });
        errors.collect()
    }

    /// Says that a key is unknown or a secret.
    fn unknown_key(&self, path: KeyPath<'_>) -> Option<String> {
        if self.key(path).is_some() {
            return None;
        }
        let file = format!("{}_file", path.key);
        let credential = self.key(path.sibling(&file)).and_then(|key| key.credential);
        if let Some(credential) = credential {
            return Some(format!(
                "a secret must not stand in this file; give it in the environment variable {}, as the systemd credential `{credential}`, or in a file named by {}.{file}",
                variable(credential),
                path.section
            ));
        }
        let keys = self.sections.iter().flat_map(|section| {
            let keys = section.keys.iter();
            keys.map(|key| KeyPath::new(section.name, &key.name).to_string())
        });
        let own = KeyPath::new(path.section, path.key).to_string();
        Some(unknown(&own, keys))
    }

    fn line(&self, key: &Spanned<DeString<'_>>) -> usize {
        line_at(self.text, key.span().start)
    }
}

/// A whole number, if it fits in 64 bits.
pub(super) fn integer(value: &DeValue<'_>) -> Option<i64> {
    let number = value.as_integer()?;
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}

/// Says that a name is unknown, and which known name is similar.
fn unknown(name: &str, known: impl Iterator<Item = String>) -> String {
    let distances = known.map(|known| (strsim::levenshtein(name, &known), known));
    match distances.min() {
        Some((0..=3, known)) => format!("is unknown; did you mean `{known}`?"),
        _ => "is unknown; `packaging/samovar.example.toml` lists every key".to_owned(),
    }
}

/// The first syntax error of each line, since others follow from it.
fn syntax_errors(text: &str, errors: &[Error]) -> Vec<ConfigError> {
    let mut found = BTreeMap::new();
    for error in errors {
        let line = error.span().map(|span| line_at(text, span.start));
        let message = format!("is not TOML: {}", error.message());
        let error = ConfigError::new(String::new(), line, message);
        found.entry(line).or_insert(error);
    }
    found.into_values().collect()
}

fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|b| *b == b'\n').count() + 1
}
