//! Queries: filters and cursors give the same events as a scan.

use super::*;
use crate::audit::RecordedEvent;
use crate::store::tables::PERSONAL;
use proptest::prelude::*;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
}

/// All pages, one after the other.
fn all(store: &Store, query: &EventQuery) -> Vec<RecordedEvent> {
    let mut query = query.clone();
    let mut events = Vec::new();
    loop {
        let page = store.events(&query).unwrap();
        assert!(page.events.len() <= query.limit.clamp(1, EventQuery::MAX_PAGE_EVENTS));
        events.extend(page.events);
        match page.next {
            Some(next) => query.before = Some(next),
            None => return events,
        }
    }
}

fn query() -> impl Strategy<Value = EventQuery> {
    let instant = || prop::option::of((-9_i64..30).prop_map(|h| Timestamp::from_seconds(h * 1200)));
    let actor = prop::option::of((0_u8..4).prop_map(|number| Principal::User(user(number))));
    let action = prop::option::of(prop_oneof![
        Just(Action::RoleCreate),
        Just(Action::RoleDelete)
    ]);
    (
        actor,
        action,
        instant(),
        instant(),
        prop::option::of(0_u64..50),
        0_usize..6,
    )
        .prop_map(|(actor, action, from, to, before, limit)| EventQuery {
            actor,
            action,
            from,
            to,
            before,
            limit,
            ..EventQuery::default()
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn pages_together_are_the_events_that_match(
        // Hours in any order: clocks are set back.
        events in prop::collection::vec((0_u8..4, -9_i64..30, any::<bool>()), 0..40),
        queries in prop::collection::vec(query(), 20),
    ) {
        let folder = StateFolder::new();
        let store = folder.open();
        runtime().block_on(async {
            for (actor, third_of_an_hour, created) in events {
                let action = if created { Action::RoleCreate } else { Action::RoleDelete };
                let event = AuditEvent { action, ..event(actor, third_of_an_hour * 1200) };
                store.commit(Change::none(), event).await.unwrap();
            }
        });
        let every = all(&store, &EventQuery { limit: 7, ..EventQuery::default() });
        prop_assert!(every.windows(2).all(|pair| pair[0].sequence == pair[1].sequence + 1));
        for query in queries {
            let expected: Vec<_> = every.iter()
                .filter(|e| query.before.is_none_or(|before| e.sequence < before) && query.matches(&e.event))
                .cloned().collect();
            prop_assert_eq!(all(&store, &query), expected, "{:?}", query);
        }
    }
}

#[tokio::test]
async fn erased_event_keeps_its_place_without_personal_fields() {
    let folder = StateFolder::new();
    let store = folder.open();
    for number in 0..3 {
        store
            .commit(Change::none(), event(number, 1))
            .await
            .unwrap();
    }
    let transaction = store.0.shared.database.begin_write().unwrap();
    transaction.open_table(PERSONAL).unwrap().remove(1).unwrap();
    transaction.commit().unwrap();
    let events = all(&store, &EventQuery::default());
    let shown = |at: usize| (events[at].erased, events[at].event.personal.clone());
    assert_eq!(shown(1), (true, PersonalFields::default()));
    assert_eq!(shown(0), (false, event(2, 1).personal));
    drop(store);
    assert_eq!(
        all(&folder.open(), &EventQuery::default()),
        events,
        "the log is intact"
    );
}

#[tokio::test]
async fn filter_without_a_match_gives_no_event() {
    let folder = StateFolder::new();
    let store = folder.open();
    for _ in 0..5 {
        store.commit(Change::none(), event(1, 1)).await.unwrap();
    }
    let nothing = EventQuery {
        object: Some(ObjectKind::Server),
        ..EventQuery::default()
    };
    assert_eq!(all(&store, &nothing), []);
    let exact = EventQuery {
        object_id: Some(DisplayText::lossy("r")),
        outcome: Some(Outcome::Allowed),
        ..EventQuery::default()
    };
    assert_eq!(all(&store, &exact).len(), 5);
}
