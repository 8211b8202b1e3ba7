//! For whom a token is: a name, and since when it stands for what it stands for now.

use super::{AccessToken, TokenError};
use crate::model::{Application, Timestamp};
use crate::policy::OWN_AUDIENCE;

/// Who a token must be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Audience<'a> {
    /// `aud`.
    pub name: &'a str,
    /// A token that was made before is for something else that was called so.
    pub named_at: Timestamp,
}

impl<'a> Audience<'a> {
    /// Samovar's own API.
    pub const OWN: Audience<'static> = Audience {
        name: OWN_AUDIENCE,
        named_at: Timestamp::ZERO,
    };

    /// An application.
    pub fn of(application: &'a Application) -> Self {
        Self {
            name: application.name.as_str(),
            named_at: application.named_at,
        }
    }

    /// Is the token for it?
    pub fn check(self, token: &AccessToken) -> Result<(), TokenError> {
        let expected = || self.name.to_owned();
        if token.audience.as_str() != self.name {
            let expected = expected();
            return Err(TokenError::AudienceWrong { expected });
        }
        if token.id.made_at() < self.named_at {
            let expected = expected();
            return Err(TokenError::AudienceReplaced { expected });
        }
        Ok(())
    }
}
