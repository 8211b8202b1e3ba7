//! User codes (RFC 8628 section 6.1): a person reads one on one screen and types it on another. Consonants, so that no word
//! results.
//!
//! Ten letters, where RFC 8628 suggests eight: wrong codes are bounded for all people together, and a longer code allows more
//! of them. Pure.

use crate::model::{ParseError, Random};
use std::fmt;
use std::str::FromStr;

/// RFC 8628 section 6.1: no vowels, nothing that looks like a digit.
const LETTERS: [char; 20] = [
    'B', 'C', 'D', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X',
    'Z',
];
const LENGTH: usize = 10;

/// A user code: one of 20¹⁰, shown as `XXXXX-XXXXX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UserCode([char; LENGTH]);

impl UserCode {
    /// The number of codes.
    #[cfg(test)]
    pub(super) const ALL: u64 = 20_u64.pow(10);

    /// A random code. The probabilities of two codes differ by one part in 10⁶ at most.
    pub(super) fn generate(random: &dyn Random) -> Self {
        let mut bytes = [0; 8];
        random.fill(&mut bytes);
        let mut rest = u64::from_be_bytes(bytes);
        Self([(); LENGTH].map(|()| {
            let letters = LETTERS.len() as u64;
            let place = usize::try_from(rest % letters).unwrap_or_default();
            rest /= letters;
            LETTERS.get(place).copied().unwrap_or('B')
        }))
    }
}

impl fmt::Display for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, letter) in self.0.iter().enumerate() {
            let dash = if place == LENGTH / 2 { "-" } else { "" };
            write!(f, "{dash}{letter}")?;
        }
        Ok(())
    }
}

impl FromStr for UserCode {
    type Err = ParseError;
    /// Ignores case, and spaces, dashes, dots and underscores between letters.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let error =
            || ParseError::new("invalid device code: use the ten letters that the device shows");
        let typed = text
            .chars()
            .filter(|c| !" -_.\u{2010}\u{2011}\u{2013}".contains(*c));
        let letters: Vec<char> = typed.map(|c| c.to_ascii_uppercase()).collect();
        let letters: [char; LENGTH] = letters.try_into().map_err(|_| error())?;
        if letters.iter().all(|letter| LETTERS.contains(letter)) {
            Ok(Self(letters))
        } else {
            Err(error())
        }
    }
}
