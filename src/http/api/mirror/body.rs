//! The state of the mirror in responses.
//!
//! May read the status of the mirror. Must never start a sync.

use crate::http::api::prelude::*;
use crate::mirror::{FullSyncReport, MirrorStatus, RecentChange};
use crate::model::Timestamp;

response! {
    /// The state of the mirror, the copy of Gitea's users, organizations and teams.
    Mirror(state: &MirrorStatus) {
        /// The version of Gitea; absent until Gitea has responded.
        gitea_version: Option<String> = state.version.as_ref().map(|version| version.text.to_string()),
        /// A warning about the version of Gitea; absent if there is none.
        gitea_warning: Option<String> = state.version.as_ref().and_then(|version| version.warning.clone()),
        /// Since when Gitea has not responded; absent while it responds.
        away_since: Option<Timestamp> = state.unavailable_since,
        /// The last complete full sync; absent before the first.
        last_full_pass: Option<FullPass> = state.last_full_sync.as_ref().map(FullPass::new),
        /// When the members of the teams in role bindings were last read completely; absent before the first time.
        last_bound_read_at: Option<Timestamp> = state.last_watched_sync_at,
        /// The number of mirrored organizations.
        organizations: u32 = count(state.organizations),
        /// The number of mirrored teams.
        teams: u32 = count(state.teams),
        /// The number of mirrored users, without deleted ones.
        users: u32 = count(state.users),
        /// The current problems, each with what to do about it.
        problems: Vec<String> = state.problems.clone(),
        /// The last 100 changes, newest first.
        changes: Vec<MirrorChange> = state.changes.iter().map(MirrorChange::new).collect(),
        /// The version of the directory, which increases by one with every change.
        directory_version: u64 = state.directory_version,
    }
}

response! {
    /// A full sync of the mirror with Gitea.
    FullPass(report: &FullSyncReport) {
        /// When the sync started.
        at: Timestamp = report.at,
        /// The duration in milliseconds.
        duration_ms: u64 = u64::try_from(report.duration.as_millis()).unwrap_or(u64::MAX),
        /// The number of requests to Gitea.
        calls: u64 = report.calls,
        /// The number of changes to the directory.
        changes: u32 = count(report.changes),
    }
}

response! {
    /// A change of Gitea's users, organizations or teams.
    MirrorChange(change: &RecentChange) {
        /// When the change was read from Gitea.
        at: Timestamp = change.at,
        /// The change as text for display.
        text: String = change.description.to_string(),
    }
}
