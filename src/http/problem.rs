//! Problem documents (RFC 9457): what a caller is told when something is not done. The only file that knows status codes.
//!
//! Knows `access`'s refusals and the faults of the doors beside it. Must never say who else may do something, and never
//! carry an internal error's text: that goes to the log with the request id.

use super::page;
use crate::access::Refusal;
use crate::access::sign_in::{SignInFailed, SignInFault};
use crate::model::RequestId;
use crate::token::TokenFault;
use poem::error::ResponseError;
use poem::http::{HeaderMap, Method, StatusCode, header};
use poem::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use std::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $status:ident, $text:literal, $title:literal;)*) => {
        /// What kind of problem it is. The text is stable; clients go by it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
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

impl Code {
    /// Does an access token not hold?
    const fn is_of_token(self) -> bool {
        matches!(
            self,
            Self::TokenMalformed
                | Self::TokenTypeWrong
                | Self::TokenKeyUnknown
                | Self::TokenSignatureInvalid
                | Self::TokenExpired
                | Self::TokenNotYetValid
                | Self::TokenIssuerWrong
                | Self::TokenAudienceWrong
                | Self::TokenClaimInvalid
                | Self::TokenRevoked
        )
    }
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
    /// A page of another origin made the browser send it.
    OriginForeign = FORBIDDEN, "origin_foreign", "The request comes from another site";
    /// Gitea is away for longer than the grace.
    MembershipStale = SERVICE_UNAVAILABLE, "membership_stale", "Gitea does not answer";
    /// The audit log cannot be written.
    StoreUnavailable = SERVICE_UNAVAILABLE, "store_unavailable", "The store cannot be written";
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
    NotFound = NOT_FOUND, "not_found", "There is no such thing";
    /// The address is right, the method is not.
    MethodNotAllowed = METHOD_NOT_ALLOWED, "method_not_allowed", "The method is not taken here";
    /// The body did not come, or the work took too long.
    RequestTimeout = REQUEST_TIMEOUT, "request_timeout", "The request took too long";
    /// What it asks for is taken, or stands against something that exists.
    Conflict = CONFLICT, "conflict", "It stands against something that exists";
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

/// Why something was not done, for the caller.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    code: Code,
    detail: String,
    scope: Option<String>,
    again: Option<String>,
    members: Map<String, Value>,
}

impl Problem {
    /// A problem with a sentence (lower case, no final period, says what to do next).
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            scope: None,
            again: None,
            members: Map::new(),
        }
    }

    /// Ours to mend. The cause goes to the log, never to the caller.
    pub fn internal() -> Self {
        Self::new(
            Code::Internal,
            "the request could not be served; the server's log says why under this request id",
        )
    }

    /// Adds a member of its own (RFC 9457 section 3.2).
    #[must_use]
    pub fn with(mut self, member: &str, value: Value) -> Self {
        self.members.insert(member.to_owned(), value);
        self
    }

    /// The path, at the same host, that tries again: a button on the page.
    pub fn again(&self) -> Option<&str> {
        self.again.as_deref()
    }

    /// What kind it is.
    pub const fn code(&self) -> Code {
        self.code
    }

    /// Is it one that signing in would mend?
    pub const fn asks_for_sign_in(&self) -> bool {
        matches!(self.code, Code::CredentialsMissing | Code::SessionEnded)
    }

    /// The answer in the form that fits the caller.
    pub fn respond(&self, asker: &Asker) -> Response {
        let (kind, body) = if asker.page {
            ("text/html; charset=utf-8", page::render(self, asker))
        } else {
            (
                "application/problem+json",
                self.document(Some(asker.request)).to_string(),
            )
        };
        let mut response = self.head(kind).body(body);
        if asker.page {
            page::restrict(response.headers_mut(), "'none'");
        }
        response
    }

    /// Only what nginx takes from a check: 401 or 403, and no body; the rest is fetched by its second question.
    pub fn respond_to_nginx(&self) -> Response {
        let status = if self.asks_for_sign_in() {
            StatusCode::UNAUTHORIZED
        } else {
            StatusCode::FORBIDDEN
        };
        status.into_response()
    }

    fn head(&self, kind: &'static str) -> poem::ResponseBuilder {
        let mut head = Response::builder()
            .status(self.code.status())
            .header(header::CONTENT_TYPE, kind)
            .header(header::CACHE_CONTROL, "no-store");
        if let Some(challenge) = self.challenge() {
            head = head.header(header::WWW_AUTHENTICATE, challenge);
        }
        if self.code.status() == StatusCode::SERVICE_UNAVAILABLE {
            head = head.header(header::RETRY_AFTER, "5");
        }
        head
    }

    /// RFC 9110 section 15.5.2 wants one on every 401; RFC 6750 section 3.1 says which error it names.
    fn challenge(&self) -> Option<String> {
        let realm = "Bearer realm=\"samovar\"";
        if self.code == Code::ScopeInsufficient {
            let scope = self.scope.as_deref().unwrap_or_default();
            return Some(format!(
                "{realm}, error=\"insufficient_scope\", scope=\"{scope}\""
            ));
        }
        if self.code.is_of_token() {
            let description = in_quotes(&self.detail);
            return Some(format!(
                "{realm}, error=\"invalid_token\", error_description=\"{description}\""
            ));
        }
        (self.code.status() == StatusCode::UNAUTHORIZED).then(|| realm.to_owned())
    }

    fn document(&self, request: Option<RequestId>) -> Value {
        let mut document = self.members.clone();
        let code = self.code.as_str();
        let status = self.code.status();
        document.insert("type".to_owned(), json!("about:blank"));
        document.insert("code".to_owned(), json!(code));
        document.insert("title".to_owned(), json!(status.canonical_reason()));
        document.insert("status".to_owned(), json!(status.as_u16()));
        document.insert("detail".to_owned(), json!(self.detail));
        if let Some(request) = request {
            document.insert("request_id".to_owned(), json!(request.to_string()));
        }
        Value::Object(document)
    }

    /// The problem in an error of ours or of the framework.
    pub fn from_error(error: &poem::Error) -> Self {
        if let Some(problem) = error.downcast_ref::<Self>() {
            return problem.clone();
        }
        let code = match error.status() {
            StatusCode::NOT_FOUND => Code::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
            StatusCode::PAYLOAD_TOO_LARGE => Code::BodyTooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::MediaTypeUnsupported,
            status if status.is_client_error() => Code::RequestMalformed,
            _ => return Self::internal(),
        };
        Self::new(code, framework_detail(code, error))
    }
}

