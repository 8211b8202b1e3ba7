//! Unrecorded steps between recordings: memberships, sign-ins, settings, restarts. One arm per recording that needs a step
//! before it.

use super::replay_world::{ReplayWorld, organization, repository};
use crate::support::browser::{Browser, Page, form};
use crate::support::gitea::state::{Hook, State};
use serde_json::Value;

const PORTAL: &str = "https://samovar.test/auth/callback";
const CLI: &str = "http://127.0.0.1:45678/cb";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const PLAIN: &str = "openid profile email groups";
const NARROW: &str = "openid profile email groups read:user read:organization";
const WIDER: &str = "openid profile email groups read:user read:organization read:repository";

/// The owner of the browser that sends a recorded request; `None` is a new browser.
pub fn browser_of(number: u32, has_cookie: bool) -> Option<&'static str> {
    match number {
        33 | 34 => Some("ana, trying"),
        35 => Some("eli, trying"),
        138 => Some("eli"),
        347 => Some("dan"),
        346 => None,
        _ if has_cookie => Some("ana"),
        _ => None,
    }
}

impl ReplayWorld {
    /// Performs the steps before a recording.
    pub async fn prepare(&mut self, number: u32) {
        match number {
            37 => self.sign_in("ana").await,
            46..=51 | 53 | 54 | 56..=58 => self.fresh_code("ana", "portal", NARROW).await,
            52 => self
                .bindings
                .bind("code", &format!("gta_{}", "a".repeat(52))),
            66 => self.token("ana wider", "portal").await,
            71 => self.fresh_code("ana", "cli", NARROW).await,
            73 => {
                let url = self.authorize_url("cli", WIDER);
                self.browser("ana").get(&url).await;
            }
            74 => self.obtain("ben openid", "portal", PLAIN).await,
            78 => {
                let scope = "openid profile email groups read:user offline_access";
                self.obtain("cleo unknown word", "portal", scope).await;
            }
            79 => self.fresh_code("eli", "portal", "openid").await,
            80 => {
                let scope = "openid profile email read:user";
                self.fresh_code("ana", "second", scope).await;
            }
            81 => self.fresh_code("ben", "second", "read:user").await,
            341 => self.obtain("dan", "portal", NARROW).await,
            _ => self.change_world(number),
        }
        self.change_settings(number).await;
    }

    fn change_world(&mut self, number: u32) {
        let now = self.gitea.clock().now();
        self.gitea.with_state(|state| match number {
            32 => {
                for (team, login) in [(3, "dan"), (4, "cleo"), (4, "bot"), (5, "fay")] {
                    let user = state.user_named(login).unwrap().id;
                    state.teams.get_mut(&team).unwrap().members.insert(user);
                }
                state.teams.get_mut(&5).unwrap().repos.insert(1);
            }
            207 => state.repos.get_mut(&1).unwrap().collaborators.clear(),
            257 => {
                let brew = organization(state, "brew", "root", now);
                repository(state, brew, "kettle", false);
            }
            269 => _ = organization(state, "brew", "root", now),
            282 => _ = organization(state, "gone", "cleo", now),
            306 => copy_hook(state, 8, 9, "http://127.0.0.1:9/hook/patched"),
            331 => rename_repository(state, "fresh", "fresher"),
            340 => copy_hook(state, 7, 11, "http://10.0.0.1/hook"),
            _ => {}
        });
    }

