//! Every operation that changes something leaves an audit event before its answer leaves, refused or not.

use crate::api::operations::{Operation, all, listed};
use crate::api::recipes::{binding, id_of, make, recipe, role};
use crate::api::world::{Answer, Ask, Who, World};
use samovar::audit::{Action, Outcome, RecordedEvent};
use serde_json::json;

fn events(world: &World, answer: &Answer) -> Vec<RecordedEvent> {
    world.events_of_request(&answer.header("x-request-id"))
}

/// A world in which the operation's recipe succeeds.
async fn world_for(operation: &Operation) -> World {
    if operation.path.ends_with("/claim") {
        World::start_unclaimed().await
    } else {
        World::start().await
    }
}

#[tokio::test]
async fn every_mutating_operation_leaves_an_audit_event_unless_it_is_listed() {
    let unaudited = listed("unaudited-operations.txt");
    for operation in all().iter().filter(|operation| operation.mutates()) {
        let world = world_for(operation).await;
        let ask = recipe(&world, operation).await;
        let answer = world.call(ask).await;
        let (name, events) = (operation.name(), events(&world, &answer));
        if unaudited.contains(&name) {
            assert!(
                events.is_empty(),
                "{name} leaves one; take it from the list"
            );
        } else {
            assert_eq!(events.len(), 1, "{name}: {} {}", answer.status, answer.text);
            assert_eq!(events[0].event.outcome, Outcome::Allowed, "{name}");
        }
    }
}

#[tokio::test]
async fn every_operation_that_is_refused_for_a_missing_permission_leaves_an_event() {
    for operation in all() {
        let own = ["/me", "/administrator/"];
        if own.iter().any(|part| operation.path.contains(part)) {
            continue;
        }
        let world = World::start().await;
        let ask = Ask::of(&operation, "0190a5e2-0000-7000-8000-0000000000aa");
        let answer = world.call(ask.by(Who::Member)).await;
        let (name, events) = (operation.name(), events(&world, &answer));
        assert_eq!(events.len(), 1, "{name}: {} {}", answer.status, answer.text);
        assert_eq!(events[0].event.outcome, Outcome::Denied, "{name}");
    }
}

#[tokio::test]
async fn giving_what_one_does_not_hold_leaves_an_event_that_says_so() {
    let world = World::start().await;
    let (given, _) = make(&world, "roles", role("given")).await;
    let draft = binding(&world, &id_of(&given));
    let ask = Ask::new("POST", "/api/v1/role-bindings").by(Who::Editor);
    let answer = world.call(ask.json(&draft)).await;
    answer.is_problem(
        403,
        "permission_missing",
        "an editor gives more than is held",
    );
    let events = events(&world, &answer);
    let event = &events[0].event;
    assert_eq!(event.action, Action::RoleBindingCreate);
    assert_eq!(event.outcome, Outcome::Denied);
    assert!(event.reasons[0].as_str().contains("`deployments:write`"));
}

#[tokio::test]
async fn a_wrong_claim_code_leaves_an_event_without_the_code() {
    let world = World::start_unclaimed().await;
    let ask = Ask::new("POST", "/api/v1/administrator/claim").by(Who::Member);
    let answer = world.call(ask.json(&json!({"code": "GUESSED"}))).await;
    let events = events(&world, &answer);
    let event = &events[0].event;
    assert_eq!(event.action, Action::AdministratorClaim);
    assert_eq!(event.outcome, Outcome::Denied);
    assert!(!format!("{event:?}").contains("GUESSED"));
}

#[tokio::test]
async fn a_credential_that_does_not_hold_leaves_one_event_and_no_credential_leaves_none() {
    let world = World::start().await;
    let ask = Ask::new("GET", "/api/v1/me");
    let answer = world.call(ask.clone()).await;
    assert!(events(&world, &answer).is_empty());
    let forged = ask.cookie(&world, &"8".repeat(43));
    let first = world.call(forged.clone()).await;
    first.is_problem(401, "session_ended", "a forged cookie");
    let events_of_first = events(&world, &first);
    assert_eq!(events_of_first[0].event.outcome, Outcome::Denied);
    assert_eq!(
        events_of_first[0].event.reasons[0].as_str(),
        "session_ended"
    );
    let repeat = world.call(forged).await;
    assert!(events(&world, &repeat).is_empty(), "repeats are counted");
}
