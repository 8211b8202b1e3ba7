//! The configuration (layer 1): one TOML file, secrets from outside it, every error reported at once.
//!
//! Names no module but `model`. Must never print a secret, accept one from the file, or accept a file with an unknown
//! key. To add a key, add a row in `keys.rs`.

mod checks;
mod duration;
mod error;
mod example;
mod key;
mod keys;
mod parse;
mod raw;
mod reader;
mod secrets;

pub use error::{ConfigError, ConfigErrors};
pub use example::example;
pub use keys::{
    AuditConfig, Config, GiteaConfig, LogConfig, LogFormat, MirrorConfig, ProviderConfig,
    ServerConfig, SessionConfig, TokenConfig,
};
pub use parse::IssuerUrl;
pub use raw::Environment;

use raw::RawConfig;
use std::path::Path;

/// Reads and checks the file. Reports every error at once, each with its key.
pub fn read(path: &Path, environment: Environment<'_>) -> Result<Config, ConfigErrors> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let message = format!(
            "`{}` cannot be read: {error}; name a file that exists and that this user may read",
            path.display()
        );
        ConfigErrors::new(vec![ConfigError::new(String::new(), None, message)])
    })?;
    parse(&text, environment)
}

/// Checks the text of a configuration file.
pub fn parse(text: &str, environment: Environment<'_>) -> Result<Config, ConfigErrors> {
    let sections = keys::sections();
    let mut raw = RawConfig::parse(text, &sections, environment)?;
    let config = keys::read(&mut raw);
    checks::check(&mut raw);
    let errors = raw.into_errors();
    match config {
        Some(config) if errors.is_empty() => Ok(config),
        _ => Err(ConfigErrors::new(errors)),
    }
}
