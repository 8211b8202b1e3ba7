//! What an answer means that is not the data that was asked for: the one table of it.
//!
//! | answer | kind | means |
//! | --- | --- | --- |
//! | no connection, time ran out, 5xx, 424 | `Away` | Gitea away: what is known holds until the grace is over |
//! | 429 that lasts | `Busy` | Gitea away, and says so |
//! | 401 | `TokenBroken` | our token is no good any more |
//! | 403 | `Forbidden` | our token lacks a scope, or its user is no site administrator, is disabled or must change the password |
//! | 404 | `Missing` | gone, hidden, renamed with the name reused, or (with `Sudo`) no such user: proves nothing by itself |
//! | 301, 307 to the same server | `Renamed` | the name asked for is an old one |
//! | any other redirect | `ExternalUser` | the configured address is not Gitea's own |
//! | 200 with a page, or with no JSON | `NotGitea` | something else answers at the address |
//! | 200 with JSON of another form, `null` for a list | `Garbage` | could not be read; never "empty" |
//! | pages that do not add up, three times | `Unsteady` | the list changed while it was read, or Gitea's own count is wrong |
//! | any other status | `Garbage` | not an answer to this question |

use super::error::Kind;
use http::StatusCode;

/// What a status other than success and redirects means.
pub(super) fn of_status(status: StatusCode) -> Kind {
    match status.as_u16() {
        401 => Kind::TokenBroken,
        403 => Kind::Forbidden,
        404 => Kind::Missing,
        429 => Kind::Busy,
        424 | 500..=599 => Kind::Away,
        _ => Kind::Garbage,
    }
}

/// Is a read worth another try?
pub(super) fn passing(kind: &Kind) -> bool {
    matches!(kind, Kind::Away | Kind::Busy)
}

/// What no answer at all means.
pub(super) fn of_transport(error: &reqwest::Error) -> Kind {
    if error.is_builder() {
        Kind::Garbage
    } else {
        Kind::Away
    }
}

/// What a redirect means: to our own server it tells of a rename, to anywhere else that we were sent away.
pub(super) fn of_redirect(status: StatusCode, to: &url::Url, own: [&url::Url; 2]) -> Kind {
    let same = own.iter().any(|base| base.origin() == to.origin());
    match status.as_u16() {
        301 | 307 if same => Kind::Renamed(to.path().to_owned()),
        _ => Kind::Elsewhere,
    }
}
