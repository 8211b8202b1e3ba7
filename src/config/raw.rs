//! What the file says: keys and values as they stand there, and the problems found so far.

use super::keys::{KEYS, LISTS, SECRETS, SECTIONS, Set};
use super::problem::{Problem, Problems};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;
use toml::de::{DeTable, DeValue, Error};
use toml::{Table, Value};

/// A file, read key by key.
pub(super) struct Raw {
    table: Table,
    /// Where each section and key stands, from 1.
    lines: BTreeMap<String, usize>,
    problems: Vec<Problem>,
}

impl Raw {
    /// Reads TOML; looks for keys that do not exist, secrets, and keys that must be set.
    pub(super) fn parse(text: &str) -> Result<Self, Problems> {
        let (spanned, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            return Err(Problems::new(no_toml(text, &errors)));
        }
        let table = text.parse::<Table>().map_err(|error| {
            let sentence = format!("is no TOML: {}", error.message());
            Problems::one(Problem::of_file(sentence))
        })?;
        let mut raw = Self {
            table,
            lines: lines(text, spanned.get_ref()),
            problems: Vec::new(),
        };
        raw.look_at_keys();
        Ok(raw)
    }

    pub(super) fn into_problems(mut self) -> Vec<Problem> {
        for problem in &mut self.problems {
            problem.line = self.lines.get(&problem.key).copied();
        }
        self.problems
    }

    pub(super) fn problem(&mut self, key: &str, sentence: impl Into<String>) {
        self.problems.push(Problem::of(key, sentence));
    }

    pub(super) fn absent_secret(&mut self, key: &str, sentence: String) {
        self.problems.push(Problem {
            absent_secret: true,
            ..Problem::of(key, sentence)
        });
    }

    fn look_at_keys(&mut self) {
        let mut problems = Vec::new();
        for (section, value) in &self.table {
            let list = LISTS.contains(&section.as_str());
            match value {
                Value::Table(keys) if !list && is_section(section) => {
                    problems.extend(key_problems(section, keys));
                }
                Value::Array(items) if list && items.iter().all(Value::is_table) => {
                    let tables = (1..).zip(items.iter().filter_map(Value::as_table));
                    for (n, keys) in tables {
                        problems.extend(key_problems(&format!("{section}[{n}]"), keys));
                    }
                }
                _ => problems.push(no_section(section, list)),
            }
        }
        for key in KEYS.iter().filter(|key| key.set == Set::Must) {
            let places = self.places(key.section).into_iter();
            let paths = places.map(|place| format!("{place}.{}", key.name));
            let missing = paths.filter(|path| self.value(path).is_none());
            let sentence = || format!("is missing; set it, for example to {}", key.value);
            problems.extend(missing.map(|path| Problem::of(path, sentence())));
        }
        self.problems.append(&mut problems);
    }

    /// How a section is called in paths: itself, or each table of a list, counted from 1.
    pub(super) fn places(&self, section: &str) -> Vec<String> {
        if !LISTS.contains(&section) {
            return vec![section.to_owned()];
        }
        let items = self.table.get(section).and_then(Value::as_array);
        let count = items.map_or(0, Vec::len);
        (1..=count).map(|n| format!("{section}[{n}]")).collect()
    }

    fn value(&self, path: &str) -> Option<&Value> {
        let (section, name) = path.split_once('.')?;
        let table = match numbered(section) {
            Some((list, n)) => self.table.get(list)?.as_array()?.get(n.checked_sub(1)?)?,
            None => self.table.get(section)?,
        };
        table.as_table()?.get(name)
    }

    /// Does the file hold the key?
    pub(super) fn holds(&self, path: &str) -> bool {
        self.value(path).is_some()
    }

    /// The text under a key as it stands, for a look at two keys at once.
    pub(super) fn peek(&self, path: &str) -> Option<&str> {
        self.value(path)?.as_str()
    }

    /// The number under a key as it stands, for the same.
    pub(super) fn whole(&self, path: &str) -> Option<i64> {
        self.value(path)?.as_integer()
    }

    /// The text under a key, or the default of the list of keys.
    pub(super) fn text(&mut self, path: &str) -> Option<String> {
        match self.value(path) {
            None => default(path).and_then(|value| value.as_str().map(str::to_owned)),
            Some(Value::String(text)) => Some(text.clone()),
            Some(_) => {
                self.problem(path, "must be a text in quotation marks");
                None
            }
        }
    }

    /// A text that is read by a function.
    pub(super) fn read<T, E: Display>(
        &mut self,
        path: &str,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.text(path)?;
        match read(&text) {
            Ok(value) => Some(value),
            Err(error) => {
                self.problem(path, error.to_string());
                None
            }
        }
    }

    /// A list of texts, each of which parses.
    pub(super) fn list<T: FromStr>(&mut self, path: &str, what: &str) -> Option<Vec<T>> {
        let value = self.value(path).cloned().or_else(|| default(path))?;
        let Value::Array(items) = value else {
            self.problem(
                path,
                format!("must be a list in which each entry is {what}"),
            );
            return None;
        };
        let mut list = Vec::new();
        for (at, item) in items.iter().enumerate() {
            match item.as_str().map(str::parse) {
                Some(Ok(value)) => list.push(value),
                _ => self.problem(path, format!("entry {} is not {what}", at + 1)),
            }
        }
        (list.len() == items.len()).then_some(list)
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, path: &str) -> Option<bool> {
        let flag = self
            .value(path)
            .cloned()
            .or_else(|| default(path))?
            .as_bool();
        if flag.is_none() {
            self.problem(path, "must be `true` or `false`");
        }
        flag
    }

