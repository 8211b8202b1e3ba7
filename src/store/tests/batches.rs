//! Batches: one transaction for many changes, in which each is as good as alone.

use super::*;
use crate::audit::{Frontier, Leaf, Repeats, TreeHash};
use crate::store::space::Space;
use crate::store::tables::{EVENTS, META, PERSONAL};
use crate::store::writer::{Job, Work, Writer};
use crate::store::{Core, DiskReserve, open, personal};
use proptest::prelude::*;
use redb::backends::InMemoryBackend;
use redb::{ReadableDatabase, ReadableTable};
use std::collections::BTreeMap;
use std::sync::OnceLock;
use tokio::sync::{mpsc, oneshot};

fn writer() -> Writer {
    let database = open::open(InMemoryBackend::new(), false).unwrap();
    let core = Core {
        database,
        failed: OnceLock::new(),
        space: Space::new(DiskReserve::of_folder(std::path::Path::new("/"), 0)),
        folder: None,
    };
    Writer {
        core: Arc::new(core),
        jobs: mpsc::channel(1).1,
        random: random(),
    }
}

fn job(change: Change, event: AuditEvent) -> Job {
    described(change, vec![event])
}

fn described(change: Change, events: Vec<AuditEvent>) -> Job {
    Job {
        work: Work::Commit(change.encode().unwrap(), events),
        answer: oneshot::channel().0,
    }
}

/// The root of a tree over all leaves, and the one that was kept; every commitment is checked on the way.
fn roots(writer: &Writer) -> (TreeHash, TreeHash) {
    let reading = writer.core.database.begin_read().unwrap();
    let kept = open::frontier(&reading.open_table(META).unwrap()).unwrap();
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
    (rebuilt.root(), kept.root())
}

/// What a change does in the model: role, version to put (or delete), expectation.
type Step = (u8, Option<u64>, Expect);

fn step() -> impl Strategy<Value = Step> {
    let expect = prop_oneof![
        Just(Expect::Any),
        Just(Expect::Absent),
        Just(Expect::Present),
        (0_u64..3).prop_map(Expect::Version),
    ];
    (0_u8..3, prop::option::of(0_u64..3), expect)
}

fn fits(model: &BTreeMap<u8, u64>, (id, _, expect): Step) -> Result<(), CommitError> {
    let what = "role";
    match (expect, model.get(&id)) {
        (Expect::Absent, Some(_)) => Err(CommitError::Taken { what }),
        (Expect::Present | Expect::Version(_), None) => Err(CommitError::Missing { what }),
        (Expect::Version(v), Some(&present)) if v != present => {
            Err(CommitError::Stale { what, present })
        }
        _ => Ok(()),
    }
}

fn operation((id, version, expect): Step) -> Operation {
    match version {
        Some(version) => Operation::PutRole(role(id, version), expect),
        None => Operation::DeleteRole(role(id, 0).id, expect),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn a_batch_answers_and_leaves_what_one_change_after_the_other_would(
        batches in prop::collection::vec(
            prop::collection::vec((prop::collection::vec(step(), 0..3), 1_usize..4), 1..6), 1..6)
    ) {
        let writer = writer();
        let (mut model, mut sequence, mut policy) = (BTreeMap::new(), 0, 0);
        for batch in batches {
            let jobs: Vec<_> = batch.iter().map(|(steps, events)| {
                described(steps.iter().copied().map(operation).collect(), vec![event(1, 1); *events])
            }).collect();
            let answers = writer.write(&jobs).unwrap();
            for ((steps, events), answer) in batch.iter().zip(answers) {
                if let Err(refused) = steps.iter().try_for_each(|step| fits(&model, *step)) {
                    prop_assert_eq!(answer, Err(refused));
                    continue;
                }
                for (id, version, _) in steps {
                    match version {
                        Some(version) => model.insert(*id, *version),
                        None => model.remove(id),
                    };
                }
                policy += u64::from(!steps.is_empty());
                let committed = answer.unwrap().unwrap();
                sequence += *events as u64;
                prop_assert_eq!((committed.sequence, committed.policy_version), (sequence - 1, policy));
            }
        }
        let world = crate::store::read::world(&writer.core).unwrap();
        let kept: BTreeMap<_, _> = world.roles.iter().map(|r| (r.id.as_bytes()[0], r.version)).collect();
        prop_assert_eq!(kept, model);
        let (rebuilt, kept) = roots(&writer);
        prop_assert_eq!(rebuilt, kept);
    }
}

#[test]
fn an_event_that_no_leaf_can_hold_costs_the_others_nothing_and_writes_no_record() {
    let writer = writer();
    let wild = AuditEvent {
        policy_version: u64::MAX,
        ..event(1, 1)
    };
    let put = |number, events| {
        described(
            Operation::PutRole(role(number, 1), Expect::Any).into(),
            events,
        )
    };
    let jobs = [
        put(1, vec![event(1, 1)]),
        put(2, vec![event(1, 1), wild]),
        put(3, vec![event(1, 1)]),
    ];
    let answers = writer.write(&jobs).unwrap();
    assert!(matches!(answers[1], Err(CommitError::Unrecordable(_))));
    assert_eq!(answers[2].as_ref().unwrap().unwrap().sequence, 1);
    let world = crate::store::read::world(&writer.core).unwrap();
    assert_eq!(world.roles, [role(1, 1), role(3, 1)]);
}

#[test]
fn a_change_that_was_checked_against_an_older_policy_is_stale() {
    let writer = writer();
    let put = |number| Change::from(Operation::PutRole(role(number, 1), Expect::Absent));
    let jobs = [
        job(put(1).at_policy_version(0), event(1, 1)),
        job(put(2).at_policy_version(0), event(1, 1)),
        job(put(2).at_policy_version(1), event(1, 1)),
    ];
    let answers = writer.write(&jobs).unwrap();
    let stale = CommitError::Stale {
        what: "policy",
        present: 1,
    };
    assert_eq!(answers[1], Err(stale));
    assert_eq!(answers[2].as_ref().unwrap().unwrap().policy_version, 2);
}

#[test]
fn a_closed_window_is_an_event_like_any_other() {
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
    let page = crate::store::read::events(&writer.core, &everything()).unwrap();
    assert_eq!(page.events[0].event, closed);
    let (rebuilt, kept) = roots(&writer);
    assert_eq!(rebuilt, kept);
}
