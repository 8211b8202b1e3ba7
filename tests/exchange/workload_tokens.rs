//! Tokens of CI jobs and other workloads become those of the service account that trusts them.

use crate::set::{HERE, ID_TOKEN, JWT, exchanged};
use crate::stage::{Answer, Stage, id};
use crate::support::gitea::clock::machine;
use crate::support::workloads::Workloads;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::task::JoinSet;

const AUDIENCE: &str = "https://samovar.example.test";

fn now() -> i64 {
    machine()()
}

/// The claims of a GitHub job's token.
pub fn github_claims() -> Value {
    let now = now();
    json!({
        "jti": format!("job-{}", uuid()), "aud": AUDIENCE, "iat": now, "nbf": now - 300, "exp": now + 300,
        "sub": "repo:octo-org/octo-repo:ref:refs/heads/main",
        "ref": "refs/heads/main", "ref_type": "branch", "ref_protected": "true",
        "sha": "755bf3c2bcbd4a7e8d9c6a5f5b7c0e8d1f2a3b4c",
        "repository": "octo-org/octo-repo", "repository_id": "74",
        "repository_owner": "octo-org", "repository_owner_id": "65",
        "repository_visibility": "private", "run_id": "30433642", "run_number": "10",
        "run_attempt": "2", "actor": "octocat", "actor_id": "12",
        "workflow": "deploy", "event_name": "push", "head_ref": "", "base_ref": "",
        "workflow_ref": "octo-org/octo-repo/.github/workflows/deploy.yml@refs/heads/main",
        "job_workflow_ref": "octo-org/octo-automation/.github/workflows/oidc.yml@refs/heads/main",
        "runner_environment": "github-hosted",
    })
}

/// The claims of a Forgejo job's token.
fn forgejo_claims() -> Value {
    let now = now();
    json!({
        "aud": AUDIENCE, "iat": now, "nbf": now, "exp": now + 3600,
        "sub": "repo:acme/api:ref:refs/heads/main",
        "actor": "ben", "base_ref": "", "event_name": "push", "head_ref": "",
        "ref": "refs/heads/main", "ref_protected": "false", "ref_type": "branch",
        "repository": "acme/api", "repository_owner": "acme", "run_attempt": "1", "run_id": "7",
        "run_number": "7", "sha": "755bf3c2bcbd4a7e8d9c6a5f5b7c0e8d1f2a3b4c", "workflow": "deploy.yml",
        "workflow_ref": "acme/api/.forgejo/workflows/deploy.yml@refs/heads/main",
    })
}

fn uuid() -> String {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).unwrap();
    data_encoding::HEXLOWER.encode(&bytes)
}

pub fn trust(issuer: &str, claims: &[(&str, &str)]) -> Value {
    let claims: Vec<Value> = claims
        .iter()
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect();
    json!({"issuer": issuer, "audience": AUDIENCE, "claims": claims})
}

pub const OCTO: [(&str, &str); 2] = [
    ("repository", "octo-org/octo-repo"),
    ("ref", "refs/heads/main"),
];

impl Stage {
    /// A service account of the team with the role, for which these tokens stand.
    pub async fn account(&mut self, name: &str, trusts: &[Value]) -> String {
        let owner = json!({"kind": "team", "id": self.team});
        let draft = json!({"name": name, "owner": owner, "trusts": trusts});
        let account = id(&self.ada.must("POST", "/service-accounts", &draft).await);
        self.bind(json!({"kind": "service-account", "id": account}))
            .await;
        account
    }

    pub async fn present_job(&self, token: &str) -> Answer {
        self.exchange(None, (token, JWT), &[HERE]).await
    }
}

fn refused(answer: &Answer, words: &str) {
    answer.is_error(400, "invalid_grant");
    let said = answer.json["error_description"].as_str().unwrap();
    assert!(said.contains(words), "{said}");
}

#[tokio::test]
async fn a_job_on_github_gets_the_token_of_its_service_account_once() {
    let github = Workloads::start("RS256").await;
    let mut stage = Stage::trusting(&[github.url()]).await;
    let account = stage
        .account("deployer", &[trust(github.url(), &OCTO)])
        .await;
    let claims = github_claims();
    let token = github.token(&claims);
    let answer = stage.present_job(&token).await;
    let got = exchanged(&answer);
    assert_eq!(got["sub"], account.as_str());
    assert_eq!(got["client_id"], account.as_str());
    assert_eq!(got["principal_kind"], "service-account");
    assert_eq!(got["preferred_username"], "deployer");
    assert_eq!(got["scope"], "deployments:write");
    assert!(got["exp"].as_i64() <= claims["exp"].as_i64());
    assert_eq!(stage.check_token(&answer.token()).await.status, 200);

    let event = stage.last_event("allowed").await;
    assert_eq!(event["actor"]["id"], account.as_str(), "{event}");
    let reasons = event["reasons"].to_string();
    assert!(reasons.contains(github.url()), "{reasons}");
    let subject = "repo:octo-org/octo-repo:ref:refs/heads/main";
    assert!(reasons.contains(subject), "{reasons}");

    refused(&stage.present_job(&token).await, "used before");
    let event = stage.last_event("denied").await;
    assert_eq!(event["actor"]["id"], account.as_str(), "{event}");
    let signature = token.rsplit('.').next().unwrap();
    assert!(!stage.everything_kept().await.contains(signature));
}

