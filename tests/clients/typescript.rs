//! `openapi-typescript` makes types, the compiler reads what uses them with `openapi-fetch` as strictly as it can, and it
//! works.

use crate::clients::stage::{Stage, material, must};
use std::os::unix::fs::symlink;
use std::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn a_generated_typescript_client_is_strictly_typed_and_does_real_work() {
    let stage = Stage::start().await;
    let folder = stage.folder();
    for name in ["flow.ts", "tsconfig.json", "package.json"] {
        std::fs::copy(material(name), folder.join(name)).unwrap();
    }
    symlink(material("node_modules"), folder.join("node_modules")).unwrap();
    let program = |name: &str| {
        let mut node = Command::new("node");
        node.arg(material("node_modules/.bin").join(name));
        node
    };
    let mut generator = program("openapi-typescript");
    must(
        generator.args(["openapi.json", "--output", "samovar.d.ts"]),
        folder,
    );
    must(program("tsc").args(["--project", "."]), folder);
    let mut flow = Command::new("node");
    must(flow.arg("flow.js").env("FLOW", stage.flow()), folder);
    stage.end().await;
}
