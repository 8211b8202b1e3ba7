//! No operation of the document answers without a session, or without its permission.

use crate::api::operations::{all, listed};
use crate::api::world::{Ask, Who, World};

const SOME_ID: &str = "0190a5e2-0000-7000-8000-0000000000aa";

#[tokio::test]
async fn every_operation_answers_401_without_credentials_unless_it_is_listed() {
    let world = World::start().await;
    let public = listed("public-operations.txt");
    for operation in all() {
        // Garbage of every kind beside: who calls is asked before anything else is read.
        let ask = Ask::of(&operation, SOME_ID).text("application/json", "{");
        let answer = world.call(ask).await;
        if public.contains(&operation.name()) {
            assert_ne!(answer.status, 401, "{}", operation.name());
        } else {
            answer.is_problem(401, "credentials_missing", &operation.name());
        }
    }
}

#[tokio::test]
async fn a_cookie_that_is_none_of_ours_opens_nothing() {
    let world = World::start().await;
    let stranger = "8".repeat(43);
    for cookie in ["", "x", "%", &stranger] {
        for operation in all() {
            let ask = Ask::of(&operation, SOME_ID).cookie(&world, cookie);
            let answer = world.call(ask).await;
            assert_eq!(answer.status, 401, "{} `{cookie}`", operation.name());
        }
    }
}

#[tokio::test]
async fn somebody_without_a_role_gets_403_that_names_the_permission() {
    let world = World::start().await;
    for operation in all() {
        let own = ["/me", "/administrator/"];
        if own.iter().any(|part| operation.path.contains(part)) {
            continue;
        }
        let ask = Ask::of(&operation, SOME_ID).by(Who::Member);
        let answer = world.call(ask.text("application/json", "{")).await;
        answer.is_problem(403, "permission_missing", &operation.name());
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("`samovar."), "{detail}");
    }
}

#[tokio::test]
async fn an_auditor_reads_everything_and_changes_nothing() {
    let mut world = World::start().await;
    for operation in all() {
        let ask = Ask::of(&operation, SOME_ID).by(Who::Auditor);
        let question = operation.path.contains("/impact") || operation.path.contains("/explain");
        let own = operation.path.contains("/me") || operation.path.contains("/administrator/");
        let answer = world.call(ask).await;
        let name = operation.name();
        if operation.mutates() && !question && !own {
            answer.is_problem(403, "permission_missing", &name);
        } else if !operation.mutates() {
            assert!(
                [200, 400, 404].contains(&answer.status),
                "{name} {}",
                answer.status
            );
        }
        world = world.next(&operation).await;
    }
}

#[tokio::test]
async fn another_sites_page_cannot_use_the_cookie() {
    let world = World::start().await;
    for operation in all().iter().filter(|operation| operation.mutates()) {
        let ask = Ask::of(operation, SOME_ID)
            .by(Who::Administrator)
            .header("origin", "https://evil.example");
        let answer = world.call(ask).await;
        answer.is_problem(403, "origin_foreign", &operation.name());
    }
}

#[tokio::test]
async fn an_ended_session_is_over_at_once() {
    let world = World::start().await;
    let mine = Ask::new("GET", "/api/v1/me").by(Who::Member);
    assert_eq!(world.call(mine.clone()).await.status, 200);
    let end = Ask::new("DELETE", "/api/v1/me/sessions").by(Who::Member);
    assert_eq!(world.call(end).await.status, 204);
    let answer = world.call(mine).await;
    answer.is_problem(401, "session_ended", "GET /api/v1/me");
}
