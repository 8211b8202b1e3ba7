//! Status and title of each problem code.

use crate::model::ProblemCode;
use poem::http::StatusCode;

macro_rules! problems {
    ($($name:ident = $status:ident, $title:literal;)*) => {
        /// The status of an answer with this code.
        pub const fn status(code: ProblemCode) -> StatusCode {
            match code { $(ProblemCode::$name => StatusCode::$status,)* }
        }

        /// The title of its page. Documents are of type `about:blank` and have the status phrase (RFC 9457 section 4.2.1).
        pub const fn title(code: ProblemCode) -> &'static str {
            match code { $(ProblemCode::$name => $title,)* }
        }
    };
}

problems! {
    CredentialsMissing = UNAUTHORIZED, "Sign in first";
    SessionEnded = UNAUTHORIZED, "The session has ended";
    TokenMalformed = UNAUTHORIZED, "Not an access token of Samovar";
    TokenTypeWrong = UNAUTHORIZED, "Wrong type of token";
    TokenKeyUnknown = UNAUTHORIZED, "Unknown token key";
    TokenSignatureInvalid = UNAUTHORIZED, "Invalid token signature";
    TokenExpired = UNAUTHORIZED, "The token has expired";
    TokenNotYetValid = UNAUTHORIZED, "The token is not valid yet";
    TokenIssuerWrong = UNAUTHORIZED, "Wrong token issuer";
    TokenAudienceWrong = UNAUTHORIZED, "Wrong token audience";
    TokenClaimInvalid = UNAUTHORIZED, "Invalid token claim";
    TokenRevoked = UNAUTHORIZED, "The token was revoked";
    PrincipalDisabled = UNAUTHORIZED, "The account is disabled";
    RouteUnknown = FORBIDDEN, "No matching route";
    PermissionMissing = FORBIDDEN, "Permission missing";
    ScopeInsufficient = FORBIDDEN, "Insufficient scope";
    RepositoryAccessMissing = FORBIDDEN, "Repository access missing";
    ProxyUntrusted = FORBIDDEN, "Untrusted proxy";
    ProxySecretInvalid = FORBIDDEN, "Invalid proxy secret";
    CheckMisplaced = FORBIDDEN, "Checks are not answered here";
    OriginForeign = FORBIDDEN, "Request from another site";
    MembershipStale = SERVICE_UNAVAILABLE, "Gitea does not answer";
    StoreUnavailable = SERVICE_UNAVAILABLE, "The audit log cannot be written";
    StorageLow = SERVICE_UNAVAILABLE, "The server's disk is almost full";
    NotReady = SERVICE_UNAVAILABLE, "Not ready";
    CheckUnfinished = SERVICE_UNAVAILABLE, "The check could not be completed";
    TargetAmbiguous = BAD_REQUEST, "Ambiguous request target";
    HostInvalid = BAD_REQUEST, "Invalid host";
    HostUnknown = MISDIRECTED_REQUEST, "Unknown host";
    FramingUnsupported = BAD_REQUEST, "Unsupported body framing";
    RequestMalformed = BAD_REQUEST, "Malformed request";
    NotFound = NOT_FOUND, "Not found";
    MethodNotAllowed = METHOD_NOT_ALLOWED, "Method not allowed";
    RequestTimeout = REQUEST_TIMEOUT, "Request timeout";
    Conflict = CONFLICT, "Conflicts with an existing object";
    VersionStale = PRECONDITION_FAILED, "Changed in the meantime";
    VersionRequired = PRECONDITION_REQUIRED, "Version required";
    BodyTooLarge = PAYLOAD_TOO_LARGE, "Body too large";
    MediaTypeUnsupported = UNSUPPORTED_MEDIA_TYPE, "Unsupported media type";
    TooManyRequests = TOO_MANY_REQUESTS, "Too many requests";
    HeadersTooMany = REQUEST_HEADER_FIELDS_TOO_LARGE, "Too many headers";
    SignInFailed = BAD_REQUEST, "Sign-in failed";
    SignInRefused = FORBIDDEN, "Sign-in denied";
    ProviderUnavailable = SERVICE_UNAVAILABLE, "The provider does not answer";
    Internal = INTERNAL_SERVER_ERROR, "Internal error";
}
