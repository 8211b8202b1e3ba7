//! Why a sign-in at a provider failed, in sentences for the person and the administrator.

/// Why a sign-in at a provider failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OidcError {
    /// The provider does not answer, or not in time.
    #[error(
        "the provider at `{0}` does not answer; try again, and if it persists ask the provider's administrator"
    )]
    Unreachable(String),
    /// A response is not one of OpenID Connect.
    #[error(
        "the provider at `{0}` does not answer as an OpenID provider does ({1}); check the address in the configuration"
    )]
    InvalidResponse(String, String),
    /// Discovery names an issuer that is not configured.
    #[error(
        "discovery names issuer `{found}` and the configuration expects `{expected}`; correct {keys}"
    )]
    IssuerMismatch {
        /// The configured issuer.
        expected: String,
        /// The issuer in the metadata.
        found: String,
        /// The keys of the configuration that determine the expected issuer.
        keys: String,
    },
    /// The provider rejected the code.
    #[error(
        "the provider did not accept the sign-in ({0}); try again, and if it persists check the client secret and the redirect URI at the provider"
    )]
    CodeRejected(String),
    /// The nonce is that of another sign-in: Gitea stores one for each person and application.
    #[error("another sign-in of yours replaced this one; try again")]
    NonceMismatch,
    /// The token is expired, not yet valid, or too old.
    #[error(
        "the provider's token is not valid at this time ({0}); compare the clocks of both servers"
    )]
    TimeInvalid(String),
    /// The token fails a check.
    #[error(
        "the provider's token is not valid: {0}; try again, and if it persists ask the provider's administrator"
    )]
    TokenInvalid(String),
    /// The token is signed with an algorithm that is not accepted.
    #[error(
        "the provider signs with an algorithm that is not accepted; set `ES256`, `RS256` or `EdDSA` there (in Gitea `JWT_SIGNING_ALGORITHM` of `[oauth2]`)"
    )]
    AlgorithmUnsupported,
    /// The authorization response lacks its issuer, or names another one (RFC 9207).
    #[error(
        "the authorization response {0}; begin the sign-in again, and if it persists ask the provider's administrator"
    )]
    ResponseIssuerInvalid(&'static str),
    /// A requested claim is missing: Gitea stores the scopes of the first consent (gitea.md 1.6).
    #[error(
        "the provider's token does not name the account, because Samovar was authorized for less before; revoke it in Gitea under Settings, Applications, and sign in again"
    )]
    ScopeInsufficient,
    /// The provider rejects the person's access token: the account may be disabled.
    #[error(
        "the provider does not confirm the account; it may be disabled there; ask the provider's administrator"
    )]
    AccountInactive,
}

#[cfg(test)]
mod tests {
    use super::OidcError;

    #[test]
    fn every_message_says_what_to_do_next() {
        let text = || "-".to_owned();
        for error in [
            OidcError::Unreachable(text()),
            OidcError::InvalidResponse(text(), text()),
            OidcError::IssuerMismatch {
                expected: text(),
                found: text(),
                keys: text(),
            },
            OidcError::CodeRejected(text()),
            OidcError::NonceMismatch,
            OidcError::TimeInvalid(text()),
            OidcError::TokenInvalid(text()),
            OidcError::AlgorithmUnsupported,
            OidcError::ResponseIssuerInvalid("-"),
            OidcError::ScopeInsufficient,
            OidcError::AccountInactive,
        ] {
            let message = error.to_string();
            let (_, next) = message.rsplit_once("; ").expect(&message);
            let verbs = [
                "try again",
                "check",
                "correct",
                "compare",
                "set",
                "begin",
                "revoke",
                "ask",
            ];
            let starts = verbs.iter().any(|verb| next.starts_with(verb));
            assert!(starts, "{message}");
        }
    }
}
