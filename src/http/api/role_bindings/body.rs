//! Role bindings in requests and responses.

use crate::admin;
use crate::http::api::prelude::*;
use crate::http::api::users::body::User;
use crate::model::{
    self, ApplicationId, BindingSubject, GroupName, OrganizationId, Principal, ProviderId,
    Range as ModelRange, RepositoryGlob, RoleBindingId, RoleId, ServiceAccountId, TeamId,
    Timestamp, UserId,
};

/// People whom an impact lists.
const MAX_LISTED: usize = 200;

union! {
    /// The subject to which a binding assigns its role.
    Subject for BindingSubject {
        /// Every member of an organization.
        Organization = "organization", OrganizationSubject {
            /// Gitea's numeric id.
            id: OrganizationId,
        }
        /// The owners team of an organization.
        OrganizationOwners = "organization-owners", OrganizationOwnersSubject {
            /// Gitea's numeric id of the organization.
            id: OrganizationId,
        }
        /// The members of a team.
        Team = "team", TeamSubject {
            /// Gitea's numeric id.
            id: TeamId,
        }
        /// The members of a group of another provider, by name: a rename can put other people in it.
        ProviderGroup = "provider-group", ProviderGroupSubject {
            /// The provider.
            provider: ProviderId,
            /// The name of the group in the claim.
            name: GroupName,
        }
        /// One person.
        User = "user", UserSubject {
            /// Samovar's id.
            id: UserId,
        }
        /// One machine.
        ServiceAccount = "service-account", ServiceAccountSubject {
            /// Samovar's id.
            id: ServiceAccountId,
        }
    }
}

union! {
    /// Where a binding applies.
    Range for ModelRange {
        /// In every application, and in Samovar's own API for Samovar's own permissions.
        Everywhere = "everywhere", EverywhereRange {}
        /// In one application.
        Application = "application", ApplicationRange {
            /// Its id.
            id: ApplicationId,
        }
        /// Where a route names a repository of this organization whose present name matches.
        Repositories = "repositories", RepositoriesRange {
            /// Gitea's numeric id of the organization.
            organization: OrganizationId,
            /// A glob over repository names: `*` and `?`.
            repositories: RepositoryGlob,
        }
    }
}

response! {
    /// Assigns a role to a subject, in a range, optionally until a date.
    RoleBinding(binding: &model::RoleBinding, names: &Names) {
        /// Its id.
        id: RoleBindingId = binding.id,
        /// The role that it assigns.
        role: Reference = names.role(binding.role),
        /// To which subject.
        subject: Subject = (&binding.subject).into(),
        /// The present name of the subject, such as `acme/Deployers`; absent when it no longer exists.
        subject_name: Option<String> = names.subject(&binding.subject),
        /// The subject is no longer in Gitea, or its provider in the configuration; the binding assigns nothing.
        subject_gone: bool = names.subject(&binding.subject).is_none(),
        /// A weakness of the subject: a group of a provider is known by its name only.
        warning: Option<String> = warning(&binding.subject),
        /// Where.
        range: Range = (&binding.range).into(),
        /// The present name of the range's application or organization.
        range_name: Option<String> = names.range(&binding.range),
        /// The binding ends at this instant.
        until: Option<Timestamp> = binding.until,
        /// Grows by one with every change; also the `ETag`.
        version: u64 = binding.version,
    }
}

resource!(RoleBinding, "role-bindings");

/// Gitea's organizations and teams are known by number; a provider can give the name of a group to another one.
fn warning(subject: &BindingSubject) -> Option<String> {
    let by_name = matches!(subject, BindingSubject::ProviderGroup { .. });
    by_name.then(|| "by name: can be taken over by a rename".to_owned())
}

request! {
    /// A role binding to create, or the new state of one.
    RoleBindingDraft for admin::RoleBindingDraft {
        /// Id of the role to assign.
        role: RoleId,
        /// To which subject.
        subject: BindingSubject,
        /// Where.
        range: ModelRange,
        /// The binding ends at this instant (RFC 3339).
        until: Option<Timestamp>,
    } => Self { role, subject, range, until }
}

/// A change of role bindings to preview.
pub struct ImpactRequest {
    /// The binding that is changed or removed.
    pub role_binding: Option<RoleBindingId>,
    /// The new state, or the new binding.
    pub draft: Option<admin::RoleBindingDraft>,
}

request! {
    /// A change to preview: `draft` alone creates a binding, `role_binding` alone removes it, both together change it.
    ImpactQuestion for ImpactRequest {
        /// Id of the binding to change or remove.
        role_binding: Option<RoleBindingId>,
        /// Its new state, or the new binding.
        draft: Option<admin::RoleBindingDraft>,
    } => Self { role_binding, draft }
}

response! {
    /// Who would gain or lose access.
    Impact(impact: &admin::Impact, names: &Names) {
        /// How many people would gain access.
        gain_count: u32 = count(impact.gain.len()),
        /// The first 200 of them.
        gain: Vec<User> = people(&impact.gain, names),
        /// How many people would lose access.
        lose_count: u32 = count(impact.lose.len()),
        /// The first 200 of them.
        lose: Vec<User> = people(&impact.lose, names),
        /// Service accounts that would gain access.
        gain_service_accounts: Vec<Reference> = accounts(&impact.gaining_accounts, names),
        /// Service accounts that would lose access.
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
