//! Role bindings over the wire: subject and range are unions told apart by `kind`.

use super::Named;
use super::directory::User;
use super::texts::{GroupName, Id, Name, RepositoryGlob, Time};
use poem_openapi::{Object, Union};

/// Every member of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct OrganizationSubject {
    /// Gitea's numeric id.
    #[oai(validator(minimum(value = "1")))]
    pub id: i64,
}

/// The owners team of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct OrganizationOwnersSubject {
    /// Gitea's numeric id of the organization.
    #[oai(validator(minimum(value = "1")))]
    pub id: i64,
}

/// The members of a team.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct TeamSubject {
    /// Gitea's numeric id.
    #[oai(validator(minimum(value = "1")))]
    pub id: i64,
}

/// The members of another provider's group, by name: can be taken over by a rename.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct ProviderGroupSubject {
    /// The provider.
    pub provider: Name,
    /// The group as its claim spells it.
    pub name: GroupName,
}

/// One person.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct UserSubject {
    /// Samovar's id.
    pub id: Id,
}

/// One machine.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct ServiceAccountSubject {
    /// Samovar's id.
    pub id: Id,
}

/// Who a binding speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Union, serde::Deserialize)]
#[oai(discriminator_name = "kind", one_of, rename_all = "kebab-case")]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(in crate::http::api) enum Subject {
    /// Every member of an organization.
    Organization(OrganizationSubject),
    /// The owners team of an organization.
    OrganizationOwners(OrganizationOwnersSubject),
    /// The members of a team.
    Team(TeamSubject),
    /// The members of another provider's group.
    ProviderGroup(ProviderGroupSubject),
    /// One person.
    User(UserSubject),
    /// One machine.
    ServiceAccount(ServiceAccountSubject),
}

/// In every application, and in Samovar's own API for Samovar's own permissions.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct EverywhereRange {}

/// In one application.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct ApplicationRange {
    /// Its id.
    pub id: Id,
}

/// Where a route names a repository of this organization whose present name matches.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct RepositoriesRange {
    /// Gitea's numeric id of the organization.
    #[oai(validator(minimum(value = "1")))]
    pub organization: i64,
    /// A glob over repository names: `*` and `?`.
    pub repositories: RepositoryGlob,
}

/// Where a binding holds.
#[derive(Debug, Clone, PartialEq, Eq, Union, serde::Deserialize)]
#[oai(discriminator_name = "kind", one_of, rename_all = "kebab-case")]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(in crate::http::api) enum Range {
    /// In every application.
    Everywhere(EverywhereRange),
    /// In one application.
    Application(ApplicationRange),
    /// In an organization's repositories.
    Repositories(RepositoriesRange),
}

/// Gives a role to a subject, in a range, optionally until a date.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub(in crate::http::api) struct RoleBinding {
    /// Its id.
    pub id: Id,
    /// The role given.
    pub role: Named,
    /// To whom.
    pub subject: Subject,
    /// What the subject is called now, such as `acme/Deployers`; absent when it is gone.
    pub subject_name: Option<String>,
    /// The subject vanished from Gitea, or its provider from the configuration; the binding gives nothing.
    pub subject_gone: bool,
    /// What is weak about the subject: a provider's group is known by its name alone.
    pub warning: Option<String>,
    /// Where.
    pub range: Range,
    /// What the range's application or organization is called now.
    pub range_name: Option<String>,
    /// Gives nothing from this instant on.
    pub until: Option<Time>,
    /// Grows by one with every change; also the `ETag`.
    pub version: u64,
}

/// What a role binding is to be.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct RoleBindingDraft {
    /// Id of the role given.
    pub role: Id,
    /// To whom.
    pub subject: Subject,
    /// Where.
    pub range: Range,
    /// Gives nothing from this instant on (RFC 3339).
    #[serde(default)]
    pub until: Option<Time>,
}

/// A change of role bindings that is not made, only looked at. `draft` alone is a new binding, `role_binding` alone the
/// end of one, both together a change of it.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct ImpactQuestion {
    /// Id of the binding that is changed or taken away.
    #[serde(default)]
    pub role_binding: Option<Id>,
    /// What it is to be, or the new binding.
    #[serde(default)]
    pub draft: Option<RoleBindingDraft>,
}

/// Whose access would change.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub(in crate::http::api) struct Impact {
    /// How many people would gain something.
    pub gain_count: u32,
    /// The first 200 of them.
    pub gain: Vec<User>,
    /// How many people would lose something.
    pub lose_count: u32,
    /// The first 200 of them.
    pub lose: Vec<User>,
    /// Service accounts that would gain something.
    pub gain_service_accounts: Vec<Named>,
    /// Service accounts that would lose something.
    pub lose_service_accounts: Vec<Named>,
}
