//! An application behind nginx: the assertion of the real Samovar is what it believes.

use crate::fastapi::stage::{Stage, code, served, text};
use crate::support::browser::{Browser, plain_client};
use crate::support::nginx;
use crate::support::process::{Program, free_address};
use reqwest::header::AUTHORIZATION;
use serde_json::{Value, json};
use std::net::SocketAddr;

/// The application behind nginx; everything ends with it.
struct Proxied {
    stage: Stage,
    front: String,
    direct: String,
    _programs: [Program; 2],
}

impl Proxied {
    async fn set() -> Self {
        let mut stage = Stage::set().await;
        stage.change_tokens("assertion", json!(true)).await;
        let upstream = free_address([127, 0, 0, 3]);
        let front = SocketAddr::from(([127, 0, 0, 4], stage.address.port()));
        let mut command = served("proxied", upstream).await;
        command
            .env("SAMOVAR_URL", stage.samovar.url())
            .env("SAMOVAR_CLIENT_ID", &stage.confidential.0)
            .env("SAMOVAR_CLIENT_SECRET", &stage.confidential.1);
        let mut application = Program::start("proxied", stage.folder.path(), command);
        application.ready(upstream).await;
        let path = format!("/applications/{}/snippets/nginx", stage.application);
        let block = text(&stage.ada.get(&path).await, "text");
        let pointed = |line: &str| {
            if line.ends_with("# the application") {
                format!("proxy_pass http://{upstream};")
            } else {
                line.to_owned()
            }
        };
        let lines: Vec<String> = block.lines().map(pointed).collect();
        let block = format!("server {{\nlisten {front};\n{}\n}}\n", lines.join("\n"));
        let nginx = nginx::start(stage.folder.path(), front, &block).await;
        Self {
            stage,
            front: format!("http://{front}"),
            direct: format!("http://{upstream}"),
            _programs: [application, nginx],
        }
    }

