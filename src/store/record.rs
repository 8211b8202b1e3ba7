//! The encoding of a record: one byte for the form, then JSON.
//!
//! The model has no form on disk: each of its types that is stored has a record struct in `records/`. A form never changes
//! once a release has written it: a new one gets the next number, and both are read.

use super::error::{CommitError, StoreError};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeSet;

/// The form that is written.
const FORM: u8 = 1;

/// A type with a form on disk. Each field of such a type in a record struct has `#[serde(with = "Stored")]`.
pub trait Stored: Sized {
    /// Serializes the record of the value.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
    /// Deserializes a value from its record.
    fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;

    /// The record as JSON.
    fn to_json(&self) -> Option<serde_json::Value> {
        serde_json::to_value(AsRecord(self)).ok()
    }
}

/// Implements [`Stored`] for a model type by the record struct that serde derives for it (`serde(remote)`).
macro_rules! stored {
    ($($model:ident as $record:ident),+ $(,)?) => {
        $(impl Stored for $model {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $record::serialize(self, serializer)
            }

            fn deserialize<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                $record::deserialize(d)
            }
        })+
    };
}
pub(super) use stored;

impl<T: Stored> Stored for Option<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Serialize::serialize(&self.as_ref().map(AsRecord), serializer)
    }

    fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value: Option<_> = Deserialize::deserialize(deserializer)?;
        Ok(value.map(|AsRecord(value)| value))
    }
}

impl<T: Stored> Stored for Vec<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(AsRecord))
    }

    fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items: Vec<_> = Deserialize::deserialize(deserializer)?;
        Ok(items.into_iter().map(|AsRecord(item)| item).collect())
    }
}

impl<T: Stored + Ord> Stored for BTreeSet<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(AsRecord))
    }

    fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <Vec<T> as Stored>::deserialize(deserializer).map(|items| items.into_iter().collect())
    }
}

/// A stored value with serde's own traits.
struct AsRecord<T>(T);

impl<T: Stored> Serialize for AsRecord<&T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Stored::serialize(self.0, serializer)
    }
}

impl<'de, T: Stored> Deserialize<'de> for AsRecord<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <T as Stored>::deserialize(deserializer).map(Self)
    }
}

/// The bytes to store.
pub(super) fn encode<T: Stored>(value: &T) -> Result<Vec<u8>, CommitError> {
    let mut bytes = vec![FORM];
    serde_json::to_writer(&mut bytes, &AsRecord(value))
        .map_err(|error| CommitError::Unrecordable(error.to_string()))?;
    Ok(bytes)
}

/// Reads the bytes of [`encode`]; `what` names the kind of record in the error.
pub(super) fn decode<T: Stored>(what: &str, bytes: &[u8]) -> Result<T, StoreError> {
    parse(what, bytes).map(|AsRecord(value)| value)
}

/// The version of a record that has one.
pub(super) fn version(what: &str, bytes: &[u8]) -> Result<u64, StoreError> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u64,
    }
    parse(what, bytes).map(|Versioned { version }| version)
}

fn parse<'a, T: Deserialize<'a>>(what: &str, bytes: &'a [u8]) -> Result<T, StoreError> {
    match bytes.split_first() {
        Some((&FORM, json)) => serde_json::from_slice(json).map_err(|error| {
            StoreError::Damaged(format!("a {what} record cannot be read: {error}"))
        }),
        Some((form, _)) => Err(StoreError::Format {
            found: u32::from(*form),
            supported: u32::from(FORM),
        }),
        None => Err(StoreError::Damaged(format!("a {what} record is empty"))),
    }
}
