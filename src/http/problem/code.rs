//! The kinds of problem: a stable text, a heading and a status of each.

use poem::http::StatusCode;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $status:ident, $text:literal, $title:literal;)*) => {
        /// What kind of problem it is. The text is stable; clients go by it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ProblemCode {
            $($(#[$doc])* $name,)*
        }

        impl ProblemCode {
            /// Every code there is.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Its stable text.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// A few words for people, the heading of its page.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// Its status.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }
        }
    };
}

codes! {
    /// Nobody signed in.
    CredentialsMissing = UNAUTHORIZED, "credentials_missing", "Sign in first";
    /// The session is over.
    SessionEnded = UNAUTHORIZED, "session_ended", "The session has ended";
    /// Not a token of ours.
    TokenMalformed = UNAUTHORIZED, "token_malformed", "This is no token of Samovar's";
    /// A token of another kind.
    TokenTypeWrong = UNAUTHORIZED, "token_type_wrong", "The token is of another kind";
    /// A key that is not published.
    TokenKeyUnknown = UNAUTHORIZED, "token_key_unknown", "The token's key is unknown";
    /// Not that key's signature.
    TokenSignatureInvalid = UNAUTHORIZED, "token_signature_invalid", "The signature does not fit";
    /// Its time is over.
    TokenExpired = UNAUTHORIZED, "token_expired", "The token has expired";
    /// Its time has not come.
    TokenNotYetValid = UNAUTHORIZED, "token_not_yet_valid", "The token is not valid yet";
    /// Another server's.
    TokenIssuerWrong = UNAUTHORIZED, "token_issuer_wrong", "The token is another server's";
    /// For somebody else.
    TokenAudienceWrong = UNAUTHORIZED, "token_audience_wrong", "The token is for somebody else";
    /// Claims of another form.
    TokenClaimInvalid = UNAUTHORIZED, "token_claim_invalid", "A claim of the token is wrong";
    /// Ended before its time.
    TokenRevoked = UNAUTHORIZED, "token_revoked", "The token was revoked";
    /// The account is disabled or gone.
    PrincipalDisabled = UNAUTHORIZED, "principal_disabled", "The account is disabled";
    /// The application has no route for it.
    RouteUnknown = FORBIDDEN, "route_unknown", "No route leads there";
    /// Permissions are missing.
    PermissionMissing = FORBIDDEN, "permission_missing", "A permission is missing";
    /// The credential's scope is too narrow.
    ScopeInsufficient = FORBIDDEN, "scope_insufficient", "The credential's scope is too narrow";
    /// Access to a Gitea repository is missing.
    RepositoryAccessMissing = FORBIDDEN, "repository_access_missing", "Access to the repository is missing";
    /// A peer that is no trusted proxy asked at a proxy's door.
    ProxyUntrusted = FORBIDDEN, "proxy_untrusted", "This address is no trusted proxy";
    /// A check at an address that other machines reach, without a valid secret of the application.
    ProxySecretInvalid = FORBIDDEN, "proxy_secret_invalid", "The proxy secret is missing or wrong";
    /// A check at an address on which checks are not answered.
    CheckMisplaced = FORBIDDEN, "check_misplaced", "Checks are not answered here";
    /// A page of another origin made the browser send it.
    OriginForeign = FORBIDDEN, "origin_foreign", "The request comes from another site";
    /// Gitea is away for longer than the grace.
    MembershipStale = SERVICE_UNAVAILABLE, "membership_stale", "Gitea does not answer";
    /// The audit log cannot be written.
    StoreUnavailable = SERVICE_UNAVAILABLE, "store_unavailable", "The store cannot be written";
    /// The disk is almost full.
    StorageLow = SERVICE_UNAVAILABLE, "storage_low", "The server's disk is almost full";
    /// Something without which the server is of no use does not work.
    NotReady = SERVICE_UNAVAILABLE, "not_ready", "Not ready";
    /// A check was refused and, asked again, was not.
    CheckUnfinished = SERVICE_UNAVAILABLE, "check_unfinished", "The check could not be finished";
    /// Two parties could read the target differently.
    TargetAmbiguous = BAD_REQUEST, "target_ambiguous", "The target can be read in two ways";
    /// No `Host`, two of them, or none that is one.
    HostInvalid = BAD_REQUEST, "host_invalid", "The host cannot be read";
    /// A valid host at which nothing answers.
    HostUnknown = MISDIRECTED_REQUEST, "host_unknown", "Nothing answers at this host";
    /// Chunked, or with two lengths.
    FramingUnsupported = BAD_REQUEST, "framing_unsupported", "The body's framing is not taken";
    /// Could not be read as what the operation takes.
    RequestMalformed = BAD_REQUEST, "request_malformed", "The request cannot be read";
    /// Nothing has this address.
    NotFound = NOT_FOUND, "not_found", "Not found";
    /// The address is right, the method is not.
    MethodNotAllowed = METHOD_NOT_ALLOWED, "method_not_allowed", "The method is not taken here";
    /// The body did not come, or the work took too long.
    RequestTimeout = REQUEST_TIMEOUT, "request_timeout", "The request took too long";
    /// What it asks for conflicts with an existing object.
    Conflict = CONFLICT, "conflict", "Conflicts with an existing object";
    /// Changed since the version that the caller knows.
    VersionStale = PRECONDITION_FAILED, "version_stale", "It has changed in the meantime";
    /// No `If-Match`.
    VersionRequired = PRECONDITION_REQUIRED, "version_required", "Say which version you change";
    /// Longer than the operation takes.
    BodyTooLarge = PAYLOAD_TOO_LARGE, "body_too_large", "The body is too large";
    /// Not the media type that the operation takes.
    MediaTypeUnsupported = UNSUPPORTED_MEDIA_TYPE, "media_type_unsupported", "The media type is not taken";
    /// Too many of one kind.
    TooManyRequests = TOO_MANY_REQUESTS, "too_many_requests", "Too many requests";
    /// More headers than we read.
    HeadersTooMany = REQUEST_HEADER_FIELDS_TOO_LARGE, "headers_too_many", "Too many headers";
    /// The sign-in did not come to its end; it can be begun again.
    SignInFailed = BAD_REQUEST, "sign_in_failed", "The sign-in did not work";
    /// The person was recognised, or the password read, and may not sign in.
    SignInRefused = FORBIDDEN, "sign_in_refused", "You cannot sign in";
    /// The provider, or Gitea's API, gives no answer to go by.
    ProviderUnavailable = SERVICE_UNAVAILABLE, "provider_unavailable", "The provider does not answer";
    /// Ours to mend; the log says more.
    Internal = INTERNAL_SERVER_ERROR, "internal", "Something went wrong here";
}
