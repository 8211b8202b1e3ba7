//! How observations become facts: those that wait together are one step on disk, and each gets its own outcome.

use super::*;
use crate::mirror::plan::Seen;
use crate::mirror::plan::testing::{account, at};
use crate::mirror::queue::SyncTally;
use crate::model::{GiteaUser, Organization, Team};
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

fn ledger() -> (Arc<Ledger>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), Arc::new(Counting::default())).unwrap();
    let world = store.load().unwrap();
    let ledger = Ledger::new(
        store,
        Arc::new(Fixed),
        Arc::new(Counting::default()),
        &world,
    );
    (Arc::new(ledger), folder)
}

fn organizations() -> Observation {
    let organization = Organization {
        id: 11.try_into().unwrap(),
        name: "acme".parse().unwrap(),
        full_name: DisplayText::lossy(""),
    };
    at(Seen::Organizations(vec![organization]), 10)
}

fn teams(count: i64) -> Observation {
    let team = |id: i64| Team {
        id: id.try_into().unwrap(),
        organization: 11.try_into().unwrap(),
        name: DisplayText::lossy(&format!("team {id}")),
        owners: false,
    };
    let teams = (1..=count).map(team).collect();
    at(Seen::OrganizationTeams(11.try_into().unwrap(), teams), 11)
}

fn members(team: i64, members: std::ops::RangeInclusive<i64>, seconds: i64) -> Observation {
    let members = members.map(account).collect();
    at(
        Seen::TeamMembers(team.try_into().unwrap(), members),
        seconds,
    )
}

/// Observes all of them as one step: they wait until the last one has come.
async fn together(
    ledger: &Arc<Ledger>,
    observations: Vec<Observation>,
    reading: &Reading,
) -> Vec<Result<Outcome, MirrorError>> {
    let busy = ledger.writing.lock().await;
    let count = observations.len();
    let waiting: Vec<_> = observations
        .into_iter()
        .map(|observation| {
            let (ledger, reading) = (Arc::clone(ledger), reading.clone());
            tokio::spawn(async move { ledger.observe(observation, reading).await })
        })
        .collect();
    while ledger.waiting.len() < count {
        tokio::task::yield_now().await;
    }
    drop(busy);
    let mut outcomes = Vec::new();
    for one in waiting {
        outcomes.push(one.await.unwrap());
    }
    outcomes
}

fn changes(outcomes: &[Result<Outcome, MirrorError>]) -> Vec<Option<usize>> {
    let changes = outcomes.iter().map(|outcome| match outcome {
        Ok(Outcome::Applied { changes }) => Some(*changes),
        _ => None,
    });
    changes.collect()
}

#[tokio::test]
async fn observations_that_wait_together_are_one_commit() {
    let (ledger, _folder) = ledger();
    let first = vec![
        organizations(),
        teams(3),
        members(1, 1..=2, 12),
        members(2, 2..=3, 12),
    ];
    let outcomes = together(&ledger, first, &Reading::OfPrincipal).await;
    // Team 2 finds account 2 known already.
    assert_eq!(changes(&outcomes), [Some(1), Some(3), Some(4), Some(3)]);
    let directory = ledger.directory();
    assert_eq!(directory.version, 1, "one commit, one directory");
    let (one, two) = (1.try_into().unwrap(), 2.try_into().unwrap());
    assert_eq!(directory.teams[&one].members.len(), 2);
    assert_eq!(directory.teams[&two].members.len(), 2);
    assert_eq!(
        ledger.facts().known.members_asked_at(two),
        Timestamp::from_seconds(12)
    );
}

#[tokio::test]
async fn an_applied_observation_frees_its_reader_at_once() {
    let (ledger, _folder) = ledger();
    let mut writing = ledger.writing.lock().await;
    let own = Arc::clone(&ledger);
    let reader =
        tokio::spawn(async move { own.observe(organizations(), Reading::OfPrincipal).await });
    while ledger.waiting.len() < 1 {
        tokio::task::yield_now().await;
    }
    ledger.apply(ledger.waiting.take(), &mut writing).await;
    // The lock is still held, as it is while the next batch is written.
    let outcome = reader.await.unwrap();
    assert_eq!(changes(&[outcome]), [Some(1)]);
    drop(writing);
}

