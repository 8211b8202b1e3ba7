//! Whoever proves nothing costs little: one network makes Samovar ask Gitea so often and no more, and is told when again.

use crate::set::{ACCESS_TOKEN, HERE, exchanged};
use crate::stage::{Answer, Machine, Stage};
use crate::support::workloads::Workloads;
use crate::workload_tokens::{OCTO, github_claims, trust};
use serde_json::json;

/// A personal token that Gitea does not know.
const NOBODYS: &str = "0123456789abcdef0123456789abcdef01234567";

/// More than any network has at once.
const MANY: usize = 400;

impl Stage {
    async fn try_token(&self, by: Option<&Machine>, token: &str) -> Answer {
        self.exchange(by, (token, ACCESS_TOKEN), &[HERE]).await
    }

    /// Questions about tokens that reached Gitea.
    fn asked(&self) -> usize {
        let log = self.gitea.stand_in().unwrap().log();
        log.count("GET", "/login/oauth/userinfo")
    }
}

fn too_many(answer: &Answer) {
    answer.is_error(429, "temporarily_unavailable");
    assert_eq!(answer.json["code"], "too_many_requests");
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=2).contains(&wait), "{wait}");
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn strangers_make_samovar_ask_gitea_so_often_and_a_client_with_its_secret_is_none() {
    let github = Workloads::start("ES256").await;
    let mut stage = Stage::trusting(&[github.url()]).await;
    if stage.gitea.stand_in().is_none() {
        return;
    }
    stage.bind_team().await;
    stage
        .account("deployer", &[trust(github.url(), &OCTO)])
        .await;
    stage
        .take(json!({"gitea_tokens": {"personal": true}}))
        .await;
    let application = stage.application.clone();
    let service = stage.service("service", &application).await;
    let public = stage.client(json!({"name": "public"})).await;
    let token = stage.gitea.token("ben", "script", &["read:user"]).await;
    let mut tries = 0;
    let refused = loop {
        let answer = stage.try_token(None, NOBODYS).await;
        if answer.status == 429 {
            break answer;
        }
        answer.is_error(400, "invalid_grant");
        tries += 1;
        assert!(tries < MANY);
    };
    assert!(tries >= 120, "{tries}");
    too_many(&refused);
    // Neither a name that proves nothing helps, nor another kind of token. (There are two more in each second.)
    let named = [HERE, ("client_id", public.id.as_str())];
    let subject = (token.as_str(), ACCESS_TOKEN);
    let asked = stage.asked();
    let mut statuses = Vec::new();
    for _ in 0..10 {
        let named = stage.exchange(None, subject, &named).await;
        let job = github.token(&github_claims());
        let job = stage.present_job(&job).await;
        statuses.extend([named.status, job.status]);
    }
    let got = statuses.iter().filter(|status| **status == 200).count();
    assert!(got < 10 && statuses.contains(&429), "{statuses:?}");
    assert!(stage.asked() <= asked + got);
    exchanged(&stage.try_token(Some(&service), &token).await);
    let event = stage.last_event("denied").await;
    assert_eq!(event["reasons"][0], "temporarily_unavailable", "{event}");
}

#[tokio::test]
async fn who_sends_wrong_secrets_all_the_time_is_told_to_wait_and_keeps_out_nobody_who_has_one() {
    let mut stage = Stage::set().await;
    let machine = stage.machine().await;
    let mistaken = machine.mistaken();
    for path in ["/oauth/token", "/oauth/introspect", "/oauth/revoke"] {
        let pairs = [("grant_type", "client_credentials"), HERE, ("token", "x")];
        let mut tries = 0;
        let refused = loop {
            let answer = stage.post(path, Some(&mistaken), &pairs).await;
            if answer.status == 429 {
                break answer;
            }
            answer.is_error(401, "invalid_client");
            tries += 1;
            assert!(tries < MANY);
        };
        too_many(&refused);
        assert_eq!(tries >= 60, path == "/oauth/token", "one budget: {path}");
        stage.credentials(&machine, &[HERE]).await.token();
    }
}