    /// A whole number in a range.
    pub(super) fn number(
        &mut self,
        path: &str,
        range: std::ops::RangeInclusive<i64>,
    ) -> Option<i64> {
        let number = self
            .value(path)
            .cloned()
            .or_else(|| default(path))?
            .as_integer();
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            let (low, high) = range.into_inner();
            self.problem(path, format!("must be a whole number from {low} to {high}"));
        }
        number
    }
}

fn path(key: &super::keys::Key) -> String {
    format!("{}.{}", key.section, key.name)
}

/// The default of a key as TOML; none for a key without one.
fn default(wanted: &str) -> Option<Value> {
    let wanted = unnumbered(wanted);
    let key = KEYS
        .iter()
        .find(|key| key.set == Set::Default && path(key) == wanted)?;
    let table = format!("value = {}", key.value).parse::<Table>().ok()?;
    table.get("value").cloned()
}

fn is_section(name: &str) -> bool {
    SECTIONS.iter().any(|(section, _)| *section == name)
}

fn no_section(name: &str, list: bool) -> Problem {
    let write = |form: String| Problem::of(name, format!("this is a section; write `{form}`"));
    if list {
        return write(format!("[[{name}]]"));
    }
    if is_section(name) {
        return write(format!("[{name}]"));
    }
    unknown(
        name,
        SECTIONS.iter().map(|(section, _)| (*section).to_owned()),
    )
}

/// `provider[2]` as the list and the place in it.
fn numbered(section: &str) -> Option<(&str, usize)> {
    let (list, rest) = section.split_once('[')?;
    Some((list, rest.strip_suffix(']')?.parse().ok()?))
}

/// `provider[2].issuer` as the list of keys has it: `provider.issuer`.
fn unnumbered(path: &str) -> String {
    let list = path.split_once('.').and_then(|(section, name)| {
        let (list, _) = numbered(section)?;
        Some(format!("{list}.{name}"))
    });
    list.unwrap_or_else(|| path.to_owned())
}

fn key_problems(section: &str, keys: &Table) -> Vec<Problem> {
    let paths = keys.keys().map(|name| format!("{section}.{name}"));
    paths.filter_map(|path| key_problem(&path)).collect()
}

fn key_problem(written: &str) -> Option<Problem> {
    let wanted = unnumbered(written);
    if let Some((_, variable, credential, file)) = SECRETS.iter().find(|(key, ..)| *key == wanted) {
        return Some(Problem::of(
            written,
            format!(
                "a secret must not stand in this file; give it in the environment variable {variable}, as the systemd credential `{credential}`, or in a file named by {file}"
            ),
        ));
    }
    if KEYS.iter().any(|key| path(key) == wanted) {
        return None;
    }
    let problem = unknown(&wanted, KEYS.iter().map(path));
    Some(Problem::of(written, problem.sentence))
}

fn unknown(wanted: &str, known: impl Iterator<Item = String>) -> Problem {
    let nearest = known.map(|name| (distance(wanted, &name), name)).min();
    let hint = match nearest {
        Some((far, name)) if far <= 3 => format!("did you mean `{name}`?"),
        _ => "`packaging/samovar.example.toml` lists every key".to_owned(),
    };
    Problem::of(wanted, format!("is unknown; {hint}"))
}

/// Levenshtein's distance, over bytes.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, a) in one.bytes().enumerate() {
        let mut corner = at;
        let mut left = at + 1;
        let mut next = vec![left];
        for (b, above) in other.bytes().zip(row.iter().skip(1).copied()) {
            left = (corner + usize::from(a != b)).min(above + 1).min(left + 1);
            corner = above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

/// What keeps a text from being TOML: the first fault of each line, since others follow from it.
fn no_toml(text: &str, errors: &[Error]) -> Vec<Problem> {
    let mut problems = BTreeMap::new();
    for error in errors {
        let line = error.span().map(|span| line_of(text, span.start));
        problems.entry(line).or_insert_with(|| Problem {
            line,
            ..Problem::of_file(format!("is no TOML: {}", error.message()))
        });
    }
    problems.into_values().collect()
}

fn lines(text: &str, table: &DeTable<'_>) -> BTreeMap<String, usize> {
    let mut lines = BTreeMap::new();
    for (section, value) in table {
        lines.insert(
            section.get_ref().to_string(),
            line_of(text, section.span().start),
        );
        let name = section.get_ref();
        match value.get_ref() {
            DeValue::Table(keys) => lines.extend(lines_of(text, name, keys)),
            DeValue::Array(items) => {
                for (n, item) in (1..).zip(items) {
                    let place = format!("{name}[{n}]");
                    lines.insert(place.clone(), line_of(text, item.span().start));
                    if let DeValue::Table(keys) = item.get_ref() {
                        lines.extend(lines_of(text, &place, keys));
                    }
                }
            }
            _ => {}
        }
    }
    lines
}

fn lines_of(text: &str, section: &str, keys: &DeTable<'_>) -> Vec<(String, usize)> {
    let line = |key: &toml::Spanned<std::borrow::Cow<'_, str>>| {
        let path = format!("{section}.{}", key.get_ref());
        (path, line_of(text, key.span().start))
    };
    keys.keys().map(line).collect()
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|b| *b == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn the_distance_counts_changed_missing_and_extra_letters() {
        for (one, other, far) in [
            ("", "", 0),
            ("a", "", 1),
            ("listen", "listne", 2),
            ("url", "uri", 1),
            ("abc", "xabc", 1),
        ] {
            assert_eq!(distance(one, other), far, "{one} {other}");
        }
    }
}
