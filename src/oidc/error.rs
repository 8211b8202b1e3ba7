//! Why a sign-in at a provider did not work, in words for the person and for whoever runs the server.

/// Why a sign-in at a provider did not work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OidcError {
    /// It does not answer, or not in time.
    #[error(
        "the provider at `{0}` does not answer; try again, and if it stays so ask whoever runs it"
    )]
    Away(String),
    /// It answers something else than OpenID Connect.
    #[error(
        "the provider at `{0}` does not answer as an OpenID provider does ({1}); check the address in the configuration"
    )]
    Garbage(String, String),
    /// Discovery names an issuer that was not configured.
    #[error(
        "discovery names issuer `{found}` and the configuration expects `{expected}`; correct {correct}"
    )]
    IssuerWrong {
        /// Configured.
        expected: String,
        /// What discovery says.
        found: String,
        /// The key of the configuration that says otherwise.
        correct: String,
    },
    /// The provider refused the code.
    #[error(
        "the provider did not accept the sign-in ({0}); try again, and if it stays so check the client secret and the redirect URI in the provider"
    )]
    Refused(String),
    /// The nonce is another sign-in's: Gitea keeps one for each person and application.
    #[error("another sign-in of yours overtook this one; try again")]
    Overtaken,
    /// The ID token is over or not yet valid.
    #[error("the provider's token is out of time ({0}); compare the clocks of both servers")]
    OutOfTime(String),
    /// The ID token fails a check.
    #[error(
        "the provider's token is not valid: {0}; try again, and if it stays so ask whoever runs the provider"
    )]
    TokenInvalid(String),
    /// The ID token is signed with an algorithm that is not accepted.
    #[error(
        "the provider signs with an algorithm that is not accepted; set `ES256`, `RS256` or `EdDSA` there (in Gitea `JWT_SIGNING_ALGORITHM` of `[oauth2]`)"
    )]
    AlgorithmWrong,
    /// The answer does not say who gives it, or names another than the one that was asked (RFC 9207).
    #[error(
        "the answer {0}; begin the sign-in again, and if it stays so ask whoever runs the provider"
    )]
    IssuerOfAnswer(&'static str),
    /// A claim is missing that was asked for: Gitea keeps the scopes of the first consent (gitea.md 1.6).
    #[error(
        "the provider's token does not name the account, because Samovar was authorized for less before; revoke it in Gitea under Settings, Applications, and sign in again"
    )]
    GrantTooNarrow,
    /// The provider no longer knows the person's token: the account may be disabled.
    #[error(
        "the provider does not confirm the account; it may be disabled there; ask whoever runs the provider"
    )]
    NotActive,
}

#[cfg(test)]
mod tests {
    use super::OidcError;

    #[test]
    fn every_sentence_says_what_to_do_next() {
        let text = || "-".to_owned();
        let both = (text(), text());
        for error in [
            OidcError::Away(text()),
            OidcError::Garbage(both.0, both.1),
            OidcError::IssuerWrong {
                expected: text(),
                found: text(),
                correct: text(),
            },
            OidcError::Refused(text()),
            OidcError::Overtaken,
            OidcError::OutOfTime(text()),
            OidcError::TokenInvalid(text()),
            OidcError::AlgorithmWrong,
            OidcError::IssuerOfAnswer("-"),
            OidcError::GrantTooNarrow,
            OidcError::NotActive,
        ] {
            let said = error.to_string();
            let (_, next) = said.rsplit_once("; ").expect(&said);
            let does = [
                "try again",
                "check",
                "correct",
                "compare",
                "set",
                "begin",
                "revoke",
                "ask",
            ];
            assert!(does.iter().any(|what| next.starts_with(what)), "{said}");
        }
    }
}
