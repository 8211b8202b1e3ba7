//! `samovar check-config`: reports every error at once, and whether only the secrets are missing in this shell.

use super::environment::environment;
use super::error::CliResult;
use crate::config;
use std::path::Path;

/// The folder from which the systemd unit loads credentials, each in a file of the same name.
const SECRETS: &str = "/etc/samovar";

pub(super) fn run(path: &Path) -> CliResult {
    let shown = path.display();
    let Err(errors) = config::read(path, &environment) else {
        return Ok(format!("{shown} is valid\n"));
    };
    let has_credentials = environment("CREDENTIALS_DIRECTORY").is_some();
    if has_credentials || errors.iter().any(|error| !error.secret_missing) {
        return Err(format!("{shown} cannot be used:\n{errors}").into());
    }
    Err(format!(
        "{shown} is valid, but secrets are missing in this shell:\n{errors}\n\
         to use the credentials of the service, run \
         `sudo CREDENTIALS_DIRECTORY={SECRETS} samovar check-config --config {shown}`"
    )
    .into())
}
