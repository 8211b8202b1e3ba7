//! A process that is killed while it writes: its acknowledged commits are on disk.
//!
//! The killed process is this test binary, started with a folder in its environment.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

use samovar::audit::{Action, AuditEvent, EventQuery, Object, ObjectKind};
use samovar::model::{Principal, Random, SystemJob, Timestamp};
use samovar::store::{Change, Store};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

const FOLDER: &str = "SAMOVAR_TEST_CRASH_FOLDER";

struct FixedRandom;

impl Random for FixedRandom {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(1);
    }
}

fn event(number: u64) -> AuditEvent {
    let actor = Principal::System(SystemJob::Server);
    let object = Object::new(ObjectKind::Server, number);
    AuditEvent::new(
        Timestamp::from_seconds(1),
        actor,
        Action::ServerStart,
        object,
    )
}

/// Commits in an endless loop and prints the place of each commit once it is on disk.
#[tokio::test]
#[ignore = "the process that the other tests start and kill"]
async fn killed_process() {
    let folder = std::env::var_os(FOLDER).unwrap();
    let store = Store::open(Path::new(&folder), Arc::new(FixedRandom)).unwrap();
    for number in 0.. {
        let receipt = store.commit(Change::none(), event(number)).await.unwrap();
        println!("\ncommitted {}", receipt.sequence);
    }
}

fn start(folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "crash::killed_process",
            "--ignored",
            "--nocapture",
        ])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Kills the process after this number of commits and returns the last place that it printed.
fn kill_after(folder: &Path, commits: usize) -> u64 {
    let mut child = start(folder);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut places = lines.by_ref().filter_map(|line| {
        let line = line.unwrap();
        line.strip_prefix("committed ")?.parse::<u64>().ok()
    });
    places.nth(commits - 1).unwrap();
    child.kill().unwrap();
    // Commits that it printed before the signal arrived are on disk as well.
    let last = places.last();
    child.wait().unwrap();
    last.unwrap_or_default()
}

#[test]
fn acknowledged_commits_survive_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    for commits in [1, 7, 40] {
        let last = kill_after(folder.path(), commits);
        let store = Store::open(folder.path(), Arc::new(FixedRandom)).unwrap();
        let newest = EventQuery {
            limit: 1,
            ..EventQuery::default()
        };
        let page = store.events(&newest).unwrap();
        assert!(page.events[0].sequence >= last, "{last} was acknowledged");
    }
}

#[test]
fn folder_in_use_names_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = start(folder.path());
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines
        .find(|line| line.as_ref().unwrap().starts_with("committed"))
        .unwrap()
        .unwrap();
    let error = Store::open(folder.path(), Arc::new(FixedRandom))
        .err()
        .unwrap()
        .to_string();
    child.kill().unwrap();
    child.wait().unwrap();
    let holder = format!("is in use by another process (pid {})", child.id());
    assert!(error.contains(&holder), "{error}");
}
