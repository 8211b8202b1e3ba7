//! Gitea's own tokens, for applications that accept them.

use crate::exchange::stage::{ACCESS_TOKEN, HERE, exchanged, here_by_host};
use crate::oauth::stage::{Answer, Stage};
use crate::support::browser::{Browser, plain_client};
use crate::support::gitea::errors::{At, Error};
use crate::support::world::GiteaWorld;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use url::Url;

const CALLBACK: &str = "https://external.example.test/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const INTROSPECT: &str = "/login/oauth/introspect";
const USERINFO: &str = "/login/oauth/userinfo";
const ACCOUNT: &str = "/api/v1/user";
const CLIENT_UNKNOWN: &str = "does not name the OAuth application";
const UNKNOWN_CLIENT: &str = "0190a5e2-0000-7000-8000-000000000000";

/// The tokens that another OAuth application got at Gitea for a user.
struct ExternalClient {
    client: String,
    browser: Browser,
    tokens: Value,
}

impl ExternalClient {
    /// An application of ben, with the consent of a user to this scope.
    async fn get(gitea: &GiteaWorld, login: &str, scope: &str) -> Self {
        let (client, secret) = gitea.application("ben", CALLBACK).await;
        let pairs = [
            ("client_id", client.as_str()),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", scope),
            ("state", "state"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let authorize = format!("{}/login/oauth/authorize", gitea.url());
        let url = Url::parse_with_params(&authorize, &pairs).unwrap();
        let mut browser = Browser::new();
        let back = browser.sign_in_at_gitea(url.as_str(), login).await;
        let back = Url::parse(&back).unwrap();
        let code = back.query_pairs().find(|(name, _)| name == "code").unwrap();
        let body = json!({
            "grant_type": "authorization_code", "client_id": client, "client_secret": secret,
            "redirect_uri": CALLBACK, "code": code.1, "code_verifier": VERIFIER,
        });
        let url = format!("{}/login/oauth/access_token", gitea.url());
        let answer = plain_client().post(url).json(&body).send().await.unwrap();
        let tokens: Value = answer.json().await.unwrap();
        assert!(tokens["access_token"].is_string(), "{tokens}");
        Self {
            client,
            browser,
            tokens,
        }
    }

    fn token(&self, kind: &str) -> &str {
        self.tokens[kind].as_str().unwrap()
    }

    /// Revokes the grant on Gitea's settings page.
    async fn revoke(&mut self, gitea: &GiteaWorld) {
        let list = format!("{}/api/v1/user/applications/oauth2", gitea.url());
        let password = GiteaWorld::password("ben");
        let list = plain_client().get(list).basic_auth("ben", Some(password));
        let list: Value = list.send().await.unwrap().json().await.unwrap();
        let payload = self.token("access_token").split('.').nth(1).unwrap();
        let claims = BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        let path = format!(
            "/user/settings/applications/oauth2/{}/revoke/{}",
            list[0]["id"], claims["gnt"]
        );
        let url = format!("{}{path}", gitea.url());
        let page = self.browser.post(&url, &[]).await;
        assert_eq!(page.status, 200, "{}", page.body);
    }
}

impl Stage {
    /// The stage with a role for ben's team, at an application that accepts Gitea's personal tokens.
    async fn with_personal_tokens() -> Self {
        let mut stage = Self::set().await;
        stage.bind_team().await;
        stage.accept_tokens_of(&[]).await;
        stage
    }

    /// Accepts the tokens of these OAuth applications too.
    async fn accept_tokens_of(&mut self, clients: &[&str]) {
        let accepted = json!({"personal": true, "oauth_clients": clients});
        self.set_tokens(json!({"gitea_tokens": accepted})).await;
    }

    /// Gets tokens for another OAuth application, and accepts them.
    async fn external_client(&mut self, login: &str, scope: &str) -> ExternalClient {
        let external = ExternalClient::get(&self.gitea, login, scope).await;
        self.accept_tokens_of(&[&external.client]).await;
        external
    }

    async fn present(&self, token: &str) -> Answer {
        self.exchange(None, (token, ACCESS_TOKEN), &[HERE]).await
    }

    /// Are tokens of other clients accepted? They are not when Gitea introspects each client's own tokens alone; then this
    /// checks their rejection.
    async fn accepts_tokens_of(&self, external: &ExternalClient) -> bool {
        let accepts = self.gitea.tells_of_other_clients().await;
        if !accepts {
            let answer = self.present(external.token("access_token")).await;
            assert_rejected(&answer, "invalid_grant", CLIENT_UNKNOWN);
        }
        accepts
    }

    /// Requests about a token that reached Gitea; `None` with a real Gitea, which keeps no log.
    fn gitea_requests(&self) -> Option<usize> {
        let log = self.gitea.stand_in()?.log();
        let paths = [("POST", INTROSPECT), ("GET", USERINFO), ("GET", ACCOUNT)];
        Some(
            paths
                .map(|(method, path)| log.count(method, path))
                .iter()
                .sum(),
        )
    }
}

/// Fails unless the response has this error and this message.
fn assert_rejected(answer: &Answer, error: &str, message: &str) {
    let status = if error == "temporarily_unavailable" {
        503
    } else {
        400
    };
    answer.is_error(status, error);
    let description = answer.json["error_description"].as_str().unwrap();
    assert!(description.contains(message), "{description}");
}

#[tokio::test]
async fn a_personal_token_is_exchanged_for_a_token_of_its_owner() {
    let mut stage = Stage::with_personal_tokens().await;
    let token = stage.gitea.token("ben", "script", &["read:user"]).await;
    let answer = stage.present(&token).await;
    let claims = exchanged(&answer);
    assert_eq!(answer.json["scope"], "deployments:write");
    assert_eq!(claims["aud"], "deploy-api");
    assert_eq!(claims["client_id"], "gitea");
    assert_eq!(claims["principal_kind"], "user");
    assert_eq!(claims["preferred_username"], "ben");
    assert!(claims.get("act").is_none() && claims.get("grant_id").is_none());
    let check = stage.check_token(&answer.token()).await;
    assert_eq!(check.header("remote-user"), "ben", "{}", check.json);

    let event = stage.last_event("allowed").await;
    assert_eq!(event["actor"]["login"], "ben", "{event}");
    let reasons = event["reasons"].to_string();
    assert!(reasons.contains("exchanged for a personal Gitea token"));

    let by_host = here_by_host();
    let narrow = [
        ("resource", by_host.as_str()),
        ("scope", "deployments:read"),
    ];
    let narrow = stage.exchange(None, (&token, ACCESS_TOKEN), &narrow).await;
    assert_eq!(exchanged(&narrow)["scope"], "deployments:read");
    let other = [HERE, ("scope", "billing:read")];
    let other = stage.exchange(None, (&token, ACCESS_TOKEN), &other).await;
    assert_rejected(&other, "invalid_scope", "billing:read");
}

#[tokio::test]
async fn only_access_tokens_of_a_listed_client_are_exchanged() {
    let mut stage = Stage::with_personal_tokens().await;
    let mut external = stage.external_client("ben", "openid read:misc").await;
    if !stage.accepts_tokens_of(&external).await {
        return;
    }
    let access = external.token("access_token").to_owned();
    let claims = exchanged(&stage.present(&access).await);
    assert_eq!(claims["preferred_username"], "ben");
    assert_eq!(claims["scope"], "deployments:write");
    let reasons = stage.last_event("allowed").await["reasons"].to_string();
    let expected = format!("a Gitea OAuth token of client `{}`", external.client);
    assert!(reasons.contains(&expected), "{reasons}");

    // Introspection calls a refresh token active.
    for kind in ["refresh_token", "id_token"] {
        let answer = stage.present(external.token(kind)).await;
        assert_rejected(&answer, "invalid_grant", "Gitea");
    }
    let event = stage.last_event("denied").await;
    assert_eq!(event["reasons"][0], "invalid_grant", "{event}");

    external.revoke(&stage.gitea).await;
    let answer = stage.present(&access).await;
    assert_rejected(&answer, "invalid_grant", "does not know the token");
}

#[tokio::test]
async fn a_malformed_token_is_rejected_without_calling_gitea() {
    let mut stage = Stage::with_personal_tokens().await;
    stage.accept_tokens_of(&[UNKNOWN_CLIENT]).await;
    let before = stage.gitea_requests();
    let long = format!("a.{}.c", "b".repeat(9000));
    for malformed in ["nonsense", "a.b", "0123456789", "smva_x", &long, "a b.c.d"] {
        let answer = stage.present(malformed).await;
        assert_rejected(&answer, "invalid_grant", "not a Gitea token");
    }
    assert_eq!(stage.gitea_requests(), before);
    let forged = "eyJhbGciOiJub25lIn0.eyJnbnQiOjEsInR0IjowfQ.AAAA";
    // A Gitea that introspects each client's own tokens alone does not say whether this is a token of another client.
    let tells = stage.gitea.tells_of_other_clients().await;
    let unknown_token = "does not know the token";
    let of_forged = if tells { unknown_token } else { CLIENT_UNKNOWN };
    let unknown = "0123456789abcdef0123456789abcdef01234567";
    for (token, message) in [(forged, of_forged), (unknown, unknown_token)] {
        let answer = stage.present(token).await;
        assert_rejected(&answer, "invalid_grant", message);
    }
}

#[tokio::test]
async fn tokens_of_a_disabled_account_are_rejected() {
    let mut stage = Stage::with_personal_tokens().await;
    let personal = stage.gitea.token("ben", "script", &["all"]).await;
    let external = stage
        .external_client("ben", "openid profile read:user")
        .await;
    let mut tokens = vec![personal.as_str()];
    if stage.accepts_tokens_of(&external).await {
        tokens.push(external.token("access_token"));
    }
    for token in &tokens {
        exchanged(&stage.present(token).await);
    }
    stage.gitea.disable_user("ben").await;
    for token in &tokens {
        let answer = stage.present(token).await;
        assert_rejected(&answer, "invalid_grant", "disabled");
    }
    stage.gitea.enable_user("ben").await;
    stage.gitea.delete_user("ben").await;
    for token in tokens {
        let answer = stage.present(token).await;
        assert_rejected(&answer, "invalid_grant", "Gitea");
    }
}

#[tokio::test]
async fn a_page_as_response_means_that_the_account_is_inactive() {
    let mut stage = Stage::with_personal_tokens().await;
    let personal = stage.gitea.token("ben", "script", &["all"]).await;
    let external = stage.external_client("ben", "openid read:user").await;
    let Some(stand_in) = stage.gitea.stand_in() else {
        return;
    };
    let access = external.token("access_token");
    for (path, token) in [
        (USERINFO, personal.as_str()),
        (ACCOUNT, personal.as_str()),
        (USERINFO, access),
        (INTROSPECT, access),
    ] {
        for error in [Error::Html, Error::Garbage, Error::Null] {
            stand_in
                .errors()
                .plant_times(At::path(path), error.clone(), 1);
            let answer = stage.present(token).await;
            assert_rejected(&answer, "invalid_grant", "");
            assert!(answer.json["access_token"].is_null(), "{path} {error:?}");
        }
        for status in [500, 502, 503, 429] {
            let error = Error::Status(status);
            stand_in.errors().plant_times(At::path(path), error, 1);
            let answer = stage.present(token).await;
            assert_rejected(&answer, "temporarily_unavailable", "does not answer");
        }
    }
    let error = Error::Status(401);
    stand_in
        .errors()
        .plant_times(At::path(INTROSPECT), error, 1);
    let answer = stage.present(access).await;
    assert_rejected(&answer, "temporarily_unavailable", "gitea.client_id");
    exchanged(&stage.present(access).await);
}

#[tokio::test]
async fn an_exchange_fails_temporarily_while_gitea_is_away() {
    let mut stage = Stage::with_personal_tokens().await;
    let token = stage.gitea.token("ben", "script", &["all"]).await;
    exchanged(&stage.present(&token).await);
    stage.gitea.go_away().await;
    let answer = stage.present(&token).await;
    assert_rejected(&answer, "temporarily_unavailable", "Gitea does not answer");
    assert!(!answer.header("retry-after").is_empty());
    stage.gitea.come_back().await;
    exchanged(&stage.present(&token).await);
}

#[tokio::test]
async fn only_an_application_that_accepts_gitea_tokens_gets_them() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let token = stage.gitea.token("ben", "script", &["all"]).await;
    let before = stage.gitea_requests();
    for target in [HERE, ("audience", "samovar"), ("audience", "unknown")] {
        let answer = stage
            .exchange(None, (&token, ACCESS_TOKEN), &[target])
            .await;
        answer.is_error(400, "invalid_target");
    }
    let answer = stage.exchange(None, (&token, ACCESS_TOKEN), &[]).await;
    answer.is_error(400, "invalid_target");
    let event = stage.last_event("denied").await;
    assert_eq!(event["reasons"][0], "invalid_target", "{event}");

    let oauth_alone = json!({"gitea_tokens": {"oauth_clients": [UNKNOWN_CLIENT]}});
    stage.set_tokens(oauth_alone).await;
    let answer = stage.present(&token).await;
    assert_rejected(
        &answer,
        "invalid_target",
        "accepts no personal Gitea tokens",
    );
    let personal_alone = json!({"gitea_tokens": {"personal": true}});
    stage.set_tokens(personal_alone).await;
    let answer = stage.present("eyJ.e30.AAAA").await;
    assert_rejected(&answer, "invalid_target", "accepts no Gitea OAuth tokens");
    assert_eq!(stage.gitea_requests(), before);
}

#[tokio::test]
async fn a_token_of_an_unlisted_client_is_rejected_with_the_client() {
    let mut stage = Stage::with_personal_tokens().await;
    let listed = stage.external_client("ben", "openid read:user").await;
    if !stage.accepts_tokens_of(&listed).await {
        return;
    }
    let game = ExternalClient::get(&stage.gitea, "ben", "openid read:user").await;
    let answer = stage.present(game.token("access_token")).await;
    assert_rejected(&answer, "invalid_target", &game.client);
    assert_rejected(&answer, "invalid_target", "gitea_tokens.oauth_clients");
    let reasons = stage.last_event("denied").await["reasons"].to_string();
    assert!(reasons.contains(&game.client), "{reasons}");
    exchanged(&stage.present(listed.token("access_token")).await);
    stage.accept_tokens_of(&[&game.client]).await;
    exchanged(&stage.present(game.token("access_token")).await);
    let answer = stage.present(listed.token("access_token")).await;
    assert_rejected(&answer, "invalid_target", &listed.client);
}

#[tokio::test]
async fn a_personal_token_without_read_user_is_rejected() {
    let mut stage = Stage::with_personal_tokens().await;
    for (at, scopes) in [
        &["read:misc"][..],
        &["write:repository", "read:organization", "write:package"],
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("narrow-{at}");
        let token = stage.gitea.token("ben", &name, scopes).await;
        let answer = stage.present(&token).await;
        assert_rejected(&answer, "invalid_grant", "`read:user`");
    }
    let event = stage.last_event("denied").await;
    assert!(event["reasons"].to_string().contains("read:user"));
    for (at, scopes) in [&["write:user"][..], &["read:misc", "read:user"]]
        .into_iter()
        .enumerate()
    {
        let name = format!("wide-{at}");
        let token = stage.gitea.token("ben", &name, scopes).await;
        exchanged(&stage.present(&token).await);
    }
}

#[tokio::test]
async fn an_account_that_differs_from_userinfo_is_rejected() {
    let stage = Stage::with_personal_tokens().await;
    let Some(stand_in) = stage.gitea.stand_in() else {
        return;
    };
    let token = stage.gitea.token("ben", "script", &["all"]).await;
    let error = Error::Body(json!({"id": 4711, "login": "ben"}));
    stand_in.errors().plant_times(At::path(ACCOUNT), error, 1);
    let answer = stage.present(&token).await;
    assert_rejected(&answer, "invalid_grant", "does not accept this token");
    exchanged(&stage.present(&token).await);
}

#[tokio::test]
async fn only_an_authenticated_client_is_named_in_the_token() {
    let mut stage = Stage::with_personal_tokens().await;
    let token = stage.gitea.token("ben", "script", &["all"]).await;
    let subject = (token.as_str(), ACCESS_TOKEN);
    let application = stage.application.clone();
    let service = stage.service("service", &application).await;
    let answer = stage.exchange(Some(&service), subject, &[HERE]).await;
    assert_eq!(exchanged(&answer)["client_id"], service.id.as_str());

    let public = stage.client(json!({"name": "public"})).await;
    let named = [HERE, ("client_id", public.id.as_str())];
    let answer = stage.exchange(None, subject, &named).await;
    assert_eq!(exchanged(&answer)["client_id"], "gitea");

    let wrong = service.mistaken();
    let answer = stage.exchange(Some(&wrong), subject, &[HERE]).await;
    answer.is_error(401, "invalid_client");
}

#[tokio::test]
async fn a_new_user_is_read_at_once() {
    let mut stage = Stage::with_personal_tokens().await;
    stage.gitea.user("dora").await;
    stage.gitea.add_member(stage.team, "dora").await;
    let token = stage.gitea.token("dora", "script", &["all"]).await;
    let claims = exchanged(&stage.present(&token).await);
    assert_eq!(claims["preferred_username"], "dora");
    assert_eq!(claims["scope"], "deployments:write");

    stage.gitea.remove_member(stage.team, "dora").await;
    stage.ada.must("POST", "/mirror/sync", &Value::Null).await;
    assert_eq!(exchanged(&stage.present(&token).await)["scope"], "");
    let ask = [HERE, ("scope", "deployments:write")];
    let answer = stage.exchange(None, (&token, ACCESS_TOKEN), &ask).await;
    assert_rejected(&answer, "invalid_scope", "deployments:write");
}

#[tokio::test]
async fn gitea_1_27_introspects_own_tokens_alone() {
    let mut stage = Stage::with_personal_tokens().await;
    if stage.gitea.stand_in().is_none() {
        return;
    }
    let external = stage.external_client("ben", "openid read:user").await;
    let access = external.token("access_token");
    exchanged(&stage.present(access).await);
    stage.gitea.go_away().await;
    stage.ada.api("POST", "/mirror/sync", None).await;
    stage.gitea.come_back().await;
    let stand_in = stage.gitea.stand_in().unwrap();
    stand_in.configure(|settings| settings.version = "1.27.0".to_owned());
    stage.ada.must("POST", "/mirror/sync", &Value::Null).await;
    for kind in ["access_token", "refresh_token", "id_token"] {
        let answer = stage.present(external.token(kind)).await;
        assert_rejected(&answer, "invalid_grant", CLIENT_UNKNOWN);
    }
    let personal = stage.gitea.token("ben", "script", &["read:user"]).await;
    exchanged(&stage.present(&personal).await);
}

#[tokio::test]
async fn no_gitea_token_is_written() {
    let mut stage = Stage::with_personal_tokens().await;
    let personal = stage.gitea.token("ben", "script", &["all"]).await;
    let external = stage.external_client("ben", "openid read:user").await;
    let access = external.token("access_token");
    let refresh = external.token("refresh_token");
    exchanged(&stage.present(&personal).await);
    let accepts = stage.accepts_tokens_of(&external).await;
    let presented = if accepts { access } else { &personal };
    let issued = stage.present(presented).await.token();
    stage.present(refresh).await.is_error(400, "invalid_grant");
    stage.gitea.go_away().await;
    stage.present(&personal).await;
    stage.present(access).await;
    stage.gitea.come_back().await;
    let written = stage.everything_written().await;
    assert!(written.contains("personal Gitea token"));
    for secret in [&personal, access, refresh, &issued] {
        // A part is enough to recognize the secret.
        let part = &secret[secret.len() - 30..];
        assert!(!written.contains(part), "{part}");
    }
}
