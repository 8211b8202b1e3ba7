//! The state of the mirror in responses.

use crate::http::api::prelude::*;
use crate::mirror::{FullSyncReport, MirrorStatus, RecentChange};
use crate::model::Timestamp;

response! {
    /// The state of the mirror.
    Mirror(state: &MirrorStatus) {
        /// The version of Gitea.
        gitea_version: Option<String> = state.version.as_ref().map(|version| version.text.to_string()),
        /// A warning about that version.
        gitea_warning: Option<String> = state.version.as_ref().and_then(|version| version.warning.clone()),
        /// Since when Gitea does not respond; absent while it does.
        away_since: Option<Timestamp> = state.unavailable_since,
        /// The last full sync.
        last_full_pass: Option<FullPass> = state.last_full_sync.as_ref().map(FullPass::new),
        /// When the members of the teams in role bindings were last read.
        last_bound_read_at: Option<Timestamp> = state.last_watched_sync_at,
        /// How many organizations are mirrored.
        organizations: u32 = count(state.organizations),
        /// How many teams are mirrored.
        teams: u32 = count(state.teams),
        /// How many people are mirrored.
        users: u32 = count(state.users),
        /// Present problems, and what to do.
        problems: Vec<String> = state.problems.clone(),
        /// The last 100 changes, newest first.
        changes: Vec<MirrorChange> = state.changes.iter().map(MirrorChange::new).collect(),
        /// Grows by one with every change.
        directory_version: u64 = state.directory_version,
    }
}

response! {
    /// A full sync.
    FullPass(report: &FullSyncReport) {
        /// Start.
        at: Timestamp = report.at,
        /// Duration in milliseconds.
        duration_ms: u64 = u64::try_from(report.duration.as_millis()).unwrap_or(u64::MAX),
        /// Calls to Gitea.
        calls: u64 = report.calls,
        /// Changes to the directory.
        changes: u32 = count(report.changes),
    }
}

response! {
    /// A change in Gitea.
    MirrorChange(change: &RecentChange) {
        /// When it was read.
        at: Timestamp = change.at,
        /// The change, as a sentence.
        text: String = change.description.to_string(),
    }
}
