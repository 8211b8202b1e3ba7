//! The mirror's state over the wire.

use super::texts::Time;
use poem_openapi::Object;

/// What the mirror knows, and how well it gets on with Gitea.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub(in crate::http::api) struct Mirror {
    /// Version that Gitea calls itself.
    pub gitea_version: Option<String>,
    /// What is odd about that version.
    pub gitea_warning: Option<String>,
    /// Since when Gitea does not answer; absent while it does.
    pub away_since: Option<Time>,
    /// The last pass over everything.
    pub last_full_pass: Option<FullPass>,
    /// When the members of bound teams were last read.
    pub last_bound_read_at: Option<Time>,
    /// Organizations mirrored.
    pub organizations: u32,
    /// Teams mirrored.
    pub teams: u32,
    /// People mirrored.
    pub users: u32,
    /// What stands in the way, with what to do.
    pub problems: Vec<String>,
    /// The last 100 changes, newest first.
    pub changes: Vec<MirrorChange>,
    /// Grows by one with every change.
    pub directory_version: u64,
}

/// One pass over everything.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub(in crate::http::api) struct FullPass {
    /// Start.
    pub at: Time,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Calls to Gitea.
    pub calls: u64,
    /// What it changed in the directory.
    pub changes: u32,
}

/// Something that changed in Gitea.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub(in crate::http::api) struct MirrorChange {
    /// When it was noticed.
    pub at: Time,
    /// What changed, as a sentence.
    pub text: String,
}
