//! What is known, and the one way in which it changes: plan, commit with its audit event, then memory, then freshness.

use super::MirrorError;
use super::bound::{Bound, freshness};
use super::directory::{directory, updated};
use super::elsewhere::{Arrival, elsewhere};
use super::plan::{Change, Known, Observation, Plan, Renewal, Sequence};
use super::planning_copy::PlanningCopy;
use super::queue::{Outcome, Queue, Reading, Waiting};
use super::records::{Batch, Writing};
use super::stamps::Stamps;
use super::words::sentence;
use crate::model::{
    Clock, Directory, DisplayText, GiteaUserId, Identity, ProviderId, Random, Timestamp, User,
    UserId,
};
use crate::store::{Store, StoreSnapshot};
use arc_swap::ArcSwap;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Changes that the state remembers.
const REMEMBERED: usize = 100;

/// Something that changed in Gitea.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// When it was noticed.
    pub at: Timestamp,
    /// What, by ids.
    pub what: DisplayText,
}

/// What is known, in memory and in the store.
pub(super) struct Ledger {
    store: Store,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    waiting: Queue,
    /// One batch at a time is planned and committed.
    writing: tokio::sync::Mutex<Option<PlanningCopy>>,
    facts: Mutex<Facts>,
    directory: ArcSwap<Directory>,
    stamps: Stamps,
}

/// What is known. Locked for moments, never while anything is waited for.
pub(super) struct Facts {
    pub(super) known: Known,
    pub(super) people: BTreeMap<GiteaUserId, User>,
    /// People without a Gitea account, by their one identity.
    pub(super) elsewhere: BTreeMap<Identity, User>,
    pub(super) bound: Bound,
    /// Other providers that are configured.
    pub(super) providers: Arc<BTreeSet<ProviderId>>,
    pub(super) changes: VecDeque<Changed>,
    version: u64,
    policy_version: u64,
    /// How often stamps went back with the clock.
    pub(super) clock_changes: u64,
    /// No stamp is later than this.
    last_now: Timestamp,
}

/// A plan, the copy that it was made on, and what became of each observation.
type Planned = (Plan, PlanningCopy, Vec<Result<Outcome, MirrorError>>);

