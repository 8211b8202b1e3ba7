//! Refresh tokens against a model: any order of uses, waits and replays.

use super::super::testing::Stage;
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
                let young = now.since(rotated_at) <= Duration::from_secs(10);
                let used = stage
                    .opened
                    .grants
                    .rotate(&known[at], CLIENT, event())
                    .await;
                match (alive && !over, back) {
                    (false, _) => assert!(matches!(used, Err(GrantFault::Unknown))),
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
                        assert!(matches!(used, Err(GrantFault::Replayed)), "{used:?}");
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
