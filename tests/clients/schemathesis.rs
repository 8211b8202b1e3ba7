//! schemathesis tries everything that the document says, by an administrator's session: no 5xx, no status, header or body
//! that is not in the document, nothing taken that the document forbids, nothing refused that it allows.
//!
//! `SAMOVAR_TEST_EXAMPLES=1000 cargo test --test interoperability schemathesis` asks more of every operation than a usual run.

use crate::clients::stage::{COOKIE, Stage, material, must};
use crate::support::tools;
use std::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_nothing_that_the_document_does_not_say() {
    let mut stage = Stage::start().await;
    for name in ["schemathesis.toml", "hooks.py"] {
        std::fs::copy(material(name), stage.folder().join(name)).unwrap();
    }
    let own = stage.own().await.join(" ");
    let document = std::fs::read_to_string(stage.folder().join("openapi.json")).unwrap();
    // over plain http on loopback the cookie has no prefix, as the document says of it
    let document = document.replace("\"__Host-samovar\"", &format!("\"{COOKIE}\""));
    std::fs::write(stage.folder().join("here.json"), document).unwrap();
    let mut schemathesis = Command::new(tools::of_environment("schemathesis"));
    schemathesis
        .args(["run", "here.json", "--checks", "all", "--no-color"])
        .args(["--url", &format!("{}/api/v1", stage.url())])
        .env("SAMOVAR_OWN", own)
        .env("SAMOVAR_ORIGIN", stage.url())
        .env("SAMOVAR_SESSION", stage.session());
    if let Some(examples) = std::env::var_os("SAMOVAR_TEST_EXAMPLES") {
        schemathesis.arg("--max-examples").arg(examples);
    }
    let said = must(&mut schemathesis, stage.folder());
    println!("{said}");
    stage.end().await;
}
