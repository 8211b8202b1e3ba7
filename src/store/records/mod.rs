//! The forms on disk of the model's types: record structs, connected with the model by serde's `remote` derive.
//!
//! May name `model` and the encoding. The compiler compares each record with its model type, so that a change of the model
//! is a decision about the disk: give a stored field that the model renames its stored name (`rename`), a new field a
//! default for older records (`default`), and another shape a `with` that converts it. What is stored never changes its
//! bytes; `tests/golden/records.txt` has a record of each kind.
//!
//! Ids, names and other types that are one JSON string or number are stored in their own text form. So is `Principal`,
//! whose form is a part of the audit log's leaves and cannot change.

mod machines;
mod mirrored;
mod people;
mod policy;
mod tokens;

use super::record::{Stored, stored};
use serde::{Deserialize, Serialize};

stored! { BreakGlassRecord as BreakGlassRecord }

/// The hash of the break-glass password, in PHC form (`argon2`). There is at most one.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Self")]
pub(super) struct BreakGlassRecord {
    pub(super) hash: String,
}

impl BreakGlassRecord {
    pub(super) const KEY: &'static [u8] = b"break-glass";
}
