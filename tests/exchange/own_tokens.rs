//! Samovar's own tokens: a service exchanges a token that it received for a token of the next service.

use crate::exchange::stage::{ACCESS_TOKEN, GRANT, HERE, ID_TOKEN, JWT, exchanged};
use crate::oauth::stage::{Answer, Machine, Stage, part};
use crate::support::browser::form;
use serde_json::{Value, json};

const CALLBACK: &str = "https://web.example.test/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const BACK: (&str, &str) = ("audience", "back-api");

/// Two applications that accept each other's tokens, a client of each, and a service account with the role in both.
struct TwoApplications {
    stage: Stage,
    back: String,
    front_service: Machine,
    back_service: Machine,
    machine: Machine,
}

impl TwoApplications {
    async fn set() -> Self {
        let mut stage = Stage::set().await;
        let machine = stage.machine().await;
        let front = stage.application.clone();
        let tokens = json!({"exchange_from": [front]});
        let back = stage.application("back-api", tokens).await;
        stage.set_tokens(json!({"exchange_from": [back]})).await;
        Self {
            front_service: stage.service("front-service", &front).await,
            back_service: stage.service("back-service", &back).await,
            stage,
            back,
            machine,
        }
    }

    /// A token of the service account for the front application.
    async fn token(&self, more: &[(&str, &str)]) -> String {
        let mut pairs = vec![HERE];
        pairs.extend(more);
        self.stage.credentials(&self.machine, &pairs).await.token()
    }

    async fn exchange(&self, by: &Machine, token: &str, more: &[(&str, &str)]) -> Answer {
        let subject = (token, ACCESS_TOKEN);
        self.stage.exchange(Some(by), subject, more).await
    }
}

#[tokio::test]
async fn the_exchanging_service_is_named_in_the_token() {
    let mut two = TwoApplications::set().await;
    let subject = two.token(&[]).await;
    let answer = two.exchange(&two.front_service, &subject, &[BACK]).await;
    let (before, claims) = (part(&subject, 1), exchanged(&answer));
    assert_eq!(claims["aud"], "back-api");
    for same in ["sub", "principal_kind", "preferred_username"] {
        assert_eq!(claims[same], before[same], "{same}");
    }
    assert_eq!(claims["client_id"], two.front_service.id.as_str());
    assert_eq!(claims["act"], json!({"sub": two.front_service.id}));
    assert_eq!(claims["scope"], "deployments:write");
    assert!(claims["exp"].as_i64() <= before["exp"].as_i64());
    let event = two.stage.last_event("allowed").await;
    let reasons = event["reasons"].to_string();
    let id = before["jti"].as_str().unwrap();
    assert!(reasons.contains(id) && reasons.contains("deploy-api"));
    assert_eq!(event["application"]["id"], two.back.as_str(), "{event}");
    // For the next application alone.
    let first = two.stage.check_token(&answer.token()).await;
    assert_eq!(first.json["code"], "token_audience_wrong");
}

#[tokio::test]
async fn a_token_names_at_most_three_actors() {
    let two = TwoApplications::set().await;
    let (front, back) = (&two.front_service, &two.back_service);
    let first = two.token(&[]).await;
    let second = two.exchange(front, &first, &[BACK]).await.token();
    let third = two.exchange(back, &second, &[HERE]).await.token();
    let fourth = two.exchange(front, &third, &[BACK]).await.token();
    let act = json!({
        "sub": front.id,
        "act": {"sub": back.id, "act": {"sub": front.id}},
    });
    assert_eq!(part(&fourth, 1)["act"], act);
    let fifth = two.exchange(back, &fourth, &[HERE]).await;
    fifth.is_error(400, "invalid_grant");
    // Another token type does not avoid the limit.
    for kind in [JWT, ID_TOKEN] {
        let again = two.stage.exchange(Some(back), (&fourth, kind), &[HERE]);
        again.await.is_error(400, "invalid_grant");
        let anonymous = two.stage.exchange(None, (&first, kind), &[BACK]).await;
        anonymous.is_error(400, "invalid_grant");
    }
}

