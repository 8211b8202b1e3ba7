//! The requests that reached the stand-in, so that a test can count them. Remembers, never decides.

use super::wire::Ask;
use std::sync::Mutex;

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub method: String,
    /// Path without its query.
    pub path: String,
    pub query: Vec<(String, String)>,
    /// Whom the caller wanted to be.
    pub sudo: Option<String>,
}

/// All requests in the order of their arrival.
#[derive(Default)]
pub struct Log(Mutex<Vec<Seen>>);

impl Log {
    /// Everything since the last `take`.
    pub fn seen(&self) -> Vec<Seen> {
        self.0.lock().unwrap().clone()
    }

    /// The same, and forgets it.
    pub fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    /// How many requests of this method had a path that begins so.
    pub fn count(&self, method: &str, path: &str) -> usize {
        let all = self.0.lock().unwrap();
        let of_path = all.iter().filter(|seen| seen.path.starts_with(path));
        of_path.filter(|seen| seen.method == method).count()
    }

    pub(super) fn add(&self, ask: &Ask) {
        let sudo = ask.header("sudo").or_else(|| ask.query("sudo"));
        self.0.lock().unwrap().push(Seen {
            method: ask.method.to_string(),
            path: ask.path_text().to_owned(),
            query: ask.query.clone(),
            sudo: sudo.map(str::to_owned),
        });
    }
}