impl Ledger {
    /// What the store has of it.
    pub(super) fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        world: &StoreSnapshot,
    ) -> Self {
        let known = Known::load(
            world.mirrored_users.clone(),
            world.mirrored_organizations.clone(),
            world.mirrored_teams.clone(),
        );
        let people = world.users.iter();
        let people = people.filter_map(|user| Some((user.gitea?, user.clone())));
        let facts = Facts {
            known,
            people: people.collect(),
            elsewhere: elsewhere(&world.users),
            bound: Bound::default(),
            providers: Arc::default(),
            changes: VecDeque::new(),
            version: world.directory_version,
            policy_version: world.policy_version,
            clock_changes: 0,
            // the clock may have been set back while we were not running
            last_now: Timestamp::from_millis(i64::MAX),
        };
        let ledger = Self {
            store,
            clock,
            random,
            waiting: Queue::default(),
            writing: tokio::sync::Mutex::default(),
            facts: Mutex::new(facts),
            directory: ArcSwap::default(),
            stamps: Stamps::new(),
        };
        let mut facts = ledger.facts();
        ledger.look_at_clock(&mut facts);
        ledger.publish(&facts);
        ledger.follow_everybody(&facts);
        drop(facts);
        ledger
    }

    /// What is known, for a moment.
    pub(super) fn facts(&self) -> MutexGuard<'_, Facts> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn directory(&self) -> Arc<Directory> {
        self.directory.load_full()
    }

    pub(super) fn stamps(&self) -> &Stamps {
        &self.stamps
    }

    /// Takes in what the present bindings name.
    pub(super) fn set_bound(&self, bound: Bound) {
        let mut facts = self.facts();
        facts.bound = bound;
        self.stamps.set_floor(facts.bound.floor(&facts.known));
    }

    /// Takes in which other providers are configured.
    pub(super) fn set_providers(&self, providers: BTreeSet<ProviderId>) {
        let mut facts = self.facts();
        facts.providers = Arc::new(providers);
        self.publish(&facts);
    }

    /// Our person behind a Gitea account.
    pub(super) fn person(&self, gitea: GiteaUserId) -> Option<UserId> {
        self.facts().people.get(&gitea).map(|user| user.id)
    }

    /// Puts an observation in force, unless it would take away too much at the first reading.
    ///
    /// All observations that wait at the same time are one step on disk and one new directory. What could not be
    /// committed is not in force, and renews nothing.
    pub(super) async fn observe(
        &self,
        observation: Observation,
        reading: Reading,
    ) -> Result<Outcome, MirrorError> {
        let mut answered = self.waiting.push(observation, reading);
        // Once another batch has taken this observation along, its reader goes on reading: were it to wait for its turn to
        // write, each batch would set one reader free and the next batch would hold one observation.
        let mut copy = tokio::select! {
            biased;
            outcome = &mut answered => return outcome.unwrap_or(Err(MirrorError::Stopped)),
            copy = self.writing.lock() => copy,
        };
        self.apply(self.waiting.take(), &mut copy).await;
        drop(copy);
        answered.await.unwrap_or(Err(MirrorError::Stopped))
    }

    async fn apply(&self, waiting: Vec<Waiting>, copy: &mut Option<PlanningCopy>) {
        if waiting.is_empty() {
            return;
        }
        let (plan, planned_on, outcomes) = self.plan(&waiting, copy.take());
        let committed = self.commit(&plan).await;
        if committed.is_ok() {
            self.renew(&plan);
            copy.insert(planned_on).share(&self.facts(), &plan);
        }
        for (waiting, outcome) in waiting.into_iter().zip(outcomes) {
            // The one who asked may be gone; the observation is in force all the same.
            let _ = waiting.answer.send(committed.clone().and(outcome));
        }
    }

    fn plan(&self, waiting: &[Waiting], kept: Option<PlanningCopy>) -> Planned {
        let mut facts = self.facts();
        let now = self.look_at_clock(&mut facts);
        let copy = PlanningCopy::of(&facts, kept);
        let mut sequence = Sequence::new(copy.known);
        let outcomes = waiting.iter().map(|waiting| {
            if waiting.observation.asked_at > now {
                return Err(MirrorError::ClockSetBack);
            }
            let look = waiting.reading.look();
            Ok(match sequence.add(&waiting.observation, look) {
                None => Outcome::LookAgain,
                Some(added) => {
                    waiting.reading.lost(added.loss);
                    Outcome::Applied {
                        changes: added.changes,
                    }
                }
            })
        });
        let outcomes = outcomes.collect();
        let (plan, known) = sequence.finish();
        (plan, PlanningCopy { known, ..copy }, outcomes)
    }

    /// Somebody without a Gitea account has signed in: keeps who that is and what the provider said.
    pub(super) async fn arrive(&self, arrival: &Arrival) -> Result<UserId, MirrorError> {
        let _one_at_a_time = self.writing.lock().await;
        let (user, batch) = {
            let facts = self.facts();
            let before = facts.elsewhere.get(&arrival.identity);
            let user = arrival.person(before, self.clock.as_ref(), self.random.as_ref());
            let batch = arrival.batch(before, &user, &self.writing(&facts));
            (user, batch)
        };
        let committed = self.store.commit(batch.0, batch.1).await?;
        let id = user.id;
        let mut facts = self.facts();
        facts.version = committed.directory_version;
        facts.policy_version = committed.policy_version;
        facts.elsewhere.insert(arrival.identity.clone(), user);
        self.publish(&facts);
        Ok(id)
    }

    fn writing(&self, facts: &Facts) -> Writing<'_> {
        Writing {
            clock: self.clock.as_ref(),
            random: self.random.as_ref(),
            policy_version: facts.policy_version,
            directory_version: facts.version,
        }
    }

    async fn commit(&self, plan: &Plan) -> Result<(), MirrorError> {
        if plan.changes.is_empty() {
            return Ok(());
        }
        let batch = {
            let facts = self.facts();
            Batch::new(&self.writing(&facts), (&facts.known, &facts.people), plan)
        };
        let committed = self
            .store
            .commit_with_events(batch.change, batch.event, batch.more)
            .await?;
        let mut facts = self.facts();
        facts.version = committed.directory_version;
        facts.policy_version = committed.policy_version;
        facts.take_in(&plan.changes, batch.people, self.now());
        self.publish_changes(&facts, &plan.changes);
        Ok(())
    }

    fn renew(&self, plan: &Plan) {
        let mut facts = self.facts();
        facts.known.renew(&plan.renewals);
        // the clock may have been set back, and looked at, since these were asked
        let asked = plan.renewals.iter().map(|(_, at)| *at);
        facts.last_now = asked.fold(facts.last_now, Timestamp::max);
        let whom = plan
            .renewals
            .iter()
            .filter_map(|(renewal, _)| match renewal {
                Renewal::Flags(id) | Renewal::UserTeams(id) => Some(*id),
                _ => None,
            });
        self.stamps.follow(&facts.known, &facts.people, whom);
        self.stamps.set_floor(facts.bound.floor(&facts.known));
    }

    /// The present instant; when the clock was set back, no stamp stays in the future. To be called before Gitea is
    /// asked as well: while it is away no answer comes, and what lies ahead would seem new until the clock is there again.
    pub(super) fn look_at_clock(&self, facts: &mut Facts) -> Timestamp {
        let now = self.now();
        if now < facts.last_now && facts.known.clock_went_back(now) {
            facts.clock_changes += 1;
            self.publish(facts);
            self.follow_everybody(facts);
        }
        facts.last_now = now;
        now
    }

    fn follow_everybody(&self, facts: &Facts) {
        let everybody = facts.people.keys().copied();
        self.stamps.follow(&facts.known, &facts.people, everybody);
        self.stamps.set_floor(facts.bound.floor(&facts.known));
    }

    fn publish(&self, facts: &Facts) {
        let people = (&facts.people, &facts.elsewhere);
        let providers = Arc::clone(&facts.providers);
        let fresh = facts.freshness();
        let directory = directory(&facts.known, people, fresh, facts.version, providers);
        self.directory.store(Arc::new(directory));
    }

    /// Swaps in what the changes make of the directory, at a cost that goes with them rather than with the world.
    fn publish_changes(&self, facts: &Facts, changes: &[Change]) {
        let (known, people) = (&facts.known, &facts.people);
        let before = self.directory.load();
        let after = updated(&before, known, people, facts.freshness(), changes);
        self.directory.store(Arc::new(Directory {
            version: facts.version,
            ..after
        }));
    }

    /// Writes down how fresh everything is, for the next start.
    pub(super) async fn write_stamps(&self) -> Result<(), MirrorError> {
        let marks = self.facts().marks();
        Ok(self.store.write_unaudited(marks).await?)
    }

    /// Swaps in the same directory with present freshness.
    pub(super) fn refresh_directory(&self) {
        self.publish(&self.facts());
    }
}