#[tokio::test]
async fn the_scope_is_never_wider_than_that_of_the_subject() {
    let mut two = TwoApplications::set().await;
    let narrow = two.token(&[("scope", "deployments:read")]).await;
    let service = two.front_service.clone();
    let kept = two.exchange(&service, &narrow, &[BACK]).await;
    assert_eq!(exchanged(&kept)["scope"], "deployments:read");
    let wider = [BACK, ("scope", "deployments:read deployments:write")];
    let wider = two.exchange(&service, &narrow, &wider).await;
    assert_eq!(exchanged(&wider)["scope"], "deployments:read");
    for nothing in ["deployments:write", "samovar.roles:read"] {
        let pairs = [BACK, ("scope", nothing)];
        let answer = two.exchange(&service, &narrow, &pairs).await;
        answer.is_error(400, "invalid_scope");
    }
    // Nor wider than the permissions of the service account now.
    let whole = two.token(&[]).await;
    let bindings = two.stage.ada.get("/role-bindings?limit=200").await;
    let mut bindings = bindings["items"].as_array().unwrap().iter();
    let own = bindings.find(|one| one["subject"]["kind"] == "service-account");
    let own = own.unwrap();
    let path = format!("/role-bindings/{}", own["id"].as_str().unwrap());
    let version = own["version"].clone();
    let front = json!({
        "role": two.stage.role,
        "subject": {"kind": "service-account", "id": two.machine.id},
        "range": {"kind": "application", "id": two.stage.application},
    });
    two.stage.put(&path, &version, &front).await;
    let empty = two.exchange(&service, &whole, &[BACK]).await;
    assert_eq!(exchanged(&empty)["scope"], "");
}

#[tokio::test]
async fn only_the_authenticated_recipient_exchanges_a_token() {
    let mut two = TwoApplications::set().await;
    let token = two.token(&[]).await;
    let subject = (token.as_str(), ACCESS_TOKEN);
    let anonymous = two.stage.exchange(None, subject, &[BACK]).await;
    anonymous.is_error(401, "invalid_client");
    let public = two.stage.client(json!({"name": "public"})).await;
    let named = [BACK, ("client_id", public.id.as_str())];
    let public = two.stage.exchange(None, subject, &named).await;
    public.is_error(400, "unauthorized_client");
    let itself = two.exchange(&two.machine, &token, &[BACK]).await;
    itself.is_error(400, "unauthorized_client");
    let another = two.exchange(&two.back_service, &token, &[HERE]).await;
    another.is_error(400, "invalid_grant");
    let event = two.stage.last_event("denied").await;
    assert_eq!(event["actor"]["id"], two.machine.id.as_str(), "{event}");
    let wrong = two.front_service.mistaken();
    let wrong = two.exchange(&wrong, &token, &[BACK]).await;
    wrong.is_error(401, "invalid_client");
}

#[tokio::test]
async fn only_an_application_that_lists_the_recipient_is_a_target() {
    let mut two = TwoApplications::set().await;
    let closed = json!({"gitea_tokens": {"personal": true}});
    two.stage.application("closed-api", closed).await;
    let token = two.token(&[]).await;
    for target in ["closed-api", "deploy-api", "samovar", "unknown"] {
        let pairs = [("audience", target)];
        let answer = two.exchange(&two.front_service, &token, &pairs).await;
        answer.is_error(400, "invalid_target");
    }
    let back = two.back.clone();
    two.stage
        .set_tokens_of(&back, json!({"exchange_from": []}))
        .await;
    let answer = two.exchange(&two.front_service, &token, &[BACK]).await;
    answer.is_error(400, "invalid_target");
}

