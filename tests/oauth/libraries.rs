//! The libraries that clients are written with accept the server: authlib, openid-client and oauth4webapi.

use crate::oauth::stage::{Machine, Stage};
use crate::support::tools;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

/// What the programs have to know, for their variable FLOW.
async fn flow(stage: &mut Stage) -> String {
    stage.bind_team().await;
    let machine = stage.machine().await;
    let web = stage.client(json!({})).await;
    let service = json!({"name": "service", "kind": "confidential"});
    let service = stage.client(service).await;
    let browser = stage.browser("ben").await;
    let url = url::Url::parse(stage.samovar.url()).unwrap();
    let cookies = browser.cookies(url.host_str().unwrap());
    let shown = |one: &Machine| json!({"id": one.id, "secret": one.secret});
    let flow: Value = json!({
        "url": stage.samovar.url(),
        "cookie": format!("samovar={}", cookies["samovar"]),
        "redirect": "https://web.example.test/callback",
        "web": shown(&web),
        "service": shown(&service),
        "machine": shown(&machine),
    });
    flow.to_string()
}

fn must(command: &mut Command, flow: &str) {
    let done = command.env("FLOW", flow).output().unwrap();
    let said = [done.stdout, done.stderr].concat();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&said));
}

fn material(name: &str) -> std::path::PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join("tests/oauth").join(name)
}

#[tokio::test(flavor = "multi_thread")]
async fn openid_client_and_oauth4webapi_find_nothing_wrong() {
    tools::oauth();
    let mut stage = Stage::set().await;
    let flow = flow(&mut stage).await;
    must(Command::new("node").arg(material("library.mjs")), &flow);
}

#[tokio::test(flavor = "multi_thread")]
async fn authlib_finds_nothing_wrong() {
    let python = tools::of_environment("python");
    let mut stage = Stage::set().await;
    let flow = flow(&mut stage).await;
    must(Command::new(python).arg(material("library.py")), &flow);
}
