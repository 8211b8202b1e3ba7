//! Two administrators cannot overwrite each other: the version is compared inside the write.

use crate::api::recipes::{application, binding, id_of, make, role};
use crate::api::world::{Ask, Who, World};
use serde_json::{Value, json};

/// Each kind of policy object: its noun, a draft, another draft, and in which members they differ.
async fn kinds(world: &World) -> Vec<(&'static str, Value, Value, Value)> {
    let (given, _) = make(world, "roles", role("given")).await;
    let bound = binding(world, &id_of(&given));
    let mut limited = bound.clone();
    limited["until"] = json!("2100-01-01T00:00:00Z");
    let mut other_role = role("first");
    other_role["permissions"] = json!(["deployments:read"]);
    let mut other_application = application("first");
    other_application["routes"] = json!([]);
    vec![
        ("roles", role("first"), other_role, json!(["permissions"])),
        ("role-bindings", bound, limited, json!(["until"])),
        (
            "applications",
            application("first"),
            other_application,
            json!(["routes"]),
        ),
    ]
}

#[tokio::test]
async fn the_second_of_two_administrators_is_told_what_changed() {
    let world = World::start().await;
    for (noun, first, second, changed) in kinds(&world).await {
        let (at, etag) = make(&world, noun, first.clone()).await;
        let put = Ask::new("PUT", &at).header("if-match", &etag);
        let one = world
            .call(put.clone().by(Who::Administrator).json(&second))
            .await;
        assert_eq!(one.status, 200, "{noun}: {}", one.text);
        assert_eq!(one.header("etag"), "\"2\"");
        let other = world
            .call(put.by(Who::SecondAdministrator).json(&first))
            .await;
        other.is_problem(412, "version_stale", noun);
        assert_eq!(other.json()["current_version"], 2);
        assert_eq!(other.json()["changed"], changed);
        let kept = world
            .call(Ask::new("GET", &at).by(Who::Administrator))
            .await;
        assert_eq!(kept.header("etag"), "\"2\"", "the first change stands");
        assert_eq!(kept.json(), one.json());
        let delete = Ask::new("DELETE", &at).by(Who::SecondAdministrator);
        let stale = world.call(delete.clone().header("if-match", &etag)).await;
        stale.is_problem(412, "version_stale", noun);
        let gone = world.call(delete.clone().header("if-match", "\"2\"")).await;
        assert_eq!(gone.status, 204, "{noun}: {}", gone.text);
        let again = world.call(delete.header("if-match", "\"2\"")).await;
        again.is_problem(404, "not_found", noun);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_changes_from_one_version_exactly_one_is_made() {
    let world = World::start().await;
    for (noun, first, second, _) in kinds(&world).await {
        let (at, etag) = make(&world, noun, first).await;
        let put = Ask::new("PUT", &at).header("if-match", &etag).json(&second);
        let mut calls = tokio::task::JoinSet::new();
        for at in 0..8 {
            let who = [Who::Administrator, Who::SecondAdministrator][at % 2];
            let (world, ask) = (world.clone(), put.clone().by(who));
            calls.spawn(async move { world.call(ask).await.status });
        }
        let mut statuses = calls.join_all().await;
        statuses.sort_unstable();
        let mut expected = vec![412; 8];
        expected[0] = 200;
        assert_eq!(statuses, expected, "{noun}");
    }
}

#[tokio::test]
async fn a_change_without_a_version_is_refused() {
    let world = World::start().await;
    for (noun, first, second, _) in kinds(&world).await {
        let (at, _) = make(&world, noun, first).await;
        for ask in [Ask::new("PUT", &at).json(&second), Ask::new("DELETE", &at)] {
            let answer = world.call(ask.by(Who::Administrator)).await;
            answer.is_problem(428, "version_required", noun);
        }
    }
}
