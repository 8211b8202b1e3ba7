//! Role bindings: the subject of a role, the range, and the end.

use super::{
    ApplicationId, GroupName, OrganizationId, ParseError, ProviderId, RoleBindingId, RoleId,
    ServiceAccountId, TeamId, Timestamp, UserId, serde_as_text,
};
use std::fmt;
use std::str::FromStr;

/// The principals of a role binding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BindingSubject {
    /// Every member of an organization.
    Organization {
        /// Numeric id.
        id: OrganizationId,
    },
    /// The members of an organization's owners team.
    OrganizationOwners {
        /// Numeric id of the organization.
        id: OrganizationId,
    },
    /// The members of a team.
    Team {
        /// Numeric id.
        id: TeamId,
    },
    /// The members of another provider's group, by name. A rename there can give the name to another group.
    ProviderGroup {
        /// The provider.
        provider: ProviderId,
        /// The group as in the claim.
        name: GroupName,
    },
    /// One person.
    User {
        /// Samovar's id.
        id: UserId,
    },
    /// One machine.
    ServiceAccount {
        /// Samovar's id.
        id: ServiceAccountId,
    },
}

/// Where a role binding applies.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Range {
    /// Every application, and Samovar's own API.
    Everywhere,
    /// One application.
    Application {
        /// Its id.
        id: ApplicationId,
    },
    /// Routes that name a repository of this organization with a matching present name.
    Repositories {
        /// Owner of the repositories.
        organization: OrganizationId,
        /// Glob over their names.
        repositories: RepositoryGlob,
    },
}

/// A glob over repository names with `*` and `?`. Ignores case, as Gitea does.
#[derive(Clone)]
pub struct RepositoryGlob {
    text: String,
    matcher: globset::GlobMatcher,
}

impl RepositoryGlob {
    /// Its grammar as a regular expression (ECMA-262).
    pub const PATTERN: &str = "^[A-Za-z0-9._*?-]{1,255}$";

    /// True if the glob matches the name.
    pub fn matches(&self, name: &super::RepositoryName) -> bool {
        self.matcher.is_match(name.as_str())
    }
}

impl FromStr for RepositoryGlob {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let ok = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'*' | b'?');
        let error = || {
            ParseError::new(format!(
                "invalid repository glob `{}`: use letters, digits, `-`, `_`, `.`, and the wildcards `*` and `?`",
                text.chars().take(80).collect::<String>().escape_debug()
            ))
        };
        if !(1..=255).contains(&text.len()) || !text.bytes().all(ok) {
            return Err(error());
        }
        let glob = globset::GlobBuilder::new(text)
            .case_insensitive(true)
            .build()
            .map_err(|_| error())?;
        Ok(Self {
            text: text.to_owned(),
            matcher: glob.compile_matcher(),
        })
    }
}

impl fmt::Display for RepositoryGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for RepositoryGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RepositoryGlob({:?})", self.text)
    }
}

impl PartialEq for RepositoryGlob {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for RepositoryGlob {}

impl std::hash::Hash for RepositoryGlob {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

serde_as_text!(RepositoryGlob);

/// Assigns a role to a subject, in a range, optionally until an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleBinding {
    /// Never reused.
    pub id: RoleBindingId,
    /// The assigned role.
    pub role: RoleId,
    /// The principals that get the role.
    pub subject: BindingSubject,
    /// Where the role applies.
    pub range: Range,
    /// Has no effect from this instant on.
    pub until: Option<Timestamp>,
    /// Grows by one with every change; the API's `ETag`.
    pub version: u64,
}
