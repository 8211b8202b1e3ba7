//! Scopes, which limit a token to a part of its principal's permissions.
//!
//! A scope grants nothing by itself: it names permissions, and a level of access to Gitea repositories.

use super::{ParseError, Permission, RepositoryLevel};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// Prefix of the words for access to repositories. No permission has it.
const REPOSITORY_PREFIX: &str = "gitea.repository:";

/// A word of a scope (`scope-token`, RFC 6749 section 3.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScopeWord {
    /// A permission.
    Permission(Permission),
    /// The most access to Gitea repositories: `gitea.repository:read`, `:write` or `:admin`.
    Repository(RepositoryLevel),
}

impl ScopeWord {
    /// The permission.
    pub const fn permission(&self) -> Option<&Permission> {
        match self {
            Self::Permission(permission) => Some(permission),
            Self::Repository(_) => None,
        }
    }
}

impl fmt::Display for ScopeWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Permission(permission) => permission.fmt(f),
            Self::Repository(level) => write!(f, "{REPOSITORY_PREFIX}{level}"),
        }
    }
}

impl FromStr for ScopeWord {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let level = match text.strip_prefix(REPOSITORY_PREFIX) {
            None => return text.parse().map(Self::Permission),
            Some("read") => RepositoryLevel::Read,
            Some("write") => RepositoryLevel::Write,
            Some("admin") => RepositoryLevel::Admin,
            Some(_) => {
                let sentence = format!(
                    "invalid scope word `{}`: use `{REPOSITORY_PREFIX}read`, `{REPOSITORY_PREFIX}write` or `{REPOSITORY_PREFIX}admin`",
                    text.chars().take(80).collect::<String>().escape_debug()
                );
                return Err(ParseError::new(sentence));
            }
        };
        Ok(Self::Repository(level))
    }
}

/// The limit of a token. As text its words are separated by a blank; of several words for repositories the widest counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Scope {
    permissions: BTreeSet<Permission>,
    repository: Option<RepositoryLevel>,
}

impl Scope {
    /// A scope of these permissions and of access to repositories, up to a level or none at all.
    pub fn new(
        permissions: impl IntoIterator<Item = Permission>,
        repository: Option<RepositoryLevel>,
    ) -> Self {
        Self {
            permissions: permissions.into_iter().collect(),
            repository,
        }
    }

    /// True if the scope allows nothing.
    pub fn is_empty(&self) -> bool {
        self.permissions.is_empty() && self.repository.is_none()
    }

    /// The permissions.
    pub const fn permissions(&self) -> &BTreeSet<Permission> {
        &self.permissions
    }

    /// True if the scope has the permission.
    pub fn contains(&self, permission: &Permission) -> bool {
        self.permissions.contains(permission)
    }

    /// The most access to repositories.
    pub const fn repository(&self) -> Option<RepositoryLevel> {
        self.repository
    }

    /// True if `other` allows everything that this scope allows.
    pub fn is_within(&self, other: &Self) -> bool {
        self.permissions.is_subset(&other.permissions) && self.repository <= other.repository
    }

    /// The scope that both allow.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let both = self.permissions.intersection(&other.permissions);
        Self::new(both.cloned(), self.repository.min(other.repository))
    }

    /// The permissions for which `keep` is true, and access to repositories up to `furthest`.
    #[must_use]
    pub fn limited(
        &self,
        keep: impl Fn(&Permission) -> bool,
        furthest: Option<RepositoryLevel>,
    ) -> Self {
        let kept = self.permissions.iter().filter(|word| keep(word));
        Self::new(kept.cloned(), self.repository.min(furthest))
    }

    /// The words, permissions first.
    pub fn words(&self) -> impl Iterator<Item = ScopeWord> {
        let permissions = self.permissions.iter().cloned();
        let repository = self.repository.into_iter();
        permissions
            .map(ScopeWord::Permission)
            .chain(repository.map(ScopeWord::Repository))
    }
}

impl FromIterator<ScopeWord> for Scope {
    fn from_iter<I: IntoIterator<Item = ScopeWord>>(words: I) -> Self {
        let mut scope = Self::default();
        for word in words {
            match word {
                ScopeWord::Permission(permission) => {
                    scope.permissions.insert(permission);
                }
                ScopeWord::Repository(level) => {
                    scope.repository = scope.repository.max(Some(level));
                }
            }
        }
        scope
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, word) in self.words().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            word.fmt(f)?;
        }
        Ok(())
    }
}

impl FromStr for Scope {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let words = text.split(' ').filter(|word| !word.is_empty());
        words.map(str::parse::<ScopeWord>).collect()
    }
}

impl TryFrom<Vec<String>> for Scope {
    type Error = ParseError;
    fn try_from(words: Vec<String>) -> Result<Self, ParseError> {
        words.iter().map(|word| word.parse::<ScopeWord>()).collect()
    }
}

impl From<Scope> for Vec<String> {
    fn from(scope: Scope) -> Self {
        scope.words().map(|word| word.to_string()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Scope;

    fn scope(text: &str) -> Scope {
        text.parse().unwrap()
    }

    #[test]
    fn widest_word_for_repositories_counts() {
        let scope = scope("gitea.repository:read a:b gitea.repository:write");
        assert_eq!(scope.to_string(), "a:b gitea.repository:write");
        assert!("gitea.repository:own".parse::<Scope>().is_err());
        assert!("gitea.repository".parse::<Scope>().is_err());
        assert!("gitea.other:read".parse::<Scope>().is_err());
    }

    #[test]
    fn intersection_allows_what_both_scopes_allow() {
        let wide = scope("a:b a:c gitea.repository:admin");
        let narrow = scope("a:c d:e gitea.repository:read");
        assert_eq!(
            wide.intersection(&narrow),
            scope("a:c gitea.repository:read")
        );
        assert_eq!(wide.intersection(&scope("a:b")), scope("a:b"));
        assert!(
            wide.intersection(&narrow).is_within(&wide)
                && wide.intersection(&narrow).is_within(&narrow)
        );
        assert!(!narrow.is_within(&wide) && !wide.is_within(&scope("a:b a:c")));
        assert!(Scope::default().is_empty() && !scope("gitea.repository:read").is_empty());
    }

    #[test]
    fn scope_is_serialized_as_a_list_of_words() {
        let scope = scope("a:b gitea.repository:write");
        let json = serde_json::to_string(&scope).unwrap();
        assert_eq!(json, r#"["a:b","gitea.repository:write"]"#);
        assert_eq!(serde_json::from_str::<Scope>(&json).unwrap(), scope);
    }
}
