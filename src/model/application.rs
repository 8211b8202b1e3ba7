//! Applications: what is protected, by hosts and an ordered list of routes.

use super::{
    ApplicationId, GiteaClientId, HostName, Name, ParseError, PathPattern, Permission, ProxySecret,
    SigningAlgorithm, Timestamp, serde_as_text,
};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Something protected: hosts and an ordered list of routes; the first matching route is the route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Its key.
    pub id: ApplicationId,
    /// Unique among applications; also its audience for tokens.
    pub name: Name,
    /// Hosts that it answers to; no host belongs to two applications.
    pub hosts: BTreeSet<HostName>,
    /// In order; what no route matches is denied.
    pub routes: Vec<Route>,
    /// Identity headers it wants; all of them are always sent, empty if unknown.
    pub identity_headers: BTreeSet<IdentityHeader>,
    /// Who reads `Authorization`.
    pub authorization: AuthorizationOwner,
    /// Origins whose scripts may call it with credentials; empty passes preflights on as ordinary requests.
    pub origins: BTreeSet<url::Url>,
    /// How much of its decisions the audit log keeps.
    pub audit: AuditMode,
    /// What its tokens are like, and what may be exchanged for one.
    pub tokens: TokenSettings,
    /// When it got its name: what was issued for that name before was for something else.
    pub named_at: Timestamp,
    /// What a proxy on another machine proves itself with.
    pub proxy_secret: ProxySecret,
    /// Grows by one with every change; the API's `ETag`.
    pub version: u64,
}

/// What an application's tokens are like, and what may be exchanged for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenSettings {
    /// By which algorithm they are signed.
    pub signing: SigningAlgorithm,
    /// How long an access token lives, in seconds: [`TokenSettings::SHORTEST`] to [`TokenSettings::LONGEST`].
    pub lifetime: u32,
    /// Which of Gitea's own tokens may be exchanged for one (RFC 8693), so that no service sees them.
    pub gitea_tokens: GiteaTokens,
    /// Applications whose clients may exchange a token that they were sent for one of this application's.
    pub exchange_from: BTreeSet<ApplicationId>,
    /// Requests that pass carry a signed `Samovar-Assertion`.
    pub assertion: bool,
}

/// Which of Gitea's own tokens are taken for an application's: none, unless it says so.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GiteaTokens {
    /// Personal access tokens that may read their own account.
    pub personal: bool,
    /// OAuth access tokens that one of these OAuth applications got. Any other application that a person once allowed
    /// could act as that person.
    pub oauth_clients: BTreeSet<GiteaClientId>,
}

impl GiteaTokens {
    /// Is any taken?
    pub fn any(&self) -> bool {
        self.personal || !self.oauth_clients.is_empty()
    }
}

/// An earlier record says yes or no for every client at once. Which clients a yes meant is unknown, so that either takes
/// none: an administrator says again which.
fn gitea_tokens<'de, D: serde::Deserializer<'de>>(record: D) -> Result<GiteaTokens, D::Error> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Recorded {
        Now(GiteaTokens),
        Earlier(#[expect(dead_code, reason = "neither answer says which")] bool),
    }
    Ok(match serde::Deserialize::deserialize(record)? {
        Recorded::Now(tokens) => tokens,
        Recorded::Earlier(_) => GiteaTokens::default(),
    })
}

impl TokenSettings {
    /// Shortest life of an access token, in seconds.
    pub const SHORTEST: u32 = 60;
    /// Longest life of an access token, in seconds.
    pub const LONGEST: u32 = 600;

    /// The life of an access token.
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

/// Methods + path pattern + requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Which methods; HEAD is checked as GET.
    pub methods: MethodSet,
    /// Which paths.
    pub path: PathPattern,
    /// What is asked of the caller.
    pub requirement: Requirement,
    /// What the caller must be allowed in the Gitea repository that the path names.
    pub repository: Option<RepositoryRequirement>,
    /// `%2F` inside one segment is data (package scopes, branch names); otherwise it is refused.
    pub encoded_slash: bool,
    /// Parameters of the path whose values are secret, such as a token in a link: they are in no event, log or answer.
    pub secret_parameters: BTreeSet<String>,
    /// `;` inside one segment is data; otherwise it is refused, because some servers cut a segment there.
    pub semicolon: bool,
}

/// What a route asks of its caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requirement {
    /// Nothing, not even to be signed in.
    Public,
    /// To be signed in.
    SignedIn,
    /// To hold all of these.
    Permissions(BTreeSet<Permission>),
}

