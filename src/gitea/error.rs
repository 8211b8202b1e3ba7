//! A failed request to Gitea, with a message that says what to do.

use super::error_kind::GiteaErrorKind;
use crate::model::{DisplayText, Login, RepositoryName};
use std::fmt;

// The configuration keys, and what they must hold.
const ADDRESS: &str = "`gitea.url` (or `gitea.internal_url`)";
const TOKEN: &str = "`SAMOVAR_GITEA_TOKEN` (or `gitea.token_file`)";
const SCOPES: &str = "`read:admin`, `read:organization`, `read:user` and `read:repository`";

/// A failed request to Gitea.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GiteaError {
    /// What failed.
    pub kind: GiteaErrorKind,
    /// Address of the server; has no secret.
    pub server: String,
    /// Path of the request below the server, without its query.
    pub path: String,
    /// What the server answered, in short; untrusted text for display alone.
    pub detail: DisplayText,
}

impl std::error::Error for GiteaError {}

impl fmt::Display for GiteaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            server,
            path,
            detail,
            ..
        } = self;
        match &self.kind {
            GiteaErrorKind::Unavailable => write!(
                f,
                "gitea at `{server}` does not answer `{path}` ({detail}): check that it runs and that {ADDRESS} is its address{}",
                self.certificate_hint()
            ),
            GiteaErrorKind::RateLimited => write!(
                f,
                "gitea at `{server}` limits the rate of requests ({detail}): raise the limit of the proxy in front of it, or `mirror.freshness_bound`"
            ),
            GiteaErrorKind::TokenRejected => write!(
                f,
                "gitea at `{server}` does not accept the token of the service identity (401, {detail}): create a token with the scopes {SCOPES} and set it as {TOKEN}"
            ),
            GiteaErrorKind::Forbidden => write!(
                f,
                "gitea at `{server}` refuses `{path}` (403, {detail}): the token in {TOKEN} needs the scopes {SCOPES}, and its user must be a site administrator who is not disabled and need not change the password"
            ),
            GiteaErrorKind::NotFound => write!(
                f,
                "gitea at `{server}` has no `{path}` that the service identity may see (404)"
            ),
            GiteaErrorKind::Renamed(to) => {
                write!(f, "gitea at `{server}` has renamed `{path}` to `{to}`")
            }
            GiteaErrorKind::ForeignRedirect => write!(
                f,
                "`{server}` redirects to another server ({detail}): set {ADDRESS} to the address at which Gitea itself answers"
            ),
            GiteaErrorKind::NotGitea => write!(
                f,
                "`{server}` answers `{path}` with something that is not Gitea's API ({detail}): check that {ADDRESS} is Gitea's address with its sub-path, and that no proxy answers with a sign-in page or an error page of its own"
            ),
            GiteaErrorKind::Unreadable => write!(
                f,
                "gitea at `{server}` answers `{path}` with data that cannot be read ({detail}): check Gitea's log and version; mirrored data is unchanged"
            ),
            GiteaErrorKind::InconsistentPages => write!(
                f,
                "gitea at `{server}` lists `{path}` in inconsistent pages ({detail}): if this lasts, Gitea's own count is wrong; remove a member from the team and add them again to have Gitea recount"
            ),
        }
    }
}

impl GiteaError {
    /// The new login, when Gitea redirected from an old one.
    pub fn renamed_user(&self) -> Option<Login> {
        let path = self.renamed_path()?;
        let [.., "users", login] = path.as_slice() else {
            return None;
        };
        login.parse().ok()
    }

    /// Owner and name of the repository, when Gitea redirected from an old name.
    pub(super) fn renamed_repository(&self) -> Option<(Login, RepositoryName)> {
        let path = self.renamed_path()?;
        let [.., "repos", owner, name] = path.as_slice() else {
            return None;
        };
        Some((owner.parse().ok()?, name.parse().ok()?))
    }

    fn renamed_path(&self) -> Option<Vec<&str>> {
        match &self.kind {
            GiteaErrorKind::Renamed(to) => Some(to.split('/').collect()),
            _ => None,
        }
    }

    fn certificate_hint(&self) -> &'static str {
        if self.detail.as_str().contains("certificate") {
            "; if its certificate is from a private authority, set `gitea.ca_file` to that authority's certificate file"
        } else {
            ""
        }
    }
}
