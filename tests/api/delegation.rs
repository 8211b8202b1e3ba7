//! An editor gives, takes, loosens and tightens only what the editor holds. The whole matrix is a unit test of `admin`;
//! here it is shown that the API asks it, answers with the missing permission and records the refusal.

use crate::api::recipes::{application, binding, id_of, make, role};
use crate::api::world::{Answer, Ask, Who, World};
use samovar::audit::Outcome;
use serde_json::{Value, json};

/// Refused, with a sentence that holds this, and an event of it.
fn refused(world: &World, answer: &Answer, part: &str) {
    answer.is_problem(403, "permission_missing", part);
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains(part), "`{part}` in {detail}");
    let events = world.events_of_request(&answer.header("x-request-id"));
    let [event] = &events[..] else {
        panic!("one event: {events:?}");
    };
    assert_eq!(event.event.outcome, Outcome::Denied);
    assert!(event.event.reasons[0].as_str().contains(part), "{event:?}");
}

async fn put(world: &World, who: Who, (at, etag): &(String, String), draft: &Value) -> Answer {
    let ask = Ask::new("PUT", at).by(who).header("if-match", etag);
    world.call(ask.json(draft)).await
}

#[tokio::test]
async fn editor_does_not_open_a_route_beyond_what_is_held() {
    let world = World::start().await;
    let made = make(&world, "applications", application("deploy")).await;
    let mut draft = application("deploy");
    draft["routes"][0]["requirement"] = json!({"kind": "signed-in"});
    let answer = put(&world, Who::Editor, &made, &draft).await;
    refused(&world, &answer, "`deployments:write` in this application");
    let mut hosts = application("deploy");
    hosts["hosts"] = json!(["other.example.test"]);
    let answer = put(&world, Who::Editor, &made, &hosts).await;
    refused(
        &world,
        &answer,
        "`samovar.applications:any` (it changes `hosts`)",
    );
    let create = Ask::new("POST", "/api/v1/applications").by(Who::Editor);
    let answer = world.call(create.json(&application("new"))).await;
    refused(&world, &answer, "`samovar.applications:any`");
    let delete = Ask::new("DELETE", &made.0)
        .by(Who::Editor)
        .header("if-match", &made.1);
    refused(
        &world,
        &world.call(delete).await,
        "`samovar.applications:any`",
    );
    let same = put(&world, Who::Editor, &made, &application("deploy")).await;
    assert_eq!(same.status, 200, "{}", same.text);
}

#[tokio::test]
async fn editor_who_holds_the_permission_moves_routes_between_it_and_signed_in() {
    let world = World::start().await;
    let made = make(&world, "applications", application("deploy")).await;
    let (given, _) = make(&world, "roles", role("deployer")).await;
    let editor = crate::api::world::user_of(Who::Editor);
    let held = json!({
        "role": id_of(&given),
        "subject": {"kind": "user", "id": editor},
        "range": {"kind": "application", "id": id_of(&made.0)},
    });
    make(&world, "role-bindings", held).await;
    let mut draft = application("deploy");
    draft["routes"][0]["requirement"] = json!({"kind": "signed-in"});
    let answer = put(&world, Who::Editor, &made, &draft).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let made = (made.0, answer.header("etag"));
    draft["routes"][0]["requirement"] = json!({"kind": "public"});
    let answer = put(&world, Who::Editor, &made, &draft).await;
    refused(&world, &answer, "it changes which requests are public");
}

#[tokio::test]
async fn editor_does_not_empty_or_rename_a_role_that_others_hold() {
    let world = World::start().await;
    let made = make(&world, "roles", role("deployer")).await;
    make(&world, "role-bindings", binding(&world, &id_of(&made.0))).await;
    let mut emptied = role("deployer");
    emptied["permissions"] = json!([]);
    let answer = put(&world, Who::Editor, &made, &emptied).await;
    refused(&world, &answer, "`deployments:write`");
    let answer = put(&world, Who::Editor, &made, &role("renamed")).await;
    refused(&world, &answer, "`deployments:write`");
}

#[tokio::test]
async fn permission_withdrawn_while_a_change_waits_is_denied() {
    let world = World::start().await;
    let bindings = world.get("/api/v1/role-bindings").await.json();
    let editor = crate::api::world::user_of(Who::Editor).to_string();
    let mut items = bindings["items"].as_array().unwrap().iter();
    let binding = items.find(|one| one["subject"]["id"] == editor.as_str());
    let path = format!(
        "/api/v1/role-bindings/{}",
        binding.unwrap()["id"].as_str().unwrap()
    );
    let withdraw = Ask::new("DELETE", &path)
        .by(Who::Administrator)
        .header("if-match", "\"1\"");
    let create = Ask::new("POST", "/api/v1/roles")
        .by(Who::Editor)
        .json(&role("late"));
    // Polled in this order: the second holds its permission when it begins, and waits for the first to be committed.
    let (withdrawn, created) = tokio::join!(biased; world.call(withdraw), world.call(create));
    assert_eq!(withdrawn.status, 204, "{}", withdrawn.text);
    created.is_problem(403, "permission_missing", "a change that waited");
    assert!(created.text.contains("any more"), "{}", created.text);
    let roles = world.get("/api/v1/roles").await.text;
    assert!(!roles.contains("late"), "{roles}");
}

