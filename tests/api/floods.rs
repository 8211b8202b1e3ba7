//! Anonymous callers with fresh values in everything they send, denied changes of an editor, and a disk that is almost
//! full.

use crate::api::recipes::{binding, id_of, make, role};
use crate::api::wiring::{ANONYMOUS_EVENTS, Disk};
use crate::api::world::{Ask, Who, World, user_of};
use samovar::access::{AccessRequest, Denial, RequestLine, RequestOrigin};
use samovar::audit::{Action, EventQuery, Outcome, RecordedEvent};
use samovar::model::RequestId;
use serde_json::json;

const HOST: &str = "flooded.example.test";

/// With an application whose routes have parameters.
async fn world() -> World {
    let world = World::start().await;
    let route = |method: &str, path: &str, requirement: &str| json!({"methods": [method], "path": path, "requirement": {"kind": requirement}});
    let application = json!({
        "name": "flooded", "hosts": [HOST],
        "routes": [
            route("GET", "/items/{id}/{part}", "signed-in"),
            route("POST", "/hooks/{id}", "public"),
        ],
    });
    make(&world, "applications", application).await;
    world
}

/// What a request to the application is answered.
async fn ask(world: &World, method: &str, target: &str, block: u32) -> Result<(), Denial> {
    let host = HOST.parse().unwrap();
    let [_, _, high, low] = block.to_be_bytes();
    let origin = RequestOrigin {
        address: Some([198, high, low, 1].into()),
        user_agent: Some("a test".parse().unwrap()),
        request: RequestId::from_bytes([9; 16]),
    };
    let asked = AccessRequest {
        host: &host,
        line: RequestLine {
            method,
            target: target.as_bytes(),
        },
        credential: None,
        navigation: false,
        origin: &origin,
    };
    world.gatekeeper().check(&asked).await.map(|_| ())
}

fn events(world: &World) -> Vec<RecordedEvent> {
    world.events(&EventQuery {
        limit: EventQuery::MAX_PAGE_EVENTS,
        ..EventQuery::default()
    })
}

#[tokio::test]
async fn denied_changes_of_one_principal_are_limited() {
    let world = World::start().await;
    let (given, _) = make(&world, "roles", role("given")).await;
    let draft = binding(&world, &id_of(&given));
    let create = || {
        let ask = Ask::new("POST", "/api/v1/role-bindings").by(Who::Editor);
        ask.json(&draft)
    };
    for _ in 0..60 {
        let denied = world.call(create()).await;
        denied.is_problem(403, "permission_missing", "within the limit");
    }
    let before = events(&world).len();
    let limited = world.call(create()).await;
    limited.is_problem(429, "too_many_requests", "beyond the limit");
    assert_eq!(limited.header("retry-after"), "2");
    assert_eq!(events(&world).len(), before);
}

#[tokio::test]
async fn fresh_values_of_anonymous_callers_are_few_events() {
    let world = world().await;
    let before = events(&world).len();
    for number in 0..100_000_u32 {
        let target = match number % 4 {
            0 => format!("/items/{number}/canary{number}"),
            1 => format!("/canary/{number}"),
            2 => format!("/items//canary{number}"),
            _ => format!("/items/canary{number};{number}/a"),
        };
        let method = format!("CANARY{number}");
        let method = if number % 8 < 4 { "GET" } else { &method };
        assert!(ask(&world, method, &target, number % 7).await.is_err());
    }
    let written = events(&world).len() - before;
    assert!(written <= ANONYMOUS_EVENTS as usize, "{written}");
    world.close_all_windows().await;
    let all = events(&world);
    let of_flood = &all[..all.len() - before];
    let counted: u64 = of_flood
        .iter()
        .filter_map(|one| one.event.repeats.map(|repeats| repeats.count))
        .sum();
    let single = of_flood.iter().filter(|one| one.event.repeats.is_none());
    assert_eq!(counted + single.count() as u64, 100_000, "none is lost");
    for one in of_flood {
        let text = format!("{:?}", (&one.event.object, &one.event.reasons));
        assert!(!text.to_lowercase().contains("canary"), "{text}");
    }
}

#[tokio::test]
async fn changes_of_anonymous_callers_are_written_up_to_the_limit() {
    let world = world().await;
    for number in 0..1000_u32 {
        let target = format!("/hooks/{number}");
        ask(&world, "POST", &target, 1).await.unwrap();
    }
    let allowed = |one: &&RecordedEvent| {
        one.event.action == Action::RequestDecide && one.event.outcome == Outcome::Allowed
    };
    let written = events(&world).iter().filter(allowed).count();
    assert_eq!(written, ANONYMOUS_EVENTS as usize);
    world.close_all_windows().await;
    let stated = &events(&world)[0].event;
    assert_eq!(stated.action, Action::AuditLogLimit);
    let reasons = format!("{:?}", stated.reasons);
    assert!(reasons.contains("940 events"), "{reasons}");
    assert!(
        reasons.contains("request.decide allowed allowed: 940"),
        "{reasons}"
    );
}

#[tokio::test]
async fn reads_of_anonymous_callers_are_recorded_as_the_mode_says() {
    for (mode, expected) in [("refusals", 0), ("first-in-window", 1), ("every", 1)] {
        let world = World::start().await;
        let open = json!({"methods": [], "path": "/**", "requirement": {"kind": "public"}});
        let application = json!({
            "name": "open", "hosts": [HOST], "audit": mode, "routes": [open],
        });
        make(&world, "applications", application).await;
        let before = events(&world).len();
        for number in 0..5 {
            ask(&world, "GET", &format!("/{number}"), 1).await.unwrap();
        }
        assert_eq!(events(&world).len() - before, expected, "{mode}");
    }
}

#[tokio::test]
async fn almost_full_disk_refuses_what_is_new_and_lets_reads_go_on() {
    let world = world().await;
    let me = Ask::new("GET", "/api/v1/me").by(Who::Administrator);
    let create = |name: &str| {
        let ask = Ask::new("POST", "/api/v1/roles").by(Who::Administrator);
        ask.json(&role(name))
    };
    world.set_free_space(Disk::RESERVE - 1);
    let refused = world.call(create("late")).await;
    refused.is_problem(503, "storage_low", "create a role");
    assert_eq!(refused.header("retry-after"), "5");
    assert_eq!(world.call(me.clone()).await.status, 200);
    assert_eq!(
        ask(&world, "POST", "/hooks/1", 1).await,
        Err(Denial::StorageLow)
    );
    let anonymous = ask(&world, "GET", "/items/1/2", 1).await;
    assert_eq!(anonymous, Err(Denial::CredentialsMissing));
    let before = events(&world).len();
    let member = Ask::new("GET", "/api/v1/roles").by(Who::Member);
    world
        .call(member.clone())
        .await
        .is_problem(403, "permission_missing", "roles");
    assert_eq!(events(&world).len(), before, "counted alone");
    let end = format!("/api/v1/users/{}/sessions", user_of(Who::Member));
    let ended = Ask::new("DELETE", &end).by(Who::Administrator);
    assert_eq!(world.call(ended).await.status, 204, "access still ends");
    world.set_free_space(u64::MAX);
    assert_eq!(world.call(create("late")).await.status, 201, "it heals");
    world.close_all_windows().await;
    let counted = events(&world);
    let counted = counted.iter().filter(|one| {
        one.event.repeats.is_some() && one.event.actor.user() == Some(user_of(Who::Member))
    });
    assert_eq!(counted.count(), 1, "what was counted is written later");
}