#[tokio::test]
async fn of_many_who_present_one_token_at_the_same_time_one_gets_something() {
    let github = Workloads::start("ES256").await;
    let mut stage = Stage::trusting(&[github.url()]).await;
    stage
        .account("deployer", &[trust(github.url(), &OCTO)])
        .await;
    let token = github.token(&github_claims());
    let stage = Arc::new(stage);
    let mut all = JoinSet::new();
    for _ in 0..64 {
        let (stage, token) = (Arc::clone(&stage), token.clone());
        all.spawn(async move { stage.present_job(&token).await.status });
    }
    let mut statuses = all.join_all().await;
    statuses.sort_unstable();
    let mut one = vec![400; 64];
    one[0] = 200;
    assert_eq!(statuses, one);
}

#[tokio::test]
async fn a_token_that_was_used_stays_used_after_a_restart() {
    let github = Workloads::start("ES256").await;
    let mut stage = Stage::trusting(&[github.url()]).await;
    stage
        .account("deployer", &[trust(github.url(), &OCTO)])
        .await;
    let token = github.token(&github_claims());
    exchanged(&stage.present_job(&token).await);
    stage.samovar = stage.samovar.restart().await;
    refused(&stage.present_job(&token).await, "used before");
    let another = github.token(&github_claims());
    exchanged(&stage.present_job(&another).await);
}

#[tokio::test]
async fn a_job_on_forgejo_whose_token_has_no_id_may_come_again_and_narrow_its_scope() {
    let forgejo = Workloads::start("EdDSA").await;
    let mut stage = Stage::trusting(&[forgejo.url()]).await;
    let claims = [
        ("sub", "repo:acme/api:ref:refs/heads/main"),
        ("event_name", "push"),
    ];
    let account = stage
        .account("deployer", &[trust(forgejo.url(), &claims)])
        .await;
    let token = forgejo.token(&forgejo_claims());
    let first = stage.exchange(None, (&token, ID_TOKEN), &[HERE]).await;
    let got = exchanged(&first);
    assert_eq!(got["sub"], account.as_str());
    let narrow = [HERE, ("scope", "deployments:read")];
    let second = stage.exchange(None, (&token, JWT), &narrow).await;
    assert_eq!(exchanged(&second)["scope"], "deployments:read");
    let nothing = [HERE, ("scope", "billing:read")];
    let nothing = stage.exchange(None, (&token, JWT), &nothing).await;
    nothing.is_error(400, "invalid_scope");
    assert_eq!(forgejo.asked(), 2, "metadata and keys, once");
}

#[tokio::test]
async fn audience_and_every_claim_of_the_trust_must_be_exactly_those_of_the_token() {
    let github = Workloads::start("ES256").await;
    let mut stage = Stage::trusting(&[github.url()]).await;
    stage
        .account("deployer", &[trust(github.url(), &OCTO)])
        .await;
    for (claim, value) in [
        ("ref", json!("refs/heads/mainline")),
        ("ref", json!("refs/heads/Main")),
        ("ref", json!("refs/heads/main ")),
        ("ref", json!(["refs/heads/main"])),
        ("ref", Value::Null),
        ("repository", json!("octo-org/octo-repo2")),
        ("repository", json!(74)),
        ("aud", json!("https://samovar.example.test/")),
        ("aud", json!(["https://other.example.test"])),
        ("aud", Value::Null),
        ("aud", json!({"0": AUDIENCE})),
    ] {
        let mut claims = github_claims();
        claims[claim] = value.clone();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(claim);
        }
        let answer = stage.present_job(&github.token(&claims)).await;
        answer.is_error(400, "invalid_grant");
        assert!(answer.json["access_token"].is_null(), "{claim} {value}");
    }
    let mut claims = github_claims();
    claims["aud"] = json!(["https://other.example.test", AUDIENCE]);
    exchanged(&stage.present_job(&github.token(&claims)).await);
}

#[tokio::test]
async fn an_issuer_is_known_by_its_exact_name_and_no_other_is_asked() {
    let github = Workloads::start("ES256").await;
    let stranger = Workloads::start("ES256").await;
    let mut stage = Stage::trusting(&[github.url(), stranger.url()]).await;
    stage
        .account("deployer", &[trust(github.url(), &OCTO)])
        .await;
    let mut claims = github_claims();
    for issuer in [
        json!(stranger.url()),
        json!(format!("{}/", github.url())),
        json!(stage.samovar.url()),
        json!([github.url()]),
        Value::Null,
    ] {
        claims["iss"] = issuer;
        let answer = stage.present_job(&stranger.token(&claims)).await;
        answer.is_error(400, "invalid_grant");
    }
    // In the name of the right one, with the key of another.
    claims["iss"] = json!(github.url());
    let answer = stage.present_job(&stranger.token(&claims)).await;
    refused(&answer, "signature");
    assert_eq!(stranger.asked(), 0);
}

