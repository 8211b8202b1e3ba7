//! What is known of a key apart from its value: name, documentation, default, range. The example is made from it, and a
//! key that is not among the known ones is an error.

use std::fmt;

/// A section of the file.
pub(super) struct Section {
    pub name: &'static str,
    /// The file may have any number of them, each as `[[section]]`.
    pub repeated: bool,
    pub documentation: &'static str,
    pub keys: Vec<Key>,
}

impl Section {
    pub(super) fn header(&self) -> String {
        if self.repeated {
            format!("[[{}]]", self.name)
        } else {
            format!("[{}]", self.name)
        }
    }
}

/// A key of a section.
pub(super) struct Key {
    pub name: String,
    pub presence: Presence,
    /// A TOML value: the default, or an example.
    pub value: String,
    /// The credential of systemd that holds the secret, for a key that names the file of a secret.
    pub credential: Option<&'static str>,
    /// Lines, each with the space that follows the comment sign.
    pub documentation: &'static [&'static str],
    /// A sentence that ends the documentation, or empty.
    pub range: String,
}

/// Whether the file must have a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    /// It must; the value is an example.
    Required,
    /// The value is the default.
    Default,
    /// There is no default; the value is an example.
    Optional,
}

/// Where a key is: `section.key`, or `section[2].key` in the second table of a list.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyPath<'a> {
    pub section: &'a str,
    /// From 1.
    pub table: Option<usize>,
    pub key: &'a str,
}

impl<'a> KeyPath<'a> {
    /// A key of a section that is not a list.
    pub(super) const fn new(section: &'a str, key: &'a str) -> Self {
        Self {
            section,
            table: None,
            key,
        }
    }

    /// Another key of the same table.
    pub(super) const fn sibling(self, key: &'a str) -> Self {
        Self { key, ..self }
    }
}

impl fmt::Display for KeyPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.table {
            Some(table) => write!(f, "{}[{table}].{}", self.section, self.key),
            None => write!(f, "{}.{}", self.section, self.key),
        }
    }
}

/// The environment variable that holds the same secret as a systemd credential: `gitea-token` is `SAMOVAR_GITEA_TOKEN`.
pub(super) fn variable(credential: &str) -> String {
    let name = credential.to_ascii_uppercase().replace('-', "_");
    format!("SAMOVAR_{name}")
}
