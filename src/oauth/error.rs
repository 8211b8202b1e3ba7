//! Errors of the authorization server, with the error codes of RFC 6749 section 5.2 and its extensions.

use crate::model::Timestamp;
use crate::store::CommitError;
use crate::token::{GrantError, KeyError, TokenError};
use std::time::Duration;

/// Why no token is issued. Messages state what to do next, and never whether the id or the secret was wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OAuthError {
    /// A parameter is missing, repeated or of the wrong form.
    #[error("{0}")]
    RequestInvalid(String),
    /// Client authentication failed.
    #[error(
        "the client is unknown, or its secret is wrong or has expired; look at its secrets in Samovar"
    )]
    ClientInvalid,
    /// The code, refresh token or subject token is invalid, expired or used.
    #[error("{0}")]
    GrantInvalid(String),
    /// The subject token, one of Samovar's own, is invalid.
    #[error(transparent)]
    Token(TokenError),
    /// The client may not use this grant type.
    #[error("{0}")]
    ClientUnauthorized(String),
    /// The grant type is not supported.
    #[error("the grant type is not supported; see `grant_types_supported` in the server metadata")]
    GrantTypeUnsupported,
    /// The response type is not supported.
    #[error("`response_type` must be `code`; no other type is supported")]
    ResponseTypeUnsupported,
    /// The principal holds no permission of the requested scope.
    #[error("{0}")]
    ScopeInvalid(String),
    /// The application is unknown, or the client may not request tokens for it.
    #[error("{0}")]
    TargetInvalid(String),
    /// The person declined.
    #[error("the request was declined")]
    AccessDenied,
    /// No client or device may act for the local operator.
    #[error("a client or a device cannot act for the local operator; sign in with Gitea")]
    PersonRefused,
    /// The person has not answered yet.
    #[error("the person has not answered yet; poll again after the interval")]
    AuthorizationPending,
    /// The device polls too often.
    #[error("polled too soon; wait five seconds longer between polls from now on")]
    SlowDown,
    /// The device code has expired.
    #[error("the device code has expired; start again")]
    ExpiredToken,
    /// The account is disabled or gone.
    #[error("the account is disabled or deleted, or has no active owner; ask its administrator")]
    Disabled,
    /// Gitea has been unavailable for longer than the grace.
    #[error("Gitea has not confirmed the memberships since {0}; try again when Gitea answers")]
    Stale(Timestamp),
    /// A rate limit is reached.
    #[error("too many requests; wait {} seconds", .0.as_secs() + 1)]
    TooMany(Duration),
    /// Gitea, or the issuer of a workload token, is unavailable.
    #[error("{0}")]
    Away(String),
    /// The disk is almost full, so nothing new is written.
    #[error(
        "the disk of the server is almost full, so no token can be issued; ask its operator to free space"
    )]
    StorageLow,
    /// The change could not be written or the token not signed.
    #[error("the change could not be written or signed, so nothing was done; see the server's log")]
    Unavailable,
}

impl OAuthError {
    /// The client's application was deleted.
    pub(super) fn application_gone() -> Self {
        let sentence = "the client's application was deleted; register a client of an existing one";
        Self::TargetInvalid(sentence.to_owned())
    }

    /// The error code on the wire.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::RequestInvalid(_) => "invalid_request",
            Self::ClientInvalid => "invalid_client",
            Self::GrantInvalid(_) | Self::Token(_) | Self::Disabled => "invalid_grant",
            Self::ClientUnauthorized(_) => "unauthorized_client",
            Self::GrantTypeUnsupported => "unsupported_grant_type",
            Self::ResponseTypeUnsupported => "unsupported_response_type",
            Self::ScopeInvalid(_) => "invalid_scope",
            Self::TargetInvalid(_) => "invalid_target",
            Self::AccessDenied | Self::PersonRefused => "access_denied",
            Self::AuthorizationPending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::ExpiredToken => "expired_token",
            Self::Stale(_)
            | Self::Away(_)
            | Self::StorageLow
            | Self::Unavailable
            | Self::TooMany(_) => "temporarily_unavailable",
        }
    }

    /// The code of the problem document for the same error, where it is more specific than the error code.
    pub const fn cause(&self) -> Option<&'static str> {
        match self {
            Self::Token(error) => Some(error.code().as_str()),
            Self::Disabled => Some("principal_disabled"),
            Self::Stale(_) => Some("membership_stale"),
            Self::Away(_) => Some("provider_unavailable"),
            Self::StorageLow => Some("storage_low"),
            Self::Unavailable => Some("store_unavailable"),
            Self::TooMany(_) => Some("too_many_requests"),
            _ => None,
        }
    }

    /// The error code in an authorization response (RFC 6749 section 4.1.2.1, RFC 8707 section 2), which has no codes for
    /// an invalid client or grant.
    pub(super) const fn sent_code(&self) -> &'static str {
        match self {
            Self::Disabled => "access_denied",
            Self::ClientInvalid => "unauthorized_client",
            error => error.code(),
        }
    }
}

impl From<CommitError> for OAuthError {
    fn from(error: CommitError) -> Self {
        if error.is_low_space() {
            return Self::StorageLow;
        }
        tracing::error!(%error, "what concerns a token could not be written, so it was not done");
        Self::Unavailable
    }
}

impl From<KeyError> for OAuthError {
    fn from(error: KeyError) -> Self {
        tracing::error!(%error, "a token could not be signed");
        Self::Unavailable
    }
}

impl From<GrantError> for OAuthError {
    fn from(error: GrantError) -> Self {
        match error {
            GrantError::Store(error) => error.into(),
            other => Self::GrantInvalid(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6749 section 4.1.2.1, and RFC 8707 section 2.
    const SENT: [&str; 7] = [
        "invalid_request",
        "unauthorized_client",
        "access_denied",
        "unsupported_response_type",
        "invalid_scope",
        "temporarily_unavailable",
        "invalid_target",
    ];

    #[test]
    fn deleted_application_is_not_a_disabled_account() {
        let error = OAuthError::from(crate::access::Denial::HostUnknown);
        assert_eq!((error.code(), error.cause()), ("invalid_target", None));
        let message = error.to_string();
        let deleted = "the client's application was deleted; ";
        assert!(message.starts_with(deleted), "{message}");
    }

    #[test]
    fn redirect_errors_are_codes_of_the_authorization_endpoint() {
        let text = String::new;
        for error in [
            OAuthError::RequestInvalid(text()),
            OAuthError::ClientInvalid,
            OAuthError::ClientUnauthorized(text()),
            OAuthError::ResponseTypeUnsupported,
            OAuthError::ScopeInvalid(text()),
            OAuthError::TargetInvalid(text()),
            OAuthError::AccessDenied,
            OAuthError::PersonRefused,
            OAuthError::Disabled,
            OAuthError::Stale(Timestamp::ZERO),
            OAuthError::Away(text()),
            OAuthError::StorageLow,
            OAuthError::Unavailable,
        ] {
            assert!(SENT.contains(&error.sent_code()), "{error:?}");
        }
    }
}
