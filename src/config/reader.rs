//! Readers: each reads the value of a key, and states its default and its range for the documentation.

use super::duration;
use super::key::{Key, KeyPath, Presence};
use super::raw::{RawConfig, integer};
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::time::Duration;
use toml::de::DeValue;

/// Reads the value of a key; `None` after an error.
type Read<T> = Box<dyn Fn(&mut RawConfig<'_>, KeyPath<'_>) -> Option<T>>;

/// A reader with what is known of its key, name and documentation aside.
pub(super) struct KeyReader<T> {
    key: Key,
    read: Read<T>,
}

impl<T: 'static> KeyReader<T> {
    /// A reader of a key that has a default, a TOML value.
    pub(super) fn new(
        default: String,
        range: String,
        read: impl Fn(&mut RawConfig<'_>, KeyPath<'_>) -> Option<T> + 'static,
    ) -> Self {
        let key = Key {
            name: String::new(),
            presence: Presence::Default,
            value: default,
            credential: None,
            documentation: &[],
            range,
        };
        let read = Box::new(read);
        Self { key, read }
    }

    fn of_value(
        default: String,
        range: String,
        read: impl Fn(&DeValue<'_>) -> Result<T, Vec<String>> + 'static,
    ) -> Self {
        Self::new(default, range, move |raw, path| raw.read(path, &read))
    }

    /// A reader of a key that the file must have; the default becomes an example.
    pub(super) fn required(mut self) -> Self {
        self.key.presence = Presence::Required;
        self
    }

    /// A reader of a key that the file may lack; the default becomes an example.
    pub(super) fn optional(self) -> KeyReader<Option<T>> {
        let Self { mut key, read } = self;
        key.presence = Presence::Optional;
        let read: Read<Option<T>> = Box::new(move |raw, path| {
            let value = raw.holds(path).then(|| read(raw, path));
            value.map_or(Some(None), |value| value.map(Some))
        });
        KeyReader { key, read }
    }

    /// A reader of a secret, which the key `<name>_file` names; the default becomes an example.
    pub(super) fn secret(mut self, credential: &'static str) -> Self {
        self.key.presence = Presence::Optional;
        self.key.credential = Some(credential);
        self
    }

    /// A reader that converts or checks the value.
    pub(super) fn and_then<U: 'static>(self, check: fn(T) -> Result<U, String>) -> KeyReader<U> {
        let Self { key, read } = self;
        let read: Read<U> = Box::new(move |raw, path| {
            let checked = check(read(raw, path)?);
            checked.map_err(|message| raw.error(path, message)).ok()
        });
        KeyReader { key, read }
    }

    /// The key of a field.
    pub(super) fn key(self, field: &str, documentation: &'static [&'static str]) -> Key {
        let suffix = self.key.credential.map_or("", |_| "_file");
        Key {
            name: format!("{field}{suffix}"),
            documentation,
            ..self.key
        }
    }

    /// The value of a key; `None` after an error.
    pub(super) fn read(&self, raw: &mut RawConfig<'_>, path: KeyPath<'_>) -> Option<T> {
        (self.read)(raw, path)
    }
}

/// A text.
pub(super) fn text<T: 'static, E: Display + 'static>(
    default: &str,
    parse: fn(&str) -> Result<T, E>,
) -> KeyReader<T> {
    let default = format!("{default:?}");
    KeyReader::of_value(default, String::new(), move |value| {
        parse_text(value, parse)
    })
}

/// A text that is parsed with the value of a boolean key of the same section.
pub(super) fn text_with_flag<T: 'static>(
    default: &str,
    flag: &'static str,
    parse: fn(&str, bool) -> Result<T, String>,
) -> KeyReader<T> {
    KeyReader::new(format!("{default:?}"), String::new(), move |raw, path| {
        let flag = raw.value(path.sibling(flag));
        let flag = flag.and_then(|value| value.as_bool()) == Some(true);
        raw.read(path, |value| parse_text(value, |text| parse(text, flag)))
    })
}

