//! The status of the mirror: the state of Gitea, the last syncs, and problems with what to do.

use crate::gitea::{GiteaError, GiteaVersion};
use crate::model::{Clock, DisplayText, Timestamp};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A larger clock difference is a problem, in milliseconds.
const MAX_SKEW_MILLIS: i64 = 30_000;

/// The status of the mirror.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MirrorStatus {
    /// Gitea's version with its warning.
    pub version: Option<GiteaVersion>,
    /// Since when Gitea gives no usable answer; `None` while it does.
    pub unavailable_since: Option<Timestamp>,
    /// The last complete full sync.
    pub last_full_sync: Option<FullSyncReport>,
    /// When the last watched-team sync was complete.
    pub last_watched_sync_at: Option<Timestamp>,
    /// Mirrored organizations.
    pub organizations: usize,
    /// Mirrored teams.
    pub teams: usize,
    /// Mirrored users, without deleted ones.
    pub users: usize,
    /// Problems, each with what to do.
    pub problems: Vec<String>,
    /// The last hundred changes, newest first.
    pub changes: Vec<RecentChange>,
    /// Increases by one with every change.
    pub directory_version: u64,
}

impl MirrorStatus {
    /// Why the directory may differ from Gitea, for `/readyz`.
    pub fn not_ready_reason(&self) -> Option<String> {
        match (self.unavailable_since, &self.last_full_sync) {
            (Some(since), _) => Some(format!(
                "Gitea has not answered since {since}; the server's log says why"
            )),
            (None, None) => Some(format!(
                "the first full sync since the start is not complete; {} organizations, {} teams and {} users are mirrored",
                self.organizations, self.teams, self.users
            )),
            (None, Some(_)) => None,
        }
    }
}

/// A complete full sync.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FullSyncReport {
    /// Start.
    pub at: Timestamp,
    /// Start to end.
    pub duration: Duration,
    /// Requests to Gitea in that time.
    pub calls: u64,
    /// Changes of lists that it applied.
    pub changes: usize,
    /// What could not be read, each with what to do.
    pub problems: Vec<String>,
}

/// A change in Gitea.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecentChange {
    /// When the mirror applied it.
    pub at: Timestamp,
    /// What changed, by ids.
    pub description: DisplayText,
}

/// A time without usable answers of Gitea.
struct Outage {
    since: Timestamp,
    last_failure_at: Timestamp,
    error: GiteaError,
}

#[derive(Default)]
struct Inner {
    version: Option<GiteaVersion>,
    /// False from an outage until the next request for it: Gitea may have been upgraded meanwhile.
    version_is_current: bool,
    outage: Option<Outage>,
    last_full_sync: Option<FullSyncReport>,
    full_sync_problem: Option<String>,
    last_watched_sync_at: Option<Timestamp>,
    watched_sync_problems: Vec<String>,
}

/// Records what the readers of Gitea experience.
pub(super) struct StatusRecorder {
    clock: Arc<dyn Clock>,
    inner: Mutex<Inner>,
}

impl StatusRecorder {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            inner: Mutex::default(),
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records the result of one request.
    pub(super) fn record(&self, error: Option<&GiteaError>) {
        let now = self.clock.now();
        let mut inner = self.inner();
        match error {
            Some(error) if error.kind.concerns_every_request() => {
                let since = inner.outage.as_ref().map_or(now, |outage| outage.since);
                inner.outage = Some(Outage {
                    since,
                    last_failure_at: now,
                    error: error.clone(),
                });
                inner.version_is_current = false;
            }
            Some(error) if !error.kind.is_absent() => {}
            // "Not found" is an answer too.
            _ => inner.outage = None,
        }
    }

    /// The error of the outage, when its last failure is less than `span` ago: a request now would only make callers wait.
    pub(super) fn recent_outage(&self, span: Duration) -> Option<GiteaError> {
        let now = self.clock.now();
        let inner = self.inner();
        let outage = inner.outage.as_ref()?;
        let last = outage.last_failure_at;
        (now.since(last) < span && last <= now).then(|| outage.error.clone())
    }

    /// Whether Gitea's version was read since the last outage.
    pub(super) fn has_current_version(&self) -> bool {
        self.inner().version_is_current
    }

    pub(super) fn record_version(&self, version: GiteaVersion) {
        if let Some(warning) = &version.warning {
            tracing::warn!("{warning}");
        }
        let mut inner = self.inner();
        inner.version = Some(version);
        inner.version_is_current = true;
    }

    /// Records a full sync, or why it stopped.
    pub(super) fn record_full_sync(&self, result: Result<FullSyncReport, String>) {
        let mut inner = self.inner();
        match result {
            Ok(report) => {
                inner.full_sync_problem = None;
                inner.last_full_sync = Some(report);
            }
            Err(problem) => inner.full_sync_problem = Some(problem),
        }
    }

    /// Records the problems of a watched-team sync, or why it stopped.
    pub(super) fn record_watched_sync(&self, result: Result<Vec<String>, String>) {
        let now = self.clock.now();
        let mut inner = self.inner();
        if result.is_ok() {
            inner.last_watched_sync_at = Some(now);
        }
        inner.watched_sync_problems = result.unwrap_or_else(|problem| vec![problem]);
    }

    /// The status without what the mirror's data tells.
    pub(super) fn status(&self, skew_millis: i64) -> MirrorStatus {
        let inner = self.inner();
        let outage = inner.outage.as_ref();
        let of_sync = inner.last_full_sync.iter().flat_map(|sync| &sync.problems);
        let all = outage
            .map(|outage| outage.error.to_string())
            .into_iter()
            .chain(inner.full_sync_problem.clone())
            .chain(inner.watched_sync_problems.iter().cloned())
            .chain(of_sync.cloned())
            .chain(skew_problem(skew_millis));
        let mut problems = Vec::new();
        for problem in all {
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
        MirrorStatus {
            version: inner.version.clone(),
            unavailable_since: outage.map(|outage| outage.since),
            last_full_sync: inner.last_full_sync.clone(),
            last_watched_sync_at: inner.last_watched_sync_at,
            problems,
            ..MirrorStatus::default()
        }
    }
}

fn skew_problem(skew_millis: i64) -> Option<String> {
    (skew_millis.abs() > MAX_SKEW_MILLIS).then(|| {
        let seconds = skew_millis.abs() / 1000;
        let direction = if skew_millis > 0 { "ahead of" } else { "behind" };
        format!(
            "gitea's clock is {seconds} s {direction} this machine's: set both by NTP, or sign-ins are refused as too early or too late"
        )
    })
}