#[tokio::test]
async fn an_account_that_is_switched_off_or_without_its_owner_gets_no_token() {
    let github = Workloads::start("ES256").await;
    let mut stage = Stage::trusting(&[github.url()]).await;
    let account = stage
        .account("deployer", &[trust(github.url(), &OCTO)])
        .await;
    let path = format!("/service-accounts/{account}");
    let mut draft = json!({
        "name": "deployer", "owner": {"kind": "team", "id": stage.team}, "enabled": false,
        "trusts": [trust(github.url(), &OCTO)],
    });
    stage.put(&path, &json!(1), &draft).await;
    let token = github.token(&github_claims());
    refused(&stage.present_job(&token).await, "disabled");
    draft["enabled"] = json!(true);
    stage.put(&path, &json!(2), &draft).await;
    // What was refused did not use the token up.
    exchanged(&stage.present_job(&token).await);

    stage.gitea.remove_member(stage.team, "ben").await;
    stage.ada.must("POST", "/mirror/sync", &Value::Null).await;
    let token = github.token(&github_claims());
    refused(&stage.present_job(&token).await, "has no active owner");
}

#[tokio::test]
async fn an_issuer_that_does_not_answer_is_no_reason_to_call_the_token_bad() {
    let github = Workloads::start("ES256").await;
    let mut stage = Stage::trusting(&[github.url(), "http://127.0.0.1:1"]).await;
    let trusts = [
        trust(github.url(), &OCTO),
        trust("http://127.0.0.1:1", &OCTO),
    ];
    stage.account("deployer", &trusts).await;
    github.answer_with(503);
    let answer = stage.present_job(&github.token(&github_claims())).await;
    answer.is_error(503, "temporarily_unavailable");
    let mut claims = github_claims();
    claims["iss"] = json!("http://127.0.0.1:1");
    let answer = stage.present_job(&github.token(&claims)).await;
    answer.is_error(503, "temporarily_unavailable");
}

#[tokio::test]
async fn an_issuer_that_the_configuration_does_not_list_is_trusted_by_nobody_and_asked_for_nothing()
{
    let github = Workloads::start("ES256").await;
    let aside = Workloads::start("ES256").await;
    let mut stage = Stage::trusting(&[github.url()]).await;
    let account = stage
        .account("deployer", &[trust(github.url(), &OCTO)])
        .await;
    let draft = |trusts: &[Value]| {
        json!({
            "name": "deployer", "owner": {"kind": "team", "id": stage.team}, "trusts": trusts,
        })
    };
    let (kept, new) = (trust(github.url(), &OCTO), trust(aside.url(), &OCTO));
    let (both, old) = (draft(&[kept.clone(), new]), draft(&[kept]));
    let path = format!("/service-accounts/{account}");
    let (status, problem) = stage.ada.replace(&path, &json!(1), &both).await;
    assert_eq!(status, 400, "{problem}");
    assert_eq!(problem["errors"][0]["pointer"], "/trusts/1/issuer");
    let said = problem["detail"].as_str().unwrap();
    assert!(said.contains("`token.workload_issuers`"), "{said}");

    // One that was listed when it was saved is refused when it is used, and its account can still be changed.
    let file = stage.samovar.state_folder().with_file_name("samovar.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace(github.url(), aside.url())).unwrap();
    stage.samovar = stage.samovar.restart().await;
    let answer = stage.present_job(&github.token(&github_claims())).await;
    refused(&answer, "`token.workload_issuers`");
    stage.put(&path, &json!(1), &old).await;
    assert_eq!((github.asked(), aside.asked()), (0, 0));
}

#[tokio::test]
async fn tokens_that_stand_for_one_account_are_trusted_for_no_other() {
    let github = Workloads::start("ES256").await;
    let mut stage = Stage::trusting(&[github.url()]).await;
    stage
        .account("deployer", &[trust(github.url(), &OCTO)])
        .await;
    let token = github.token(&github_claims());
    let owner = json!({"kind": "team", "id": stage.team});
    let wide = [("repository", "octo-org/octo-repo")];
    let narrow = [OCTO[0], OCTO[1], ("event_name", "push")];
    // Some tokens fit one of the two alone, and others both.
    let beside = [("repository_owner", "octo-org")];
    for claims in [&OCTO[..], &wide, &narrow, &beside] {
        let draft = json!({
            "name": "intruder", "owner": owner, "trusts": [trust(github.url(), claims)],
        });
        let (status, problem) = stage
            .ada
            .api("POST", "/service-accounts", Some(&draft))
            .await;
        assert_eq!((status, &problem["code"]), (409, &json!("conflict")));
        let said = problem["detail"].as_str().unwrap();
        assert!(said.contains("service account `deployer`"), "{said}");
    }
    exchanged(&stage.present_job(&token).await);
}
