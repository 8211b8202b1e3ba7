//! The world of the recordings at a stand-in, with the browsers of its users.

use super::placeholder::Bindings;
use super::recording::Recording;
use crate::support::browser::{Browser, Page, form};
use crate::support::gitea::StandIn;
use crate::support::gitea::state::{Org, Repo, State, User};
use crate::support::world::GiteaWorld;
use data_encoding::BASE64;
use serde_json::Value;
use std::collections::HashMap;

/// The world of the recordings.
pub struct ReplayWorld {
    pub gitea: StandIn,
    pub bindings: Bindings,
    browsers: HashMap<String, Browser>,
}

const LOGINS: [&str; 8] = ["ana", "ben", "cleo", "dan", "eli", "fay", "mia", "bot"];

impl ReplayWorld {
    pub async fn start() -> Self {
        let gitea = StandIn::start().await;
        let now = gitea.clock().now();
        gitea.with_state(|state| fill(state, now));
        let mut world = Self {
            bindings: Bindings::default(),
            browsers: HashMap::new(),
            gitea,
        };
        let url = world.gitea.url().to_owned();
        world.bindings.bind("root_url", &url);
        let receiver = "http://127.0.0.1:9";
        world.bindings.bind("receiver_url", receiver);
        world.bindings.bind("hook secret", "sesame");
        for login in LOGINS {
            let name = format!("password {login}");
            world.bindings.bind(&name, &GiteaWorld::password(login));
        }
        world.make_tokens();
        world
    }

    /// Personal access tokens that recordings use, in an order that gives them the recorded numbers.
    fn make_tokens(&mut self) {
        for login in ["root", "ana", "ben", "cleo", "dan", "eli", "fay", "mia"] {
            self.make_token(login, "all");
        }
        self.make_token("ben", "read:repository");
        self.make_token("ben", "read:user");
        self.make_token("root", "read:organization");
        self.make_token("root", "read:user,read:organization");
        self.make_token("root", "read:admin");
    }

    fn make_token(&mut self, login: &str, scopes: &str) {
        let words: Vec<String> = scopes.split(',').map(str::to_owned).collect();
        let now = self.gitea.clock().now();
        let token = self
            .gitea
            .with_state(|state| state.new_pat(login, scopes, &words, now));
        self.bindings.bind(&format!("pat {login} {scopes}"), &token);
    }

    /// The browser of a user.
    pub fn browser(&mut self, login: &str) -> &mut Browser {
        self.browsers.entry(login.to_owned()).or_default()
    }

    /// Sends a recorded request in the browser of `login`, or in a new one.
    pub async fn send(&mut self, recording: &Recording, login: Option<&str>) -> Page {
        let request = &recording.request;
        let method = request["method"].as_str().unwrap().parse().unwrap();
        let path = self.bindings.fill(request["path"].as_str().unwrap());
        let url = format!("{}{path}", self.gitea.url());
        let headers = self.headers(&request["headers"]);
        let json = headers.iter().any(|(_, value)| value == "application/json");
        let body = self.body(&request["body"], json);
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let mut alone = Browser::new();
        let browser = match login {
            Some(login) => self.browser(login),
            None => &mut alone,
        };
        browser.send(method, &url, &headers, body).await
    }

    fn headers(&mut self, recorded: &Value) -> Vec<(String, String)> {
        let recorded = recorded.as_object().unwrap();
        let sent = recorded.iter().filter(|(name, _)| *name != "Cookie");
        sent.map(|(name, value)| {
            let value = self.bindings.fill(value.as_str().unwrap());
            (name.to_lowercase(), basic(&value))
        })
        .collect()
    }

    fn body(&mut self, recorded: &Value, json: bool) -> Option<String> {
        let members = recorded.as_object()?;
        if json {
            return Some(self.bindings.fill(&recorded.to_string()));
        }
        let pairs: Vec<(String, String)> = members
            .iter()
            .map(|(name, value)| (name.clone(), self.bindings.fill(value.as_str().unwrap())))
            .collect();
        let pairs: Vec<(&str, &str)> = pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        Some(form(&pairs))
    }
}

/// The encoded form of a recorded `Basic base64(name:password)`.
fn basic(value: &str) -> String {
    let inner = value
        .strip_prefix("Basic base64(")
        .and_then(|rest| rest.strip_suffix(')'));
    match inner {
        Some(pair) => format!("Basic {}", BASE64.encode(pair.as_bytes())),
        None => value.to_owned(),
    }
}

fn fill(state: &mut State, now: i64) {
    for login in LOGINS {
        let id = user(state, login, now);
        let user = state.users.get_mut(&id).unwrap();
        user.must_change_password = login == "mia";
        user.is_bot = login == "bot";
        if login == "ana" {
            "Ana Lima".clone_into(&mut user.full_name);
        }
    }
    let acme = organization(state, "acme", "ana", now);
    "Acme".clone_into(&mut state.orgs.get_mut(&acme).unwrap().full_name);
    let vault = organization(state, "vault", "cleo", now);
    "private".clone_into(&mut state.orgs.get_mut(&vault).unwrap().visibility);
    for (owner, name, private) in [
        (acme, "api", true),
        (acme, "site", false),
        (vault, "secrets", true),
    ] {
        repository(state, owner, name, private);
    }
    for number in 1..=45 {
        user(state, &format!("filler{number:02}"), now);
    }
}

fn user(state: &mut State, login: &str, now: i64) -> i64 {
    state.insert_user(User {
        login: login.to_owned(),
        email: format!("{login}@acme.test"),
        password: GiteaWorld::password(login),
        active: true,
        created: now,
        ..User::default()
    })
}

/// A public organization.
pub fn organization(state: &mut State, name: &str, owner: &str, now: i64) -> i64 {
    let owner = state.user_named(owner).unwrap().id;
    let org = Org {
        name: name.to_owned(),
        visibility: "public".to_owned(),
        created: now,
        ..Org::default()
    };
    state.insert_org(org, owner)
}

/// A repository with a first commit.
pub fn repository(state: &mut State, owner: i64, name: &str, private: bool) -> i64 {
    state.insert_repo(Repo {
        owner,
        name: name.to_owned(),
        private,
        ..Repo::default()
    })
}
