//! Helpers for exchanges: further applications, the request, and its response.

use crate::oauth::stage::{Answer, HOST, Machine, Stage, id, part};
use serde_json::{Value, json};

pub const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
pub const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
pub const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";

impl Stage {
    /// The stage with issuers of workload tokens that may be trusted.
    pub async fn trusting(issuers: &[&str]) -> Self {
        Self::set_with(&format!("[token]\nworkload_issuers = {issuers:?}\n")).await
    }

    /// Replaces the token settings of the stage's application.
    pub async fn set_tokens(&mut self, tokens: Value) {
        let application = self.application.clone();
        self.set_tokens_of(&application, tokens).await;
    }

    /// Replaces the token settings of an application.
    pub async fn set_tokens_of(&mut self, application: &str, tokens: Value) {
        let path = format!("/applications/{application}");
        let mut draft = self.ada.get(&path).await;
        let version = draft["version"].clone();
        let members = draft.as_object_mut().unwrap();
        members.remove("id");
        members.remove("warnings");
        members.remove("version");
        draft["tokens"] = tokens;
        self.put(&path, &version, &draft).await;
    }

    /// Updates an object from this version; fails unless it succeeds.
    pub async fn put(&mut self, path: &str, version: &Value, body: &Value) {
        let (status, answer) = self.ada.replace(path, version, body).await;
        assert_eq!(status, 200, "PUT {path}: {answer}");
    }

    /// Creates an application with these token settings.
    pub async fn application(&mut self, name: &str, tokens: Value) -> String {
        let draft = json!({
            "name": name,
            "hosts": [format!("{name}.example.test")],
            "routes": [{
                "methods": ["POST"], "path": "/**",
                "requirement": {"kind": "permissions", "permissions": ["deployments:write"]},
            }],
            "tokens": tokens,
        });
        id(&self.ada.must("POST", "/applications", &draft).await)
    }

    /// Registers a confidential client of an application.
    pub async fn service(&mut self, name: &str, application: &str) -> Machine {
        let draft = json!({"name": name, "application_id": application, "kind": "confidential"});
        self.client(draft).await
    }

    /// An exchange.
    pub async fn exchange(
        &self,
        by: Option<&Machine>,
        (token, kind): (&str, &str),
        more: &[(&str, &str)],
    ) -> Answer {
        let mut pairs = vec![
            ("grant_type", GRANT),
            ("subject_token", token),
            ("subject_token_type", kind),
        ];
        pairs.extend(more);
        self.post("/oauth/token", by, &pairs).await
    }

    /// The newest event about a token.
    pub async fn last_event(&mut self, outcome: &str) -> Value {
        let path = format!("/audit-events?action=token.issue&outcome={outcome}&limit=1");
        self.ada.get(&path).await["items"][0].clone()
    }

    /// Every event, the log and the state folder as one text, which must contain no secret.
    pub async fn everything_written(&mut self) -> String {
        let events = self.ada.get("/audit-events?limit=200").await.to_string();
        let log = self.samovar.program().output();
        let mut all = events + &log;
        for file in std::fs::read_dir(self.samovar.state_folder()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap_or_default();
            all.push_str(&String::from_utf8_lossy(&bytes));
        }
        all
    }
}

/// Fails unless the response has an exchanged token of at most five minutes; returns its claims.
pub fn exchanged(answer: &Answer) -> Value {
    let token = answer.token();
    assert_eq!(answer.json["issued_token_type"], ACCESS_TOKEN);
    assert_eq!(answer.json["token_type"], "Bearer");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.json.get("refresh_token").is_none());
    let claims = part(&token, 1);
    let life = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert!((1..=300).contains(&life), "{claims}");
    assert_eq!(claims["scope"], answer.json["scope"]);
    claims
}

/// The stage's application as a target.
pub const HERE: (&str, &str) = ("audience", "deploy-api");

/// The stage's application as a resource.
pub fn here_by_host() -> String {
    format!("https://{HOST}/anything")
}
