//! One recorded exchange, read from `tests/recordings`.

use serde_json::Value;
use std::path::{Path, PathBuf};

/// One recorded exchange.
pub struct Recording {
    /// `041-code-exchange`.
    pub name: String,
    pub number: u32,
    pub request: Value,
    pub response: Value,
    /// Headers and claims of JSON web tokens in the response.
    pub decoded: Value,
}

/// Folder of the recordings.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings")
}

/// All recordings that the stand-in serves, in their order.
pub fn all() -> Vec<Recording> {
    let files = std::fs::read_dir(folder()).unwrap();
    let mut names: Vec<String> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
        .collect();
    names.sort();
    names.into_iter().map(read).collect()
}

fn read(name: String) -> Recording {
    let text = std::fs::read_to_string(folder().join(format!("{name}.json"))).unwrap();
    let json: Value = serde_json::from_str(&text).unwrap();
    Recording {
        number: name[..3].parse().unwrap(),
        request: json["request"].clone(),
        response: json["response"].clone(),
        decoded: json["decoded"].clone(),
        name,
    }
}
