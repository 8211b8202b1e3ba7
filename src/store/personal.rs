//! What is kept of an event outside its leaf: the salt and the fields that name a person, in a row that can be erased.
//!
//! One byte for the form, thirty-two of salt, then the fields as JSON. Must never stand anywhere else on the disk.

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

/// Reads what [`encode`] wrote; the salt is for whoever proves the commitment.
pub(super) fn decode(bytes: &[u8]) -> Result<(Salt, PersonalFields), StoreError> {
    let damaged = || StoreError::Damaged("the personal fields of an event do not read".to_owned());
    match bytes.split_first() {
        Some((&FORM, rest)) => {
            let (salt, fields) = rest.split_first_chunk::<32>().ok_or_else(damaged)?;
            let fields = serde_json::from_slice(fields).map_err(|_| damaged())?;
            Ok((Salt::from_bytes(*salt), fields))
        }
        Some((form, _)) => Err(StoreError::Format {
            found: u32::from(*form),
            known: u32::from(FORM),
        }),
        None => Err(damaged()),
    }
}
