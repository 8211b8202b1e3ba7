//! `make bench`: forward-auth checks beside a bare handler of the same framework that is sent the same request and answers
//! the same headers, in one run, each server on one pinned core, over 5,000 users, 1,000 teams, 2,000 bindings and 300
//! routes with the audit log on; then the first full sync beside Gitea's own answer time.
//!
//! One program in several parts, because each part has a core of its own: it starts itself as the bare handler, as the
//! server and as the load. An example, so that the product's binary carries none of it. Timings are printed, never asserted.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark speaks to a terminal and ends when it meets what it does not expect"
)]

mod allocations;
mod cpu;
mod load;
mod part;
mod request;
mod serving;
mod sync;
mod table;
mod world;

#[path = "../support/mod.rs"]
mod support;

use load::Sent;
use part::{Started, free_address, pinned};
use request::{Kind, once};
use std::net::SocketAddr;
use table::Row;

/// Requests a second at which CPU and p99 are compared where both servers are idle most of the time.
const PACE: u32 = 10_000;

/// Rounds over all rows at that pace: a machine that others use is fast in one second and slow in the next.
const ROUNDS: usize = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["bare", address, headers] => serving::bare(address.parse().unwrap(), headers),
        ["serve", address, folder] => serving::samovar(address.parse().unwrap(), folder),
        ["load", address, kind, pace] => load(address.parse().unwrap(), Kind::named(kind), pace),
        ["gitea"] => sync::gitea(),
        ["first-sync", url, token] => sync::first_sync(url, token),
        ["same-requests", url, token, file] => sync::same_requests(url, token, file),
        ["sync"] => sync::compare(),
        ["checks"] => checks(),
        ["allocations"] => allocations(),
        _ => {
            checks();
            allocations();
            sync::compare();
        }
    }
}

/// Prints what was sent, for the part that compares.
fn load(address: SocketAddr, kind: Kind, pace: &str) {
    let sent = match pace.parse().unwrap() {
        0 => load::saturate(address, kind),
        pace => load::paced(address, kind, pace),
    };
    println!("{} {} {}", sent.answers, sent.all, sent.p99);
}

fn checks() {
    let folder = tempfile::tempdir().unwrap();
    world::fill(&folder.path().join("state"));
    let folder = folder.path().to_str().unwrap();
    let (bare_address, address) = (free_address(), free_address());
    let samovar = Started::new(&["serve", &address.to_string(), folder], address);
    let headers = identity_headers(&once(
        Kind::Check.place(address),
        &Kind::Check.request(address),
    ));
    let bare = Started::new(&["bare", &bare_address.to_string(), &headers], bare_address);
    let server = |kind| match kind {
        Kind::Bare => (&bare, bare_address),
        _ => (&samovar, address),
    };
    table::head("as fast as it answers, one core");
    let mut reference = None;
    for kind in Kind::ALL {
        let row = measured(server(kind), kind, 0);
        row.print(kind.title(), reference.get_or_insert(row));
    }
    table::head(&format!("at {PACE} a second, median of {ROUNDS} rounds"));
    let kinds = [Kind::Bare, Kind::Check, Kind::Token, Kind::Denial];
    let mut rows = kinds.map(|_| Vec::new());
    for _ in 0..ROUNDS {
        for (kind, rows) in kinds.into_iter().zip(&mut rows) {
            rows.push(measured(server(kind), kind, PACE));
        }
    }
    let mut reference = None;
    for (kind, rows) in kinds.into_iter().zip(rows) {
        let row = Row::median(rows);
        row.print(kind.title(), reference.get_or_insert(row));
    }
}

fn allocations() {
    let folder = tempfile::tempdir().unwrap();
    world::fill(&folder.path().join("state"));
    allocations::compare(folder.path().to_str().unwrap());
}

/// `name: value` of each identity header in an answer, one on a line.
fn identity_headers(answer: &str) -> String {
    let lines = answer.lines().filter(|line| line.starts_with("remote-"));
    lines.collect::<Vec<_>>().join("\n")
}

fn measured((server, address): (&Started, SocketAddr), kind: Kind, pace: u32) -> Row {
    let words = ["load", &address.to_string(), kind.name(), &pace.to_string()];
    let before = cpu::used(server.id());
    let output = pinned("1", &words).output().unwrap();
    let used = cpu::used(server.id()).since(before);
    let text = String::from_utf8(output.stdout).unwrap();
    let numbers = text.split_whitespace().map(|word| word.parse().ok());
    let Some([answers, all, p99]) = numbers
        .collect::<Option<Vec<u32>>>()
        .as_deref()
        .map(<[u32; 3]>::try_from)
        .and_then(Result::ok)
    else {
        panic!(
            "the load ended with: {text}{}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    Row::new(Sent { answers, all, p99 }, used)
}