impl Facts {
    /// How fresh all that is known of a person is.
    fn freshness(&self) -> impl Fn(GiteaUserId) -> Timestamp {
        let known = &self.known;
        let floor = self.bound.floor(known);
        move |id| freshness(known.flags_asked_at(id), known.teams_asked_at(id), floor)
    }

    fn take_in(&mut self, changes: &[Change], people: Vec<User>, now: Timestamp) {
        self.known.apply_changes(changes);
        for user in people {
            if let Some(gitea) = user.gitea {
                self.people.insert(gitea, user);
            }
        }
        let remembered = changes.len().saturating_sub(REMEMBERED);
        for change in changes.iter().skip(remembered) {
            let what = sentence(change, &self.people);
            self.changes.push_front(Changed { at: now, what });
        }
        self.changes.truncate(REMEMBERED);
    }

    fn marks(&self) -> Vec<crate::store::UnauditedWrite> {
        use crate::store::UnauditedWrite as U;
        let accounts = self.known.accounts.iter();
        let organizations = self.known.organizations.iter();
        let teams = self.known.teams.keys();
        accounts
            .map(|(id, record)| U::UserRefreshed(*id, record.asked_at))
            .chain(organizations.map(|(id, r)| U::OrganizationRefreshed(*id, r.asked_at)))
            .chain(teams.filter_map(|id| {
                let record = self.known.record_of_team(*id)?;
                Some(U::TeamRefreshed(*id, record.asked_at))
            }))
            .collect()
    }
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
