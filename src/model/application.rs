//! Protected applications: hosts, and an ordered list of routes.

use super::{
    ApplicationId, GiteaClientId, HostName, Name, ParseError, PathPattern, Permission, ProxySecret,
    SigningAlgorithm, Timestamp, serde_as_text,
};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A protected application. The first matching route decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Never reused.
    pub id: ApplicationId,
    /// Unique among applications; also the audience of its tokens.
    pub name: Name,
    /// No host belongs to two applications.
    pub hosts: BTreeSet<HostName>,
    /// In order; a request that no route matches is denied.
    pub routes: Vec<Route>,
    /// Identity headers to send. All of them are always sent, empty if unknown.
    pub identity_headers: BTreeSet<IdentityHeader>,
    /// Who uses the `Authorization` header.
    pub authorization: AuthorizationOwner,
    /// Origins whose scripts may call it with credentials; empty passes preflights on as ordinary requests.
    pub origins: BTreeSet<url::Url>,
    /// Which decisions are written to the audit log.
    pub audit: AuditMode,
    /// Settings of its tokens.
    pub tokens: TokenSettings,
    /// When it got its name. Tokens that were issued for the name before that are not valid for this application.
    pub named_at: Timestamp,
    /// Authenticates a proxy on another machine.
    pub proxy_secret: ProxySecret,
    /// Grows by one with every change; the API's `ETag`.
    pub version: u64,
}

/// Settings of an application's tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenSettings {
    /// The algorithm of their signatures.
    pub signing: SigningAlgorithm,
    /// Lifetime of an access token in seconds: [`TokenSettings::SHORTEST`] to [`TokenSettings::LONGEST`].
    pub lifetime: u32,
    /// Gitea's own tokens that may be exchanged for one (RFC 8693), so that the application never sees them.
    pub gitea_tokens: GiteaTokens,
    /// Applications whose clients may exchange a token that they received for a token of this application.
    pub exchange_from: BTreeSet<ApplicationId>,
    /// Allowed requests carry a signed `Samovar-Assertion`.
    pub assertion: bool,
}

/// Gitea's own tokens that an application accepts; none by default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GiteaTokens {
    /// Personal access tokens that may read their own account.
    pub personal: bool,
    /// Access tokens of these OAuth applications of Gitea. With any other one, each OAuth application that a person once
    /// allowed could act as that person here.
    pub oauth_clients: BTreeSet<GiteaClientId>,
}

impl GiteaTokens {
    /// True if any kind is accepted.
    pub fn any(&self) -> bool {
        self.personal || !self.oauth_clients.is_empty()
    }
}

impl TokenSettings {
    /// Shortest lifetime of an access token, in seconds.
    pub const SHORTEST: u32 = 60;
    /// Longest lifetime of an access token, in seconds.
    pub const LONGEST: u32 = 600;

    /// Lifetime of an access token.
    pub fn life(&self) -> Duration {
        Duration::from_secs(u64::from(self.lifetime))
    }
}

impl Default for TokenSettings {
    fn default() -> Self {
        Self {
            signing: SigningAlgorithm::EdDsa,
            lifetime: 300,
            gitea_tokens: GiteaTokens::default(),
            exchange_from: BTreeSet::new(),
            assertion: false,
        }
    }
}

/// A path pattern with methods, and the requirement for its requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// HEAD is checked as GET.
    pub methods: MethodSet,
    /// Matches the path of a request.
    pub path: PathPattern,
    /// The requirement on the caller.
    pub requirement: Requirement,
    /// Required access to the Gitea repository that the path names.
    pub repository: Option<RepositoryRequirement>,
    /// `%2F` inside a segment is data (package scopes, branch names); otherwise it is denied.
    pub encoded_slash: bool,
    /// Parameters of the path with secret values, such as a token in a link. Their values are in no event, log or response.
    pub secret_parameters: BTreeSet<String>,
    /// `;` inside a segment is data; otherwise it is denied, because some servers end a segment there.
    pub semicolon: bool,
}

/// The requirement of a route on the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requirement {
    /// None; anonymous requests are allowed.
    Public,
    /// The caller is signed in.
    SignedIn,
    /// The caller has all of these.
    Permissions(BTreeSet<Permission>),
}

/// Required access to the repository that the route's parameters `owner` and `repo` name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepositoryRequirement {
    /// The least level.
    pub level: RepositoryLevel,
}

