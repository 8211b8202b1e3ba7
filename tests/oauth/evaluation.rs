//! May this principal do this now? Asked by the application's own client.

use crate::oauth::authorize::signed_in;
use crate::oauth::stage::{Answer, Machine, Stage, id, part};
use serde_json::{Value, json};
use std::time::Duration;

/// May this principal have the permission?
fn permission(subject: &Value, permission: &str) -> Value {
    let (resource, action) = permission.split_once(':').unwrap();
    json!({
        "subject": subject,
        "action": {"name": action},
        "resource": {"type": resource, "id": "any"},
    })
}

/// May this principal make the request?
fn request(subject: &Value, method: &str, path: &str) -> Value {
    json!({
        "subject": subject,
        "action": {"name": method},
        "resource": {"type": "samovar.path", "id": path},
    })
}

/// The subject of a token, with the token or without.
fn subject(token: &str, sent: bool) -> Value {
    let claims = part(token, 1);
    let mut subject = json!({"type": claims["principal_kind"], "id": claims["sub"]});
    if sent {
        subject["properties"] = json!({"access_token": token});
    }
    subject
}

fn decided(answer: &Answer) -> (bool, &str) {
    assert_eq!(answer.status, 200, "{}", answer.json);
    let code = answer.json["context"]["code"].as_str().unwrap();
    (answer.json["decision"].as_bool().unwrap(), code)
}

/// A confidential client of the application, and ben's token.
async fn service_and_token(stage: &mut Stage) -> (Machine, String) {
    let web = stage.client(json!({})).await;
    let draft = json!({"name": "service", "kind": "confidential"});
    let service = stage.client(draft).await;
    let (_, answer) = signed_in(stage, &web, "ben", "").await;
    (service, answer.token())
}

#[tokio::test]
async fn losing_the_team_ends_it_at_once_for_a_permission_and_for_a_request() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let (service, token) = service_and_token(&mut stage).await;
    let questions = [true, false].map(|sent| {
        let ben = subject(&token, sent);
        [
            permission(&ben, "deployments:write"),
            request(&ben, "POST", "/deploy/7?dry=1"),
        ]
    });
    for question in questions.iter().flatten() {
        let answer = stage.evaluate(Some(&service), question).await;
        assert_eq!(decided(&answer), (true, "allowed"), "{question}");
        let context = &answer.json["context"];
        let reasons = context["reasons"].to_string();
        assert!(
            reasons.contains("permission `deployments:write` is held through role"),
            "{reasons}"
        );
        assert!(
            context["freshness"].is_string() && context["policy_version"].is_u64(),
            "{context}"
        );
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    stage.gitea.remove_member(stage.team, "ben").await;
    stage.ada.must("POST", "/mirror/sync", &Value::Null).await;
    for question in questions.iter().flatten() {
        let answer = stage.evaluate(Some(&service), question).await;
        assert_eq!(
            decided(&answer),
            (false, "permission_missing"),
            "{question}"
        );
        let reason = answer.json["context"]["reason"].as_str().unwrap();
        assert!(
            reason.contains("needs permission `deployments:write`; ask for a role"),
            "{reason}"
        );
    }
    stage.gitea.disable_user("ben").await;
    stage.ada.must("POST", "/mirror/sync", &Value::Null).await;
    let question = &questions[1][0];
    let answer = stage.evaluate(Some(&service), question).await;
    assert_eq!(decided(&answer), (false, "principal_disabled"));
}

