//! Observations in the queue are one commit, and each has a result of its own.

use super::*;
use crate::mirror::plan::testing::{account, at};
use crate::mirror::plan::{ChangeCounts, GiteaAnswer, SyncCounts};
use crate::model::{DirectoryUser, DisplayText, GiteaUser, Organization, Team};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(1_000)
    }
}

/// Never the same bytes twice.
#[derive(Default)]
struct Counting(AtomicU64);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        let number = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let pattern = number.iter().rev().cycle();
        bytes
            .iter_mut()
            .zip(pattern)
            .for_each(|(to, from)| *to = *from);
    }
}

fn state() -> (Arc<DirectoryState>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), Arc::new(Counting::default())).unwrap();
    let snapshot = store.load().unwrap();
    let state = DirectoryState::new(
        store,
        Arc::new(Fixed),
        Arc::new(Counting::default()),
        &snapshot,
    );
    (Arc::new(state), folder)
}

fn organizations() -> Observation {
    let organization = Organization {
        id: 11.try_into().unwrap(),
        name: "acme".parse().unwrap(),
        full_name: DisplayText::lossy(""),
    };
    at(GiteaAnswer::Organizations(vec![organization]), 10)
}

fn teams(count: i64) -> Observation {
    let team = |id: i64| Team {
        id: id.try_into().unwrap(),
        organization: 11.try_into().unwrap(),
        name: DisplayText::lossy(&format!("team {id}")),
        owners: false,
    };
    let teams = (1..=count).map(team).collect();
    at(
        GiteaAnswer::OrganizationTeams(11.try_into().unwrap(), teams),
        11,
    )
}

fn members(team: i64, members: std::ops::RangeInclusive<i64>, seconds: i64) -> Observation {
    let members = members.map(account).collect();
    at(
        GiteaAnswer::TeamMembers(team.try_into().unwrap(), members),
        seconds,
    )
}

/// Observes all of them as one batch.
async fn together(
    state: &Arc<DirectoryState>,
    observations: Vec<Observation>,
    limit: &RemovalLimit,
) -> Vec<ObservationResult> {
    let writer = state.writer.lock().await;
    let count = observations.len();
    let observing: Vec<_> = observations
        .into_iter()
        .map(|observation| {
            let (state, limit) = (Arc::clone(state), limit.clone());
            tokio::spawn(async move { state.observe(observation, limit).await })
        })
        .collect();
    while state.queue.len() < count {
        tokio::task::yield_now().await;
    }
    drop(writer);
    let mut results = Vec::new();
    for result in observing {
        results.push(result.await.unwrap());
    }
    results
}

fn changes(results: &[ObservationResult]) -> Vec<Option<usize>> {
    let counts = |result: &ObservationResult| *result.as_ref().ok()?;
    let changes = results.iter().map(|result| Some(counts(result)?.changes));
    changes.collect()
}

#[tokio::test]
async fn queued_observations_are_one_commit() {
    let (state, _folder) = state();
    let first = vec![
        organizations(),
        teams(3),
        members(1, 1..=2, 12),
        members(2, 2..=3, 12),
    ];
    let results = together(&state, first, &RemovalLimit::None).await;
    // The answer about team 1 already contains account 2.
    assert_eq!(changes(&results), [Some(1), Some(3), Some(4), Some(3)]);
    let directory = state.directory();
    assert_eq!(directory.version, 1, "one commit, one directory");
    let (one, two) = (1.try_into().unwrap(), 2.try_into().unwrap());
    assert_eq!(directory.teams[&one].members.len(), 2);
    assert_eq!(directory.teams[&two].members.len(), 2);
    assert_eq!(
        state.data().facts.members_asked_at(two),
        Timestamp::from_seconds(12)
    );
}

#[tokio::test]
async fn an_applied_observation_returns_at_once() {
    let (state, _folder) = state();
    let mut copy = state.writer.lock().await;
    let own = Arc::clone(&state);
    let observing =
        tokio::spawn(async move { own.observe(organizations(), RemovalLimit::None).await });
    while state.queue.len() < 1 {
        tokio::task::yield_now().await;
    }
    state.apply(state.queue.take(), &mut copy).await;
    // The lock is still held, as it is while the next batch is written.
    let result = observing.await.unwrap();
    assert_eq!(changes(&[result]), [Some(1)]);
    drop(copy);
}

