//! The environment of the process. Nothing else reads it.

/// The value of a variable, if it is set and UTF-8.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line owns the environment"
)]
pub(super) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
