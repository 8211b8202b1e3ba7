//! `samovar serve`: reads the configuration, starts the log, runs the server.

use super::environment::environment;
use super::error::CliResult;
use crate::app::{self, Capabilities};
use crate::config::{self, LogConfig, LogFormat};
use std::path::Path;
use tracing_subscriber::filter::LevelFilter;

pub(super) fn run(path: &Path) -> CliResult {
    let config = config::read(path, &environment)
        .map_err(|errors| format!("{} cannot be used:\n{errors}", path.display()))?;
    start_log(&config.log);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("the runtime cannot be started: {error}"))?;
    runtime
        .block_on(app::serve(config, Capabilities::real()))
        .map_err(|error| error.to_string())?;
    Ok(String::new())
}

fn start_log(log: &LogConfig) {
    let level = LevelFilter::from_level(log.level);
    let builder = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(level)
        .with_target(false);
    match log.format {
        LogFormat::Text => builder.with_ansi(false).init(),
        LogFormat::Json => builder.json().init(),
    }
}
