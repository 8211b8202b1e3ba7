//! Cargo's build script: puts the built web UI where rust-embed looks for it, so that `cargo build` alone works.

use std::io;

fn main() -> io::Result<()> {
    use io::Write as _;
    // Without this line cargo would keep an old list of files in the binary, silently.
    writeln!(io::stdout(), "cargo:rerun-if-changed=ui/dist")?;
    std::fs::create_dir_all("ui/dist")
}
