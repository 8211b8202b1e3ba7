//! What a person types on a terminal of their own: `samovar login`, `logout`, `token`, `whoami`, `explain`.
//!
//! Knows a server by its address and asks it over HTTP like any other program; opens no store and reads no configuration
//! of a server. Must never print the refresh token, nor an access token but to whoever asked for it.

mod credentials;
mod login;
mod questions;
mod server;
mod token;

use super::failure::Failure;
use clap::{Args, Subcommand};
use credentials::Keeper;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Sign in on this terminal; a browser on any machine says yes.
    Login(Login),
    /// Sign out on this terminal.
    Logout(Common),
    /// Print a token for an application, good for a few minutes.
    Token(Token),
    /// Show who is signed in on this terminal, and what that person may do in Samovar itself.
    Whoami(Common),
    /// Ask whether a request would be allowed, and why; the answer is printed whatever it is.
    Explain(Explain),
}

#[derive(Debug, Args)]
pub(super) struct Common {
    /// Print JSON, of an error as well.
    #[arg(long)]
    json: bool,
    /// Certificates in PEM form that are trusted beside the system's; remembered by `login`.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Login {
    /// Address of the Samovar server; the last one, or `SAMOVAR_SERVER`, unless told.
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(super) struct Token {
    /// Name of the application, or `samovar` for Samovar's own API.
    #[arg(long, value_name = "NAME")]
    audience: String,
    /// Permissions such as `deployments:write`; all that is held unless told.
    #[arg(long, value_name = "WORD", num_args = 1..)]
    scope: Vec<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// Host of the application.
    #[arg(long)]
    host: String,
    /// Method of the request.
    #[arg(long)]
    method: String,
    /// Path of the request.
    #[arg(long)]
    path: String,
    /// Ask about this person instead of yourself, by id.
    #[arg(long, value_name = "ID", group = "about")]
    user: Option<String>,
    /// Ask about this service account, by id (its `client_id`).
    #[arg(long, value_name = "ID", group = "about")]
    service_account: Option<String>,
    /// Ask about somebody who is not signed in.
    #[arg(long, conflicts_with = "about")]
    anonymous: bool,
    /// Scope of the token that they would send: permissions such as `deployments:write`; all that is held unless told.
    #[arg(long, value_name = "WORD", num_args = 1.., requires = "about")]
    scope: Vec<String>,
    #[command(flatten)]
    common: Common,
}

impl Command {
    /// Is JSON wanted?
    pub(super) const fn json(&self) -> bool {
        match self {
            Self::Login(login) => login.common.json,
            Self::Logout(common) | Self::Whoami(common) => common.json,
            Self::Token(token) => token.common.json,
            Self::Explain(explain) => explain.common.json,
        }
    }
}

/// Runs one of them.
#[tokio::main(flavor = "current_thread")]
pub(super) async fn run(command: Command) -> Result<String, Failure> {
    let keeper = Keeper::find()?;
    match command {
        Command::Login(login) => login::login(&keeper, login).await,
        Command::Logout(common) => login::logout(&keeper, &common).await,
        Command::Token(wanted) => token::print(&keeper, &wanted).await,
        Command::Whoami(common) => questions::whoami(&keeper, &common).await,
        Command::Explain(question) => questions::explain(&keeper, &question).await,
    }
}