#[tokio::test]
async fn one_that_must_be_read_again_does_not_hold_back_others() {
    let (ledger, _folder) = ledger();
    let first = vec![
        organizations(),
        teams(2),
        members(1, 1..=60, 12),
        members(2, 1..=3, 12),
    ];
    together(&ledger, first, &Reading::OfPrincipal).await;
    let tally = Reading::First(SyncTally::new(63));
    let second = vec![
        members(1, 1..=1, 13),
        members(2, 1..=2, 13),
        members(2, 1..=1, 2_000),
    ];
    let outcomes = together(&ledger, second, &tally).await;
    assert!(matches!(outcomes[0], Ok(Outcome::LookAgain)));
    assert_eq!(changes(&outcomes)[1], Some(1));
    assert_eq!(outcomes[2].as_ref().err(), Some(&MirrorError::ClockSetBack));
    assert_eq!(ledger.facts().known.memberships(), 62);
}

#[tokio::test]
async fn a_long_list_is_one_commit_with_events_of_bounded_length() {
    let (ledger, _folder) = ledger();
    let users = at(Seen::Users((1..=250).map(account).collect()), 10);
    ledger.observe(users, Reading::OfPrincipal).await.unwrap();
    assert_eq!(ledger.directory().version, 1);
    let query = crate::audit::EventQuery {
        limit: 9,
        ..Default::default()
    };
    let page = ledger.store.events(&query).unwrap();
    let reasons = page.events.iter().map(|event| event.event.reasons.len());
    assert_eq!(reasons.collect::<Vec<_>>(), [50, 100, 100]);
    assert_eq!(ledger.store.load().unwrap().users.len(), 250);
}

/// What there is to observe, drawn from a number: lists, members, renames, owners, deletions, disabled accounts.
fn drawn(number: u64, seconds: i64) -> Observation {
    let pick = |shift: u32, most: u64| i64::try_from((number >> shift) % most).unwrap();
    let team = |id: i64| Team {
        id: id.try_into().unwrap(),
        organization: 11.try_into().unwrap(),
        name: DisplayText::lossy(&format!("team {id} {}", pick(8, 2))),
        owners: pick(12, 3) == 0,
    };
    let seen = match pick(0, 6) {
        0 => {
            return Observation {
                asked_at: Timestamp::from_seconds(seconds),
                ..organizations()
            };
        }
        1 => Seen::Organizations(Vec::new()),
        2 => {
            let teams = (1..=4).filter(|id| number >> (20 + id) & 1 == 1).map(team);
            Seen::OrganizationTeams(11.try_into().unwrap(), teams.collect())
        }
        3 => Seen::UserGone((1 + pick(8, 5)).try_into().unwrap()),
        4 => Seen::User(GiteaUser {
            active: pick(12, 2) == 0,
            ..account(1 + pick(8, 5))
        }),
        _ => {
            let members = (1..=5)
                .filter(|id| number >> (30 + id) & 1 == 1)
                .map(account);
            Seen::TeamMembers((1 + pick(8, 4)).try_into().unwrap(), members.collect())
        }
    };
    at(seen, seconds)
}

/// Users, teams and organizations in order; how fresh an entry is left out.
fn shown(directory: &Directory) -> impl PartialEq + std::fmt::Debug + use<> {
    let users: BTreeMap<_, _> = directory
        .users
        .iter()
        .map(|(id, user)| {
            let user = crate::model::DirectoryUser {
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
async fn directory_of_changes_is_the_directory_made_anew() {
    let (ledger, _folder) = ledger();
    let mut number = 0x9e37_79b9_7f4a_7c15_u64;
    for seconds in 1..400 {
        // A linear congruential generator (Knuth): the same every time.
        number = number
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let observation = drawn(number >> 13, seconds);
        ledger
            .observe(observation.clone(), Reading::OfPrincipal)
            .await
            .unwrap();
        let copy = ledger.writing.lock().await;
        let facts = ledger.facts();
        assert_eq!(copy.as_ref().unwrap().known, facts.known);
        let people = (&facts.people, &facts.elsewhere);
        let anew = directory(&facts.known, people, |_| Timestamp::ZERO, 0, Arc::default());
        assert_eq!(
            shown(&ledger.directory()),
            shown(&anew),
            "{seconds}: {observation:?}"
        );
    }
    assert!(
        ledger.directory().version > 100,
        "most of them changed something"
    );
}
