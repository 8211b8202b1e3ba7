//! Leaves: the bytes of events in the Merkle tree, in a format that never changes.
//!
//! A leaf is the canonical JSON (RFC 8785) of the event's public fields plus `format` (1), `sequence` and `personal`:
//! the hex SHA-256 of 32 bytes of salt followed by the canonical JSON of the personal fields. Erasing salt and fields
//! does not change the leaf, and nothing remains by which they can be guessed. Must never change format 1.

use super::canonical::canonical;
use super::event::{AuditEvent, PersonalFields};
use super::tree::TreeHash;
use crate::model::sha256;
use data_encoding::HEXLOWER;
use serde_json::Value;

const FORMAT: u64 = 1;

/// An event cannot be encoded as a leaf, or bytes are not a leaf.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    /// A number of the event is too large for an exact JSON integer.
    #[error("a number of the event exceeds 2^53 - 1")]
    Number,
    /// The bytes are not a leaf of format 1.
    #[error("not an audit leaf of format {FORMAT}")]
    Format,
}

/// 32 unpredictable bytes, new for each event, without which a commitment cannot be guessed.
#[derive(Clone, PartialEq, Eq)]
pub struct Salt([u8; 32]);

impl Salt {
    /// From random or stored bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, which are stored beside the personal fields and erased with them.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The value of a leaf's `personal` for these fields.
    pub fn commitment(&self, personal: &PersonalFields) -> Result<String, LeafError> {
        let text = to_canonical(&serde_json::to_value(personal).map_err(|_| LeafError::Format)?)?;
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
    /// The leaf of an event at a place in the log, from 0, with a commitment to its personal fields.
    pub fn new(sequence: u64, event: &AuditEvent, salt: &Salt) -> Result<Self, LeafError> {
        let mut value = serde_json::to_value(event).map_err(|_| LeafError::Format)?;
        let members = value.as_object_mut().ok_or(LeafError::Format)?;
        members.insert("format".into(), FORMAT.into());
        members.insert("sequence".into(), sequence.into());
        members.insert("personal".into(), salt.commitment(&event.personal)?.into());
        to_canonical(&value).map(Self)
    }

    /// The stored and hashed bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The leaf hash of RFC 6962 section 2.1.
    pub fn hash(&self) -> TreeHash {
        TreeHash::of_leaf(self.as_bytes())
    }

    /// Parses a stored leaf into place, event (without personal fields) and commitment.
    pub fn parse(bytes: &[u8]) -> Result<(u64, AuditEvent, String), LeafError> {
        let mut value: Value = serde_json::from_slice(bytes).map_err(|_| LeafError::Format)?;
        if to_canonical(&value)?.as_bytes() != bytes {
            return Err(LeafError::Format);
        }
        let members = value.as_object_mut().ok_or(LeafError::Format)?;
        let mut take = |name: &str| members.remove(name).ok_or(LeafError::Format);
        if take("format")?.as_u64() != Some(FORMAT) {
            return Err(LeafError::Format);
        }
        let sequence = take("sequence")?.as_u64().ok_or(LeafError::Format)?;
        let personal = take("personal")?;
        let personal = personal.as_str().ok_or(LeafError::Format)?.to_owned();
        let event = serde_json::from_value(value).map_err(|_| LeafError::Format)?;
        Ok((sequence, event, personal))
    }
}

fn to_canonical(value: &Value) -> Result<String, LeafError> {
    canonical(value).ok_or(LeafError::Number)
}

#[cfg(test)]
#[path = "leaf_tests.rs"]
mod tests;
