//! Questions to the policy: about a person, a service account, a token with a scope, and an anonymous caller.

use crate::api::recipes::{application, binding, id_of, make, role, service_account};
use crate::api::world::{Answer, Ask, Who, World, user_of};
use serde_json::{Value, json};

const HOST: &str = "deploy.example.test";

/// A question of the auditor's about a deployment, with these members beside.
async fn explain(world: &World, more: Value) -> Answer {
    let mut question = json!({"method": "POST", "host": HOST, "path": "/deploy/x"});
    let members = question.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    let ask = Ask::new("POST", "/api/v1/decisions/explain").by(Who::Auditor);
    world.call(ask.json(&question)).await
}

fn kinds(decision: &Value) -> Vec<&str> {
    let reasons = decision["reasons"].as_array().unwrap();
    let kinds = reasons
        .iter()
        .map(|reason| reason["kind"].as_str().unwrap());
    kinds.collect()
}

/// An application that asks for `deployments:write`, and a service account of the member, to which the role that gives it is bound.
async fn machine(world: &World) -> String {
    make(world, "applications", application("deploy")).await;
    let (given, _) = make(world, "roles", role("deployer")).await;
    let (account, _) = make(world, "service-accounts", service_account()).await;
    let subject = json!({"kind": "service-account", "id": id_of(&account)});
    let draft = json!({"role": id_of(&given), "subject": subject, "range": {"kind": "everywhere"}});
    make(world, "role-bindings", draft).await;
    id_of(&account)
}

#[tokio::test]
async fn explain_names_route_role_binding_and_team() {
    let world = World::start().await;
    make(&world, "applications", application("deploy")).await;
    let (given, _) = make(&world, "roles", role("deployer")).await;
    let (bound, _) = make(&world, "role-bindings", binding(&world, &id_of(&given))).await;
    let ask = |user: Value, host: &str, path: &str| {
        let mut question = json!({"method": "POST", "host": host, "path": path});
        if !user.is_null() {
            question["user"] = user;
        }
        Ask::new("POST", "/api/v1/decisions/explain")
            .by(Who::Auditor)
            .json(&question)
    };
    let (host, eve) = ("deploy.example.test", json!(user_of(Who::Member)));
    let yes = world.call(ask(eve.clone(), host, "/deploy/x")).await.json();
    assert_eq!(yes["verdict"], "allow", "{yes}");
    assert_eq!(yes["application"]["name"], "deploy");
    assert_eq!(
        yes["route"],
        json!({"place": 1, "methods": "POST", "path": "/deploy/**"})
    );
    let granted = yes["reasons"].as_array().unwrap();
    let granted = granted
        .iter()
        .find(|reason| reason["kind"] == "granted")
        .unwrap();
    assert_eq!(granted["role"]["name"], "deployer");
    assert_eq!(granted["role_binding"], id_of(&bound));
    assert_eq!(granted["subject_name"], "acme/Deployers");
    let no = world.call(ask(Value::Null, host, "/deploy/x")).await.json();
    assert_eq!(
        (&no["verdict"], &no["code"]),
        (&json!("deny"), &json!("credentials_missing"))
    );
    let odd = world
        .call(ask(eve.clone(), host, "/deploy/../x"))
        .await
        .json();
    assert_eq!(odd["code"], "target_ambiguous");
    let nowhere = world.call(ask(eve, "nowhere.test", "/")).await.json();
    assert_eq!(nowhere["code"], "host_unknown");
}

#[tokio::test]
async fn explain_says_by_which_binding_a_service_account_may_and_how_fresh_its_owner_is_known() {
    let world = World::start().await;
    let account = machine(&world).await;
    let yes = explain(&world, json!({"service_account": account}))
        .await
        .json();
    assert_eq!(yes["verdict"], "allow", "{yes}");
    assert_eq!(kinds(&yes), ["route", "granted"]);
    let granted = &yes["reasons"][1];
    assert_eq!(
        granted["subject"],
        json!({"kind": "service-account", "id": account})
    );
    assert_eq!(granted["subject_name"], service_account()["name"]);
    let owner = json!({"user": user_of(Who::Member)});
    let owner = explain(&world, owner).await.json();
    assert_eq!(yes["freshness"], owner["freshness"]);
    assert_eq!(
        owner["code"], "permission_missing",
        "what a machine holds, its owner does not"
    );
}

