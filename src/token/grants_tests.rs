//! Refresh tokens against a model: any order of uses, waits and replays.

use super::super::testing::{ISSUER, Stage};
use super::*;
use crate::model::UserId;
use proptest::prelude::*;
use secrecy::ExposeSecret as _;

const CLIENT: ClientId = ClientId::from_bytes([2; 16]);

#[derive(Debug, Clone)]
enum Step {
    /// Presents the token of so many generations ago.
    Use(usize),
    /// Seconds.
    Wait(u64),
    /// Ends it by hand.
    End,
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => Just(Step::Use(0)),
        3 => Just(Step::Use(1)),
        1 => (2_usize..5).prop_map(Step::Use),
        3 => (1_u64..15).prop_map(Step::Wait),
        1 => Just(Step::End),
        1 => Just(Step::Restart),
    ];
    prop::collection::vec(step, 1..25)
}

fn grant(now: Timestamp) -> Grant {
    Grant {
        id: GrantId::from_bytes([1; 16]),
        user: UserId::from_bytes([3; 16]),
        client: CLIENT,
        application: None,
        scope: crate::model::Scope::default(),
        created_at: now,
        ends_at: now.plus(Duration::from_secs(120)),
        generation: 0,
        rotated_at: now,
        address: None,
        user_agent: DisplayText::lossy(""),
    }
}

