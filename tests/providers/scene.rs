//! The scene: Gitea (a stand-in, which alone can be told of an authentication source), Keycloak, Samovar that knows both,
//! and an application behind nginx whose deployments a role lets people see.

use crate::support::browser::{Browser, Page, form, plain_client};
use crate::support::gitea::keys::sha256;
use crate::support::keycloak::{CLIENT_SECRET, Keycloak};
use crate::support::nginx;
use crate::support::process::{Program, free_address};
use crate::support::samovar::{More, Samovar, SignedIn};
use crate::support::upstream::Upstream;
use crate::support::world::GiteaWorld;
use data_encoding::BASE64URL_NOPAD;
use http::Method;
use serde_json::{Value, json};
use std::net::SocketAddr;
use tempfile::TempDir;

/// Where the client gets its answer; no server listens there.
const BACK: &str = "https://board.example.test/back";
const VERIFIER: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP0";

/// Keycloak's id of `grace`.
const GRACE: &str = "0a000000-0000-4000-8000-000000000002";

pub struct Scene {
    pub keycloak: Keycloak,
    pub samovar: Samovar,
    /// The administrator, by Gitea.
    pub ada: SignedIn,
    application_id: String,
    application: String,
    _proxy: Program,
    _upstream: Upstream,
    _gitea: GiteaWorld,
    _folder: TempDir,
}

impl Scene {
    pub async fn set() -> Self {
        let folder = TempDir::new().unwrap();
        let address = Samovar::free_address();
        let url = format!("http://{address}");
        let gitea = async {
            let gitea = GiteaWorld::start_stand_in().await;
            gitea.user("ada").await;
            gitea.promote_user("ada").await;
            gitea.user("ben").await;
            let ben = json!({"login_name": GRACE, "source_id": 7});
            let path = "/admin/users/ben";
            assert_eq!(gitea.api(Method::PATCH, path, Some(ben)).await.0, 200);
            gitea
        };
        let keycloak = Keycloak::start(folder.path(), &url);
        let (gitea, keycloak) = tokio::join!(gitea, keycloak);
        let more = More {
            address: Some(address),
            lines: configuration(&keycloak),
            environment: vec![(
                "SAMOVAR_PROVIDER_KEYCLOAK_CLIENT_SECRET".to_owned(),
                CLIENT_SECRET.to_owned(),
            )],
        };
        let samovar = Samovar::start_as(folder.path(), &gitea, more).await;
        let mut ada = samovar.claim(&gitea, "ada").await;
        let upstream = Upstream::start([127, 0, 0, 3]).await;
        let front = free_address([127, 0, 0, 3]);
        let (application_id, block) = application(&mut ada, front, upstream.address()).await;
        Self {
            _proxy: nginx::start(folder.path(), front, &block).await,
            application: format!("http://{front}"),
            application_id,
            keycloak,
            samovar,
            ada,
            _upstream: upstream,
            _gitea: gitea,
            _folder: folder,
        }
    }

    /// Gives the role to a group of Keycloak's.
    pub async fn bind(&mut self, group: &str) -> Value {
        let role = json!({"name": "viewer", "permissions": ["deployments:read"]});
        let role = self.ada.must("POST", "/roles", &role).await;
        let binding = json!({
            "role": role["id"],
            "subject": {"kind": "provider-group", "provider": "keycloak", "name": group},
            "range": {"kind": "application", "id": self.application_id},
        });
        self.ada.must("POST", "/role-bindings", &binding).await
    }

    /// May this person see the deployments?
    pub fn question(&self, user: &Value) -> Value {
        let host = self.application.trim_start_matches("http://");
        json!({"user": user, "host": host, "method": "GET", "path": "/deployments"})
    }

    pub async fn get(&self, browser: &mut Browser, path: &str) -> Page {
        browser.get(&format!("{}{path}", self.application)).await
    }

    /// Opens a page of the application and goes on until Keycloak asks for a password, or there is nowhere to go on to.
    pub async fn to_keycloak(&self, browser: &mut Browser, path: &str) -> Page {
        let page = self.get(browser, path).await;
        self.choose(browser, page).await
    }