/// Repository access that a route asks for, in the repository that its parameters `owner` and `repo` name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepositoryRequirement {
    /// At least this.
    pub level: RepositoryLevel,
}

/// A degree of access to a repository's code, each including the one before.
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

/// A header in which the upstream learns who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentityHeader {
    /// Login.
    User,
    /// Our id of the user.
    UserId,
    /// Full name.
    Name,
    /// Address.
    Email,
    /// Organizations and teams that the application's role bindings speak of.
    Groups,
    /// Roles held in this application.
    Roles,
}

impl IdentityHeader {
    /// All of them, in the order in which they are sent.
    pub const ALL: [Self; 6] = [
        Self::User,
        Self::UserId,
        Self::Name,
        Self::Email,
        Self::Groups,
        Self::Roles,
    ];

    /// The header's name as it is written in configurations.
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

/// Who reads `Authorization`: Samovar, or the application itself (then our token travels in `Samovar-Token`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorizationOwner {
    /// Samovar looks for its own tokens there; what is none of ours passes untouched.
    Samovar,
    /// Only the application does.
    Application,
}

/// How much of an application's decisions is written to the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditMode {
    /// Every decision, one by one.
    Every,
    /// The first of its kind in a window, repeats counted (the default).
    FirstInWindow,
    /// Denials and unsafe requests only.
    #[serde(rename = "refusals")]
    Denials,
}

/// The methods a route speaks of; empty means every method that HTTP knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MethodSet(u8);

/// The methods of RFC 9110 and RFC 5789, sorted; CONNECT and TRACE are never let through.
const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/// The bit of a method, HEAD being GET; none for a method that HTTP does not know.
fn bit(method: &str) -> Option<u8> {
    let asked = if method == "HEAD" { "GET" } else { method };
    let place = METHODS.iter().position(|known| *known == asked)?;
    Some(1 << place)
}

impl MethodSet {
    /// Does a request with this method belong to the route? HEAD is checked as GET; an unknown method never belongs.
    pub fn contains(self, method: &str) -> bool {
        bit(method).is_some_and(|bit| self.0 == 0 || self.0 & bit != 0)
    }

    /// The name of a method that HTTP knows; none for any other text.
    pub fn known(method: &str) -> Option<&'static str> {
        METHODS.into_iter().find(|known| *known == method)
    }

    /// The methods, sorted; empty for every method.
    pub fn iter(self) -> impl Iterator<Item = &'static str> {
        METHODS.into_iter().filter(move |method| {
            *method != "HEAD" && bit(method).is_some_and(|bit| self.0 & bit != 0)
        })
    }

    /// From method names in capitals. `*` alone or no name at all is every method.
    pub fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, ParseError> {
        let mut set = Self::default();
        for name in names {
            set.0 |= bit(name).ok_or_else(|| {
                ParseError::new(format!(
                    "`{}` is no method; use {} in capitals",
                    name.escape_debug(),
                    METHODS.join(", ")
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
        for (at, method) in self.iter().enumerate() {
            if at > 0 {
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
    use super::{GiteaTokens, MethodSet, TokenSettings};

    #[test]
    fn an_earlier_record_of_gitea_tokens_is_read_and_takes_none() {
        let read = |gitea_tokens: &str| {
            serde_json::from_str::<TokenSettings>(&format!(
                r#"{{"signing":"EdDSA","lifetime":300,"gitea_tokens":{gitea_tokens},"exchange_from":[],"assertion":true}}"#
            ))
        };
        for earlier in ["false", "true"] {
            let settings = read(earlier).unwrap();
            assert!(
                settings.assertion && !settings.gitea_tokens.any(),
                "{earlier}"
            );
        }
        let personal = GiteaTokens {
            personal: true,
            ..GiteaTokens::default()
        };
        let settings = read(&serde_json::to_string(&personal).unwrap()).unwrap();
        assert_eq!(settings.gitea_tokens, personal);
        for odd in ["null", "1", "{}", r#""true""#] {
            assert!(read(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn head_is_checked_as_get_and_an_unknown_method_never_belongs() {
        let get: MethodSet = "GET".parse().unwrap();
        assert!(get.contains("GET") && get.contains("HEAD") && !get.contains("POST"));
        assert_eq!("HEAD".parse::<MethodSet>().unwrap(), get);
        let every = MethodSet::default();
        assert!(every.contains("DELETE"));
        for odd in ["get", "TRACE", "CONNECT", "PROPFIND", "", "GET "] {
            assert!(!every.contains(odd) && !get.contains(odd), "{odd}");
        }
        assert!("get".parse::<MethodSet>().is_err());
    }
}
