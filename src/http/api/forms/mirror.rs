//! The mirror's state out.

use super::count;
use crate::http::api::wire::mirror as wire;
use crate::http::api::wire::texts::Time;
use crate::mirror::{FullSyncReport, MirrorStatus, RecentChange};

/// Shows the state.
pub(in crate::http::api) fn show(state: &MirrorStatus) -> wire::Mirror {
    let version = state.version.as_ref();
    wire::Mirror {
        gitea_version: version.map(|version| version.text.to_string()),
        gitea_warning: version.and_then(|version| version.warning.clone()),
        away_since: state.unavailable_since.map(Time::of),
        last_full_pass: state.last_full_sync.as_ref().map(show_pass),
        last_bound_read_at: state.last_watched_sync_at.map(Time::of),
        organizations: count(state.organizations),
        teams: count(state.teams),
        users: count(state.users),
        problems: state.problems.clone(),
        changes: state.changes.iter().map(show_change).collect(),
        directory_version: state.directory_version,
    }
}

fn show_pass(pass: &FullSyncReport) -> wire::FullPass {
    wire::FullPass {
        at: Time::of(pass.at),
        duration_ms: u64::try_from(pass.duration.as_millis()).unwrap_or(u64::MAX),
        calls: pass.calls,
        changes: count(pass.changes),
    }
}

fn show_change(change: &RecentChange) -> wire::MirrorChange {
    wire::MirrorChange {
        at: Time::of(change.at),
        text: change.description.to_string(),
    }
}
