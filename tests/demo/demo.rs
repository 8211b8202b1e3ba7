//! The demo: a stand-in Gitea with sample people, started on loopback and ended by Ctrl-C. Knows the test world; must
//! never be part of the product's binary, which is why it is an example.
//!
//! `cargo run --example demo`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    reason = "a demo speaks to a terminal and ends when it meets what it does not expect"
)]

mod people;

#[path = "../support/mod.rs"]
mod support;

use people::PEOPLE;
use support::world::GiteaWorld;

#[tokio::main]
async fn main() {
    let gitea = people::world().await;
    println!("Gitea        {}", gitea.url());
    for person in PEOPLE {
        let teams = person.teams.join(", ");
        let password = GiteaWorld::password(person.login);
        println!(
            "{:<12} {password:<20} {teams:<16} {}",
            person.login, person.note
        );
    }
    tokio::signal::ctrl_c().await.unwrap();
}