/// A binding of `administrator`.
fn administrator(role: &str, subject: &Value, until: Option<&str>) -> Value {
    let mut draft = json!({"role": role, "subject": subject, "range": {"kind": "everywhere"}});
    if let Some(until) = until {
        draft["until"] = json!(until);
    }
    draft
}

#[tokio::test]
async fn last_administrator_is_counted_in_people_and_without_an_end() {
    let world = World::start().await;
    let bindings = world.get("/api/v1/role-bindings").await.json();
    let of = |who: Who| {
        let id = crate::api::world::user_of(who).to_string();
        let all = bindings["items"].as_array().unwrap().iter();
        let mut mine = all.filter(|one| one["subject"]["id"] == id.as_str());
        let binding = mine.next().unwrap();
        let at = format!("/api/v1/role-bindings/{}", binding["id"].as_str().unwrap());
        (at, binding["role"]["id"].as_str().unwrap().to_owned())
    };
    let ((first, role), (second, _)) = (of(Who::Administrator), of(Who::SecondAdministrator));
    let delete = |at: &str| {
        let ask = Ask::new("DELETE", at).by(Who::Administrator);
        ask.header("if-match", "\"1\"")
    };
    assert_eq!(world.call(delete(&second)).await.status, 204);
    let (machine, _) = make(
        &world,
        "service-accounts",
        crate::api::recipes::service_account(),
    )
    .await;
    let machine = json!({"kind": "service-account", "id": id_of(&machine)});
    let team = json!({"kind": "team", "id": world.team});
    make(
        &world,
        "role-bindings",
        administrator(&role, &machine, None),
    )
    .await;
    let ending = administrator(&role, &team, Some("2100-01-01T00:00:00Z"));
    make(&world, "role-bindings", ending).await;
    let answer = world.call(delete(&first)).await;
    answer.is_problem(409, "conflict", "a machine and an end do not count");
    let ada = json!({"kind": "user", "id": crate::api::world::user_of(Who::Administrator)});
    let shortened = administrator(&role, &ada, Some("2100-01-01T00:00:00Z"));
    let answer = put(
        &world,
        Who::Administrator,
        &(first.clone(), "\"1\"".to_owned()),
        &shortened,
    )
    .await;
    answer.is_problem(409, "conflict", "an end for the last one");
    make(&world, "role-bindings", administrator(&role, &team, None)).await;
    assert_eq!(
        world.call(delete(&first)).await.status,
        204,
        "a person of the team is left"
    );
}

#[tokio::test]
async fn origins_with_credentials_are_https() {
    let world = World::start().await;
    for (origin, status) in [
        ("https://app.example.test", 201),
        ("http://app.example.test", 400),
        ("http://127.0.0.1:8080", 400),
        ("https://app.example.test/", 400),
    ] {
        let mut draft = application("deploy");
        draft["name"] = json!(format!("deploy-{status}"));
        draft["hosts"] = json!([]);
        draft["origins"] = json!([origin]);
        let ask = Ask::new("POST", "/api/v1/applications").by(Who::Administrator);
        let answer = world.call(ask.json(&draft)).await;
        assert_eq!(answer.status, status, "{origin}: {}", answer.text);
        if status == 400 {
            assert_eq!(answer.json()["errors"][0]["pointer"], "/origins/0");
        }
    }
}

#[tokio::test]
async fn application_says_what_an_upstream_could_read_differently() {
    let world = World::start().await;
    let mut draft = application("deploy");
    let rest = json!({"methods": [], "path": "/**", "requirement": {"kind": "signed-in"}});
    draft["routes"].as_array_mut().unwrap().push(rest);
    let (at, _) = make(&world, "applications", draft).await;
    let shown = world.get(&at).await.json();
    let warnings = shown["warnings"].as_array().unwrap();
    let kinds: Vec<_> = warnings
        .iter()
        .map(|one| one["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["case"]);
    assert_eq!(
        (&warnings[0]["route"], &warnings[0]["other_route"]),
        (&json!(1), &json!(2))
    );
    let text = warnings[0]["text"].as_str().unwrap();
    assert!(text.contains("`POST /DEPLOY/"), "{text}");
}
