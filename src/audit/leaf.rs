//! The leaf: the bytes of an event that the tree is built over, in a format that is fixed from the first event on.
//!
//! A leaf is the canonical JSON (RFC 8785) of the event's public fields plus `format` (1), `sequence` and `personal`:
//! the hex SHA-256 of 32 bytes of salt followed by the canonical JSON of the personal fields. Erasing salt and fields
//! leaves the leaf as it was and nothing to guess against. Knows `model` and its own room; must never change format 1.

use super::canonical::canonical;
use super::event::{AuditEvent, PersonalFields};
use super::tree::TreeHash;
use crate::model::sha256;
use data_encoding::HEXLOWER;
use serde_json::Value;

const FORMAT: u64 = 1;

/// Why an event has no leaf, or bytes are none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    /// A number of the event cannot be written so that every reader of JSON reads the same.
    #[error("the event holds a number beyond 2^53 - 1")]
    Number,
    /// The bytes are not a leaf of a format that this version knows.
    #[error("these bytes are no audit leaf of format {FORMAT}")]
    Form,
}

/// 32 unpredictable bytes that keep the commitment from being guessed. One salt serves one event only.
#[derive(Clone, PartialEq, Eq)]
pub struct Salt([u8; 32]);

impl Salt {
    /// From bytes that were drawn from the random source, or kept in a record.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, to be kept beside the personal fields and erased with them.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// What a leaf says in `personal` about these fields.
    pub fn commitment(&self, personal: &PersonalFields) -> Result<String, LeafError> {
        let text = to_canonical(&serde_json::to_value(personal).map_err(|_| LeafError::Form)?)?;
        Ok(HEXLOWER.encode(&sha256(&[&self.0, text.as_bytes()])))
    }
}

// A salt must not reach a log.
impl std::fmt::Debug for Salt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Salt(..)")
    }
}

/// The canonical bytes of one event, at its place in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf(String);

impl Leaf {
    /// The leaf of this event at this place (0 is the first), committed to its personal fields under `salt`.
    pub fn new(sequence: u64, event: &AuditEvent, salt: &Salt) -> Result<Self, LeafError> {
        let mut value = serde_json::to_value(event).map_err(|_| LeafError::Form)?;
        let members = value.as_object_mut().ok_or(LeafError::Form)?;
        members.insert("format".into(), FORMAT.into());
        members.insert("sequence".into(), sequence.into());
        members.insert("personal".into(), salt.commitment(&event.personal)?.into());
        to_canonical(&value).map(Self)
    }

    /// The bytes, as written and hashed.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The leaf hash of RFC 6962 section 2.1.
    pub fn hash(&self) -> TreeHash {
        TreeHash::of_leaf(self.as_bytes())
    }

    /// Reads bytes that were written earlier: place, public fields (the personal ones empty) and commitment.
    pub fn parse(bytes: &[u8]) -> Result<(u64, AuditEvent, String), LeafError> {
        let mut value: Value = serde_json::from_slice(bytes).map_err(|_| LeafError::Form)?;
        if to_canonical(&value)?.as_bytes() != bytes {
            return Err(LeafError::Form);
        }
        let members = value.as_object_mut().ok_or(LeafError::Form)?;
        let mut take = |name: &str| members.remove(name).ok_or(LeafError::Form);
        if take("format")?.as_u64() != Some(FORMAT) {
            return Err(LeafError::Form);
        }
        let sequence = take("sequence")?.as_u64().ok_or(LeafError::Form)?;
        let personal = take("personal")?;
        let personal = personal.as_str().ok_or(LeafError::Form)?.to_owned();
        let event = serde_json::from_value(value).map_err(|_| LeafError::Form)?;
        Ok((sequence, event, personal))
    }
}

fn to_canonical(value: &Value) -> Result<String, LeafError> {
    canonical(value).ok_or(LeafError::Number)
}

#[cfg(test)]
#[path = "leaf_tests.rs"]
mod tests;
