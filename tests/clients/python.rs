//! `openapi-python-client` makes a client without a warning, mypy reads it and what uses it strictly, and it works.

use crate::clients::stage::{Stage, material, must};
use crate::support::tools;
use std::process::Command;

/// How mypy reads: strictly, but for one file of the generator's own that it writes the same for every document, and that
/// hands `*args` on to httpx.
const STRICTNESS: &str =
    "[mypy]\nstrict = true\n[mypy-samovar_client.client]\ndisable_error_code = arg-type\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_generated_python_client_is_strictly_typed_and_does_real_work() {
    let stage = Stage::start().await;
    let folder = stage.folder();
    let generator = tools::of_environment("openapi-python-client");
    must(
        Command::new(&generator)
            .args(["generate", "--path", "openapi.json", "--meta", "none"])
            .args(["--output-path", "samovar_client", "--fail-on-warning"])
            // it formats with its own ruff
            .env("PATH", generator.parent().unwrap()),
        folder,
    );
    std::fs::copy(material("flow.py"), folder.join("flow.py")).unwrap();
    std::fs::write(folder.join("mypy.ini"), STRICTNESS).unwrap();
    let mut mypy = Command::new(tools::of_environment("mypy"));
    must(mypy.args(["--package", "samovar_client"]), folder);
    must(
        Command::new(tools::of_environment("mypy")).arg("flow.py"),
        folder,
    );
    let mut flow = Command::new(tools::of_environment("python"));
    must(flow.arg("flow.py").env("FLOW", stage.flow()), folder);
    stage.end().await;
}
