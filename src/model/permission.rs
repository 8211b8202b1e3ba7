//! Permissions (`resource:action`), and the patterns in a role.

use super::{ParseError, serde_as_text};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Prefix of Samovar's own resources, which no wildcard matches.
const OWN_PREFIX: &str = "samovar.";

/// Prefix of rights that Gitea grants: no role has them, and no route requires them as a permission.
const GITEA_PREFIX: &str = "gitea.";

/// A right to do something: `resource:action`, for example `deployments:write`. Also a word of an OAuth scope.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permission(Arc<str>);

impl Permission {
    /// Its grammar as a regular expression (ECMA-262).
    pub const PATTERN: &str = "^[a-z][a-z0-9._-]{0,63}:[a-z][a-z0-9._-]{0,63}$";

    /// `resource:action`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the colon.
    pub fn resource(&self) -> &str {
        self.0.split_once(':').map_or("", |(resource, _)| resource)
    }

    /// True for Samovar's own permissions.
    pub fn is_own(&self) -> bool {
        self.0.starts_with(OWN_PREFIX)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Permission {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        check_prefix(text)?;
        let parts = text
            .split_once(':')
            .filter(|(resource, action)| word(resource) && word(action));
        parts.map(|_| Self(text.into())).ok_or_else(|| {
            ParseError::new(format!(
                "invalid permission `{}`: use `resource:action` in lower case, such as `deployments:write`",
                text.chars().take(80).collect::<String>().escape_debug()
            ))
        })
    }
}

serde_as_text!(Permission);

/// An entry of a role: a permission, or `resource:*` for every action of a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PermissionPattern {
    /// Exactly this permission.
    Exact(Permission),
    /// Every action of this resource, which is not one of Samovar's own.
    EveryAction(String),
}

impl PermissionPattern {
    /// Its grammar as a regular expression (ECMA-262).
    pub const PATTERN: &str = "^[a-z][a-z0-9._-]{0,63}:(\\*|[a-z][a-z0-9._-]{0,63})$";

    /// True if the pattern includes the permission.
    pub fn matches(&self, permission: &Permission) -> bool {
        match self {
            Self::Exact(exact) => exact == permission,
            Self::EveryAction(resource) => {
                !permission.is_own() && permission.resource() == resource
            }
        }
    }

    /// True if the pattern includes every permission of `other`.
    pub fn covers(&self, other: &Self) -> bool {
        match other {
            Self::Exact(permission) => self.matches(permission),
            Self::EveryAction(_) => self == other,
        }
    }

    /// True for one of Samovar's own permissions.
    pub fn is_own(&self) -> bool {
        matches!(self, Self::Exact(permission) if permission.is_own())
    }
}

impl fmt::Display for PermissionPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(permission) => permission.fmt(f),
            Self::EveryAction(resource) => write!(f, "{resource}:*"),
        }
    }
}

impl FromStr for PermissionPattern {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        match text.strip_suffix(":*") {
            Some(resource) if resource.starts_with(OWN_PREFIX) => Err(ParseError::new(format!(
                "invalid permission `{}`: wildcards do not apply to Samovar's own permissions; list each of them",
                text.escape_debug()
            ))),
            Some(resource) if word(resource) => {
                check_prefix(text)?;
                Ok(Self::EveryAction(resource.to_owned()))
            }
            _ => text.parse().map(Self::Exact),
        }
    }
}

serde_as_text!(PermissionPattern);

/// Rejects the prefix of Gitea.
fn check_prefix(text: &str) -> Result<(), ParseError> {
    if !text.starts_with(GITEA_PREFIX) {
        return Ok(());
    }
    Err(ParseError::new(format!(
        "invalid permission `{}`: Gitea grants rights with the prefix `{GITEA_PREFIX}`; require repository access in the route",
        text.chars().take(80).collect::<String>().escape_debug()
    )))
}

/// 1 to 64 of `a-z 0-9 . _ -`, starting with a letter.
fn word(text: &str) -> bool {
    let ok =
        |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-');
    text.len() <= 64 && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.bytes().all(ok)
}

#[cfg(test)]
mod tests {
    use super::{Permission, PermissionPattern};

    fn pattern(text: &str) -> PermissionPattern {
        text.parse().unwrap()
    }

    fn permission(text: &str) -> Permission {
        text.parse().unwrap()
    }

    #[test]
    fn wildcard_matches_the_actions_of_its_resource_alone() {
        let all = pattern("deployments:*");
        assert!(all.matches(&permission("deployments:write")));
        assert!(!all.matches(&permission("deployments.eu:write")));
        assert!(!all.matches(&permission("deployment:write")));
        assert!(all.covers(&pattern("deployments:read")) && all.covers(&all));
        assert!(!pattern("deployments:read").covers(&all));
    }

    #[test]
    fn rights_of_gitea_are_not_permissions() {
        assert!("gitea.repository:write".parse::<Permission>().is_err());
        assert!("gitea.repository:*".parse::<PermissionPattern>().is_err());
        assert!("giteas:write".parse::<Permission>().is_ok());
    }

    #[test]
    fn wildcards_do_not_match_samovars_own_permissions() {
        assert!("samovar.roles:*".parse::<PermissionPattern>().is_err());
        assert!("*:*".parse::<PermissionPattern>().is_err());
        assert!("*".parse::<PermissionPattern>().is_err());
        assert!(pattern("samovar.roles:write").matches(&permission("samovar.roles:write")));
    }

    #[test]
    fn permission_has_exactly_two_parts() {
        for invalid in [
            "", "a", ":", "a:", ":b", "a:b:c", "A:b", "a:B", "a b:c", "1a:b", "a:*",
        ] {
            assert!(invalid.parse::<Permission>().is_err(), "{invalid}");
        }
    }
}
