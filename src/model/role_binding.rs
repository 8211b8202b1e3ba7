//! Role bindings: who gets a role, where, and until when.

use super::{
    ApplicationId, GroupName, OrganizationId, ParseError, ProviderId, RoleBindingId, RoleId,
    ServiceAccountId, TeamId, Timestamp, UserId, serde_as_text,
};
use std::fmt;
use std::str::FromStr;

/// Who a binding speaks of.
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
    /// The members of another provider's group, by name: can be taken over by a rename.
    ProviderGroup {
        /// The provider.
        provider: ProviderId,
        /// The group as its claim spells it.
        name: GroupName,
    },
    /// One person.
    User {
        /// Our id.
        id: UserId,
    },
    /// One machine.
    ServiceAccount {
        /// Our id.
        id: ServiceAccountId,
    },
}

/// Where a binding holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Range {
    /// In every application, and in Samovar's own API for Samovar's own permissions.
    Everywhere,
    /// In one application.
    Application {
        /// Its id.
        id: ApplicationId,
    },
    /// Where a route names a repository of this organization whose present name matches.
    Repositories {
        /// Owner of the repositories.
        organization: OrganizationId,
        /// Which of them.
        repositories: RepositoryGlob,
    },
}

/// A glob over repository names: `*` and `?`, letters compared without case as Gitea does.
#[derive(Clone)]
pub struct RepositoryGlob {
    text: String,
    matcher: globset::GlobMatcher,
}

impl RepositoryGlob {
    /// Does the repository of this name belong to the range?
    pub fn matches(&self, name: &super::RepositoryName) -> bool {
        self.matcher.is_match(name.as_str())
    }
}

impl FromStr for RepositoryGlob {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let ok = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'*' | b'?');
        let wrong = || {
            ParseError::new(format!(
                "`{}` is no repository glob; use a repository name in which `*` and `?` may stand for any letters",
                text.chars().take(80).collect::<String>().escape_debug()
            ))
        };
        if !(1..=255).contains(&text.len()) || !text.bytes().all(ok) {
            return Err(wrong());
        }
        let glob = globset::GlobBuilder::new(text)
            .case_insensitive(true)
            .build()
            .map_err(|_| wrong())?;
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

/// Gives a role to a subject, in a range, optionally until a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleBinding {
    /// Its key.
    pub id: RoleBindingId,
    /// The role given.
    pub role: RoleId,
    /// To whom.
    pub subject: BindingSubject,
    /// Where.
    pub range: Range,
    /// Gives nothing from this instant on.
    pub until: Option<Timestamp>,
    /// Grows by one with every change; the API's `ETag`.
    pub version: u64,
}
