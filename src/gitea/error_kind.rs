//! The kinds of failed requests to Gitea, and the one table from responses to kinds.
//!
//! | response | kind | meaning |
//! | --- | --- | --- |
//! | no connection, timeout, 5xx, 424 | `Unavailable` | mirrored facts apply until the grace ends |
//! | 429 after every retry | `RateLimited` | as `Unavailable` |
//! | 401 | `TokenRejected` | the token of the service identity is not valid any more |
//! | 403 | `Forbidden` | the token lacks a scope, or its user is not a site administrator, is disabled or must change the password |
//! | 404 | `NotFound` | deleted, hidden, renamed with the name reused, or (with `Sudo`) no such user: proves nothing by itself |
//! | 301, 307 to the same server | `Renamed` | the requested name is an old one |
//! | any other redirect | `ForeignRedirect` | the configured address is not Gitea's own |
//! | 200 with another content type than JSON | `NotGitea` | another server answers at the address |
//! | 200 with unexpected JSON, or `null` instead of a list | `Unreadable` | never an empty list |
//! | inconsistent pages, three times | `InconsistentPages` | the list changes during reading, or Gitea's own count is wrong |
//! | any other status | `Unreadable` | not an answer to this request |

use http::StatusCode;

/// The kind of a failed request; the table of this module has their meanings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GiteaErrorKind {
    /// No response in time, or a server error.
    Unavailable,
    /// Too many requests.
    RateLimited,
    /// The token is not accepted.
    TokenRejected,
    /// The token lacks a right.
    Forbidden,
    /// Nothing there, or nothing that the requester may see.
    NotFound,
    /// The name is an old one; the path under the new name.
    Renamed(String),
    /// A redirect to another server.
    ForeignRedirect,
    /// Not Gitea's API.
    NotGitea,
    /// An answer of another form than the API's.
    Unreadable,
    /// Pages of one list that contradict one another.
    InconsistentPages,
}

impl GiteaErrorKind {
    /// For a status other than success and redirects.
    pub(super) fn of_status(status: StatusCode) -> Self {
        match status.as_u16() {
            401 => Self::TokenRejected,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            429 => Self::RateLimited,
            424 | 500..=599 => Self::Unavailable,
            _ => Self::Unreadable,
        }
    }

    /// For a redirect: to the own server it reports a rename.
    pub(super) fn of_redirect(status: StatusCode, to: &url::Url, own: [&url::Url; 2]) -> Self {
        let same = own.iter().any(|base| base.origin() == to.origin());
        match status.as_u16() {
            301 | 307 if same => Self::Renamed(to.path().to_owned()),
            _ => Self::ForeignRedirect,
        }
    }

    /// For a request without a response.
    pub(super) fn of_transport(error: &reqwest::Error) -> Self {
        if error.is_builder() {
            Self::Unreadable
        } else {
            Self::Unavailable
        }
    }

    /// Whether a retry can succeed.
    pub(super) const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable | Self::RateLimited)
    }

    /// Whether every other request would fail too.
    pub const fn concerns_every_request(&self) -> bool {
        matches!(
            self,
            Self::Unavailable
                | Self::RateLimited
                | Self::TokenRejected
                | Self::ForeignRedirect
                | Self::NotGitea
        )
    }

    /// Whether one name is not there, at a server that answers.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::NotFound | Self::Renamed(_))
    }
}