pub(super) fn parse_text<T, E: Display>(
    value: &DeValue<'_>,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<T, Vec<String>> {
    let text = value.as_str();
    let text = text.ok_or_else(|| vec!["must be a text in quotation marks".to_owned()])?;
    parse(text).map_err(|error| vec![error.to_string()])
}

/// A text that is one of these names.
pub(super) fn choice<T: Copy + 'static>(
    default: &str,
    choices: &'static [(&'static str, T)],
) -> KeyReader<T> {
    let names = choices.iter().map(|(name, _)| format!("`{name}`"));
    let names = names.collect::<Vec<_>>().join(", ");
    let names = match names.rsplit_once(", ") {
        Some((others, last)) => format!("{others} or {last}"),
        None => names,
    };
    let range = format!("Must be {names}.");
    KeyReader::of_value(format!("{default:?}"), range, move |value| {
        parse_text(value, |text| {
            let chosen = choices.iter().find(|(name, _)| *name == text);
            chosen
                .map(|(_, value)| *value)
                .ok_or_else(|| format!("must be {names}"))
        })
    })
}

/// A list of texts, each of which parses; `what` describes an entry.
pub(super) fn list<T: 'static>(
    default: &[&str],
    what: &'static str,
    parse: fn(&str) -> Option<T>,
) -> KeyReader<Vec<T>> {
    KeyReader::of_value(format!("{default:?}"), String::new(), move |value| {
        let message = || vec![format!("must be a list in which each entry is {what}")];
        let items = value.as_array().ok_or_else(message)?;
        let (mut entries, mut errors) = (Vec::new(), Vec::new());
        for (number, item) in (1..).zip(items.iter()) {
            match item.get_ref().as_str().and_then(parse) {
                Some(entry) => entries.push(entry),
                None => errors.push(format!("entry {number} is not {what}")),
            }
        }
        if errors.is_empty() {
            Ok(entries)
        } else {
            Err(errors)
        }
    })
}

/// `true` or `false`; the default is `false`.
pub(super) fn flag() -> KeyReader<bool> {
    KeyReader::of_value("false".to_owned(), String::new(), |value| {
        let flag = value.as_bool();
        flag.ok_or_else(|| vec!["must be `true` or `false`".to_owned()])
    })
}

/// A whole number in a range.
pub(super) fn number<T: TryFrom<i64> + 'static>(
    default: i64,
    range: RangeInclusive<i64>,
) -> KeyReader<T> {
    let bounds = match range.clone().into_inner() {
        (low, i64::MAX) => format!("{low} upwards"),
        (low, high) => format!("{low} to {high}"),
    };
    KeyReader::of_value(
        default.to_string(),
        format!("From {bounds}."),
        move |value| {
            let number = integer(value).filter(|number| range.contains(number));
            let number = number.and_then(|number| T::try_from(number).ok());
            number.ok_or_else(|| vec![format!("must be a whole number from {bounds}")])
        },
    )
}

/// A duration in a range of seconds.
pub(super) fn duration(default: &str, range: RangeInclusive<u64>) -> KeyReader<Duration> {
    let (low, high) = range.clone().into_inner();
    let bounds = format!("{} to {}", duration::display(low), duration::display(high));
    KeyReader::of_value(
        format!("{default:?}"),
        format!("From {bounds}."),
        move |value| {
            let duration = parse_text(value, duration::parse)?;
            let fits = range.contains(&duration.as_secs());
            fits.then_some(duration)
                .ok_or_else(|| vec![format!("must be from {bounds}")])
        },
    )
}

/// A duration that is not shorter than that of another key of the section, and at most so many seconds.
pub(super) fn duration_from(default: &str, least: &'static str, most: u64) -> KeyReader<Duration> {
    let KeyReader { key, read } = duration(default, 0..=most);
    let range = format!("From `{least}` to {}.", duration::display(most));
    KeyReader::new(key.value, range, move |raw, path| {
        let value = read(raw, path)?;
        let least = path.sibling(least);
        let low = raw.parsed(least, |text| duration::parse(text).ok());
        if low.is_some_and(|low| low.iter().any(|low| value < *low)) {
            raw.error(path, format!("must not be shorter than {least}"));
        }
        Some(value)
    })
}
