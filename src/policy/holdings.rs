//! What a subject holds in one place at one instant: the bindings that reach it, their roles and permissions.
//!
//! The one reading of role bindings; `decide`, Samovar's own API and the rule against granting more than one holds
//! all go through it.

use super::decision::{SubjectFacts, Witness};
use super::snapshot::Policy;
use crate::model::{
    ApplicationId, BindingSubject, Permission, PermissionPattern, Principal, Range,
    RepositoryAccess, Role, RoleBinding, RoleId, Timestamp,
};
use std::collections::BTreeSet;

/// A subject in one place at one instant.
#[derive(Debug, Clone, Copy)]
pub struct Holdings<'a> {
    /// The policy that is asked.
    pub policy: &'a Policy,
    /// Who.
    pub subject: &'a SubjectFacts<'a>,
    /// In which application; `None` in Samovar's own API.
    pub application: Option<ApplicationId>,
    /// In which repository, if one is named.
    pub repository: Option<&'a RepositoryAccess>,
    /// When.
    pub now: Timestamp,
}

impl Holdings<'_> {
    /// Every binding that gives the permission here and now, in the order of their ids.
    pub fn witnesses(&self, permission: &Permission) -> Vec<Witness> {
        let mut witnesses = Vec::new();
        self.each(&mut |subject, binding, role| {
            if role.permissions.iter().any(|p| p.matches(permission)) {
                witnesses.push(Witness {
                    permission: permission.clone(),
                    role: role.id,
                    binding: binding.id,
                    subject: subject.clone(),
                });
            }
        });
        witnesses.sort_by_key(|witness| witness.binding);
        witnesses
    }

    /// The roles held here and now.
    pub fn roles(&self) -> BTreeSet<RoleId> {
        let mut roles = BTreeSet::new();
        self.each(&mut |_, _, role| {
            roles.insert(role.id);
        });
        roles
    }

    /// Names of those roles, in the order of their ids; those that come with Samovar are not among them.
    pub fn role_names(&self) -> impl Iterator<Item = String> {
        let policy = self.policy;
        let roles = self.roles().into_iter();
        let named = roles.filter_map(move |id| policy.role(id).filter(|role| !role.built_in));
        named.map(|role| role.name.to_string())
    }

    /// Every permission pattern held here and now.
    pub fn permissions(&self) -> BTreeSet<PermissionPattern> {
        let mut patterns = BTreeSet::new();
        self.each(&mut |_, _, role| patterns.extend(role.permissions.iter().cloned()));
        patterns
    }

    /// The same, as far as the scope goes that the subject's credential is limited to.
    pub fn within_scope(&self) -> BTreeSet<PermissionPattern> {
        let held = self.permissions();
        let Some(scope) = self.subject.scope else {
            return held;
        };
        let within = scope
            .permissions()
            .iter()
            .filter(|word| held.iter().any(|held| held.matches(word)));
        within.cloned().map(PermissionPattern::Exact).collect()
    }

    /// Every binding that speaks of the subject at this instant, whatever its range.
    pub fn given<'p>(
        policy: &'p Policy,
        subject: &SubjectFacts<'_>,
        now: Timestamp,
    ) -> Vec<&'p RoleBinding> {
        let mut given = Vec::new();
        each_subject(subject, &mut |called| {
            let bindings = policy.bindings_of(called).map(|(binding, _)| binding);
            given.extend(bindings.filter(|binding| in_time(binding, now)));
        });
        given
    }

    fn each(&self, visit: &mut impl FnMut(&BindingSubject, &RoleBinding, &Role)) {
        each_subject(self.subject, &mut |subject| {
            for (binding, role) in self.policy.bindings_of(subject) {
                if self.holds(binding) {
                    visit(subject, binding, role);
                }
            }
        });
    }

    /// Does the binding hold at this instant and in this range?
    fn holds(&self, binding: &RoleBinding) -> bool {
        in_time(binding, self.now)
            && match &binding.range {
                Range::Everywhere => true,
                Range::Application { id } => Some(*id) == self.application,
                Range::Repositories {
                    organization,
                    repositories,
                } => self.repository.is_some_and(|access| {
                    access.owner_id == organization.get() && repositories.matches(&access.name)
                }),
            }
    }
}

fn in_time(binding: &RoleBinding, now: Timestamp) -> bool {
    binding.until.is_none_or(|until| now < until)
}

/// Whatever a binding may call the subject by; a disabled account is called nothing.
fn each_subject(facts: &SubjectFacts<'_>, visit: &mut impl FnMut(&BindingSubject)) {
    match facts.principal {
        _ if !facts.enabled => return,
        Principal::User(id) => visit(&BindingSubject::User { id }),
        Principal::ServiceAccount(id) => visit(&BindingSubject::ServiceAccount { id }),
        Principal::LocalOperator | Principal::System(_) | Principal::Anonymous => return,
    }
    for (provider, name) in facts.groups {
        visit(&BindingSubject::ProviderGroup {
            provider: provider.clone(),
            name: name.clone(),
        });
    }
    let Some(user) = facts.user else {
        return;
    };
    for id in &user.teams {
        visit(&BindingSubject::Team { id: *id });
    }
    for id in &user.organizations {
        visit(&BindingSubject::Organization { id: *id });
    }
    for id in &user.owner_of {
        visit(&BindingSubject::OrganizationOwners { id: *id });
    }
}
