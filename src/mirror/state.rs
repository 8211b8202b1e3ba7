//! The mirror's state in memory and in the store, and the one way to change it: plan, commit with its audit event, then
//! memory, then freshness.

use super::MirrorError;
use super::commit_batch::{CommitBatch, CommitContext};
use super::data::MirrorData;
use super::directory::{build, update};
use super::external_users::ExternalSignIn;
use super::freshness_table::FreshnessTable;
use super::plan::{Fact, GiteaFacts, Observation, Plan, PlanSequence};
use super::queue::{ObservationQueue, ObservationResult, QueuedObservation, RemovalLimit};
use super::watched_teams::WatchedTeams;
use crate::model::{Clock, Directory, GiteaUserId, ProviderId, Random, Timestamp, UserId};
use crate::store::{Store, StoreSnapshot};
use arc_swap::ArcSwap;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The mirror's state.
pub(super) struct DirectoryState {
    store: Store,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    queue: ObservationQueue,
    /// One batch at a time is planned and committed.
    writer: tokio::sync::Mutex<Option<PlanningCopy>>,
    /// Locked for moments, never across an await.
    data: Mutex<MirrorData>,
    directory: ArcSwap<Directory>,
    freshness: FreshnessTable,
}

/// A copy of the facts to plan on, so that the facts stay as they are until the batch is on disk. Kept for the next
/// batch, because a copy costs as much as the world is large; must then equal the facts.
struct PlanningCopy {
    sequence: PlanSequence,
    /// When the copy was made.
    clock_changes: u64,
}

