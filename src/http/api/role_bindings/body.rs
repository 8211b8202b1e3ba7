//! Role bindings in requests and responses, and the impact of a change.
//!
//! May read the model and current names. Must never decide whether a change is allowed.

use crate::admin;
use crate::http::api::prelude::*;
use crate::http::api::users::body::User;
use crate::model::{
    self, ApplicationId, BindingSubject, GroupName, OrganizationId, Principal, ProviderId,
    Range as ModelRange, RepositoryGlob, RoleBindingId, RoleId, ServiceAccountId, TeamId,
    Timestamp, UserId,
};

/// The most users that each list of an impact has.
const MAX_LISTED: usize = 200;

union! {
    /// The subject of a role binding.
    Subject for BindingSubject {
        /// The members of an organization.
        Organization = "organization", OrganizationSubject {
            /// The numeric id of the organization in Gitea.
            id: OrganizationId,
        }
        /// The members of an organization's owners team.
        OrganizationOwners = "organization-owners", OrganizationOwnersSubject {
            /// The numeric id of the organization in Gitea.
            id: OrganizationId,
        }
        /// The members of a team.
        Team = "team", TeamSubject {
            /// The numeric id of the team in Gitea.
            id: TeamId,
        }
        /// The members of a group of another provider, identified by its name: after a rename, another group can have
        /// the name.
        ProviderGroup = "provider-group", ProviderGroupSubject {
            /// The id of the provider.
            provider: ProviderId,
            /// The name of the group in the claim.
            name: GroupName,
        }
        /// A user.
        User = "user", UserSubject {
            /// The id of the user in Samovar.
            id: UserId,
        }
        /// A service account.
        ServiceAccount = "service-account", ServiceAccountSubject {
            /// The id of the service account.
            id: ServiceAccountId,
        }
    }
}

union! {
    /// The range of a role binding.
    Range for ModelRange {
        /// Every application, and Samovar's own API for Samovar's own permissions.
        Everywhere = "everywhere", EverywhereRange {}
        /// An application.
        Application = "application", ApplicationRange {
            /// The id of the application.
            id: ApplicationId,
        }
        /// Requests whose route names a repository of the organization with a matching current name.
        Repositories = "repositories", RepositoriesRange {
            /// The numeric id of the organization in Gitea.
            organization: OrganizationId,
            /// A glob for the names of repositories, with `*` and `?`.
            repositories: RepositoryGlob,
        }
    }
}

response! {
    /// A role binding, which assigns a role to a subject in a range, optionally until a date.
    RoleBinding(binding: &model::RoleBinding, names: &Names) {
        /// The id of the role binding.
        id: RoleBindingId = binding.id,
        /// The assigned role.
        role: Reference = names.role(binding.role),
        /// The subject to which the role is assigned.
        subject: Subject = (&binding.subject).into(),
        /// The current name of the subject, such as `acme/Deployers`; absent if the subject no longer exists.
        subject_name: Option<String> = names.subject(&binding.subject),
        /// True if the subject no longer exists, or its provider is no longer configured. The role binding then has no
        /// effect.
        subject_gone: bool = names.subject(&binding.subject).is_none(),
        /// A warning that the subject is a group of a provider, which only its name identifies; absent for other
        /// subjects.
        warning: Option<String> = warning(&binding.subject),
        /// The range in which the role binding applies.
        range: Range = (&binding.range).into(),
        /// The current name of the range's application or organization; absent for `everywhere`, or if it no longer
        /// exists.
        range_name: Option<String> = names.range(&binding.range),
        /// When the role binding ends; absent if it does not end.
        until: Option<Timestamp> = binding.until,
        /// The version, also sent as `ETag`; it increases by one with every change.
        version: u64 = binding.version,
    }
}

resource!(RoleBinding, "role-bindings");

/// Gitea's organizations and teams have numeric ids; at another provider, a renamed group can take the name of a group.
fn warning(subject: &BindingSubject) -> Option<String> {
    let by_name = matches!(subject, BindingSubject::ProviderGroup { .. });
    by_name.then(|| "by name: can be taken over by a rename".to_owned())
}

request! {
    /// A role binding to create, or the new state of an existing one.
    RoleBindingDraft for admin::RoleBindingDraft {
        /// The id of the role to assign.
        role: RoleId,
        /// The subject to which the role is assigned.
        subject: BindingSubject,
        /// The range in which the role binding applies.
        range: ModelRange,
        /// When the role binding ends (RFC 3339); if absent, it does not end.
        until: Option<Timestamp>,
    } => Self { role, subject, range, until }
}

/// A change of role bindings to preview.
pub struct ImpactRequest {
    /// The role binding to replace or delete.
    pub role_binding: Option<RoleBindingId>,
    /// Its new state, or the new role binding.
    pub draft: Option<admin::RoleBindingDraft>,
}

request! {
    /// A change to preview: `draft` alone creates a role binding, `role_binding` alone deletes one, both together
    /// replace one.
    ImpactQuestion for ImpactRequest {
        /// The id of the role binding to replace or delete; absent to create one.
        role_binding: Option<RoleBindingId>,
        /// The new state or the new role binding; absent to delete one.
        draft: Option<admin::RoleBindingDraft>,
    } => Self { role_binding, draft }
}

response! {
    /// The users and service accounts that would gain or lose access.
    Impact(impact: &admin::Impact, names: &Names) {
        /// The number of users who would gain access.
        gain_count: u32 = count(impact.gain.len()),
        /// The first 200 users who would gain access, in the order of their logins.
        gain: Vec<User> = people(&impact.gain, names),
        /// The number of users who would lose access.
        lose_count: u32 = count(impact.lose.len()),
        /// The first 200 users who would lose access, in the order of their logins.
        lose: Vec<User> = people(&impact.lose, names),
        /// The service accounts that would gain access.
        gain_service_accounts: Vec<Reference> = accounts(&impact.gaining_accounts, names),
        /// The service accounts that would lose access.
        lose_service_accounts: Vec<Reference> = accounts(&impact.losing_accounts, names),
    }
}

fn people(ids: &[UserId], names: &Names) -> Vec<User> {
    let people = ids.iter().filter_map(|id| names.directory.user(*id));
    let mut people: Vec<_> = people.collect();
    people.sort_by_key(|user| user.login.as_str());
    let listed = people.into_iter().take(MAX_LISTED);
    listed.map(|user| User::new(user)).collect()
}

fn accounts(ids: &[ServiceAccountId], names: &Names) -> Vec<Reference> {
    let name = |id: &ServiceAccountId| names.login(Principal::ServiceAccount(*id));
    let mut accounts: Vec<_> = ids.iter().map(|id| Reference::new(*id, name(id))).collect();
    accounts.sort_by(|one, other| one.name.cmp(&other.name));
    accounts
}
