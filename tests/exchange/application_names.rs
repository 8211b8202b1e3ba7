//! An application gets a name that another one had: tokens that were issued before are not valid for it.

use crate::exchange::stage::{ACCESS_TOKEN, GRANT, HERE, exchanged};
use crate::oauth::stage::{Answer, Machine, Stage, id};
use crate::support::browser::{form, plain_client};
use crate::support::gitea::errors::At;
use serde_json::{Value, json};

impl Stage {
    /// The stage's application as a draft.
    async fn draft(&mut self) -> (Value, Value) {
        let path = format!("/applications/{}", self.application);
        let mut draft = self.ada.get(&path).await;
        let members = draft.as_object_mut().unwrap();
        members.remove("id");
        members.remove("warnings");
        let version = members.remove("version").unwrap();
        (draft, version)
    }

    /// Replaces the stage's application by a new one of the same name.
    async fn recreate_application(&mut self) {
        let (draft, version) = self.draft().await;
        let path = format!("/applications/{}", self.application);
        let (status, answer) = self.ada.delete(&path, &version).await;
        assert_eq!(status, 204, "{answer}");
        self.application = id(&self.ada.must("POST", "/applications", &draft).await);
    }

    async fn rename(&mut self, name: &str) {
        let path = format!("/applications/{}", self.application);
        let (mut draft, version) = self.draft().await;
        draft["name"] = json!(name);
        self.put(&path, &version, &draft).await;
    }

    async fn machine_token(&self, machine: &Machine) -> String {
        self.credentials(machine, &[HERE]).await.token()
    }

    /// The responses of forward-auth, introspection and exchange to a token.
    async fn responses_to(&self, token: &str, service: &Machine) -> [Answer; 3] {
        let ask = [("token", token)];
        let subject = (token, ACCESS_TOKEN);
        [
            self.check_token(token).await,
            self.post("/oauth/introspect", Some(service), &ask).await,
            self.exchange(Some(service), subject, &[("audience", "back-api")])
                .await,
        ]
    }
}

/// Every endpoint accepts the token.
fn assert_accepted([check, introspection, exchange]: &[Answer; 3]) {
    assert_eq!(check.status, 200, "{}", check.json);
    assert_eq!(introspection.json["active"], true, "{}", introspection.json);
    exchanged(exchange);
}

/// No endpoint accepts the token.
fn assert_rejected([check, introspection, exchange]: &[Answer; 3]) {
    let (status, code) = (check.status, check.json["code"].as_str());
    assert_eq!((status, code), (401, Some("token_audience_wrong")));
    let detail = check.json["detail"].as_str().unwrap();
    assert!(detail.contains("get a new token"), "{detail}");
    assert_eq!(introspection.json, json!({"active": false}));
    exchange.is_error(400, "invalid_grant");
    let detail = exchange.json["error_description"].as_str().unwrap();
    assert!(detail.contains("is older than the application"), "{detail}");
}

#[tokio::test]
async fn a_token_of_a_deleted_application_is_rejected() {
    let mut stage = Stage::set().await;
    let machine = stage.machine().await;
    let old = stage.machine_token(&machine).await;
    assert_eq!(stage.check_token(&old).await.status, 200);
    stage.recreate_application().await;
    let home = stage.application.clone();
    let service = stage.service("service", &home).await;
    let back = json!({"exchange_from": [home]});
    stage.application("back-api", back).await;
    assert_rejected(&stage.responses_to(&old, &service).await);
    let new = stage.machine_token(&machine).await;
    assert_accepted(&stage.responses_to(&new, &service).await);
}

#[tokio::test]
async fn a_token_from_before_a_rename_is_rejected() {
    let mut stage = Stage::set().await;
    let machine = stage.machine().await;
    let home = stage.application.clone();
    let service = stage.service("service", &home).await;
    let back = json!({"exchange_from": [home]});
    stage.application("back-api", back).await;
    let token = stage.machine_token(&machine).await;
    assert_accepted(&stage.responses_to(&token, &service).await);
    // Any other change keeps it.
    stage.set_tokens(json!({"lifetime": 60})).await;
    assert_accepted(&stage.responses_to(&token, &service).await);
    stage.rename("other-api").await;
    let denied = stage.check_token(&token).await;
    assert_eq!(denied.json["code"], "token_audience_wrong");
    stage.rename("deploy-api").await;
    assert_rejected(&stage.responses_to(&token, &service).await);
    stage.samovar = stage.samovar.restart().await;
    assert_rejected(&stage.responses_to(&token, &service).await);
    let token = stage.machine_token(&machine).await;
    assert_accepted(&stage.responses_to(&token, &service).await);
}

#[tokio::test]
async fn an_application_deleted_during_an_exchange_gets_no_token() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    stage
        .set_tokens(json!({"gitea_tokens": {"personal": true}}))
        .await;
    let token = stage.gitea.token("ben", "script", &["read:user"]).await;
    let Some(stand_in) = stage.gitea.stand_in() else {
        return;
    };
    let hold = stand_in.errors().hold_request(At::path("/api/v1/user"));
    let pairs = [
        ("grant_type", GRANT),
        ("subject_token", &token),
        ("subject_token_type", ACCESS_TOKEN),
        HERE,
    ];
    let request = plain_client()
        .post(format!("{}/oauth/token", stage.samovar.url()))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form(&pairs));
    let exchange = tokio::spawn(request.send());
    hold.reached().await;
    stage.recreate_application().await;
    hold.release();
    let answer: Value = exchange.await.unwrap().unwrap().json().await.unwrap();
    assert_eq!(answer["error"], "invalid_target", "{answer}");
    let detail = answer["error_description"].as_str().unwrap();
    assert!(detail.contains("deleted or renamed meanwhile"), "{detail}");
}
