//! Permissions: `resource:action`, and the patterns that a role may hold.

use super::{ParseError, serde_as_text};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Resources that begin so are Samovar's own; no wildcard ever matches them.
const OWN: &str = "samovar.";

/// Resources that begin so are what Gitea itself gives: no role holds them, and no route asks for them as a permission.
const GITEA: &str = "gitea.";

/// One thing that can be allowed: `resource:action`, for example `deployments:write`. Also an OAuth scope word.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permission(Arc<str>);

impl Permission {
    /// `resource:action`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the colon.
    pub fn resource(&self) -> &str {
        self.0.split_once(':').map_or("", |(resource, _)| resource)
    }

    /// Is it one of Samovar's own?
    pub fn is_own(&self) -> bool {
        self.0.starts_with(OWN)
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
        no_word_of_gitea(text)?;
        let parts = text
            .split_once(':')
            .filter(|(resource, action)| word(resource) && word(action));
        parts.map(|_| Self(text.into())).ok_or_else(|| {
            ParseError::new(format!(
                "`{}` is no permission; write `resource:action` in lower case, such as `deployments:write`",
                text.chars().take(80).collect::<String>().escape_debug()
            ))
        })
    }
}

serde_as_text!(Permission);

/// What a role holds: a permission, or `resource:*` for every action of a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PermissionPattern {
    /// Exactly this permission.
    Exact(Permission),
    /// Every action of this resource (never one of Samovar's own).
    EveryAction(String),
}

impl PermissionPattern {
    /// Does holding this give `permission`?
    pub fn matches(&self, permission: &Permission) -> bool {
        match self {
            Self::Exact(held) => held == permission,
            Self::EveryAction(resource) => {
                !permission.is_own() && permission.resource() == resource
            }
        }
    }

    /// Does holding this give everything that `other` gives?
    pub fn covers(&self, other: &Self) -> bool {
        match other {
            Self::Exact(permission) => self.matches(permission),
            Self::EveryAction(_) => self == other,
        }
    }

    /// Does it speak of Samovar's own permissions?
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
            Some(resource) if resource.starts_with(OWN) => Err(ParseError::new(format!(
                "`{}` would be a wildcard over Samovar's own permissions; name each of them",
                text.escape_debug()
            ))),
            Some(resource) if word(resource) => {
                no_word_of_gitea(text)?;
                Ok(Self::EveryAction(resource.to_owned()))
            }
            _ => text.parse().map(Self::Exact),
        }
    }
}

serde_as_text!(PermissionPattern);

fn no_word_of_gitea(text: &str) -> Result<(), ParseError> {
    if !text.starts_with(GITEA) {
        return Ok(());
    }
    Err(ParseError::new(format!(
        "`{}` is no permission: what begins with `{GITEA}` is Gitea's to give; let the route ask for repository access",
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
    fn a_star_matches_every_action_of_its_resource_and_nothing_else() {
        let all = pattern("deployments:*");
        assert!(all.matches(&permission("deployments:write")));
        assert!(!all.matches(&permission("deployments.eu:write")));
        assert!(!all.matches(&permission("deployment:write")));
        assert!(all.covers(&pattern("deployments:read")) && all.covers(&all));
        assert!(!pattern("deployments:read").covers(&all));
    }

    #[test]
    fn what_gitea_gives_is_no_permission() {
        assert!("gitea.repository:write".parse::<Permission>().is_err());
        assert!("gitea.repository:*".parse::<PermissionPattern>().is_err());
        assert!("giteas:write".parse::<Permission>().is_ok());
    }

    #[test]
    fn no_wildcard_reaches_samovars_own_permissions() {
        assert!("samovar.roles:*".parse::<PermissionPattern>().is_err());
        assert!("*:*".parse::<PermissionPattern>().is_err());
        assert!("*".parse::<PermissionPattern>().is_err());
        assert!(pattern("samovar.roles:write").matches(&permission("samovar.roles:write")));
    }

    #[test]
    fn a_permission_has_exactly_two_words() {
        for bad in [
            "", "a", ":", "a:", ":b", "a:b:c", "A:b", "a:B", "a b:c", "1a:b", "a:*",
        ] {
            assert!(bad.parse::<Permission>().is_err(), "{bad}");
        }
    }
}
