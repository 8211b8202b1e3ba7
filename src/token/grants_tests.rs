//! Refresh tokens compared with a model, for any order of uses, waits and replays.

use super::super::testing::{ISSUER, TestServer};
use super::*;
use crate::model::UserId;
use proptest::prelude::*;
use secrecy::ExposeSecret as _;

const CLIENT: ClientId = ClientId::from_bytes([2; 16]);

#[derive(Debug, Clone)]
enum Step {
    /// Uses the refresh token of so many generations ago.
    Use(usize),
    /// Seconds.
    Wait(u64),
    /// Ends the grant.
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

async fn run(steps: Vec<Step>) {
    let mut server = TestServer::start();
    let (id, start) = (GrantId::from_bytes([1; 16]), server.clock.now());
    let event = || expiry(id, start);
    let first = server
        .services
        .grants
        .add(grant(start), event())
        .await
        .unwrap();
    let mut tokens = vec![first.expose_secret().to_owned()];
    let (mut ended, mut rotated_at) = (false, start);
    for step in steps {
        match step {
            Step::Wait(seconds) => server.clock.advance(Duration::from_secs(seconds)),
            Step::Restart => server = server.restart(),
            Step::End => {
                server.services.grants.end(&[id], event()).await.unwrap();
                ended = true;
            }
            Step::Use(back) => {
                let Some(at) = tokens.len().checked_sub(back + 1) else {
                    continue;
                };
                let now = server.clock.now();
                let expired = now >= start.plus(Duration::from_secs(120));
                let repeated = now.since(rotated_at) < Duration::from_secs(10);
                let used = server
                    .services
                    .grants
                    .rotate(&tokens[at], CLIENT, event())
                    .await;
                match (!ended && !expired, back) {
                    (false, _) => assert!(matches!(used, Err(GrantError::Unknown))),
                    (true, 0) => {
                        tokens.push(used.unwrap().1.expose_secret().to_owned());
                        rotated_at = now;
                    }
                    (true, 1) if repeated => {
                        let (_, again) = used.unwrap();
                        assert_eq!(
                            Some(again.expose_secret()),
                            tokens.last().map(String::as_str)
                        );
                    }
                    (true, _) => {
                        assert!(matches!(used, Err(GrantError::Replayed)), "{used:?}");
                        ended = true;
                    }
                }
            }
        }
        let valid = server.services.grants.is_valid(id);
        let expired = server.clock.now() >= start.plus(Duration::from_secs(120));
        assert_eq!(valid, !ended && !expired);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn every_order_of_uses_agrees_with_the_model(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(run(steps));
    }
}

#[tokio::test]
async fn a_foreign_or_changed_refresh_token_is_rejected() {
    let server = TestServer::start();
    let now = server.clock.now();
    let event = expiry(GrantId::from_bytes([1; 16]), now);
    let token = server.services.grants.add(grant(now), event).await.unwrap();
    let token = token.expose_secret();
    let grants = &server.services.grants;
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
async fn a_clock_set_back_prolongs_neither_grace_nor_grant() {
    let server = TestServer::start();
    let start = server.clock.now();
    let event = || expiry(GrantId::from_bytes([1; 16]), start);
    let grants = &server.services.grants;
    let zero = grants.add(grant(start), event()).await.unwrap();
    server.clock.advance(Duration::from_secs(100));
    let zero = zero.expose_secret();
    let (_, one) = grants.rotate(zero, CLIENT, event()).await.unwrap();
    let one = one.expose_secret();

    server.clock.set_back(Duration::from_secs(5));
    let (_, again) = grants.rotate(zero, CLIENT, event()).await.unwrap();
    assert_eq!(again.expose_secret(), one, "a correction ends nothing");
    grants.find(one, CLIENT).unwrap();

    server.clock.set_back(Duration::from_secs(200));
    let found = grants.find(one, CLIENT);
    assert_eq!(found, Err(GrantError::Unknown), "it has not start yet");
    assert!(grants.list().is_empty() && !grants.is_valid(GrantId::from_bytes([1; 16])));
    grants.expire().await.unwrap();
    server.clock.advance(Duration::from_secs(140));
    grants.find(one, CLIENT).unwrap();

    // Half a minute back: the previous token is a replay and not a repeated request.
    let replayed = grants.rotate(zero, CLIENT, event()).await;
    assert!(
        matches!(replayed, Err(GrantError::Replayed)),
        "{replayed:?}"
    );
}

#[tokio::test]
async fn the_grant_used_longest_ago_ends_for_another() {
    let server = TestServer::start();
    let grants = &server.services.grants;
    let add = async |number: u16, client: u8, user: u8| {
        let [high, low] = number.to_be_bytes();
        let mut id = [0; 16];
        (id[0], id[1]) = (high, low);
        let grant = Grant {
            id: GrantId::from_bytes(id),
            client: ClientId::from_bytes([client; 16]),
            user: UserId::from_bytes([user; 16]),
            ..grant(server.clock.now())
        };
        server.clock.advance(Duration::from_millis(1));
        let event = expiry(grant.id, grant.created_at);
        grants.add(grant, event).await.unwrap();
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
    assert_eq!(numbers(), kept, "the grant of another person stays");
    for number in 301..=330 {
        add(number, 200, 3).await;
    }
    let to_one = numbers().into_iter().filter(|number| *number > 300);
    assert_eq!(to_one.collect::<Vec<_>>(), (311..=330).collect::<Vec<_>>());
    assert_eq!(server.store.load().unwrap().grants.len(), numbers().len());
    let query = crate::audit::EventQuery {
        limit: 1,
        ..Default::default()
    };
    let page = server.store.events(&query).unwrap();
    let reasons = &page.events[0].event.reasons;
    assert!(
        reasons
            .iter()
            .any(|r| r.to_string().starts_with("ends grant `")),
        "{reasons:?}"
    );
}

#[tokio::test]
async fn a_grant_that_is_added_during_a_revocation_ends() {
    let server = TestServer::start();
    let start = server.clock.now();
    let event = || expiry(GrantId::from_bytes([1; 16]), start);
    server.clock.advance(Duration::from_millis(1));
    let person = Principal::User(grant(start).user);
    let all = crate::model::RevokedObject::Principal { principal: person };
    let tokens = &server.services.tokens;
    tokens.revoke(all, event()).await.unwrap();

    let kept = tokens.keep(grant(start), start, event()).await;
    assert_eq!(kept.err(), Some(GrantError::Revoked));
    for services in [&server.services, &server.services_with(ISSUER, 7).unwrap()] {
        assert_eq!(services.grants.list(), []);
    }
    server.clock.advance(Duration::from_millis(1));
    let allowed_at = server.clock.now();
    let kept = tokens.keep(grant(start), allowed_at, event()).await;
    kept.unwrap();
    assert!(server.services.grants.is_valid(grant(start).id));
}
