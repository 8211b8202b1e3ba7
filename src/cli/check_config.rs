//! `samovar check-config`: every problem at once, and whether it is one of the file or of this shell.

use super::{Outcome, environment};
use crate::config;
use std::path::Path;

/// Where systemd's unit loads secrets from, each in a file that is called as the credential is.
const SECRETS: &str = "/etc/samovar";

pub(super) fn run(path: &Path) -> Outcome {
    let shown = path.display();
    let Err(problems) = config::read(path, &environment) else {
        return Ok(format!("{shown} is a good configuration\n"));
    };
    let given = environment("CREDENTIALS_DIRECTORY").is_some();
    if given || problems.iter().any(|problem| !problem.absent_secret) {
        return Err(format!("{shown} cannot be used:\n{problems}"));
    }
    Err(format!(
        "{shown} has no fault, but secrets are not in this shell:\n{problems}\n\
         with those that systemd gives to the service: \
         `sudo CREDENTIALS_DIRECTORY={SECRETS} samovar check-config --config {shown}`"
    ))
}
