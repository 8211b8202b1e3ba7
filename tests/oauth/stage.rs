//! A Gitea with a team, Samovar with its administrator, an application `deploy-api` whose route asks for
//! `deployments:write`, and a role that gives it.

use crate::support::browser::{Browser, form, plain_client};
use crate::support::samovar::{Samovar, SignedIn};
use crate::support::world::GiteaWorld;
use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The application's host.
pub const HOST: &str = "deploy.example.test";

pub struct Stage {
    pub gitea: GiteaWorld,
    pub samovar: Samovar,
    pub ada: SignedIn,
    pub team: i64,
    pub application: String,
    pub role: String,
    _folder: TempDir,
}

/// A status, the headers and the JSON.
pub struct Answer {
    pub status: u16,
    pub headers: http::HeaderMap,
    pub json: Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> String {
        let value = self.headers.get(name);
        value.map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
    }

    /// The access token, where one is owed.
    pub fn token(&self) -> String {
        assert_eq!(self.status, 200, "{}", self.json);
        self.json["access_token"].as_str().unwrap().to_owned()
    }

    /// Fails unless it is this error.
    pub fn is_error(&self, status: u16, error: &str) {
        assert_eq!(self.status, status, "{}", self.json);
        assert_eq!(self.json["error"], error, "{}", self.json);
        let said = self.json["error_description"].as_str().unwrap();
        assert!(said.len() > 10, "{said}");
    }
}

/// A machine's id and secret.
#[derive(Clone)]
pub struct Machine {
    pub id: String,
    pub secret: String,
}

impl Machine {
    /// The same with a secret that is not its own.
    pub fn mistaken(&self) -> Self {
        let other = if self.secret[10..].starts_with('x') {
            "y"
        } else {
            "x"
        };
        let mut mistaken = self.clone();
        mistaken.secret.replace_range(10..11, other);
        mistaken
    }

    pub fn basic(&self) -> String {
        let pair = format!("{}:{}", self.id, self.secret);
        format!("Basic {}", BASE64.encode(pair.as_bytes()))
    }
}

impl Stage {
    pub async fn set() -> Self {
        Self::set_with("").await
    }

    /// With more lines of the configuration, the first of them for the section `[mirror]`.
    pub async fn set_with(lines: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let gitea = GiteaWorld::start().await;
        for login in ["ada", "ben", "cleo"] {
            gitea.user(login).await;
        }
        gitea.promote_user("ada").await;
        gitea.organization("acme", "ada").await;
        let team = gitea
            .team("acme", "Deployers", &[("repo.code", "write")])
            .await;
        gitea.add_member(team, "ben").await;
        let samovar = Samovar::start_with(folder.path(), &gitea, lines).await;
        let mut ada = samovar.claim(&gitea, "ada").await;
        ada.must("POST", "/mirror/sync", &Value::Null).await;
        let role = json!({"name": "deployer", "permissions": ["deployments:*"]});
        let role = id(&ada.must("POST", "/roles", &role).await);
        let application = id(&ada.must("POST", "/applications", &application()).await);
        Self {
            gitea,
            samovar,
            ada,
            team,
            application,
            role,
            _folder: folder,
        }
    }

    /// Gives the role to a subject.
    pub async fn bind(&mut self, subject: Value) {
        let binding =
            json!({"role": self.role, "subject": subject, "range": {"kind": "everywhere"}});
        self.ada.must("POST", "/role-bindings", &binding).await;
    }

    pub async fn bind_team(&mut self) {
        self.bind(json!({"kind": "team", "id": self.team})).await;
    }

    /// Gives the team a role with one more permission.
    pub async fn also(&mut self, permission: &str) {
        let role = json!({"name": "more", "permissions": [permission]});
        let role = id(&self.ada.must("POST", "/roles", &role).await);
        let binding = json!({"role": role, "subject": {"kind": "team", "id": self.team},
            "range": {"kind": "everywhere"}});
        self.ada.must("POST", "/role-bindings", &binding).await;
    }

    /// A service account of the team, with a secret and the role.
    pub async fn machine(&mut self) -> Machine {
        let draft = json!({"name": "ci", "owner": {"kind": "team", "id": self.team}});
        let account = id(&self.ada.must("POST", "/service-accounts", &draft).await);
        self.bind(json!({"kind": "service-account", "id": account}))
            .await;
        let path = format!("/service-accounts/{account}/secrets");
        let made = self.ada.must("POST", &path, &json!({})).await;
        let secret = made["secret"].as_str().unwrap().to_owned();
        Machine {
            id: account,
            secret,
        }
    }