#[tokio::test]
async fn an_invalid_token_is_not_exchanged() {
    let mut two = TwoApplications::set().await;
    let token = two.token(&[]).await;
    let (head, _) = token.rsplit_once('.').unwrap();
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.e30.";
    for bad in [format!("{head}.AAAA"), none.to_owned()] {
        let answer = two.exchange(&two.front_service, &bad, &[BACK]).await;
        answer.is_error(400, "invalid_grant");
    }
    let path = format!("/service-accounts/{}", two.machine.id);
    let mut draft = two.stage.ada.get(&path).await;
    let version = draft["version"].clone();
    let members = draft.as_object_mut().unwrap();
    members.retain(|name, _| ["name", "owner", "description", "trusts"].contains(&name.as_str()));
    draft["enabled"] = json!(false);
    two.stage.put(&path, &version, &draft).await;
    let answer = two.exchange(&two.front_service, &token, &[BACK]).await;
    answer.is_error(400, "invalid_grant");
}

#[tokio::test]
async fn ending_a_grant_ends_the_tokens_exchanged_for_its_tokens() {
    let mut two = TwoApplications::set().await;
    two.stage.bind_team().await;
    let token = token_of_ben(&mut two.stage).await;
    let answer = two.exchange(&two.front_service, &token, &[BACK]).await;
    let claims = exchanged(&answer);
    let grant = part(&token, 1)["grant_id"].clone();
    assert!(grant.is_string());
    assert_eq!(claims["grant_id"], grant);
    assert_eq!(claims["preferred_username"], "ben");
    let next = answer.token();
    let back_again = two.exchange(&two.back_service, &next, &[HERE]).await;
    exchanged(&back_again);
    let path = format!("/grants/{}", grant.as_str().unwrap());
    two.stage.ada.must("DELETE", &path, &Value::Null).await;
    for (by, token, target) in [
        (&two.front_service, &token, BACK),
        (&two.back_service, &next, HERE),
    ] {
        let answer = two.exchange(by, token, &[target]).await;
        answer.is_error(400, "invalid_grant");
        let message = answer.json["error_description"].as_str().unwrap();
        assert!(message.contains("revoked"), "{message}");
    }
    let check = two.stage.check_token(&back_again.token()).await;
    assert_eq!(check.json["code"], "token_revoked");
}

/// A token of ben through a client of the front application.
async fn token_of_ben(stage: &mut Stage) -> String {
    let client = stage.client(json!({})).await;
    let pairs = [
        ("response_type", "code"),
        ("client_id", client.id.as_str()),
        ("redirect_uri", CALLBACK),
        ("scope", "deployments:write"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let mut browser = stage.browser("ben").await;
    let address = format!("{}/oauth/authorize?{}", stage.samovar.url(), form(&pairs));
    let page = browser.get(&address).await;
    let back = page.location.unwrap_or_else(|| panic!("{}", page.body));
    let code = back.query_pairs().find(|(name, _)| name == "code").unwrap();
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", &code.1),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
        ("client_id", &client.id),
    ];
    stage.post("/oauth/token", None, &pairs).await.token()
}

#[tokio::test]
async fn a_token_exchanged_for_a_gitea_token_is_exchanged_again() {
    let mut two = TwoApplications::set().await;
    two.stage.bind_team().await;
    let back = two.back.clone();
    let both = json!({"exchange_from": [back], "gitea_tokens": {"personal": true}});
    two.stage.set_tokens(both).await;
    let personal = two.stage.gitea.token("ben", "script", &["all"]).await;
    let subject = (personal.as_str(), ACCESS_TOKEN);
    let token = two.stage.exchange(None, subject, &[HERE]).await.token();
    let answer = two.exchange(&two.front_service, &token, &[BACK]).await;
    assert_eq!(
        exchanged(&answer)["act"]["sub"],
        two.front_service.id.as_str()
    );
    // The back application accepts no Gitea tokens itself.
    let direct = two.stage.exchange(None, subject, &[BACK]).await;
    direct.is_error(400, "invalid_target");
    let twice = [
        ("grant_type", GRANT),
        ("subject_token", token.as_str()),
        ("subject_token_type", ACCESS_TOKEN),
        BACK,
        HERE,
    ];
    let twice = two
        .stage
        .post("/oauth/token", Some(&two.front_service), &twice);
    twice.await.is_error(400, "invalid_target");
}