#[tokio::test]
async fn a_token_narrows_the_answer_and_one_that_does_not_hold_gives_nothing() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let (service, token) = service_and_token(&mut stage).await;
    let ben = subject(&token, true);
    let wider = permission(&ben, "deployments:delete");
    let answer = stage.evaluate(Some(&service), &wider).await;
    assert_eq!(decided(&answer), (false, "scope_insufficient"));
    assert_eq!(answer.json["context"]["scope"], "deployments:delete");
    let whole = permission(&subject(&token, false), "deployments:delete");
    let answer = stage.evaluate(Some(&service), &whole).await;
    assert_eq!(
        decided(&answer),
        (true, "allowed"),
        "nothing narrows the person"
    );
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let machine = stage.machine().await;
    let audience = [("audience", "deploy-api")];
    let machines = stage.credentials(&machine, &audience).await.token();
    for (odd, code) in [
        ("x", "token_malformed"),
        (signed, "token_malformed"),
        (
            &format!("{signed}.{}", "A".repeat(signature.len())),
            "token_signature_invalid",
        ),
        (&machines, "token_claim_invalid"),
    ] {
        let mut subject = ben.clone();
        subject["properties"] = json!({"access_token": odd});
        let question = permission(&subject, "deployments:write");
        let answer = stage.evaluate(Some(&service), &question).await;
        assert_eq!(decided(&answer), (false, code), "{odd}");
    }
}

#[tokio::test]
async fn a_scope_that_is_told_only_narrows_also_where_it_is_empty() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let (service, token) = service_and_token(&mut stage).await;
    for (sent, scope, expected) in [
        (false, json!("deployments:write"), (true, "allowed")),
        (
            true,
            json!("deployments:write deployments:delete"),
            (true, "allowed"),
        ),
        (true, json!("a:b"), (false, "scope_insufficient")),
        (false, json!("a:b"), (false, "scope_insufficient")),
        (false, json!(""), (false, "scope_insufficient")),
    ] {
        let mut ben = subject(&token, sent);
        ben["properties"]["scope"] = scope;
        for question in [
            permission(&ben, "deployments:write"),
            request(&ben, "POST", "/deploy/7"),
        ] {
            let answer = stage.evaluate(Some(&service), &question).await;
            assert_eq!(decided(&answer), expected, "{question}");
        }
    }
    let mut ben = subject(&token, true);
    ben["properties"]["scope"] = json!("deployments:write deployments:delete");
    let wider = permission(&ben, "deployments:delete");
    let answer = stage.evaluate(Some(&service), &wider).await;
    assert_eq!(
        decided(&answer),
        (false, "scope_insufficient"),
        "the token's own scope stays"
    );
}

#[tokio::test]
async fn only_a_confidential_client_asks_and_only_about_its_own_application() {
    let mut stage = Stage::set().await;
    let machine = stage.machine().await;
    let token = stage
        .credentials(&machine, &[("audience", "deploy-api")])
        .await
        .token();
    let question = permission(&subject(&token, false), "deployments:write");
    let service = json!({"name": "service", "kind": "confidential"});
    let service = stage.client(service).await;
    assert_eq!(
        decided(&stage.evaluate(Some(&service), &question).await),
        (true, "allowed")
    );
    let unknown = stage.evaluate(None, &question).await;
    unknown.is_error(401, "invalid_client");
    assert_eq!(
        unknown.header("www-authenticate"),
        "Basic realm=\"samovar\""
    );
    stage
        .evaluate(Some(&service.mistaken()), &question)
        .await
        .is_error(401, "invalid_client");
    stage
        .evaluate(Some(&machine), &question)
        .await
        .is_error(400, "unauthorized_client");
    let other = json!({"name": "other-api", "hosts": [], "routes": []});
    let other = id(&stage.ada.must("POST", "/applications", &other).await);
    let stranger = json!({"name": "stranger", "kind": "confidential", "application_id": other});
    let stranger = stage.client(stranger).await;
    let sent = permission(&subject(&token, true), "deployments:write");
    assert_eq!(
        decided(&stage.evaluate(Some(&stranger), &sent).await),
        (false, "token_audience_wrong")
    );
    let answer = stage.evaluate(Some(&service), &question).await;
    assert!(
        answer.json["context"]["freshness"].is_string(),
        "that of the machine's owner"
    );
    let path = request(&subject(&token, false), "POST", "/deploy/7");
    assert_eq!(
        decided(&stage.evaluate(Some(&stranger), &path).await),
        (false, "route_unknown")
    );
}