    /// A client of the application; a confidential one gets a secret.
    pub async fn client(&mut self, draft: Value) -> Machine {
        let mut whole = json!({
            "name": "web", "application_id": self.application, "kind": "public",
            "redirect_uris": ["https://web.example.test/callback"],
            "first_party": true, "refresh_tokens": true,
        });
        let members = whole.as_object_mut().unwrap();
        members.extend(draft.as_object().unwrap().clone());
        let confidential = whole["kind"] == "confidential";
        let client = id(&self.ada.must("POST", "/clients", &whole).await);
        let mut secret = String::new();
        if confidential {
            let path = format!("/clients/{client}/secrets");
            let made = self.ada.must("POST", &path, &json!({})).await;
            made["secret"].as_str().unwrap().clone_into(&mut secret);
        }
        Machine { id: client, secret }
    }

    /// A POST of a form.
    pub async fn post(
        &self,
        path: &str,
        basic: Option<&Machine>,
        pairs: &[(&str, &str)],
    ) -> Answer {
        let url = format!("{}{path}", self.samovar.url());
        let mut request = plain_client()
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form(pairs));
        if let Some(machine) = basic {
            request = request.header("authorization", machine.basic());
        }
        answer(request).await
    }

    /// A question about one principal and one thing.
    pub async fn evaluate(&self, client: Option<&Machine>, question: &Value) -> Answer {
        let url = format!("{}/access/v1/evaluation", self.samovar.url());
        let request = plain_client()
            .post(url)
            .header("content-type", "application/json")
            .body(question.to_string());
        answer(match client {
            Some(client) => request.header("authorization", client.basic()),
            None => request,
        })
        .await
    }

    /// A token for the machine itself.
    pub async fn credentials(&self, machine: &Machine, more: &[(&str, &str)]) -> Answer {
        let mut pairs = vec![("grant_type", "client_credentials")];
        pairs.extend(more);
        self.post("/oauth/token", Some(machine), &pairs).await
    }

    /// What forward-auth says about a request to the application with these headers.
    pub async fn check(&self, method: &str, headers: &[(&str, &str)]) -> Answer {
        self.check_at("/deploy/7", method, headers).await
    }

    /// The same about another path.
    pub async fn check_at(&self, path: &str, method: &str, headers: &[(&str, &str)]) -> Answer {
        let url = format!("{}/forward-auth/caddy", self.samovar.checks());
        let mut request = plain_client()
            .get(url)
            .header("x-forwarded-method", method)
            .header("x-forwarded-host", HOST)
            .header("x-forwarded-uri", path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answer(request).await
    }

    /// The same with a token.
    pub async fn check_token(&self, token: &str) -> Answer {
        let line = format!("Bearer {token}");
        self.check("POST", &[("authorization", &line)]).await
    }

    /// A GET of the API with a token.
    pub async fn api(&self, path: &str, token: &str) -> Answer {
        let url = format!("{}/api/v1{path}", self.samovar.url());
        let line = format!("Bearer {token}");
        answer(plain_client().get(url).header("authorization", line)).await
    }

    /// A person signed in at Samovar.
    pub async fn browser(&self, login: &str) -> Browser {
        self.samovar.sign_in(&self.gitea, login).await.browser
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let text = answer.text().await.unwrap();
    let json = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Answer {
        status,
        headers,
        json,
    }
}

pub fn application() -> Value {
    json!({
        "name": "deploy-api",
        "hosts": [HOST],
        "routes": [{
            "methods": ["POST"], "path": "/deploy/{id}",
            "requirement": {"kind": "permissions", "permissions": ["deployments:write"]},
        }, {
            "methods": ["GET"], "path": "/deploy/{id}", "requirement": {"kind": "signed-in"},
        }],
        "tokens": {"assertion": true},
    })
}

pub fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}

/// A part of a token: 0 the header, 1 the claims.
pub fn part(token: &str, place: usize) -> Value {
    let text = token.split('.').nth(place).unwrap();
    serde_json::from_slice(&BASE64URL_NOPAD.decode(text.as_bytes()).unwrap()).unwrap()
}
