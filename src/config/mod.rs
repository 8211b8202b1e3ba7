//! The configuration (step 1): one TOML file, secrets from outside it, every problem reported at once.
//!
//! Two forms: what the file says ([`raw`], keys and texts) and what is meant ([`Config`], types). Knows no other room
//! than `model`. Must never print a secret, take one from the file, or start on a file that it does not understand.

mod duration;
mod example;
mod keys;
mod meant;
mod problem;
mod providers;
mod raw;
mod secrets;
mod sections;

pub use example::example;
pub use meant::{
    Audit, Config, Gitea, GroupsFrom, Log, LogFormat, Mirror, Provider, Server, Session,
};
pub use problem::{Problem, Problems};

use raw::Raw;
use std::path::Path;

/// Reads an environment variable; the only way in which this room learns of the environment.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Reads and checks the file. Reports every problem at once, each with its key.
pub fn read(path: &Path, environment: Environment<'_>) -> Result<Config, Problems> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Problems::one(Problem::of_file(format!(
            "`{}` cannot be read: {error}; name a file that exists and that this user may read",
            path.display()
        )))
    })?;
    parse(&text, environment)
}

/// Checks the text of a configuration file.
pub fn parse(text: &str, environment: Environment<'_>) -> Result<Config, Problems> {
    let mut raw = Raw::parse(text)?;
    let meant = sections::meant(&mut raw, environment);
    let problems = raw.into_problems();
    match meant {
        Some(meant) if problems.is_empty() => Ok(meant),
        _ => Err(Problems::new(problems)),
    }
}
