//! What holds for the files of the repository: architecture, words, messages, configuration example, dependencies.
//!
//! Starts no server.

mod architecture;
mod config;
mod messages;
mod supply_chain;
mod words;
