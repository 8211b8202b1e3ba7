//! The API as programs meet it that were made from its document: a generated Python client and a generated TypeScript
//! client, type-checked and used for real work, and schemathesis, which tries everything that the document says.
//!
//! The real binary, a stand-in Gitea; what the programs do is in `flow.py`, `flow.ts` and `schemathesis.toml`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets what it does not expect must end"
)]

mod python;
mod schemathesis;
mod stage;
mod typescript;
