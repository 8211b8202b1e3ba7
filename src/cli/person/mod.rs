//! The commands of a person on their own terminal: `samovar login`, `logout`, `token`, `whoami`, `explain`.
//!
//! Calls a server over HTTP by its address; opens no store and reads no configuration of a server. Must never print the
//! refresh token, nor an access token except for `samovar token`.

mod access_token;
mod api_commands;
mod arguments;
mod credential_store;
mod login;
mod server_client;

pub(super) use arguments::PersonCommand;

use super::error::CliResult;
use credential_store::CredentialStore;

/// Runs a command.
#[tokio::main(flavor = "current_thread")]
pub(super) async fn run(command: PersonCommand) -> CliResult {
    let store = CredentialStore::find()?;
    match command {
        PersonCommand::Login(arguments) => login::login(&store, arguments).await,
        PersonCommand::Logout(arguments) => login::logout(&store, &arguments).await,
        PersonCommand::Token(arguments) => access_token::print(&store, &arguments).await,
        PersonCommand::Whoami(arguments) => api_commands::whoami(&store, &arguments).await,
        PersonCommand::Explain(arguments) => api_commands::explain(&store, &arguments).await,
    }
}
