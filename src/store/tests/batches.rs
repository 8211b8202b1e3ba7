//! Batches: one transaction for many changes, none of which affects the result of another.

use super::*;
use crate::audit::{Frontier, Leaf, Repeats, TreeHash};
use crate::store::job::{Job, Work};
use crate::store::shared::Shared;
use crate::store::tables::{EVENTS, META, PERSONAL};
use crate::store::writer::Writer;
use crate::store::{DiskReserve, open, personal, read};
use proptest::prelude::*;
use redb::backends::InMemoryBackend;
use redb::{ReadableDatabase, ReadableTable};
use std::collections::BTreeMap;
use tokio::sync::{mpsc, oneshot};

fn writer() -> Writer {
    let database = open::open(InMemoryBackend::new(), false).unwrap();
    let reserve = DiskReserve::of_folder(std::path::Path::new("/"), 0);
    Writer {
        shared: Arc::new(Shared::new(database, None, reserve)),
        jobs: mpsc::channel(1).1,
        random: random(),
    }
}

fn job(change: Change, event: AuditEvent) -> Job {
    job_with_events(change, vec![event])
}

fn job_with_events(change: Change, events: Vec<AuditEvent>) -> Job {
    Job {
        work: Work::Commit(change.encode().unwrap(), events),
        result: oneshot::channel().0,
    }
}

/// The root of a tree over all leaves, and the stored one. Also checks every commitment.
fn roots(writer: &Writer) -> (TreeHash, TreeHash) {
    let reading = writer.shared.database.begin_read().unwrap();
    let stored = open::frontier(&reading.open_table(META).unwrap()).unwrap();
    let (leaves, rows) = (
        reading.open_table(EVENTS).unwrap(),
        reading.open_table(PERSONAL).unwrap(),
    );
    let mut rebuilt = Frontier::default();
    for row in leaves.iter().unwrap() {
        let (place, leaf) = row.unwrap();
        let (sequence, _, commitment) = Leaf::parse(leaf.value()).unwrap();
        assert_eq!((sequence, sequence), (place.value(), rebuilt.size()));
        let row = ReadableTable::get(&rows, sequence).unwrap().unwrap();
        let (salt, fields) = personal::decode(row.value()).unwrap();
        assert_eq!(salt.commitment(&fields).unwrap(), commitment);
        rebuilt.append(TreeHash::of_leaf(leaf.value()));
    }
    (rebuilt.root(), stored.root())
}

/// An operation in the test's model: role, version to put (`None` deletes), precondition.
type Step = (u8, Option<u64>, Precondition);

fn step() -> impl Strategy<Value = Step> {
    let precondition = prop_oneof![
        Just(Precondition::None),
        Just(Precondition::Absent),
        Just(Precondition::Present),
        (0_u64..3).prop_map(Precondition::Version),
    ];
    (0_u8..3, prop::option::of(0_u64..3), precondition)
}

fn fits(model: &BTreeMap<u8, u64>, (id, _, precondition): Step) -> Result<(), CommitError> {
    let what = "role";
    match (precondition, model.get(&id)) {
        (Precondition::Absent, Some(_)) => Err(CommitError::AlreadyExists { what }),
        (Precondition::Present | Precondition::Version(_), None) => {
            Err(CommitError::NotFound { what })
        }
        (Precondition::Version(v), Some(&present)) if v != present => {
            Err(CommitError::Stale { what, present })
        }
        _ => Ok(()),
    }
}

fn operation((id, version, precondition): Step) -> Operation {
    match version {
        Some(version) => Operation::PutRole(role(id, version), precondition),
        None => Operation::DeleteRole(role(id, 0).id, precondition),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn batch_has_the_results_of_its_changes_one_by_one(
        batches in prop::collection::vec(
            prop::collection::vec((prop::collection::vec(step(), 0..3), 1_usize..4), 1..6), 1..6)
    ) {
        let writer = writer();
        let (mut model, mut sequence, mut policy) = (BTreeMap::new(), 0, 0);
        for batch in batches {
            let jobs: Vec<_> = batch.iter().map(|(steps, events)| {
                job_with_events(steps.iter().copied().map(operation).collect(), vec![event(1, 1); *events])
            }).collect();
            let results = writer.write(&jobs).unwrap();
            for ((steps, events), result) in batch.iter().zip(results) {
                if let Err(error) = steps.iter().try_for_each(|step| fits(&model, *step)) {
                    prop_assert_eq!(result, Err(error));
                    continue;
                }
                for (id, version, _) in steps {
                    match version {
                        Some(version) => model.insert(*id, *version),
                        None => model.remove(id),
                    };
                }
                policy += u64::from(!steps.is_empty());
                let receipt = result.unwrap().unwrap();
                sequence += *events as u64;
                prop_assert_eq!((receipt.sequence, receipt.policy_version), (sequence - 1, policy));
            }
        }
        let snapshot = read::snapshot(&writer.shared).unwrap();
        let stored: BTreeMap<_, _> = snapshot.roles.iter().map(|r| (r.id.as_bytes()[0], r.version)).collect();
        prop_assert_eq!(stored, model);
        let (rebuilt, stored) = roots(&writer);
        prop_assert_eq!(rebuilt, stored);
    }
}

#[test]
fn invalid_event_fails_its_own_change_alone() {
    let writer = writer();
    let invalid = AuditEvent {
        policy_version: u64::MAX,
        ..event(1, 1)
    };
    let put = |number, events| {
        job_with_events(
            Operation::PutRole(role(number, 1), Precondition::None).into(),
            events,
        )
    };
    let jobs = [
        put(1, vec![event(1, 1)]),
        put(2, vec![event(1, 1), invalid]),
        put(3, vec![event(1, 1)]),
    ];
    let results = writer.write(&jobs).unwrap();
    assert!(matches!(results[1], Err(CommitError::Unrecordable(_))));
    assert_eq!(results[2].as_ref().unwrap().unwrap().sequence, 1);
    let snapshot = read::snapshot(&writer.shared).unwrap();
    assert_eq!(snapshot.roles, [role(1, 1), role(3, 1)]);
}

#[test]
fn change_for_an_older_policy_version_is_stale() {
    let writer = writer();
    let put = |number| Change::from(Operation::PutRole(role(number, 1), Precondition::Absent));
    let jobs = [
        job(put(1).at_policy_version(0), event(1, 1)),
        job(put(2).at_policy_version(0), event(1, 1)),
        job(put(2).at_policy_version(1), event(1, 1)),
    ];
    let results = writer.write(&jobs).unwrap();
    let stale = CommitError::Stale {
        what: "policy",
        present: 1,
    };
    assert_eq!(results[1], Err(stale));
    assert_eq!(results[2].as_ref().unwrap().unwrap().policy_version, 2);
}

#[test]
fn event_with_repeats_is_read_back() {
    let writer = writer();
    let repeats = Repeats {
        since: Timestamp::from_seconds(1),
        count: 41,
    };
    let closed = AuditEvent {
        repeats: Some(repeats),
        ..event(1, 61)
    };
    let jobs = [
        job(Change::none(), event(1, 1)),
        job(Change::none(), closed.clone()),
    ];
    writer.write(&jobs).unwrap();
    let page = read::events(&writer.shared, &everything()).unwrap();
    assert_eq!(page.events[0].event, closed);
    let (rebuilt, stored) = roots(&writer);
    assert_eq!(rebuilt, stored);
}
