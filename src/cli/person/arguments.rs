//! The arguments of the commands.

use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum PersonCommand {
    /// Sign in on this terminal; approve it in a browser on any machine.
    Login(LoginArguments),
    /// Sign out on this terminal.
    Logout(CommonArguments),
    /// Print an access token for an application, valid for a few minutes.
    Token(TokenArguments),
    /// Show who is signed in on this terminal, with roles in Samovar and teams.
    Whoami(CommonArguments),
    /// Show whether a request would be allowed, and why. The exit code is 0 for both decisions.
    Explain(ExplainArguments),
}

#[derive(Debug, Args)]
pub struct CommonArguments {
    /// Print JSON, also for an error.
    #[arg(long)]
    pub json: bool,
    /// Certificates in PEM form to trust in addition to those of the system; remembered by `login`.
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct LoginArguments {
    /// Address of the Samovar server; by default `SAMOVAR_SERVER`, or the last one.
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    #[command(flatten)]
    pub common: CommonArguments,
}

#[derive(Debug, Args)]
pub struct TokenArguments {
    /// Name of the application, or `samovar` for Samovar's own API.
    #[arg(long, value_name = "NAME")]
    pub audience: String,
    /// Permissions such as `deployments:write`; by default all that you have.
    #[arg(long, value_name = "WORD", num_args = 1..)]
    pub scope: Vec<String>,
    #[command(flatten)]
    pub common: CommonArguments,
}

#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// Host of the application.
    #[arg(long)]
    pub host: String,
    /// Method of the request.
    #[arg(long)]
    pub method: String,
    /// Path of the request.
    #[arg(long)]
    pub path: String,
    /// Explain for this person instead of yourself, by id.
    #[arg(long, value_name = "ID", group = "about")]
    pub user: Option<String>,
    /// Explain for this service account, by id (its `client_id`).
    #[arg(long, value_name = "ID", group = "about")]
    pub service_account: Option<String>,
    /// Explain for an anonymous caller.
    #[arg(long, conflicts_with = "about")]
    pub anonymous: bool,
    /// Scope of the token in the request: permissions such as `deployments:write`; by default all that the principal has.
    #[arg(long, value_name = "WORD", num_args = 1.., requires = "about")]
    pub scope: Vec<String>,
    #[command(flatten)]
    pub common: CommonArguments,
}

impl PersonCommand {
    /// Is JSON requested?
    pub const fn json(&self) -> bool {
        match self {
            Self::Login(login) => login.common.json,
            Self::Logout(common) | Self::Whoami(common) => common.json,
            Self::Token(token) => token.common.json,
            Self::Explain(explain) => explain.common.json,
        }
    }
}
