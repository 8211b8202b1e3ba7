//! The codes of denials and problems: stable texts that clients, the audit log and problem documents share.
//!
//! Knows no status and no title: those are `http::problem`'s.

use std::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// Why a request was not served (RFC 9457 `code`). The text is stable; clients go by it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ProblemCode {
            $($(#[$doc])* $name,)*
        }

        impl ProblemCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The stable text.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

codes! {
    /// No credential was presented.
    CredentialsMissing = "credentials_missing";
    /// The session has ended.
    SessionEnded = "session_ended";
    /// The token has another form than Samovar's.
    TokenMalformed = "token_malformed";
    /// The token is of another type.
    TokenTypeWrong = "token_type_wrong";
    /// The token's key is not published.
    TokenKeyUnknown = "token_key_unknown";
    /// The signature does not match the key.
    TokenSignatureInvalid = "token_signature_invalid";
    /// The token has expired.
    TokenExpired = "token_expired";
    /// The token is not valid yet.
    TokenNotYetValid = "token_not_yet_valid";
    /// Another server issued the token.
    TokenIssuerWrong = "token_issuer_wrong";
    /// The token is for another audience.
    TokenAudienceWrong = "token_audience_wrong";
    /// A claim is missing or has another form.
    TokenClaimInvalid = "token_claim_invalid";
    /// The token was revoked.
    TokenRevoked = "token_revoked";
    /// The account is disabled or gone.
    PrincipalDisabled = "principal_disabled";
    /// The application has no route for the request.
    RouteUnknown = "route_unknown";
    /// Permissions are missing.
    PermissionMissing = "permission_missing";
    /// The credential's scope leaves a permission out.
    ScopeInsufficient = "scope_insufficient";
    /// Access to a Gitea repository is missing.
    RepositoryAccessMissing = "repository_access_missing";
    /// The peer is not a trusted proxy.
    ProxyUntrusted = "proxy_untrusted";
    /// A check on an address that other machines reach carries no valid secret of the application.
    ProxySecretInvalid = "proxy_secret_invalid";
    /// Checks are not answered at this address.
    CheckMisplaced = "check_misplaced";
    /// A page of another origin made the browser send it.
    OriginForeign = "origin_foreign";
    /// Gitea has not answered for longer than the grace.
    MembershipStale = "membership_stale";
    /// The audit log cannot be written.
    StoreUnavailable = "store_unavailable";
    /// The disk is almost full.
    StorageLow = "storage_low";
    /// A part without which the server is of no use does not work.
    NotReady = "not_ready";
    /// A check was denied and, repeated, was not.
    CheckUnfinished = "check_unfinished";
    /// Two parties could read the target differently.
    TargetAmbiguous = "target_ambiguous";
    /// `Host` is missing, repeated or invalid.
    HostInvalid = "host_invalid";
    /// No application answers to the host.
    HostUnknown = "host_unknown";
    /// The body is chunked or has two lengths.
    FramingUnsupported = "framing_unsupported";
    /// The request has another form than the operation takes.
    RequestMalformed = "request_malformed";
    /// The address does not exist.
    NotFound = "not_found";
    /// The address does not take the method.
    MethodNotAllowed = "method_not_allowed";
    /// The body did not arrive, or the work took too long.
    RequestTimeout = "request_timeout";
    /// What it asks for conflicts with an existing object.
    Conflict = "conflict";
    /// The object has changed since the version that was given.
    VersionStale = "version_stale";
    /// `If-Match` is missing.
    VersionRequired = "version_required";
    /// The body is longer than the operation takes.
    BodyTooLarge = "body_too_large";
    /// The operation does not take the media type.
    MediaTypeUnsupported = "media_type_unsupported";
    /// A rate limit was reached.
    TooManyRequests = "too_many_requests";
    /// The head has more headers than are read.
    HeadersTooMany = "headers_too_many";
    /// The sign-in did not complete; it can be started again.
    SignInFailed = "sign_in_failed";
    /// The person is known, or the password was read, and may not sign in.
    SignInRefused = "sign_in_refused";
    /// The provider, or Gitea's API, gives no usable answer.
    ProviderUnavailable = "provider_unavailable";
    /// A defect; the server's log says more.
    Internal = "internal";
}

impl fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
