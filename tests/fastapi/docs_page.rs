//! FastAPI's own docs page in Chromium: *Authorize* leads to Samovar and Gitea, and back with a token.

use crate::fastapi::stage::{Stage, root};
use crate::support::tools;
use crate::support::world::GiteaWorld;
use serde_json::json;
use tokio::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn the_authorize_button_signs_a_person_in_with_the_scopes_that_he_holds() {
    tools::browser();
    let stage = Stage::set().await;
    let call = |operation: &str, status: u16, text: &str| json!({"operation": operation, "status": status, "text": text});
    for (login, calls) in [
        (
            "ben",
            [
                call("whoami_whoami_get", 200, "\"name\": \"ben\""),
                call("deploy_deployments__name__post", 201, "api by ben"),
                call("clear_deployments_delete", 204, ""),
            ],
        ),
        (
            "cleo",
            [
                call("whoami_whoami_get", 200, "\"name\": \"cleo\""),
                call("deploy_deployments__name__post", 403, "scope_insufficient"),
                call("clear_deployments_delete", 403, "scope_insufficient"),
            ],
        ),
    ] {
        let told = json!({
            "chromium": "/usr/bin/chromium",
            "application": format!("http://{}", stage.address),
            "clientId": stage.docs_client,
            "login": login,
            "password": GiteaWorld::password(login),
            "parameters": {"name": "api"},
            "calls": calls,
        });
        let mut node = Command::new("node");
        let script = root().join("tests/browser/docs-page.mjs");
        let done = node.arg(script).env("DOCS_PAGE", told.to_string());
        let done = done.output().await.unwrap();
        let failed = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{login}: {failed}");
    }
}
