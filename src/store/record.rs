//! Records: one byte that says which form follows, then JSON.
//!
//! A form is never changed once a release has written it: a new one gets the next number, and both are read.

use super::error::{CommitError, StoreError};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The form that is written.
const FORM: u8 = 1;

/// The bytes to keep.
pub(super) fn encode<T: Serialize>(record: &T) -> Result<Vec<u8>, CommitError> {
    let mut bytes = vec![FORM];
    serde_json::to_writer(&mut bytes, record)
        .map_err(|error| CommitError::Unrecordable(error.to_string()))?;
    Ok(bytes)
}

/// Reads what [`encode`] wrote, `what` being the kind of thing for the message.
pub(super) fn decode<T: DeserializeOwned>(what: &str, bytes: &[u8]) -> Result<T, StoreError> {
    match bytes.split_first() {
        Some((&FORM, json)) => serde_json::from_slice(json).map_err(|error| {
            StoreError::Damaged(format!("a {what} record does not read: {error}"))
        }),
        Some((form, _)) => Err(StoreError::Format {
            found: u32::from(*form),
            known: u32::from(FORM),
        }),
        None => Err(StoreError::Damaged(format!("a {what} record is empty"))),
    }
}
