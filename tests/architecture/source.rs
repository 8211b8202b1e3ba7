//! The files of `src/`, read once for every test of the architecture.

use std::fs;
use std::path::{Path, PathBuf};

/// One file below `src/`.
pub struct Source {
    /// The top-level module it belongs to.
    pub module: String,
    /// Where it is.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
}

impl Source {
    /// Its path below `src/`, as `access/gatekeeper.rs`.
    pub fn name(&self) -> String {
        let inner = self.path.strip_prefix(src()).unwrap();
        inner.to_string_lossy().into_owned()
    }

    /// Is it compiled for tests alone?
    pub fn is_test(&self) -> bool {
        let name = self.name();
        name.contains("tests") || name.ends_with("testing.rs")
    }
}

/// The folder `src/`.
pub fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every file.
pub fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![src()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(read(path));
            }
        }
    }
    assert!(found.len() > 5, "src/ was not read");
    found
}

fn read(path: PathBuf) -> Source {
    let inner = path.strip_prefix(src()).unwrap();
    let first = inner.iter().next().unwrap().to_string_lossy();
    Source {
        module: first.replace(".rs", ""),
        text: fs::read_to_string(&path).unwrap(),
        path,
    }
}
