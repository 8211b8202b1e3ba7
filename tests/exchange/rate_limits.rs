//! Rate limits: unauthenticated requests of one network make Samovar call Gitea a limited number of times.

use crate::exchange::stage::{ACCESS_TOKEN, HERE, exchanged};
use crate::exchange::workload_tokens::{OCTO, github_claims, trust};
use crate::oauth::stage::{Answer, Machine, Stage};
use crate::support::workloads::Workloads;
use serde_json::json;

/// A personal token that Gitea does not know.
const UNKNOWN_TOKEN: &str = "0123456789abcdef0123456789abcdef01234567";

/// More requests than any limit allows at once.
const MAX_TRIES: usize = 400;

impl Stage {
    async fn try_token(&self, by: Option<&Machine>, token: &str) -> Answer {
        self.exchange(by, (token, ACCESS_TOKEN), &[HERE]).await
    }

    /// Requests about tokens that reached Gitea.
    fn userinfo_requests(&self) -> usize {
        let log = self.gitea.stand_in().unwrap().log();
        log.count("GET", "/login/oauth/userinfo")
    }
}

fn assert_limited(answer: &Answer) {
    answer.is_error(429, "temporarily_unavailable");
    assert_eq!(answer.json["code"], "too_many_requests");
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=2).contains(&wait), "{wait}");
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn unauthenticated_exchanges_are_limited() {
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
        .set_tokens(json!({"gitea_tokens": {"personal": true}}))
        .await;
    let application = stage.application.clone();
    let service = stage.service("service", &application).await;
    let public = stage.client(json!({"name": "public"})).await;
    let token = stage.gitea.token("ben", "script", &["read:user"]).await;
    let mut tries = 0;
    let limited = loop {
        let answer = stage.try_token(None, UNKNOWN_TOKEN).await;
        if answer.status == 429 {
            break answer;
        }
        answer.is_error(400, "invalid_grant");
        tries += 1;
        assert!(tries < MAX_TRIES);
    };
    assert!(tries >= 120, "{tries}");
    assert_limited(&limited);
    // A client id without a secret and another kind of token are limited too. (Two more requests are allowed each second.)
    let named = [HERE, ("client_id", public.id.as_str())];
    let subject = (token.as_str(), ACCESS_TOKEN);
    let before = stage.userinfo_requests();
    let mut statuses = Vec::new();
    for _ in 0..10 {
        let named = stage.exchange(None, subject, &named).await;
        let job = github.token(&github_claims());
        let job = stage.present_job(&job).await;
        statuses.extend([named.status, job.status]);
    }
    let got = statuses.iter().filter(|status| **status == 200).count();
    assert!(got < 10 && statuses.contains(&429), "{statuses:?}");
    assert!(stage.userinfo_requests() <= before + got);
    exchanged(&stage.try_token(Some(&service), &token).await);
    let event = stage.last_event("denied").await;
    assert_eq!(event["reasons"][0], "temporarily_unavailable", "{event}");
}

#[tokio::test]
async fn wrong_secrets_are_limited_and_right_ones_are_not() {
    let mut stage = Stage::set().await;
    let machine = stage.machine().await;
    let mistaken = machine.mistaken();
    for path in ["/oauth/token", "/oauth/introspect", "/oauth/revoke"] {
        let pairs = [("grant_type", "client_credentials"), HERE, ("token", "x")];
        let mut tries = 0;
        let limited = loop {
            let answer = stage.post(path, Some(&mistaken), &pairs).await;
            if answer.status == 429 {
                break answer;
            }
            answer.is_error(401, "invalid_client");
            tries += 1;
            assert!(tries < MAX_TRIES);
        };
        assert_limited(&limited);
        assert_eq!(tries >= 60, path == "/oauth/token", "one limit: {path}");
        stage.credentials(&machine, &[HERE]).await.token();
    }
}
