//! Text for display alone: from Gitea, other providers, clients and administrators.
//!
//! Must never identify an object by comparison: different texts can have the same display form.

use super::ParseError;
use std::fmt;
use std::str::FromStr;

/// Any text for display: at most 255 characters; control characters are replaced, and characters that cannot be seen or
/// that change the direction of the text around them are removed. Never a key, never trusted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DisplayText(String);

/// Longest text; the rest is cut.
const MAX_CHARACTERS: usize = 255;

/// Characters without a visible form, sorted: the default-ignorable ones of Unicode 16, other format characters, and fillers
/// that are drawn as blanks. They include all bidirectional controls: U+061C, U+200E, U+200F,
/// U+202A–U+202E and U+2066–U+2069.
const INVISIBLE: [(char, char); 17] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

fn is_invisible(c: char) -> bool {
    c > '\u{7f}'
        && INVISIBLE
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&c))
}

impl DisplayText {
    /// Keeps the first 255 visible characters and replaces each control character and line separator by U+FFFD, so that none
    /// breaks a log line or a page.
    pub fn lossy(text: &str) -> Self {
        let show = |c: char| {
            if c.is_control() || ('\u{2028}'..='\u{2029}').contains(&c) {
                '\u{fffd}'
            } else {
                c
            }
        };
        let visible = text.chars().filter(|c| !is_invisible(*c));
        Self(visible.take(MAX_CHARACTERS).map(show).collect())
    }

    /// The text, if its display form is the text itself. Any other text can look like a different one, so it must not be
    /// used in a search.
    pub fn exact(text: &str) -> Option<Self> {
        let display = Self::lossy(text);
        (display.0 == text).then_some(display)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DisplayText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for DisplayText {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        Ok(Self::lossy(text))
    }
}

impl serde::Serialize for DisplayText {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

/// Reads the stored text unchanged, because commitments of the audit log cover it. Input must use [`DisplayText::lossy`].
impl<'de> serde::Deserialize<'de> for DisplayText {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::{DisplayText, INVISIBLE};

    fn shown(text: &str) -> String {
        DisplayText::lossy(text).to_string()
    }

    #[test]
    fn control_characters_are_replaced() {
        assert_eq!(
            shown("a\nb\u{1b}[0m\u{2028}"),
            "a\u{fffd}b\u{fffd}[0m\u{fffd}"
        );
    }

    #[test]
    fn bidirectional_controls_are_removed() {
        let controls = "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}";
        for control in controls.chars() {
            assert_eq!(shown(&format!("ad{control}a")), "ada", "{control:?}");
        }
        assert_eq!(shown("שלום"), "שלום", "letters keep their own direction");
    }

    #[test]
    fn invisible_characters_are_removed() {
        for hidden in [
            '\u{ad}',
            '\u{200b}',
            '\u{200d}',
            '\u{2060}',
            '\u{3164}',
            '\u{feff}',
            '\u{e0041}',
        ] {
            assert_eq!(shown(&format!("ad{hidden}a")), "ada", "{hidden:?}");
        }
        assert_eq!(shown("Zoë 🦊 日本"), "Zoë 🦊 日本");
        assert!(INVISIBLE.is_sorted() && INVISIBLE.iter().all(|(first, last)| first <= last));
    }

    #[test]
    fn length_counts_visible_characters() {
        assert_eq!(shown(&"\u{200b}".repeat(400)), "");
        assert_eq!(shown(&"ä".repeat(400)).chars().count(), 255);
    }

    #[test]
    fn only_unchanged_text_is_exact() {
        assert_eq!(DisplayText::exact("ada").unwrap().as_str(), "ada");
        for changed in ["ad\u{200b}a", "ad\na", &"a".repeat(256)] {
            assert_eq!(DisplayText::exact(changed), None, "{changed:?}");
        }
    }
}
