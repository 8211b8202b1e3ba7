//! A real Keycloak with the realm `acme` of `tests/providers/acme-realm.json`, forgotten when it ends. Knows its sign-in
//! form and as much of its administration as a test needs.

use super::browser::{Browser, Page, plain_client};
use super::process::{Program, free_address};
use serde_json::Value;
use std::path::Path;
use tokio::process::Command;
use url::Url;

/// An address of its own, because cookies ignore ports.
const HOST: [u8; 4] = [127, 0, 0, 5];

const ADMINISTRATOR: &str = "keycloak-administrator";

/// The client secret of the realm's client `samovar`.
pub const CLIENT_SECRET: &str = "keycloak-client-secret";

/// A running Keycloak; killed when dropped.
pub struct Keycloak {
    program: Program,
    url: String,
}

impl Keycloak {
    /// Starts it for a Samovar at this address, in an existing folder.
    pub async fn start(folder: &Path, samovar: &str) -> Self {
        let home = super::tools::keycloak();
        let address = free_address(HOST);
        let realm = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/providers/acme-realm.json");
        let import = home.join("data/import");
        std::fs::create_dir_all(&import).unwrap();
        std::fs::copy(realm, import.join("acme-realm.json")).unwrap();
        let mut command = Command::new(home.join("bin/kc.sh"));
        command
            .args(["start", "--optimized", "--import-realm"])
            .args(["--http-enabled=true", "--hostname-strict=false"])
            .arg(format!("--http-host={}", address.ip()))
            .arg(format!("--http-port={}", address.port()))
            .env("SAMOVAR_URL", samovar)
            .env("KC_BOOTSTRAP_ADMIN_USERNAME", ADMINISTRATOR)
            .env("KC_BOOTSTRAP_ADMIN_PASSWORD", ADMINISTRATOR)
            // it lives for a minute
            .env("JAVA_OPTS_APPEND", "-XX:TieredStopAtLevel=1");
        let mut program = Program::start("keycloak", folder, command);
        program.ready_within(address, 180).await;
        let url = format!("http://{address}");
        Self { program, url }
    }

    /// The issuer of the realm.
    pub fn issuer(&self) -> String {
        format!("{}/realms/acme", self.url)
    }

    pub fn output(&self) -> String {
        self.program.output()
    }

    /// Is this page, or where it points, Keycloak's?
    pub fn is_at(&self, url: &Url) -> bool {
        url.as_str().starts_with(&self.url)
    }

    /// Sends the sign-in form of a page.
    pub async fn sign_in(&self, browser: &mut Browser, page: &Page, login: &str) -> Page {
        let form = page.body.split("id=\"kc-form-login\"").nth(1);
        let form = form.unwrap_or_else(|| panic!("no sign-in form:\n{}", page.body));
        let action = form.split("action=\"").nth(1).unwrap();
        let action = action.split('"').next().unwrap().replace("&amp;", "&");
        let password = format!("{login}'s password");
        let fields = [("username", login), ("password", password.as_str())];
        browser.post(&action, &fields).await
    }

    /// Ends every sign-in of a person, as an administrator does; clients are told.
    pub async fn log_out(&self, login: &str) {
        let users = self
            .admin("GET", &format!("/users?exact=true&username={login}"))
            .await;
        let id = users[0]["id"].as_str().unwrap();
        self.admin("POST", &format!("/users/{id}/logout")).await;
    }

    async fn admin(&self, method: &str, path: &str) -> Value {
        let url = format!("{}/admin/realms/acme{path}", self.url);
        let method = method.parse().unwrap();
        let request = plain_client().request(method, url);
        let request = request.bearer_auth(self.token().await);
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default()
    }

    async fn token(&self) -> String {
        let url = format!("{}/realms/master/protocol/openid-connect/token", self.url);
        let body = super::browser::form(&[
            ("grant_type", "password"),
            ("client_id", "admin-cli"),
            ("username", ADMINISTRATOR),
            ("password", ADMINISTRATOR),
        ]);
        let request = plain_client().post(url).body(body);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        answer["access_token"].as_str().unwrap().to_owned()
    }
}