impl DirectoryState {
    /// From the store.
    pub(super) fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        snapshot: &StoreSnapshot,
    ) -> Self {
        let state = Self {
            store,
            clock,
            random,
            queue: ObservationQueue::default(),
            writer: tokio::sync::Mutex::default(),
            data: Mutex::new(MirrorData::load(snapshot)),
            directory: ArcSwap::default(),
            freshness: FreshnessTable::default(),
        };
        let mut data = state.data();
        state.check_clock(&mut data);
        state.publish(&data);
        state.publish_freshness(&data);
        drop(data);
        state
    }

    pub(super) fn data(&self) -> MutexGuard<'_, MirrorData> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn directory(&self) -> Arc<Directory> {
        self.directory.load_full()
    }

    pub(super) fn freshness(&self) -> &FreshnessTable {
        &self.freshness
    }

    pub(super) fn set_watched_teams(&self, watched: WatchedTeams) {
        let mut data = self.data();
        data.watched = watched;
        self.freshness.copy(&data, std::iter::empty());
    }

    pub(super) fn set_providers(&self, providers: BTreeSet<ProviderId>) {
        let mut data = self.data();
        data.providers = Arc::new(providers);
        self.publish(&data);
    }

    /// Applies an observation, unless it exceeds its removal limit.
    ///
    /// All observations in the queue are one commit and one new directory. What cannot be committed does not apply and
    /// renews no freshness.
    pub(super) async fn observe(
        &self,
        observation: Observation,
        limit: RemovalLimit,
    ) -> ObservationResult {
        let mut result = self.queue.push(observation, limit);
        // A reader whose observation is in another reader's batch must not wait for the lock: each batch would release one
        // reader, and the next batch would have one observation.
        let mut copy = tokio::select! {
            biased;
            result = &mut result => return result.unwrap_or(Err(MirrorError::Stopped)),
            copy = self.writer.lock() => copy,
        };
        self.apply(self.queue.take(), &mut copy).await;
        drop(copy);
        result.await.unwrap_or(Err(MirrorError::Stopped))
    }

    async fn apply(&self, queued: Vec<QueuedObservation>, copy: &mut Option<PlanningCopy>) {
        if queued.is_empty() {
            return;
        }
        let (mut planned, results) = self.plan(&queued, copy.take());
        let plan = planned.sequence.take_plan();
        let committed = self.commit(&plan, &planned.sequence.facts).await;
        if committed.is_ok() {
            self.renew(&plan);
            let data = self.data();
            if planned.clock_changes == data.clock_changes {
                planned.sequence.facts.share_records(&data.facts, &plan);
                *copy = Some(planned);
            }
        }
        for (queued, result) in queued.into_iter().zip(results) {
            // The receiver may be gone; the observation applies nevertheless.
            let _ = queued.result.send(committed.clone().and(result));
        }
    }

    fn plan(
        &self,
        queued: &[QueuedObservation],
        kept: Option<PlanningCopy>,
    ) -> (PlanningCopy, Vec<ObservationResult>) {
        let mut data = self.data();
        let now = self.check_clock(&mut data);
        let clock_changes = data.clock_changes;
        let kept = kept.filter(|copy| copy.clock_changes == clock_changes);
        let mut copy = kept.unwrap_or_else(|| PlanningCopy {
            sequence: PlanSequence::new(data.facts.clone()),
            clock_changes,
        });
        let results = queued.iter().map(|queued| {
            if queued.observation.asked_at > now {
                return Err(MirrorError::ClockSetBack);
            }
            let limit = &queued.limit;
            let counts = copy.sequence.add(&queued.observation, limit.enforced());
            Ok(counts.inspect(|counts| limit.count(*counts)))
        });
        let results = results.collect();
        (copy, results)
    }

    /// Commits the user of a sign-in at another provider.
    pub(super) async fn put_external_user(
        &self,
        sign_in: &ExternalSignIn,
    ) -> Result<UserId, MirrorError> {
        let _one_at_a_time = self.writer.lock().await;
        let (user, change, event) = sign_in.commit(&self.commit_context(&self.data()));
        let committed = self.store.commit(change, event).await?;
        let id = user.id;
        let mut data = self.data();
        data.version = committed.directory_version;
        data.policy_version = committed.policy_version;
        data.external_users.insert(sign_in.identity.clone(), user);
        self.publish(&data);
        Ok(id)
    }

    fn commit_context<'a>(&'a self, data: &'a MirrorData) -> CommitContext<'a> {
        CommitContext {
            clock: self.clock.as_ref(),
            random: self.random.as_ref(),
            data,
        }
    }

    async fn commit(&self, plan: &Plan, after: &GiteaFacts) -> Result<(), MirrorError> {
        if plan.changes.is_empty() {
            return Ok(());
        }
        let batch = CommitBatch::new(&self.commit_context(&self.data()), &plan.changes, after);
        let committed = self
            .store
            .commit_with_events(batch.change, batch.event, batch.more_events)
            .await?;
        let mut data = self.data();
        data.version = committed.directory_version;
        data.policy_version = committed.policy_version;
        data.apply(&plan.changes, batch.users, self.clock.now());
        let directory = update(&self.directory.load(), &data, &plan.changes);
        self.directory.store(Arc::new(directory));
        Ok(())
    }

    fn renew(&self, plan: &Plan) {
        let mut data = self.data();
        data.facts.renew(&plan.renewals);
        // The clock may have been set back and checked since these requests.
        let asked_at = plan.renewals.iter().map(|(_, at)| *at);
        data.last_now = asked_at.fold(data.last_now, Timestamp::max);
        let users = plan.renewals.iter().filter_map(|(fact, _)| match fact {
            Fact::UserFlags(id) | Fact::UserTeams(id) => Some(*id),
            _ => None,
        });
        self.freshness.copy(&data, users);
    }

    /// The present instant. After the clock was set back, no freshness stays in the future: it would seem new until the
    /// clock is there again. Must also be called before a sync, because an outage brings no observation.
    pub(super) fn check_clock(&self, data: &mut MirrorData) -> Timestamp {
        let now = self.clock.now();
        if now < data.last_now && data.facts.limit_freshness(now) {
            data.clock_changes += 1;
            self.publish(data);
            self.publish_freshness(data);
        }
        data.last_now = now;
        now
    }

    fn publish(&self, data: &MirrorData) {
        self.directory.store(Arc::new(build(data)));
    }

    fn publish_freshness(&self, data: &MirrorData) {
        self.freshness.copy(data, data.users.keys().copied());
    }

    /// The user of a Gitea account.
    pub(super) fn user(&self, id: GiteaUserId) -> Option<UserId> {
        self.data().users.get(&id).map(|user| user.id)
    }

    /// Writes the freshness of every record, for the next start.
    pub(super) async fn write_freshness(&self) -> Result<(), MirrorError> {
        let records = self.data().freshness_records();
        Ok(self.store.write_unaudited(records).await?)
    }

    /// Publishes the directory with present freshness.
    pub(super) fn refresh_directory(&self) {
        self.publish(&self.data());
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
