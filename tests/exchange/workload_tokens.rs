//! Tokens of CI jobs and other workloads, exchanged for tokens of the service account that trusts them.

use crate::exchange::stage::{HERE, ID_TOKEN, JWT, exchanged};
use crate::oauth::stage::{Answer, Stage, id};
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
    /// Creates a service account of the team with the role and these trusts.
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

fn assert_rejected(answer: &Answer, message: &str) {
    answer.is_error(400, "invalid_grant");
    let description = answer.json["error_description"].as_str().unwrap();
    assert!(description.contains(message), "{description}");
}

#[tokio::test]
async fn a_github_job_gets_one_token_of_its_service_account() {
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

    assert_rejected(&stage.present_job(&token).await, "used before");
    let event = stage.last_event("denied").await;
    assert_eq!(event["actor"]["id"], account.as_str(), "{event}");
    let signature = token.rsplit('.').next().unwrap();
    assert!(!stage.everything_written().await.contains(signature));
}

#[tokio::test]
async fn one_of_64_concurrent_exchanges_succeeds() {
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
    let mut expected = vec![400; 64];
    expected[0] = 200;
    assert_eq!(statuses, expected);
}

#[tokio::test]
async fn a_used_token_stays_used_after_a_restart() {
    let github = Workloads::start("ES256").await;
    let mut stage = Stage::trusting(&[github.url()]).await;
    stage
        .account("deployer", &[trust(github.url(), &OCTO)])
        .await;
    let token = github.token(&github_claims());
    exchanged(&stage.present_job(&token).await);
    stage.samovar = stage.samovar.restart().await;
    assert_rejected(&stage.present_job(&token).await, "used before");
    let another = github.token(&github_claims());
    exchanged(&stage.present_job(&another).await);
}

#[tokio::test]
async fn a_forgejo_token_without_an_id_may_be_exchanged_again() {
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
async fn audience_and_every_claim_must_match_the_trust() {
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
async fn an_issuer_is_matched_by_its_exact_name() {
    let github = Workloads::start("ES256").await;
    let other = Workloads::start("ES256").await;
    let mut stage = Stage::trusting(&[github.url(), other.url()]).await;
    stage
        .account("deployer", &[trust(github.url(), &OCTO)])
        .await;
    let mut claims = github_claims();
    for issuer in [
        json!(other.url()),
        json!(format!("{}/", github.url())),
        json!(stage.samovar.url()),
        json!([github.url()]),
        Value::Null,
    ] {
        claims["iss"] = issuer;
        let answer = stage.present_job(&other.token(&claims)).await;
        answer.is_error(400, "invalid_grant");
    }
    // The right issuer, with the key of another one.
    claims["iss"] = json!(github.url());
    let answer = stage.present_job(&other.token(&claims)).await;
    assert_rejected(&answer, "signature");
    assert_eq!(other.asked(), 0);
}

#[tokio::test]
async fn a_disabled_or_unowned_account_gets_no_token() {
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
    assert_rejected(&stage.present_job(&token).await, "disabled");
    draft["enabled"] = json!(true);
    stage.put(&path, &json!(2), &draft).await;
    // The denial did not use the token up.
    exchanged(&stage.present_job(&token).await);

    stage.gitea.remove_member(stage.team, "ben").await;
    stage.ada.must("POST", "/mirror/sync", &Value::Null).await;
    let token = github.token(&github_claims());
    assert_rejected(&stage.present_job(&token).await, "has no active owner");
}

#[tokio::test]
async fn an_unreachable_issuer_is_a_temporary_error() {
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
async fn an_issuer_that_is_not_configured_is_never_called() {
    let github = Workloads::start("ES256").await;
    let unlisted = Workloads::start("ES256").await;
    let mut stage = Stage::trusting(&[github.url()]).await;
    let account = stage
        .account("deployer", &[trust(github.url(), &OCTO)])
        .await;
    let draft = |trusts: &[Value]| {
        json!({
            "name": "deployer", "owner": {"kind": "team", "id": stage.team}, "trusts": trusts,
        })
    };
    let (kept, new) = (trust(github.url(), &OCTO), trust(unlisted.url(), &OCTO));
    let (both, old) = (draft(&[kept.clone(), new]), draft(&[kept]));
    let path = format!("/service-accounts/{account}");
    let (status, problem) = stage.ada.replace(&path, &json!(1), &both).await;
    assert_eq!(status, 400, "{problem}");
    assert_eq!(problem["errors"][0]["pointer"], "/trusts/1/issuer");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("`token.workload_issuers`"), "{detail}");

    // A trust that was valid when it was saved is rejected when it is used, and its account can still be updated.
    let file = stage.samovar.state_folder().with_file_name("samovar.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace(github.url(), unlisted.url())).unwrap();
    stage.samovar = stage.samovar.restart().await;
    let answer = stage.present_job(&github.token(&github_claims())).await;
    assert_rejected(&answer, "`token.workload_issuers`");
    stage.put(&path, &json!(1), &old).await;
    assert_eq!((github.asked(), unlisted.asked()), (0, 0));
}

#[tokio::test]
async fn no_token_matches_the_trusts_of_two_accounts() {
    let github = Workloads::start("ES256").await;
    let mut stage = Stage::trusting(&[github.url()]).await;
    stage
        .account("deployer", &[trust(github.url(), &OCTO)])
        .await;
    let token = github.token(&github_claims());
    let owner = json!({"kind": "team", "id": stage.team});
    let wide = [("repository", "octo-org/octo-repo")];
    let narrow = [OCTO[0], OCTO[1], ("event_name", "push")];
    // Some tokens match one of the two alone, others both.
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
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("service account `deployer`"), "{detail}");
    }
    exchanged(&stage.present_job(&token).await);
}
