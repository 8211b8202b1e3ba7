//! The audit log as a service (layer 2): the journal writes and counts events, the query reads them.
//!
//! May name `model`, `audit`, `limits` and `store`. Must never give out a page whose reading is not on disk, and must
//! never lose a count.

mod journal;
mod query;

pub use journal::{AnonymousKind, Journal, JournalSettings, RepeatKey};
pub use query::{AuditLog, AuditLogError, Reader};