#[tokio::test]
async fn explain_says_how_fresh_the_team_that_answers_for_a_service_account_is_known() {
    let world = World::start().await;
    make(&world, "applications", application("deploy")).await;
    let mut draft = service_account();
    draft["owner"] = json!({"kind": "team", "id": world.team});
    let (account, _) = make(&world, "service-accounts", draft).await;
    let machine = json!({"service_account": id_of(&account)});
    let answer = explain(&world, machine).await.json();
    let freshness = answer["freshness"].as_str().unwrap();
    let time = freshness.parse::<samovar::model::Timestamp>();
    assert!(time.is_ok(), "{answer}");
}

#[tokio::test]
async fn a_scope_that_leaves_the_permission_out_is_why_a_token_does_not_open_the_route() {
    let world = World::start().await;
    let account = machine(&world).await;
    let about = |scope: Value| json!({"service_account": account, "scope": scope});
    let yes = explain(&world, about(json!(["deployments:write"])))
        .await
        .json();
    assert_eq!(yes["verdict"], "allow", "{yes}");
    for scope in [json!([]), json!(["deployments:read", "billing:read"])] {
        let no = explain(&world, about(scope)).await.json();
        assert_eq!(no["code"], "scope_insufficient", "{no}");
        assert_eq!(kinds(&no), ["route", "granted", "outside-scope"]);
    }
    let (given, _) = make(&world, "roles", role("team-deployer")).await;
    make(&world, "role-bindings", binding(&world, &id_of(&given))).await;
    let person = json!({"user": user_of(Who::Member), "scope": ["billing:read"]});
    let no = explain(&world, person).await.json();
    assert_eq!(
        no["code"], "scope_insufficient",
        "a person's token has a scope as well: {no}"
    );
}

#[tokio::test]
async fn a_service_account_that_is_switched_off_or_ownerless_is_denied_for_that() {
    let world = World::start().await;
    let account = machine(&world).await;
    let at = format!("/api/v1/service-accounts/{account}");
    let mut off = service_account();
    off["enabled"] = json!(false);
    let put = Ask::new("PUT", &at).by(Who::Administrator);
    let put = put.header("if-match", "\"1\"").json(&off);
    assert_eq!(world.call(put).await.status, 200);
    let no = explain(&world, json!({"service_account": account}))
        .await
        .json();
    assert_eq!(no["code"], "principal_disabled", "{no}");
    assert_eq!(kinds(&no), ["route", "disabled"]);
    let said = no["reasons"][1]["text"].as_str().unwrap();
    assert!(said.contains("has no active owner"), "{said}");
}

#[tokio::test]
async fn a_question_that_names_nobody_or_two_is_pointed_at() {
    let world = World::start().await;
    let account = machine(&world).await;
    let gone = user_of(Who::Member);
    for (more, pointer) in [
        (
            json!({"user": user_of(Who::Member), "service_account": account}),
            "/service_account",
        ),
        (json!({"service_account": gone}), "/service_account"),
        (json!({"service_account": "ci"}), "/service_account"),
        (json!({"user": account}), "/user"),
        (json!({"scope": ["deployments:write"]}), "/scope"),
        (
            json!({"service_account": account, "scope": ["deployments:*"]}),
            "/scope/0",
        ),
        (
            json!({"service_account": account, "scope": ["nonsense"]}),
            "/scope/0",
        ),
    ] {
        let answer = explain(&world, more.clone()).await;
        answer.is_problem(400, "request_malformed", &more.to_string());
        assert_eq!(
            answer.json()["errors"][0]["pointer"],
            pointer,
            "{}",
            answer.text
        );
    }
}