    async fn change_settings(&mut self, number: u32) {
        match number {
            362 => self.gitea.forget_sessions(),
            363 => {
                self.gitea
                    .configure(|settings| settings.access_token_seconds = 2);
                self.obtain("ana short", "portal", NARROW).await;
                self.gitea
                    .configure(|settings| settings.access_token_seconds = 3600);
                self.gitea.clock().skew(3);
            }
            367 => self
                .gitea
                .configure(|settings| settings.disable_query_auth_token = true),
            371 => {
                self.gitea
                    .configure(|settings| settings.disable_query_auth_token = false);
                self.gitea
                    .configure(|settings| settings.invalidate_refresh_tokens = true);
                self.obtain("ana first", "portal", NARROW).await;
            }
            373 => self.obtain("ana second device", "portal", NARROW).await,
            375 => {
                self.gitea
                    .configure(|settings| settings.invalidate_refresh_tokens = false);
                self.obtain("ana elsewhere", "portal", NARROW).await;
                self.gitea
                    .configure(|settings| settings.require_signin = true);
            }
            377 => {
                self.gitea
                    .configure(|settings| settings.require_signin = false);
                self.gitea.replace_key();
            }
            _ => {}
        }
    }

    /// Signs a user in at the web pages.
    async fn sign_in(&mut self, login: &str) {
        let url = format!("{}/user/login", self.gitea.url());
        let password = self.bindings.get(&format!("password {login}"));
        let fields = [("user_name", login), ("password", password.as_str())];
        let page = self.browser(login).post(&url, &fields).await;
        assert_eq!(page.status, 303);
    }

    fn authorize_url(&self, app: &str, scope: &str) -> String {
        let client_id = self.bindings.get(&format!("client_id {app}"));
        let query = form(&[
            ("client_id", &client_id),
            ("redirect_uri", redirect_uri(app)),
            ("response_type", "code"),
            ("state", "st-1"),
            ("scope", scope),
            ("nonce", "no-1"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        format!("{}/login/oauth/authorize?{query}", self.gitea.url())
    }

    /// A new authorization code of that user for that application.
    async fn fresh_code(&mut self, login: &str, app: &str, scope: &str) {
        let url = self.authorize_url(app, scope);
        let callback = self.browser(login).sign_in_at_gitea(&url, login).await;
        let callback = url::Url::parse(&callback).unwrap();
        let mut pairs = callback.query_pairs();
        let code = pairs.find(|(name, _)| name == "code").unwrap().1;
        self.bindings.bind("code", &code);
    }

    /// Obtains tokens with the name `tokens`, whose first word is the user.
    async fn obtain(&mut self, tokens: &str, app: &str, scope: &str) {
        let login = tokens.split(' ').next().unwrap();
        self.fresh_code(login, app, scope).await;
        self.token(tokens, app).await;
    }

    /// Exchanges the newest code and keeps the tokens.
    async fn token(&mut self, tokens: &str, app: &str) {
        let page = self.exchange(app).await;
        let body: Value = serde_json::from_str(&page.body).unwrap();
        for kind in ["access_token", "refresh_token", "id_token"] {
            if let Some(token) = body[kind].as_str() {
                self.bindings.bind(&format!("{kind} {tokens}"), token);
            }
        }
    }

    /// Exchanges the newest code, as an application does: without a browser.
    pub async fn exchange(&mut self, app: &str) -> Page {
        let url = format!("{}/login/oauth/access_token", self.gitea.url());
        let id = self.bindings.get(&format!("client_id {app}"));
        let secret = self.bindings.get(&format!("client_secret {app}"));
        let code = self.bindings.get("code");
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", &id),
            ("client_secret", &secret),
            ("code", &code),
            ("redirect_uri", redirect_uri(app)),
            ("code_verifier", VERIFIER),
        ];
        Browser::new().post(&url, &fields).await
    }
}

/// An unrecorded hook: like another one, with another address.
fn copy_hook(state: &mut State, like: i64, id: i64, url: &str) {
    let hook = Hook {
        id,
        url: url.to_owned(),
        ..state.hooks[&like].clone()
    };
    state.hooks.insert(id, hook);
}

fn rename_repository(state: &mut State, from: &str, to: &str) {
    let found = state.repos.values().find(|repo| repo.name == from);
    let id = found.unwrap().id;
    state.rename_repo(id, to);
}

fn redirect_uri(app: &str) -> &'static str {
    if app == "cli" { CLI } else { PORTAL }
}
