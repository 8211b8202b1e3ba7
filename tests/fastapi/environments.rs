//! Virtual environments with the FastAPI package as people install it: pip gets the wheel from a running Samovar. One has
//! the lowest supported versions of what the package needs, the other one the newest. No source folder can be imported.

use crate::fastapi::stage::root;
use crate::support::samovar::Samovar;
use crate::support::tools;
use crate::support::world::GiteaWorld;
use std::path::{Path, PathBuf};
use std::process::Output;
use tempfile::TempDir;
use tokio::process::Command;
use tokio::sync::OnceCell;

static LOWEST: OnceCell<Environment> = OnceCell::const_new();
static NEWEST: OnceCell<Environment> = OnceCell::const_new();

/// See the head of this file.
pub struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// With the lowest supported versions.
    pub async fn lowest() -> &'static Self {
        LOWEST.get_or_init(|| Self::create("lowest")).await
    }

    /// With the newest versions.
    pub async fn newest() -> &'static Self {
        NEWEST.get_or_init(|| Self::create("newest")).await
    }

    /// Its Python. It imports nothing from the repository, and writes compiled files beside the environment only.
    pub fn python(&self) -> Command {
        let mut command = Command::new(self.folder.join("bin/python"));
        command
            .current_dir(root())
            .env("PYTHONPYCACHEPREFIX", self.folder.join("compiled"))
            .env("PYTHONSAFEPATH", "1")
            .env_remove("PYTHONPATH");
        command
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// New in every run. uv installs the dependencies, in a second where pip needs more than a minute; pip itself installs
    /// the package, by the command that the client's page shows.
    async fn create(name: &'static str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fastapi-{name}"));
        let environment = Self { folder };
        let versions = root().join(format!("tests/fastapi/{name}.txt"));
        let mut venv = Command::new(tools::of_environment("uv"));
        venv.args(["venv", "--quiet", "--clear", "--seed", "--python"])
            .arg(tools::of_environment("python"))
            .arg(&environment.folder);
        succeed(venv).await;
        let mut install = Command::new(tools::of_environment("uv"));
        install
            .args(["pip", "install", "--quiet", "--requirements"])
            .arg(&versions)
            .arg("--python")
            .arg(environment.folder.join("bin/python"));
        succeed(install).await;
        environment.install_package(&versions).await;
        environment
    }

    /// Fails when the package does not accept the versions that are installed.
    async fn install_package(&self, versions: &Path) {
        let folder = TempDir::new().unwrap();
        let gitea = GiteaWorld::start().await;
        let samovar = Samovar::start(folder.path(), &gitea).await;
        let mut pip = self.python();
        pip.args(["-m", "pip"])
            // In an earlier run, another build may have had the same address.
            .args(["install", "--quiet", "--no-cache-dir", "--requirement"])
            .arg(versions)
            .arg(wheel_address(&samovar));
        succeed(pip).await;
    }
}

/// Where a Samovar serves the wheel.
pub fn wheel_address(samovar: &Samovar) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let name = format!("samovar_fastapi-{version}-py3-none-any.whl");
    format!("{}/downloads/{name}", samovar.url())
}

/// Runs a program that must succeed; what it says is part of a failure.
pub async fn succeed(mut command: Command) -> Output {
    let done = command.output().await;
    let done = done.unwrap_or_else(|error| panic!("{command:?} did not start: {error}"));
    let said = String::from_utf8_lossy(&done.stdout);
    let failed = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?}\n{said}{failed}");
    done
}
