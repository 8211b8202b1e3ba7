//! The audience of a token: a name, and since when the present application has it.

use super::{AccessToken, TokenError};
use crate::model::{Application, Timestamp};
use crate::policy::OWN_AUDIENCE;

/// The audience that a token must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Audience<'a> {
    /// `aud`.
    pub name: &'a str,
    /// A token that was issued before is for another application that had the name.
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

    /// Fails for a token with another audience.
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
