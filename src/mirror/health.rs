//! How well the mirror gets on with Gitea, in sentences for whoever looks at its state.

use super::{Changed, PassReport};
use crate::gitea::{GiteaError, Kind, Version};
use crate::model::{Clock, Timestamp};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A clock that is off by more than this deserves a word.
const SKEW: i64 = 30_000;

/// What the mirror knows, and how well it gets on with Gitea.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MirrorState {
    /// Version that Gitea calls itself, and what is odd about it.
    pub version: Option<Version>,
    /// Since when Gitea gives no answer that counts; `None` while it does.
    pub away_since: Option<Timestamp>,
    /// The last pass over everything that came to its end.
    pub last_full_pass: Option<PassReport>,
    /// When members of bound teams, or the people who were active instead, were last read.
    pub last_bound_read_at: Option<Timestamp>,
    /// Organizations mirrored.
    pub organizations: usize,
    /// Teams mirrored.
    pub teams: usize,
    /// People mirrored, without those who are gone.
    pub users: usize,
    /// What stands in the way, each with what to do.
    pub problems: Vec<String>,
    /// The last hundred changes, newest first.
    pub changes: Vec<Changed>,
    /// Grows by one with every change.
    pub directory_version: u64,
}

impl MirrorState {
    /// Why what is known may not be what Gitea has now, for `/readyz`; `None` when all is well.
    pub fn trouble(&self) -> Option<String> {
        match (self.away_since, &self.last_full_pass) {
            (Some(since), _) => Some(format!(
                "Gitea has not answered since {since}; the server's log says why"
            )),
            (None, None) => Some(format!(
                "the first full sync since the start is not complete; {} organizations, {} teams and {} users are known",
                self.organizations, self.teams, self.users
            )),
            (None, Some(_)) => None,
        }
    }
}

/// What is remembered between looks.
#[derive(Default)]
struct Memory {
    version: Option<Version>,
    /// False from an outage on until it is asked again: Gitea may have been renewed meanwhile.
    version_is_present: bool,
    away: Option<(Timestamp, Timestamp, GiteaError)>,
    last_full_pass: Option<PassReport>,
    full_pass_failed: Option<String>,
    last_bound_read_at: Option<Timestamp>,
    bound_read_problems: Vec<String>,
}

/// Takes notes.
pub(super) struct Health {
    clock: Arc<dyn Clock>,
    memory: Mutex<Memory>,
}

impl Health {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            memory: Mutex::default(),
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One answer of Gitea, or why there was none.
    pub(super) fn note(&self, error: Option<&GiteaError>) {
        let now = self.clock.now();
        let mut memory = self.memory();
        match error {
            None => memory.away = None,
            Some(error) if away(&error.kind) => {
                let since = memory.away.as_ref().map_or(now, |(since, ..)| *since);
                memory.away = Some((since, now, error.clone()));
                memory.version_is_present = false;
            }
            // an answer about one thing, so Gitea is there
            Some(error) if matches!(error.kind, Kind::Missing | Kind::Renamed(_)) => {
                memory.away = None;
            }
            Some(_) => {}
        }
    }

    /// The failure of the last question, when it was asked less than `span` ago and Gitea was away: to ask again at
    /// once would only keep people waiting.
    pub(super) fn just_away(&self, span: Duration) -> Option<GiteaError> {
        let now = self.clock.now();
        let memory = self.memory();
        let (_, last, error) = memory.away.as_ref()?;
        (now.since(*last) < span && *last <= now).then(|| error.clone())
    }

    /// Is Gitea's version known since it last came back?
    pub(super) fn knows_version(&self) -> bool {
        self.memory().version_is_present
    }

    /// What Gitea calls its version.
    pub(super) fn heard_version(&self, version: Version) {
        if let Some(warning) = &version.warning {
            tracing::warn!("{warning}");
        }
        let mut memory = self.memory();
        memory.version = Some(version);
        memory.version_is_present = true;
    }

    pub(super) fn passed(&self, pass: Result<PassReport, String>) {
        let mut memory = self.memory();
        match pass {
            Ok(report) => {
                memory.full_pass_failed = None;
                memory.last_full_pass = Some(report);
            }
            Err(sentence) => memory.full_pass_failed = Some(sentence),
        }
    }

    /// A round that came to its end with what it could not read, or why it did not.
    pub(super) fn bound_read(&self, read: Result<Vec<String>, String>) {
        let now = self.clock.now();
        let mut memory = self.memory();
        if read.is_ok() {
            memory.last_bound_read_at = Some(now);
        }
        memory.bound_read_problems = read.unwrap_or_else(|sentence| vec![sentence]);
    }

    /// The state but for what is known of Gitea.
    pub(super) fn state(&self, skew_millis: i64) -> MirrorState {
        let memory = self.memory();
        let away = memory.away.as_ref();
        let mut problems: Vec<_> = away
            .map(|(.., error)| error.to_string())
            .into_iter()
            .collect();
        problems.extend(memory.full_pass_failed.clone());
        problems.extend(memory.bound_read_problems.clone());
        let of_pass = memory.last_full_pass.iter().flat_map(|pass| &pass.problems);
        problems.extend(of_pass.cloned());
        problems.extend(skew_sentence(skew_millis));
        let mut unique = Vec::new();
        for problem in problems {
            if !unique.contains(&problem) {
                unique.push(problem);
            }
        }
        MirrorState {
            version: memory.version.clone(),
            away_since: away.map(|(since, ..)| *since),
            last_full_pass: memory.last_full_pass.clone(),
            last_bound_read_at: memory.last_bound_read_at,
            problems: unique,
            ..MirrorState::default()
        }
    }
}

/// Does this failure mean that no question at all would be answered?
pub(super) fn away(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Away | Kind::Busy | Kind::TokenBroken | Kind::Elsewhere | Kind::NotGitea
    )
}

fn skew_sentence(skew_millis: i64) -> Option<String> {
    (skew_millis.abs() > SKEW).then(|| {
        let (seconds, way) = (skew_millis.abs() / 1000, if skew_millis > 0 { "ahead of" } else { "behind" });
        format!(
            "gitea's clock is {seconds} s {way} this machine's: set both by NTP, or sign-ins will be refused as too early or too late"
        )
    })
}
