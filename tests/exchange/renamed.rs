//! A name goes from one application to another: what was issued before opens nothing of the new one.

use crate::set::{ACCESS_TOKEN, GRANT, HERE, exchanged};
use crate::stage::{Answer, Machine, Stage, id};
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

    /// Another application in the place of the stage's.
    async fn delete_and_make_anew(&mut self) {
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

    async fn machines_token(&self, machine: &Machine) -> String {
        self.credentials(machine, &[HERE]).await.token()
    }

    /// What every place that looks at tokens says of one, in this order: forward-auth, introspection, exchange.
    async fn said_of(&self, token: &str, service: &Machine) -> [Answer; 3] {
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

/// Every place takes it.
fn taken([passed, told, given]: &[Answer; 3]) {
    assert_eq!(passed.status, 200, "{}", passed.json);
    assert_eq!(told.json["active"], true, "{}", told.json);
    exchanged(given);
}

/// No place takes it.
fn refused([denied, told, given]: &[Answer; 3]) {
    let (status, code) = (denied.status, denied.json["code"].as_str());
    assert_eq!((status, code), (401, Some("token_audience_wrong")));
    let said = denied.json["detail"].as_str().unwrap();
    assert!(said.contains("get a new token"), "{said}");
    assert_eq!(told.json, json!({"active": false}));
    given.is_error(400, "invalid_grant");
    let said = given.json["error_description"].as_str().unwrap();
    assert!(said.contains("is older than the application"), "{said}");
}

#[tokio::test]
async fn a_token_of_a_deleted_application_opens_nothing_of_a_new_one_of_its_name() {
    let mut stage = Stage::set().await;
    let machine = stage.machine().await;
    let old = stage.machines_token(&machine).await;
    assert_eq!(stage.check_token(&old).await.status, 200);
    stage.delete_and_make_anew().await;
    let home = stage.application.clone();
    let service = stage.service("service", &home).await;
    let back = json!({"exchange_from": [home]});
    stage.application("back-api", back).await;
    refused(&stage.said_of(&old, &service).await);
    let new = stage.machines_token(&machine).await;
    taken(&stage.said_of(&new, &service).await);
}

#[tokio::test]
async fn a_token_from_before_a_rename_opens_nothing_under_the_old_name_nor_the_new_one() {
    let mut stage = Stage::set().await;
    let machine = stage.machine().await;
    let home = stage.application.clone();
    let service = stage.service("service", &home).await;
    let back = json!({"exchange_from": [home]});
    stage.application("back-api", back).await;
    let token = stage.machines_token(&machine).await;
    taken(&stage.said_of(&token, &service).await);
    // Any other change keeps it.
    stage.take(json!({"lifetime": 60})).await;
    taken(&stage.said_of(&token, &service).await);
    stage.rename("other-api").await;
    let denied = stage.check_token(&token).await;
    assert_eq!(denied.json["code"], "token_audience_wrong");
    stage.rename("deploy-api").await;
    refused(&stage.said_of(&token, &service).await);
    stage.samovar = stage.samovar.restart().await;
    refused(&stage.said_of(&token, &service).await);
    let token = stage.machines_token(&machine).await;
    taken(&stage.said_of(&token, &service).await);
}

#[tokio::test]
async fn an_application_that_goes_while_gitea_is_asked_is_no_target_for_the_answer() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    stage
        .take(json!({"gitea_tokens": {"personal": true}}))
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
    let asking = tokio::spawn(request.send());
    hold.reached().await;
    stage.delete_and_make_anew().await;
    hold.release();
    let answer: Value = asking.await.unwrap().unwrap().json().await.unwrap();
    assert_eq!(answer["error"], "invalid_target", "{answer}");
    let said = answer["error_description"].as_str().unwrap();
    assert!(said.contains("deleted or renamed meanwhile"), "{said}");
}