    /// Follows redirects, signs in again where that waits for a click, and chooses Keycloak.
    async fn choose(&self, browser: &mut Browser, page: Page) -> Page {
        let mut page = browser.follow(page).await;
        for wanted in ["/auth/sign-in?", "provider=keycloak"] {
            let mut links = page.body.split("href=\"").skip(1);
            let Some(link) = links.find(|link| link.starts_with("/auth/") && link.contains(wanted))
            else {
                continue;
            };
            if wanted.starts_with('/') && page.body.contains("provider=keycloak") {
                continue;
            }
            let path = link.split('"').next().unwrap().replace("&amp;", "&");
            page = browser.get(&format!("{}{path}", self.samovar.url())).await;
            page = browser.follow(page).await;
        }
        page
    }

    /// Opens a page of the application in a new browser as a person of Keycloak.
    pub async fn visit(&self, path: &str, login: &str) -> (Browser, Page) {
        let mut browser = Browser::new();
        let asked = self.to_keycloak(&mut browser, path).await;
        let page = self.keycloak.sign_in(&mut browser, &asked, login).await;
        let page = browser.follow(page).await;
        assert!(!self.keycloak.is_at(&page.url), "{}", page.body);
        (browser, page)
    }

    /// A client of the application, which needs no consent.
    pub async fn client(&mut self) -> String {
        let draft = json!({
            "name": "board-cli", "application_id": self.application_id, "kind": "public",
            "redirect_uris": [BACK], "first_party": true,
        });
        let client = self.ada.must("POST", "/clients", &draft).await;
        client["id"].as_str().unwrap().to_owned()
    }

    /// An access token that the client gets for the person who is signed in with this browser.
    pub async fn token(&self, browser: &mut Browser, client: &str) -> String {
        let challenge = BASE64URL_NOPAD.encode(&sha256(VERIFIER.as_bytes()));
        let query = form(&[
            ("response_type", "code"),
            ("client_id", client),
            ("redirect_uri", BACK),
            ("scope", "deployments:read"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        let own = self.samovar.url();
        let page = browser.get(&format!("{own}/oauth/authorize?{query}")).await;
        let back = page.location.unwrap_or_else(|| panic!("{}", page.body));
        let code = back.query_pairs().find(|(name, _)| name == "code");
        let code = code.unwrap_or_else(|| panic!("{back}")).1.into_owned();
        let body = form(&[
            ("grant_type", "authorization_code"),
            ("client_id", client),
            ("redirect_uri", BACK),
            ("code", &code),
            ("code_verifier", VERIFIER),
        ]);
        let request = plain_client().post(format!("{own}/oauth/token")).body(body);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        let token = answer["access_token"].as_str();
        token.unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// What a program with a token gets from the application.
    pub async fn as_program(&self, token: &str) -> (u16, Value) {
        let request = plain_client().get(format!("{}/deployments", self.application));
        let answer = request.bearer_auth(token).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or_default())
    }

    /// Samovar's `/me` for a person who signs in by Keycloak.
    pub async fn me(&self, login: &str) -> Value {
        let mut browser = Browser::new();
        let page = browser
            .get(&format!("{}/auth/sign-in", self.samovar.url()))
            .await;
        let asked = self.choose(&mut browser, page).await;
        let page = self.keycloak.sign_in(&mut browser, &asked, login).await;
        browser.follow(page).await;
        SignedIn::of(&self.samovar, browser).get("/me").await
    }
}

fn configuration(keycloak: &Keycloak) -> String {
    format!(
        "[[provider]]\nid = 'keycloak'\nname = 'Keycloak'\nissuer = '{}'\nclient_id = 'samovar'\n\
         gitea_source_id = 7\n",
        keycloak.issuer()
    )
}

/// An application whose id and nginx server are given.
async fn application(
    ada: &mut SignedIn,
    front: SocketAddr,
    upstream: SocketAddr,
) -> (String, String) {
    let needed = json!({"kind": "permissions", "permissions": ["deployments:read"]});
    let draft = json!({
        "name": "board",
        "hosts": [front.to_string()],
        "routes": [{"methods": ["GET"], "path": "/deployments", "requirement": needed}],
    });
    let application = ada.must("POST", "/applications", &draft).await;
    let id = application["id"].as_str().unwrap().to_owned();
    let snippet = ada.get(&format!("/applications/{id}/snippets/nginx")).await;
    let lines = snippet["text"].as_str().unwrap().lines();
    let pointed = lines.map(|line| {
        if line.ends_with("# the application") {
            format!("proxy_pass http://{upstream};")
        } else {
            line.to_owned()
        }
    });
    let block = pointed.collect::<Vec<_>>().join("\n");
    (id, format!("server {{\nlisten {front};\n{block}\n}}\n"))
}
