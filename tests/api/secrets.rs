//! Secrets that need attention: they expire soon, have expired, or were never used.

use crate::api::recipes::{application, client, id_of, make, service_account};
use crate::api::wiring::NOW;
use crate::api::world::{Ask, Who, World, user_of};
use serde_json::{Value, json};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A machine of that draft with a secret that lives so many days; its id.
async fn machine(world: &World, noun: &str, draft: Value, days: u32) -> String {
    let (at, _) = make(world, noun, draft).await;
    let ask = Ask::new("POST", &format!("{at}/secrets")).by(Who::Administrator);
    let made = world
        .call(ask.json(&json!({"expires_in_days": days})))
        .await;
    assert_eq!(made.status, 201, "{}", made.text);
    id_of(&at)
}

fn named(name: &str) -> Value {
    let mut account = service_account();
    account["name"] = json!(name);
    account
}

/// Name, owner and what is said of the first secret, of each of these.
fn listed(page: &Value) -> Vec<(&str, &Value, &Value)> {
    let items = page["items"].as_array().unwrap().iter();
    let each = items.map(|one| {
        let attention = &one["secrets"][0]["attention"];
        (one["name"].as_str().unwrap(), &one["owner_name"], attention)
    });
    each.collect()
}

#[tokio::test]
async fn secrets_that_need_attention_are_listed_with_their_owner_and_others_are_not() {
    let world = World::start().await;
    for (name, days) in [("lasting", 15), ("soon", 14)] {
        machine(&world, "service-accounts", named(name), days).await;
    }
    let over = machine(&world, "service-accounts", named("over"), 30).await;
    world
        .age_secrets(&over, |secret| {
            secret.last_used_at = Some(NOW.minus(DAY));
            secret.expires_at = NOW;
        })
        .await;
    let unused = machine(&world, "service-accounts", named("unused"), 30).await;
    let a_day_ago = |secret: &mut samovar::model::StoredSecret| secret.created_at = NOW.minus(DAY);
    world.age_secrets(&unused, a_day_ago).await;
    let page = world.get("/api/v1/service-accounts?attention=true").await;
    let (page, owner) = (page.json(), json!("eve"));
    let expected = [
        ("over", &owner, &json!(["expired"])),
        ("soon", &owner, &json!(["expires-soon"])),
        ("unused", &owner, &json!(["never-used"])),
    ];
    assert_eq!(listed(&page), expected);
    let all = world.get("/api/v1/service-accounts").await.json();
    assert_eq!(listed(&all)[0], ("lasting", &owner, &json!([])));
    assert_eq!(listed(&all).len(), 4);
}

#[tokio::test]
async fn clients_secrets_that_need_attention_are_listed_with_their_application() {
    let world = World::start().await;
    let (app, _) = make(&world, "applications", application("app")).await;
    let draft = client(&id_of(&app));
    let id = machine(&world, "clients", draft, 30).await;
    let ask = "/api/v1/clients?attention=true";
    assert_eq!(world.get(ask).await.json()["items"], json!([]));
    let aged = |secret: &mut samovar::model::StoredSecret| {
        secret.created_at = NOW.minus(DAY * 30);
        secret.expires_at = NOW;
    };
    world.age_client_secrets(&id, aged).await;
    let page = world.get(ask).await.json();
    let one = &page["items"][0];
    assert_eq!(one["application"]["name"], "app");
    assert_eq!(
        one["secrets"][0]["attention"],
        json!(["expired", "never-used"])
    );
}

#[tokio::test]
async fn whoever_answers_for_a_machine_is_told_of_its_secrets_and_nobody_else() {
    let world = World::start().await;
    machine(&world, "service-accounts", service_account(), 1).await;
    let mine = |who| Ask::new("GET", "/api/v1/me/service-accounts?attention=true").by(who);
    let own = world.call(mine(Who::Member)).await.json();
    assert_eq!(own["items"][0]["owner"]["id"], json!(user_of(Who::Member)));
    let others = world.call(mine(Who::Administrator)).await.json();
    assert_eq!(others["items"], json!([]));
    let ask = Ask::new("GET", "/api/v1/service-accounts?attention=maybe").by(Who::Administrator);
    let odd = world.call(ask).await;
    odd.is_problem(400, "request_malformed", "neither true nor false");
}
