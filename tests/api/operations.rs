//! The operations, as the document lists them: tests walk through all of them and forget none.

use serde_json::Value;
use std::path::{Path, PathBuf};

/// One operation of the document.
#[derive(Debug, Clone)]
pub struct Operation {
    /// In capitals.
    pub method: String,
    /// With its parameters in braces, such as `/api/v1/roles/{id}`.
    pub path: String,
    /// What the document says of it.
    pub said: Value,
}

impl Operation {
    /// `GET /api/v1/me`.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// May it change something?
    pub fn mutates(&self) -> bool {
        self.method != "GET"
    }

    /// Does it take a body?
    pub fn takes_body(&self) -> bool {
        self.said["requestBody"].is_object()
    }

    /// Names of the parameters of one kind (`path`, `query`, `header`).
    pub fn parameters(&self, kind: &str) -> Vec<String> {
        let all = self.said["parameters"].as_array();
        let of_kind = all.into_iter().flatten().filter(|p| p["in"] == kind);
        of_kind
            .map(|p| p["name"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The statuses that it declares.
    pub fn statuses(&self) -> Vec<String> {
        let responses = self.said["responses"].as_object().unwrap();
        responses.keys().cloned().collect()
    }

    /// The address with this text in the place of every parameter.
    pub fn filled(&self, with: &str) -> String {
        let mut path = self.path.clone();
        for name in self.parameters("path") {
            path = path.replace(&format!("{{{name}}}"), with);
        }
        path
    }
}

/// All operations, in the order of the document.
pub fn all() -> Vec<Operation> {
    let document: Value = serde_json::from_str(&samovar::http::api::document()).unwrap();
    let base = document["servers"][0]["url"].as_str().unwrap();
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, said) in methods.as_object().unwrap() {
            operations.push(Operation {
                method: method.to_uppercase(),
                path: format!("{base}{path}"),
                said: said.clone(),
            });
        }
    }
    assert!(operations.len() > 30, "the document was not read");
    operations
}

/// A file of the golden folder.
pub fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name)
}

/// The operations that a golden list names: one a line, `#` begins a remark. Every one of them must exist.
pub fn listed(name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(golden(name)).unwrap();
    let lines = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or("").trim());
    let names: Vec<String> = lines
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect();
    let known: Vec<String> = all().iter().map(Operation::name).collect();
    for name in &names {
        assert!(
            known.contains(name),
            "`{name}` is listed and does not exist"
        );
    }
    names
}