#[tokio::test]
async fn an_observation_over_the_limit_does_not_delay_others() {
    let (state, _folder) = state();
    let first = vec![
        organizations(),
        teams(2),
        members(1, 1..=60, 12),
        members(2, 1..=3, 12),
    ];
    together(&state, first, &RemovalLimit::None).await;
    let counts = SyncCounts {
        memberships_before: 63,
        applied: ChangeCounts::default(),
    };
    let limit = RemovalLimit::Enforced(Arc::new(Mutex::new(counts)));
    let second = vec![
        members(1, 1..=1, 13),
        members(2, 1..=2, 13),
        members(2, 1..=1, 2_000),
    ];
    let results = together(&state, second, &limit).await;
    assert_eq!(results[0], Ok(None));
    assert_eq!(changes(&results)[1], Some(1));
    assert_eq!(results[2], Err(MirrorError::ClockSetBack));
    assert_eq!(state.data().facts.memberships(), 62);
}

#[tokio::test]
async fn a_long_list_is_one_commit_with_bounded_events() {
    let (state, _folder) = state();
    let users = at(GiteaAnswer::Users((1..=250).map(account).collect()), 10);
    state.observe(users, RemovalLimit::None).await.unwrap();
    assert_eq!(state.directory().version, 1);
    let query = crate::audit::EventQuery {
        limit: 9,
        ..Default::default()
    };
    let page = state.store.events(&query).unwrap();
    let reasons = page.events.iter().map(|event| event.event.reasons.len());
    assert_eq!(reasons.collect::<Vec<_>>(), [50, 100, 100]);
    assert_eq!(state.store.load().unwrap().users.len(), 250);
}

/// An observation chosen by a number: lists, members, renames, owners, deletions, disabled accounts.
fn observation_of(number: u64, seconds: i64) -> Observation {
    let pick = |shift: u32, most: u64| i64::try_from((number >> shift) % most).unwrap();
    let team = |id: i64| Team {
        id: id.try_into().unwrap(),
        organization: 11.try_into().unwrap(),
        name: DisplayText::lossy(&format!("team {id} {}", pick(8, 2))),
        owners: pick(12, 3) == 0,
    };
    let answer = match pick(0, 6) {
        0 => {
            return Observation {
                asked_at: Timestamp::from_seconds(seconds),
                ..organizations()
            };
        }
        1 => GiteaAnswer::Organizations(Vec::new()),
        2 => {
            let teams = (1..=4).filter(|id| number >> (20 + id) & 1 == 1).map(team);
            GiteaAnswer::OrganizationTeams(11.try_into().unwrap(), teams.collect())
        }
        3 => GiteaAnswer::UserDeleted((1 + pick(8, 5)).try_into().unwrap()),
        4 => GiteaAnswer::User(GiteaUser {
            active: pick(12, 2) == 0,
            ..account(1 + pick(8, 5))
        }),
        _ => {
            let members = (1..=5)
                .filter(|id| number >> (30 + id) & 1 == 1)
                .map(account);
            GiteaAnswer::TeamMembers((1 + pick(8, 4)).try_into().unwrap(), members.collect())
        }
    };
    at(answer, seconds)
}

/// Users, teams and organizations in order, without freshness.
fn contents(directory: &Directory) -> impl PartialEq + std::fmt::Debug + use<> {
    let users: BTreeMap<_, _> = directory
        .users
        .iter()
        .map(|(id, user)| {
            let user = DirectoryUser {
                freshness: Timestamp::ZERO,
                ..(**user).clone()
            };
            (*id, user)
        })
        .collect();
    let by_gitea: BTreeMap<_, _> = directory.by_gitea.clone().into_iter().collect();
    let teams: BTreeMap<_, _> = directory.teams.clone().into_iter().collect();
    let organizations: BTreeMap<_, _> = directory.organizations.clone().into_iter().collect();
    (users, by_gitea, teams, organizations)
}

#[tokio::test]
async fn an_updated_directory_equals_a_new_one() {
    let (state, _folder) = state();
    let mut number = 0x9e37_79b9_7f4a_7c15_u64;
    for seconds in 1..400 {
        // A linear congruential generator (Knuth).
        number = number
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let observation = observation_of(number >> 13, seconds);
        state
            .observe(observation.clone(), RemovalLimit::None)
            .await
            .unwrap();
        let copy = state.writer.lock().await;
        let data = state.data();
        assert_eq!(copy.as_ref().unwrap().sequence.facts, data.facts);
        assert_eq!(
            contents(&state.directory()),
            contents(&build(&data)),
            "{seconds}: {observation:?}"
        );
    }
    assert!(state.directory().version > 100, "most of them change facts");
}
