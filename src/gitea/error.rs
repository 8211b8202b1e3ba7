//! Why a question to Gitea has no usable answer, in a sentence that says what to do next.

use crate::model::{DisplayText, Login, RepositoryName};
use std::fmt;

/// Where an operator turns each thing, as the configuration names it.
const ADDRESS: &str = "`gitea.url` (or `gitea.internal_url`)";
const TOKEN: &str = "`SAMOVAR_GITEA_TOKEN` (or `gitea.token_file`)";
const SCOPES: &str = "`read:admin`, `read:organization`, `read:user` and `read:repository`";

/// What kind of failure; `meaning.rs` has the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Nobody answers, too late, or with a server error.
    Away,
    /// Asked too often, and told so.
    Busy,
    /// The token is not accepted.
    TokenBroken,
    /// The token may not ask this.
    Forbidden,
    /// Nothing there, or nothing that we may see.
    Missing,
    /// The name is an old one; the path under its new name.
    Renamed(String),
    /// Sent to another server.
    Elsewhere,
    /// Not Gitea's API.
    NotGitea,
    /// An answer of the wrong form.
    Garbage,
    /// Pages that do not add up.
    Unsteady,
}

/// A question without a usable answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GiteaError {
    /// What kind.
    pub kind: Kind,
    /// The server that was asked, without anything secret.
    pub server: String,
    /// Path of the question below the server, without its query.
    pub path: String,
    /// What was seen, in short; from outside, so for display alone.
    pub seen: DisplayText,
}

impl std::error::Error for GiteaError {}

impl fmt::Display for GiteaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            server, path, seen, ..
        } = self;
        match &self.kind {
            Kind::Away => write!(
                f,
                "gitea at `{server}` does not answer `{path}` ({seen}): check that it runs and that {ADDRESS} is its address{}",
                self.certificate_hint()
            ),
            Kind::Busy => write!(
                f,
                "gitea at `{server}` is asked too often ({seen}): raise the limit of the proxy before it, or `mirror.freshness_bound`"
            ),
            Kind::TokenBroken => write!(
                f,
                "gitea at `{server}` does not accept the token of the service identity (401, {seen}): make a new one with the scopes {SCOPES} and give it as {TOKEN}"
            ),
            Kind::Forbidden => write!(
                f,
                "gitea at `{server}` refuses `{path}` (403, {seen}): the token in {TOKEN} needs the scopes {SCOPES}, and its user must be a site administrator who is not disabled and need not change the password"
            ),
            Kind::Missing => write!(
                f,
                "gitea at `{server}` has no `{path}` that the service identity may see (404)"
            ),
            Kind::Renamed(to) => write!(
                f,
                "gitea at `{server}` knows `{path}` by another name now: `{to}`"
            ),
            Kind::Elsewhere => write!(
                f,
                "`{server}` sends us on to another server ({seen}): set {ADDRESS} to the address at which Gitea itself answers"
            ),
            Kind::NotGitea => write!(
                f,
                "`{server}` answers `{path}` with something that is not Gitea's API ({seen}): check that {ADDRESS} is Gitea's address with its sub-path, and that no sign-in page or error page of a proxy stands before it"
            ),
            Kind::Garbage => write!(
                f,
                "gitea at `{server}` answers `{path}` with what cannot be read ({seen}): check Gitea's log and version; nothing known was changed by it"
            ),
            Kind::Unsteady => write!(
                f,
                "gitea at `{server}` lists `{path}` in pages that do not add up ({seen}): if this lasts, Gitea's own count is wrong; take a member out of the team and put them back in to have Gitea count again"
            ),
        }
    }
}

impl GiteaError {
    /// The present login, when the answer was that the one asked for is an old one.
    pub fn renamed_user(&self) -> Option<Login> {
        let path = self.renamed_path()?;
        let [.., "users", login] = path.as_slice() else {
            return None;
        };
        login.parse().ok()
    }

    /// Where a repository is now, when the answer was that the name asked for is an old one.
    pub(super) fn renamed_repository(&self) -> Option<(Login, RepositoryName)> {
        let path = self.renamed_path()?;
        let [.., "repos", owner, name] = path.as_slice() else {
            return None;
        };
        Some((owner.parse().ok()?, name.parse().ok()?))
    }

    fn renamed_path(&self) -> Option<Vec<&str>> {
        match &self.kind {
            Kind::Renamed(to) => Some(to.split('/').collect()),
            _ => None,
        }
    }

    fn certificate_hint(&self) -> &'static str {
        if self.seen.as_str().contains("certificate") {
            "; if its certificate is from an authority of your own, name that authority's file in `gitea.ca_file`"
        } else {
            ""
        }
    }
}
