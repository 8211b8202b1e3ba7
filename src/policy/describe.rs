//! Reasons as sentences: ids and patterns only, never a person's name, so that the audit log may contain them.

use super::decision::{Reason, Witness};
use crate::model::{BindingSubject, RepositoryLevel, ScopeWord};
use std::fmt;

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRoute => f.write_str("no route of the application has this method and path"),
            Self::Route {
                place,
                methods,
                path,
            } => write!(
                f,
                "route {place} is the first that matches: `{methods} {path}`"
            ),
            Self::Public => f.write_str("the route is public"),
            Self::EncodedSlash => f.write_str(
                "the path contains an encoded slash (`%2F`), which this route does not allow",
            ),
            Self::Semicolon => {
                f.write_str("the path contains a semicolon, which this route does not allow")
            }
            Self::NotSignedIn => f.write_str("the route requires sign-in, and the caller is anonymous"),
            Self::Disabled => {
                f.write_str("the account is disabled or deleted, or has no active owner")
            }
            Self::SeenAsAnonymous => f.write_str(
                "the account is disabled or deleted, or has no active owner: the application sees an anonymous caller",
            ),
            Self::SignedIn => {
                f.write_str("the caller is signed in, and the route requires no permission")
            }
            Self::Granted(witness) => witness.fmt(f),
            Self::Missing(permission) => write!(f, "permission `{permission}` is not held"),
            Self::OutsideScope(ScopeWord::Permission(word)) => {
                write!(
                    f,
                    "permission `{word}` is held, but the credential's scope does not include it"
                )
            }
            Self::OutsideScope(word) => {
                write!(f, "the credential's scope does not include `{word}`")
            }
            Self::Repository { needed, has } => repository(*needed, *has, f),
        }
    }
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            permission,
            role,
            binding,
            subject,
        } = self;
        write!(
            f,
            "permission `{permission}` is held through role {role}, given by role binding {binding} to {}",
            SubjectName(subject)
        )
    }
}

fn repository(
    needed: RepositoryLevel,
    has: Option<RepositoryLevel>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    match has {
        Some(has) => write!(
            f,
            "the route requires {needed} access to the repository, and Gitea grants {has}"
        ),
        None => write!(
            f,
            "the route requires {needed} access to the repository, which the caller cannot see in Gitea"
        ),
    }
}

struct SubjectName<'a>(&'a BindingSubject);

impl fmt::Display for SubjectName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            BindingSubject::Organization { id } => write!(f, "organization {id}"),
            BindingSubject::OrganizationOwners { id } => {
                write!(f, "the owners of organization {id}")
            }
            BindingSubject::Team { id } => write!(f, "team {id}"),
            BindingSubject::ProviderGroup { provider, name } => {
                write!(f, "group `{name}` of provider {provider}")
            }
            BindingSubject::User { id } => write!(f, "user {id}"),
            BindingSubject::ServiceAccount { id } => write!(f, "service account {id}"),
        }
    }
}