/// Access to a repository's code. Each level includes the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RepositoryLevel {
    /// Gitea's `pull`.
    Read,
    /// Gitea's `push`.
    Write,
    /// Gitea's `admin`.
    Admin,
}

impl fmt::Display for RepositoryLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        })
    }
}

/// A header that tells the application who the caller is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentityHeader {
    /// Login.
    User,
    /// Samovar's id of the user.
    UserId,
    /// Full name.
    Name,
    /// E-mail address.
    Email,
    /// Organizations and teams that the application's role bindings name.
    Groups,
    /// The caller's roles in this application.
    Roles,
}

impl IdentityHeader {
    /// Every header, in the order in which they are sent.
    pub const ALL: [Self; 6] = [
        Self::User,
        Self::UserId,
        Self::Name,
        Self::Email,
        Self::Groups,
        Self::Roles,
    ];

    /// The header's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "Remote-User",
            Self::UserId => "Remote-User-Id",
            Self::Name => "Remote-Name",
            Self::Email => "Remote-Email",
            Self::Groups => "Remote-Groups",
            Self::Roles => "Remote-Roles",
        }
    }
}

/// Who uses the `Authorization` header: Samovar, or the application; then Samovar's token is in `Samovar-Token`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorizationOwner {
    /// Samovar looks for its tokens there and passes any other credential on.
    Samovar,
    /// The application alone.
    Application,
}

/// Which decisions of an application are written to the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditMode {
    /// Every decision has an event.
    Every,
    /// The first decision of a kind in a window has an event; repeats are counted (the default).
    FirstInWindow,
    /// Denials and unsafe requests only.
    Denials,
}

/// The methods of a route; empty means every method except CONNECT and TRACE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MethodSet(u8);

/// The bit of a method; HEAD has that of GET.
fn bit(method: &str) -> Option<u8> {
    let method = if method == "HEAD" { "GET" } else { method };
    let index = MethodSet::NAMES.iter().position(|name| *name == method)?;
    Some(1 << index)
}

impl MethodSet {
    /// The methods of RFC 9110 and RFC 5789, sorted, without CONNECT and TRACE, which no route allows.
    pub const NAMES: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

    /// True if the set has this method. HEAD is checked as GET; no set has an unknown method.
    pub fn contains(self, method: &str) -> bool {
        bit(method).is_some_and(|bit| self.0 == 0 || self.0 & bit != 0)
    }

    /// The name of a method that a route may have.
    pub fn static_name(method: &str) -> Option<&'static str> {
        Self::NAMES.into_iter().find(|name| *name == method)
    }

    /// The methods, sorted; empty for a set of every method.
    pub fn iter(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().filter(move |method| {
            *method != "HEAD" && bit(method).is_some_and(|bit| self.0 & bit != 0)
        })
    }

    /// Parses method names in upper case. No name means every method.
    pub fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, ParseError> {
        let mut set = Self::default();
        for name in names {
            set.0 |= bit(name).ok_or_else(|| {
                ParseError::new(format!(
                    "invalid method `{}`: use {} in upper case",
                    name.escape_debug(),
                    Self::NAMES.join(", ")
                ))
            })?;
        }
        Ok(set)
    }
}

impl fmt::Display for MethodSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("*");
        }
        for (index, method) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            f.write_str(method)?;
        }
        Ok(())
    }
}

impl FromStr for MethodSet {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        if text == "*" {
            Ok(Self::default())
        } else {
            Self::from_names(text.split(','))
        }
    }
}

serde_as_text!(MethodSet);

#[cfg(test)]
mod tests {
    use super::MethodSet;

    #[test]
    fn head_is_checked_as_get_and_unknown_methods_are_in_no_set() {
        let get: MethodSet = "GET".parse().unwrap();
        assert!(get.contains("GET") && get.contains("HEAD") && !get.contains("POST"));
        assert_eq!("HEAD".parse::<MethodSet>().unwrap(), get);
        let every = MethodSet::default();
        assert!(every.contains("DELETE"));
        for unknown in ["get", "TRACE", "CONNECT", "PROPFIND", "", "GET "] {
            assert!(
                !every.contains(unknown) && !get.contains(unknown),
                "{unknown}"
            );
        }
        assert!("get".parse::<MethodSet>().is_err());
    }
}
