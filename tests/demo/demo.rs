//! The demo: a stand-in Gitea on 127.0.0.1, Samovar on 127.0.0.2, a FastAPI application behind nginx on 127.0.0.3, with
//! sample people, until Ctrl-C. Three addresses because cookies ignore ports. Knows the test world; must never be part of
//! the product's binary, which is why it is an example.
//!
//! `make demo`, or `make demo JSON=FILE` for scripts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    reason = "a demo speaks to a terminal and ends when it meets what it does not expect"
)]

mod application;
mod people;
mod policy;
mod report;

#[path = "../support/mod.rs"]
mod support;

use report::Report;
use support::process::free_address;
use support::samovar::Samovar;
use support::{nginx, process::Program, tools};
use tempfile::TempDir;
use tokio::signal::unix::{SignalKind, signal};

/// Where the application and nginx in front of it are.
const APPLICATION: [u8; 4] = [127, 0, 0, 3];

#[tokio::main]
async fn main() {
    let json = json_file();
    tools::demo();
    let mut stop = Stop::listen();
    tokio::select! {
        () = stop.asked() => {}
        () = run(json) => {}
    }
    println!("\nAll ended.");
}

/// Starts everything and watches over it; dropping this future ends everything.
async fn run(json: Option<String>) {
    let folder = TempDir::with_prefix("samovar-demo-").unwrap();
    println!("Starting Gitea (a stand-in), Samovar, nginx and a FastAPI application …");
    let gitea = people::world().await;
    let mut samovar = Samovar::start(folder.path(), &gitea).await;
    let mut ada = samovar.claim(&gitea, people::PEOPLE[0].login).await;
    let upstream = free_address(APPLICATION);
    let front = free_address(APPLICATION);
    let mut fastapi = application::start(folder.path(), upstream).await;
    let blocks = policy::set_up(&mut ada, front, upstream).await;
    let mut nginx = nginx::start(folder.path(), front, &blocks).await;
    let report = Report {
        gitea: gitea.url().to_owned(),
        samovar: samovar.url().to_owned(),
        application: format!("http://{front}"),
        state_folder: samovar.state_folder(),
    };
    report.print();
    if let Some(file) = json {
        report.write(&file);
    }
    let ended = first_to_end([samovar.program(), &mut nginx, &mut fastapi]).await;
    println!("{ended}");
}

async fn first_to_end([one, two, three]: [&mut Program; 3]) -> String {
    tokio::select! {
        text = one.ended() => text,
        text = two.ended() => text,
        text = three.ended() => text,
    }
}

/// `--json FILE`.
fn json_file() -> Option<String> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.as_slice() {
        [] => None,
        [option, file] if option == "--json" => Some(file.clone()),
        _ => panic!("usage: demo [--json FILE]"),
    }
}

/// Ctrl-C, the end of the terminal, a polite kill.
struct Stop([tokio::signal::unix::Signal; 3]);

impl Stop {
    fn listen() -> Self {
        let kinds = [
            SignalKind::interrupt(),
            SignalKind::hangup(),
            SignalKind::terminate(),
        ];
        Self(kinds.map(|kind| signal(kind).unwrap()))
    }

    async fn asked(&mut self) {
        let [interrupt, hangup, terminate] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = hangup.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}