/// What a quoted description may hold (RFC 6750 section 3).
fn in_quotes(text: &str) -> String {
    let fine = |c: &char| matches!(c, ' ' | '!' | '#'..='[' | ']'..='~');
    text.chars().filter(fine).take(300).collect()
}

/// The framework speaks of what the caller sent in 400s only; elsewhere our words are better.
fn framework_detail(code: Code, error: &poem::Error) -> String {
    match code {
        Code::NotFound => {
            "nothing has this address; Samovar's own `/api/docs` lists those of the API".to_owned()
        }
        Code::MethodNotAllowed => {
            "the address does not take this method; `/api/docs` lists those that it takes"
                .to_owned()
        }
        Code::MediaTypeUnsupported => {
            "the body's media type is not taken; send `Content-Type: application/json`".to_owned()
        }
        Code::BodyTooLarge => "the body is longer than is taken here; send less".to_owned(),
        _ => {
            let text: String = error.to_string().chars().take(500).collect();
            text.trim_end_matches('.').to_owned()
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status(&self) -> StatusCode {
        self.code.status()
    }

    fn as_response(&self) -> Response {
        self.head("application/problem+json")
            .body(self.document(None).to_string())
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        let code = match &refusal {
            Refusal::HostUnknown => Code::HostUnknown,
            Refusal::TargetAmbiguous(_) | Refusal::EncodedSlash(_) => Code::TargetAmbiguous,
            Refusal::CredentialsMissing => Code::CredentialsMissing,
            Refusal::SessionEnded => Code::SessionEnded,
            Refusal::Token(fault) => of_token(fault),
            Refusal::PrincipalDisabled => Code::PrincipalDisabled,
            Refusal::RouteUnknown => Code::RouteUnknown,
            Refusal::PermissionMissing { .. } | Refusal::OwnPermissionMissing(_) => {
                Code::PermissionMissing
            }
            Refusal::ScopeInsufficient { .. } | Refusal::OwnScopeInsufficient(_) => {
                Code::ScopeInsufficient
            }
            Refusal::RepositoryAccessMissing { .. } => Code::RepositoryAccessMissing,
            Refusal::MembershipStale { .. } => Code::MembershipStale,
            Refusal::StoreUnavailable => Code::StoreUnavailable,
        };
        let mut problem = Self::new(code, detail);
        problem.scope = match &refusal {
            Refusal::ScopeInsufficient { permissions, .. } => {
                let words: Vec<String> = permissions.iter().map(ToString::to_string).collect();
                Some(words.join(" "))
            }
            Refusal::OwnScopeInsufficient(word) => Some((*word).to_owned()),
            _ => None,
        };
        problem
    }
}

const fn of_token(fault: &TokenFault) -> Code {
    match fault {
        TokenFault::Malformed => Code::TokenMalformed,
        TokenFault::TypeWrong { .. } => Code::TokenTypeWrong,
        TokenFault::KeyUnknown => Code::TokenKeyUnknown,
        TokenFault::SignatureInvalid => Code::TokenSignatureInvalid,
        TokenFault::Expired { .. } => Code::TokenExpired,
        TokenFault::NotYetValid { .. } => Code::TokenNotYetValid,
        TokenFault::IssuerWrong { .. } => Code::TokenIssuerWrong,
        TokenFault::AudienceWrong { .. } => Code::TokenAudienceWrong,
        TokenFault::ClaimInvalid(_) => Code::TokenClaimInvalid,
        TokenFault::Revoked => Code::TokenRevoked,
    }
}

impl From<SignInFailed> for Problem {
    fn from(failed: SignInFailed) -> Self {
        let again = failed.again;
        Self {
            again,
            ..failed.fault.into()
        }
    }
}

impl From<SignInFault> for Problem {
    fn from(fault: SignInFault) -> Self {
        use SignInFault as F;
        let code = match &fault {
            F::Address(_) => Code::RequestMalformed,
            F::Mirror(_) => Code::ProviderUnavailable,
            F::NotSignedIn => Code::CredentialsMissing,
            F::HostUnknown => Code::HostUnknown,
            F::Store(_) | F::SignOut(_) => Code::StoreUnavailable,
            F::Provider(_) if fault.is_ours_or_the_providers() => Code::ProviderUnavailable,
            F::BreakGlass(_) if fault.is_a_matter_of_time() => Code::TooManyRequests,
            F::Disabled | F::BreakGlass(_) => Code::SignInRefused,
            F::Incomplete
            | F::ProviderUnknown
            | F::Flow(_)
            | F::Declined
            | F::ProviderRefused(_)
            | F::Provider(_)
            | F::HandOver(_) => Code::SignInFailed,
        };
        Self::new(code, fault.to_string())
    }
}

/// Whom an answer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asker {
    /// The id that the answer repeats.
    pub request: RequestId,
    /// True for a browser on its way to a page; everybody else gets a document.
    pub page: bool,
}

/// Is this a browser on its way to a page? Scripts and background fetches never are, nor is a page fetched in advance.
pub fn is_navigation(method: &Method, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let in_advance = text("sec-purpose").is_some_and(|purpose| purpose.contains("prefetch"));
    let browser = match text("sec-fetch-mode") {
        Some(mode) => mode == "navigate",
        None => text("accept").is_some_and(|accept| accept.contains("text/html")),
    };
    method == Method::GET && browser && !in_advance && !headers.contains_key("x-requested-with")
}

#[cfg(test)]
#[path = "problem_tests.rs"]
mod tests;