#[tokio::test]
async fn what_cannot_be_decided_is_an_error_and_what_unknown_has_is_denied() {
    let mut stage = Stage::set().await;
    let service = json!({"name": "service", "kind": "confidential"});
    let service = stage.client(service).await;
    let unknown = json!({"type": "user", "id": "0198c1de-0000-7000-8000-000000000007"});
    let good = permission(&unknown, "deployments:write");
    assert_eq!(
        decided(&stage.evaluate(Some(&service), &good).await),
        (false, "principal_disabled")
    );
    let odd = request(&unknown, "GET", "/a/../b");
    assert_eq!(
        decided(&stage.evaluate(Some(&service), &odd).await),
        (false, "target_ambiguous")
    );
    for change in [
        json!([]),
        json!({"subject": {"type": "team", "id": "1"}}),
        json!({"subject": {"type": "user", "id": "ben"}}),
        json!({"subject": {"type": "user"}}),
        json!({"subject": {"type": "user", "id": unknown["id"], "properties": {"access_token": 7}}}),
        json!({"subject": {"type": "user", "id": unknown["id"], "properties": {"scope": "deployments"}}}),
        json!({"action": {"name": "deployments:write"}}),
        json!({"action": null}),
        json!({"resource": {"type": "Deployments", "id": "1"}}),
        json!({"resource": {"type": "deployments"}}),
    ] {
        let mut question = good.clone();
        match change.as_object() {
            Some(members) => question.as_object_mut().unwrap().extend(members.clone()),
            None => question = change,
        }
        let refused = stage.evaluate(Some(&service), &question).await;
        refused.is_error(400, "invalid_request");
    }
}

#[tokio::test]
async fn unknown_learns_from_it_who_may_do_what_in_samovar_itself() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let (service, token) = service_and_token(&mut stage).await;
    for sent in [true, false] {
        for own in ["samovar.roles:write", "samovar.nothing:read"] {
            let question = permission(&subject(&token, sent), own);
            let refused = stage.evaluate(Some(&service), &question).await;
            refused.is_error(400, "invalid_request");
        }
    }
}

#[tokio::test]
async fn every_allowed_answer_stands_in_the_audit_log_in_the_name_of_whom_it_is_about() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let (service, token) = service_and_token(&mut stage).await;
    let ben = subject(&token, true);
    for _ in 0..3 {
        let question = permission(&ben, "deployments:write");
        assert!(decided(&stage.evaluate(Some(&service), &question).await).0);
    }
    let question = request(&ben, "DELETE", "/deploy/7");
    assert!(!decided(&stage.evaluate(Some(&service), &question).await).0);
    let events = stage
        .ada
        .get("/audit-events?action=request.decide&limit=200")
        .await;
    let events = events["items"].as_array().unwrap();
    let asked = format!("asked by client {}", service.id);
    let of = |kind: &str, object: &str, outcome: &str| {
        let object = format!("{object}, {asked}");
        let fits =
            |event: &&Value| event["object"]["id"] == *object && event["outcome"] == *outcome;
        let found: Vec<_> = events.iter().filter(fits).collect();
        assert!(
            found
                .iter()
                .all(|event| event["actor"]["id"] == ben["id"] && event["object"]["kind"] == *kind),
            "{found:?}"
        );
        found.len()
    };
    assert_eq!(of("permission", "deployments:write", "allowed"), 3);
    // A target that no route has is recorded without its text.
    assert_eq!(of("route", "DELETE, no route", "denied"), 1);
}

