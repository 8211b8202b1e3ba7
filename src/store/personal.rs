//! The personal fields of an event and their salt: a row outside the leaf, so that it can be erased.
//!
//! One byte for the form, thirty-two of salt, then the fields as JSON. No other row may hold a personal field of an event.

use super::error::{CommitError, StoreError};
use crate::audit::{PersonalFields, Salt};

const FORM: u8 = 1;

/// The row of one event.
pub(super) fn encode(salt: &Salt, fields: &PersonalFields) -> Result<Vec<u8>, CommitError> {
    let mut bytes = vec![FORM];
    bytes.extend_from_slice(salt.as_bytes());
    serde_json::to_writer(&mut bytes, fields)
        .map_err(|error| CommitError::Unrecordable(error.to_string()))?;
    Ok(bytes)
}

/// Reads a row of [`encode`]. The salt is needed to verify the commitment in the leaf.
pub(super) fn decode(bytes: &[u8]) -> Result<(Salt, PersonalFields), StoreError> {
    let damaged =
        || StoreError::Damaged("the personal fields of an event cannot be read".to_owned());
    match bytes.split_first() {
        Some((&FORM, rest)) => {
            let (salt, fields) = rest.split_first_chunk::<32>().ok_or_else(damaged)?;
            let fields = serde_json::from_slice(fields).map_err(|_| damaged())?;
            Ok((Salt::from_bytes(*salt), fields))
        }
        Some((form, _)) => Err(StoreError::Format {
            found: u32::from(*form),
            supported: u32::from(FORM),
        }),
        None => Err(damaged()),
    }
}
