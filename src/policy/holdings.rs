//! What a subject holds at one instant: the role bindings that apply to it, their roles and permissions.
//!
//! The only code that interprets role bindings: `decide`, Samovar's own API and the delegation rule (a caller grants only
//! what it holds) use it.

use super::decision::{SubjectFacts, Witness};
use super::snapshot::Policy;
use crate::model::{
    ApplicationId, BindingSubject, Permission, PermissionPattern, Principal, Range,
    RepositoryAccess, Requirement, Role, RoleBinding, RoleId, Scope, Timestamp,
};
use std::collections::BTreeSet;

/// A subject in an application or repository at one instant.
#[derive(Debug, Clone, Copy)]
pub struct Holdings<'a> {
    /// The policy in force.
    pub policy: &'a Policy,
    /// The subject.
    pub subject: &'a SubjectFacts<'a>,
    /// The application; `None` in Samovar's own API.
    pub application: Option<ApplicationId>,
    /// The repository, if the request names one.
    pub repository: Option<&'a RepositoryAccess>,
    /// The instant.
    pub now: Timestamp,
}

impl Holdings<'_> {
    /// Every binding that gives the permission, in the order of their ids.
    pub fn witnesses(&self, permission: &Permission) -> Vec<Witness> {
        let mut witnesses = Vec::new();
        self.each(&mut |subject, binding, role| {
            if gives(role, permission) {
                witnesses.push(Witness::new(permission, subject, binding));
            }
        });
        witnesses.sort_by_key(|witness| witness.binding);
        witnesses
    }

    /// The first of [`Holdings::witnesses`], without allocating the others.
    pub fn witness(&self, permission: &Permission) -> Option<Witness> {
        let mut first: Option<Witness> = None;
        self.each(&mut |subject, binding, role| {
            let earlier = first
                .as_ref()
                .is_none_or(|first| binding.id < first.binding);
            if earlier && gives(role, permission) {
                first = Some(Witness::new(permission, subject, binding));
            }
        });
        first
    }

    /// Does a binding over repositories give the permission to the subject, whichever repositories it covers?
    pub(super) fn in_some_repository(&self, permission: &Permission) -> bool {
        let mut found = false;
        each_subject(self.subject, &mut |subject| {
            found |= self.policy.bindings_of(subject).any(|(binding, role)| {
                matches!(binding.range, Range::Repositories { .. })
                    && in_time(binding, self.now)
                    && gives(role, permission)
            });
        });
        found
    }

    /// The roles held.
    pub fn roles(&self) -> BTreeSet<RoleId> {
        let mut roles = BTreeSet::new();
        self.each(&mut |_, _, role| {
            roles.insert(role.id);
        });
        roles
    }

    /// Names of those roles, without the built-in ones, in the order of their ids. A name stands for every permission of
    /// the role, so under a scope only roles that the scope fully includes are named.
    pub fn role_names(&self) -> impl Iterator<Item = String> {
        let policy = self.policy;
        let roles = self.roles().into_iter();
        let named = roles.filter_map(move |id| policy.role(id).filter(|role| self.is_named(role)));
        named.map(|role| role.name.to_string())
    }

    /// May an application learn the name of this group? Under a scope, only when at least one role bound to the group can
    /// apply in the application and the scope fully includes all such roles.
    pub fn scope_leaves_group(&self, group: &BindingSubject) -> bool {
        if self.subject.scope.is_none() {
            return true;
        }
        let bound = self.policy.bindings_of(group).filter(|(binding, role)| {
            let applies = !matches!(&binding.range, Range::Application { id } if Some(*id) != self.application);
            !role.built_in && applies && in_time(binding, self.now)
        });
        let mut roles = bound.map(|(_, role)| role).peekable();
        roles.peek().is_some() && roles.all(|role| self.is_named(role))
    }

    /// Is the role not built in, and does the scope include all its permissions? A role without permissions is a label that
    /// no scope can name, so no scope includes it.
    fn is_named(&self, role: &Role) -> bool {
        let Some(scope) = self.subject.scope else {
            return !role.built_in;
        };
        let within = |pattern: &PermissionPattern| match pattern {
            PermissionPattern::Exact(permission) => scope.contains(permission),
            PermissionPattern::EveryAction(_) => self.has_every_action(scope, pattern),
        };
        !role.built_in && !role.permissions.is_empty() && role.permissions.iter().all(within)
    }

    /// A scope contains no wildcard. It covers one when it contains every permission that the wildcard matches and that a
    /// route of the application requires; a token can be issued with no others.
    fn has_every_action(&self, scope: &Scope, wildcard: &PermissionPattern) -> bool {
        let application = self.application.and_then(|id| self.policy.application(id));
        let routes = application
            .into_iter()
            .flat_map(|application| &application.routes);
        let required = routes.filter_map(|route| match &route.requirement {
            Requirement::Permissions(permissions) => Some(permissions),
            Requirement::Public | Requirement::SignedIn => None,
        });
        let mut required = required
            .flatten()
            .filter(|permission| wildcard.matches(permission))
            .peekable();
        required.peek().is_some() && required.all(|permission| scope.contains(permission))
    }

    /// Every permission pattern held.
    pub fn permissions(&self) -> BTreeSet<PermissionPattern> {
        let mut patterns = BTreeSet::new();
        self.each(&mut |_, _, role| patterns.extend(role.permissions.iter().cloned()));
        patterns
    }

    /// The permissions held, limited to the scope of the subject's credential.
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

    /// Every binding that applies to the subject at this instant, whatever its range.
    pub fn bindings_of<'p>(
        policy: &'p Policy,
        subject: &SubjectFacts<'_>,
        now: Timestamp,
    ) -> Vec<&'p RoleBinding> {
        let mut given = Vec::new();
        each_subject(subject, &mut |subject| {
            let bindings = policy.bindings_of(subject).map(|(binding, _)| binding);
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

impl Witness {
    fn new(permission: &Permission, subject: &BindingSubject, binding: &RoleBinding) -> Self {
        Self {
            permission: permission.clone(),
            role: binding.role,
            binding: binding.id,
            subject: subject.clone(),
        }
    }
}

fn gives(role: &Role, permission: &Permission) -> bool {
    role.permissions.iter().any(|held| held.matches(permission))
}

fn in_time(binding: &RoleBinding, now: Timestamp) -> bool {
    binding.until.is_none_or(|until| now < until)
}

/// Visits every binding subject that the caller is or belongs to; a disabled account has none.
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
