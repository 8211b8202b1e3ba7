//! `samovar check-config`: every problem at once.

use super::{Outcome, environment};
use crate::config;
use std::path::Path;

pub(super) fn run(path: &Path) -> Outcome {
    match config::read(path, &environment) {
        Ok(_) => Ok(format!("{} is a good configuration\n", path.display())),
        Err(problems) => Err(format!("{} cannot be used:\n{problems}", path.display())),
    }
}