#[tokio::test]
async fn denials_of_permissions_that_nothing_names_are_counted_together() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let (service, token) = service_and_token(&mut stage).await;
    stage.gitea.remove_member(stage.team, "ben").await;
    stage.ada.must("POST", "/mirror/sync", &Value::Null).await;
    let ben = subject(&token, false);
    let invented = (0..5).map(|n| format!("invented.{n}:write"));
    for asked in invented.chain(["deployments:write".to_owned()]) {
        let answer = stage
            .evaluate(Some(&service), &permission(&ben, &asked))
            .await;
        assert_eq!(decided(&answer), (false, "permission_missing"), "{asked}");
    }
    let path = "/audit-events?action=request.decide&outcome=denied&limit=200";
    let events = stage.ada.get(path).await;
    let events = events["items"].as_array().unwrap().iter();
    let objects = events.filter_map(|event| event["object"]["id"].as_str());
    let objects: Vec<_> = objects.filter(|id| id.contains("asked by")).collect();
    let of = |word: &str| objects.iter().filter(|id| id.contains(word)).count();
    assert_eq!(
        (of("invented."), of("deployments:write")),
        (1, 1),
        "{objects:?}"
    );
}

#[tokio::test]
async fn beyond_the_grace_nothing_is_decided_and_every_oauth_answer_says_why() {
    let mut stage = Stage::set_with("grace = '5s'\n").await;
    stage.bind_team().await;
    let machine = stage.machine().await;
    let (service, token) = service_and_token(&mut stage).await;
    let question = permission(&subject(&token, false), "deployments:write");
    stage.gitea.go_away().await;
    let refused = loop {
        let answer = stage.evaluate(Some(&service), &question).await;
        if answer.status != 200 {
            break answer;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    let introspected = stage
        .post("/oauth/introspect", Some(&service), &[("token", &token)])
        .await;
    let issued = stage
        .credentials(&machine, &[("audience", "deploy-api")])
        .await;
    for answer in [refused, introspected, issued] {
        answer.is_error(503, "temporarily_unavailable");
        assert_eq!(answer.json["code"], "membership_stale");
        assert_eq!(answer.header("retry-after"), "5");
    }
    stage.gitea.come_back().await;
    while stage.evaluate(Some(&service), &question).await.status != 200 {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let denied = "/audit-events?action=token.issue&outcome=denied";
    let denied = stage.ada.get(denied).await["items"][0].clone();
    assert_eq!(denied["reasons"][0], "temporarily_unavailable", "{denied}");
    assert_eq!(denied["actor"]["id"], machine.id.as_str(), "{denied}");
}

#[tokio::test]
async fn an_error_of_the_token_endpoint_says_its_cause_where_its_code_says_less() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let (service, token) = service_and_token(&mut stage).await;
    let exchange = |subject: &str| {
        vec![
            (
                "grant_type",
                "urn:ietf:params:oauth:grant-type:token-exchange".to_owned(),
            ),
            ("subject_token", subject.to_owned()),
            (
                "subject_token_type",
                "urn:ietf:params:oauth:token-type:access_token".to_owned(),
            ),
            ("audience", "deploy-api".to_owned()),
        ]
    };
    let invalid = format!("{}{}", &token[..token.len() - 86], "A".repeat(86));
    let form = exchange(&invalid);
    let form: Vec<_> = form
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let refused = stage.post("/oauth/token", Some(&service), &form).await;
    refused.is_error(400, "invalid_grant");
    assert_eq!(refused.json["code"], "token_signature_invalid");
    let machine = stage.machine().await;
    let path = format!("/service-accounts/{}", machine.id);
    let mut account = stage.ada.get(&path).await;
    let version = account["version"].clone();
    account["enabled"] = json!(false);
    let members = account.as_object_mut().unwrap();
    members.retain(|name, _| {
        ["name", "owner", "enabled", "description", "trusts"].contains(&name.as_str())
    });
    let (status, answer) = stage.ada.replace(&path, &version, &account).await;
    assert_eq!(status, 200, "{answer}");
    let refused = stage
        .credentials(&machine, &[("audience", "deploy-api")])
        .await;
    refused.is_error(400, "invalid_grant");
    assert_eq!(refused.json["code"], "principal_disabled");
    let refused = stage.credentials(&machine, &[]).await;
    refused.is_error(400, "invalid_target");
    assert_eq!(refused.json.get("code"), None);
}