    /// A call with headers of the caller's own.
    async fn call(&self, base: &str, line: (&str, &str), headers: &[(&str, &str)]) -> (u16, Value) {
        let (method, path) = line;
        let mut request = plain_client().request(method.parse().unwrap(), format!("{base}{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let body = answer.text().await.unwrap();
        (status, serde_json::from_str(&body).unwrap_or(Value::Null))
    }
}

#[tokio::test]
async fn an_application_behind_nginx_believes_the_assertion_and_nothing_else() {
    let proxied = Proxied::set().await;
    let mut ben = Browser::new();
    let url = format!("{}/whoami", proxied.front);
    let page = ben.visit(&url, &proxied.stage.gitea, "ben").await;
    assert_eq!(page.status, 200, "{}", page.body);
    let who: Value = serde_json::from_str(&page.body).unwrap();
    assert_eq!(
        (&who["name"], &who["provider"], &who["groups"]),
        (&json!("ben"), &json!("gitea"), &json!(["acme/Deployers"]))
    );
    let page = ben.get(&format!("{}/remote", proxied.front)).await;
    let remote: Value = serde_json::from_str(&page.body).unwrap();
    assert_eq!(
        (&remote["user"], &remote["user_id"]),
        (&json!("ben"), &who["id"])
    );

    let planted = [
        ("remote-user", "ben"),
        ("remote-user-id", text(&who, "id").as_str()),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let planted = planted
        .each_ref()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let refused = proxied
        .call(&proxied.direct, ("GET", "/whoami"), &planted)
        .await;
    assert_eq!(code(&refused), (401, "credentials_missing"));
}

#[tokio::test]
async fn a_token_at_the_proxy_gives_no_more_than_its_scope() {
    let proxied = Proxied::set().await;
    let stage = &proxied.stage;
    let wide = stage.token("deploy-api", &[]).await;
    let narrow = stage
        .token("deploy-api", &[("scope", "deployments:read")])
        .await;
    for (token, status, answer) in [(&wide, 200, "none"), (&narrow, 403, "permission_missing")] {
        let credential = format!("Bearer {token}");
        let headers = [(AUTHORIZATION.as_str(), credential.as_str())];
        let (seen, who) = proxied
            .call(&proxied.front, ("GET", "/whoami"), &headers)
            .await;
        assert_eq!((seen, &who["name"]), (200, &json!("ci")), "{who}");
        assert_eq!(
            (&who["provider"], &who["scopes_cut"]),
            (&Value::Null, &json!(false))
        );
        let deployed = proxied
            .call(&proxied.front, ("POST", "/deployments"), &headers)
            .await;
        assert_eq!(code(&deployed), (status, answer));
        let refused = proxied
            .call(&proxied.direct, ("GET", "/whoami"), &headers)
            .await;
        assert_eq!(code(&refused), (401, "credentials_missing"));
    }
}

/// What the assertion says is held, in some order.
fn held(who: &Value) -> Vec<&str> {
    let mut held: Vec<_> = who["scopes"].as_array().unwrap().iter().collect();
    held.sort_by_key(|word| word.as_str());
    held.into_iter().filter_map(Value::as_str).collect()
}

#[tokio::test]
async fn what_is_held_is_what_samovar_says_now_and_no_map_of_roles_is_needed() {
    let mut proxied = Proxied::set().await;
    let mut ben = Browser::new();
    let url = format!("{}/whoami", proxied.front);
    let page = ben.visit(&url, &proxied.stage.gitea, "ben").await;
    let who: Value = serde_json::from_str(&page.body).unwrap();
    let every = [
        "deployments:delete",
        "deployments:read",
        "deployments:write",
    ];
    assert_eq!(held(&who), every);
    for (permissions, status) in [
        (json!(["deployments:*"]), 200),
        (json!(["deployments:read", "logs:read"]), 200),
        (json!(["logs:read"]), 403),
    ] {
        proxied.stage.change_role("deployer", &permissions).await;
        let page = ben.get(&url).await;
        let who: Value = serde_json::from_str(&page.body).unwrap();
        assert_eq!(page.status, status, "{who}");
        if status == 200 {
            let given = permissions.as_array().unwrap().iter();
            assert_eq!(
                held(&who),
                given.filter_map(Value::as_str).collect::<Vec<_>>()
            );
        } else {
            assert_eq!(who["code"], "permission_missing");
        }
    }
    let many: Vec<_> = (0..300)
        .map(|n| format!("deployments.of-a-long-name-{n}:write"))
        .collect();
    proxied.stage.change_role("deployer", &json!(many)).await;
    let page = ben.get(&url).await;
    let refused: Value = serde_json::from_str(&page.body).unwrap();
    assert_eq!(
        (page.status, &refused["code"]),
        (403, &json!("permissions_cut"))
    );
}

#[tokio::test]
async fn behind_the_proxy_a_decision_is_newer_than_the_assertion() {
    let mut proxied = Proxied::set().await;
    let mut ben = Browser::new();
    let url = format!("{}/whoami", proxied.front);
    assert_eq!(
        ben.visit(&url, &proxied.stage.gitea, "ben").await.status,
        200
    );
    let token = proxied.stage.token("deploy-api", &[]).await;
    let narrow = [("scope", "deployments:read")];
    let narrow = proxied.stage.token("deploy-api", &narrow).await;
    for (token, status) in [(&token, 200), (&narrow, 403)] {
        let credential = format!("Bearer {token}");
        let headers = [(AUTHORIZATION.as_str(), credential.as_str())];
        let (seen, answer) = proxied
            .call(&proxied.front, ("POST", "/decided"), &headers)
            .await;
        assert_eq!(seen, status, "{answer}");
    }
    let url = format!("{}/decided", proxied.front);
    let origin = [("origin", proxied.front.as_str())];
    let page = ben.send(http::Method::POST, &url, &origin, None).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let stage = &mut proxied.stage;
    stage.gitea.remove_member(stage.deployers, "ben").await;
    stage.sync().await;
    let page = ben.send(http::Method::POST, &url, &origin, None).await;
    assert_eq!(page.status, 403, "{}", page.body);
    assert!(page.body.contains("permission_missing"), "{}", page.body);
}