async fn walk(steps: Vec<Step>) {
    let mut stage = Stage::set();
    let begun = stage.hands.now();
    let event = || expiry(GrantId::from_bytes([1; 16]), begun);
    let first = stage
        .opened
        .grants
        .add(grant(begun), event())
        .await
        .unwrap();
    let mut known = vec![first.expose_secret().to_owned()];
    let (mut alive, mut rotated_at) = (true, begun);
    for step in steps {
        match step {
            Step::Wait(seconds) => stage.hands.turn(Duration::from_secs(seconds)),
            Step::Restart => stage = stage.restart(),
            Step::End => {
                let id = GrantId::from_bytes([1; 16]);
                stage.opened.grants.end(&[id], event()).await.unwrap();
                alive = false;
            }
            Step::Use(back) => {
                let Some(at) = known.len().checked_sub(back + 1) else {
                    continue;
                };
                let now = stage.hands.now();
                let over = now >= begun.plus(Duration::from_secs(120));
                let young = now.since(rotated_at) < Duration::from_secs(10);
                let used = stage
                    .opened
                    .grants
                    .rotate(&known[at], CLIENT, event())
                    .await;
                match (alive && !over, back) {
                    (false, _) => assert!(matches!(used, Err(GrantError::Unknown))),
                    (true, 0) => {
                        known.push(used.unwrap().1.expose_secret().to_owned());
                        rotated_at = now;
                    }
                    (true, 1) if young => {
                        let (_, again) = used.unwrap();
                        assert_eq!(
                            Some(again.expose_secret()),
                            known.last().map(String::as_str)
                        );
                    }
                    (true, _) => {
                        assert!(matches!(used, Err(GrantError::Replayed)), "{used:?}");
                        alive = false;
                    }
                }
            }
        }
        let lives = stage.opened.grants.lives(GrantId::from_bytes([1; 16]));
        let over = stage.hands.now() >= begun.plus(Duration::from_secs(120));
        assert_eq!(lives, alive && !over);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn every_order_of_uses_agrees_with_the_model(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(walk(steps));
    }
}

#[tokio::test]
async fn a_refresh_token_of_another_client_or_with_a_wrong_character_opens_nothing() {
    let stage = Stage::set();
    let now = stage.hands.now();
    let event = expiry(GrantId::from_bytes([1; 16]), now);
    let token = stage.opened.grants.add(grant(now), event).await.unwrap();
    let token = token.expose_secret();
    let grants = &stage.opened.grants;
    assert!(grants.find(token, CLIENT).is_ok());
    assert!(grants.find(token, ClientId::from_bytes([9; 16])).is_err());
    for at in 0..token.len() {
        let mut wrong = token.to_owned().into_bytes();
        wrong[at] = if wrong[at] == b'A' { b'B' } else { b'A' };
        let wrong = String::from_utf8(wrong).unwrap();
        assert!(grants.find(&wrong, CLIENT).is_err(), "{at}");
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_makes_no_grace_longer_and_no_grant() {
    let stage = Stage::set();
    let begun = stage.hands.now();
    let event = || expiry(GrantId::from_bytes([1; 16]), begun);
    let grants = &stage.opened.grants;
    let zero = grants.add(grant(begun), event()).await.unwrap();
    stage.hands.turn(Duration::from_secs(100));
    let zero = zero.expose_secret();
    let (_, one) = grants.rotate(zero, CLIENT, event()).await.unwrap();
    let one = one.expose_secret();

    stage.hands.turn_back(Duration::from_secs(5));
    let (_, again) = grants.rotate(zero, CLIENT, event()).await.unwrap();
    assert_eq!(again.expose_secret(), one, "a correction ends nothing");
    grants.find(one, CLIENT).unwrap();

    stage.hands.turn_back(Duration::from_secs(200));
    let found = grants.find(one, CLIENT);
    assert_eq!(found, Err(GrantError::Unknown), "it has not begun yet");
    assert!(grants.list().is_empty() && !grants.lives(GrantId::from_bytes([1; 16])));
    grants.expire().await.unwrap();
    stage.hands.turn(Duration::from_secs(140));
    grants.find(one, CLIENT).unwrap();

    // Half a minute back: the copy of the token before is no repeated request.
    let replayed = grants.rotate(zero, CLIENT, event()).await;
    assert!(
        matches!(replayed, Err(GrantError::Replayed)),
        "{replayed:?}"
    );
}

#[tokio::test]
async fn a_person_keeps_a_bounded_number_of_grants_and_the_one_used_longest_ago_ends() {
    let stage = Stage::set();
    let grants = &stage.opened.grants;
    let add = async |number: u16, client: u8, user: u8| {
        let [high, low] = number.to_be_bytes();
        let mut id = [0; 16];
        (id[0], id[1]) = (high, low);
        let one = Grant {
            id: GrantId::from_bytes(id),
            client: ClientId::from_bytes([client; 16]),
            user: UserId::from_bytes([user; 16]),
            ..grant(stage.hands.now())
        };
        stage.hands.turn(Duration::from_millis(1));
        let event = expiry(one.id, one.created_at);
        grants.add(one, event).await.unwrap();
    };
    add(0, 1, 9).await;
    for number in 1..=300 {
        add(number, u8::try_from(number % 30).unwrap(), 3).await;
    }
    let numbers = || -> BTreeSet<u16> {
        let list = grants.list().into_iter();
        list.map(|g| u16::from_be_bytes([g.id.as_bytes()[0], g.id.as_bytes()[1]]))
            .collect()
    };
    let kept: BTreeSet<u16> = [0].into_iter().chain(101..=300).collect();
    assert_eq!(numbers(), kept, "the other person's is left alone");
    for number in 301..=330 {
        add(number, 200, 3).await;
    }
    let to_one = numbers().into_iter().filter(|number| *number > 300);
    assert_eq!(to_one.collect::<Vec<_>>(), (311..=330).collect::<Vec<_>>());
    assert_eq!(stage.store.load().unwrap().grants.len(), numbers().len());
    let query = crate::audit::EventQuery {
        limit: 1,
        ..Default::default()
    };
    let page = stage.store.events(&query).unwrap();
    let reasons = &page.events[0].event.reasons;
    assert!(
        reasons
            .iter()
            .any(|r| r.to_string().starts_with("ends grant `")),
        "{reasons:?}"
    );
}

#[tokio::test]
async fn what_is_being_kept_while_everything_is_revoked_ends() {
    let stage = Stage::set();
    let begun = stage.hands.now();
    let event = || expiry(GrantId::from_bytes([1; 16]), begun);
    stage.hands.turn(Duration::from_millis(1));
    let person = Principal::User(grant(begun).user);
    let all = crate::model::RevokedObject::Principal { principal: person };
    let tokens = &stage.opened.tokens;
    tokens.revoke(all, event()).await.unwrap();

    let kept = tokens.keep(grant(begun), begun, event()).await;
    assert_eq!(kept.err(), Some(GrantError::Revoked));
    for opened in [&stage.opened, &stage.again((ISSUER, 7)).unwrap()] {
        assert_eq!(opened.grants.list(), []);
    }
    stage.hands.turn(Duration::from_millis(1));
    let allowed_at = stage.hands.now();
    let kept = tokens.keep(grant(begun), allowed_at, event()).await;
    kept.unwrap();
    assert!(stage.opened.grants.lives(grant(begun).id));
}
