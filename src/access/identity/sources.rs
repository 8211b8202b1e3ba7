//! What an application learns of a caller: groups, roles and permissions, by their names.

use crate::access::credentials::AuthenticatedPrincipal;
use crate::access::decision_record::versions;
use crate::audit::Versions;
use crate::model::{
    Application, BindingSubject, Directory, OrganizationId, PermissionPattern, Principal, TeamId,
    Timestamp,
};
use crate::policy::{Holdings, Policy, SubjectFacts};
use std::collections::BTreeSet;

/// The facts that it is made from.
pub(in crate::access) struct Sources<'a> {
    pub policy: &'a Policy,
    pub directory: &'a Directory,
    pub application: &'a Application,
    pub now: Timestamp,
}

impl Sources<'_> {
    /// The versions of policy and directory.
    pub(in crate::access) fn versions(&self) -> Versions {
        versions(self.policy, self.directory.version)
    }

    /// The caller with the entry of this directory: the entry of the caller may be a moment older, and must not be
    /// remembered as the directory's. `None` when the account is not enabled: the application sees an anonymous caller.
    pub(super) fn caller(&self, known: &AuthenticatedPrincipal) -> Option<AuthenticatedPrincipal> {
        let user = match known.principal {
            Principal::User(id) => self.directory.user(id).cloned(),
            _ => None,
        };
        let caller = AuthenticatedPrincipal {
            user,
            ..known.clone()
        };
        caller.enabled().then_some(caller)
    }

    /// Organizations and teams of the caller that the application's role bindings name; under a scope, only those
    /// whose roles it contains completely.
    pub(super) fn groups(&self, known: &AuthenticatedPrincipal) -> BTreeSet<String> {
        let Some(user) = known.user.as_deref() else {
            return BTreeSet::new();
        };
        let facts = known.facts();
        let held = self.holdings(&facts);
        let spoken = |subject: &BindingSubject| {
            self.policy.has_binding_for(subject, self.application.id)
                && held.scope_leaves_group(subject)
        };
        let mut groups = BTreeSet::new();
        for id in user.organizations.iter().copied() {
            if spoken(&BindingSubject::Organization { id }) {
                groups.extend(self.organization(id).map(str::to_owned));
            }
        }
        for id in user.owner_of.iter().copied() {
            if spoken(&BindingSubject::OrganizationOwners { id }) {
                groups.extend(self.organization(id).map(|name| format!("{name}/Owners")));
            }
        }
        for id in user.teams.iter().copied() {
            if spoken(&BindingSubject::Team { id }) {
                groups.extend(self.team(id));
            }
        }
        // With the provider as prefix: a bare `acme/Owners` is always Gitea's. The name of an organization has no colon.
        for (provider, name) in user.groups() {
            let text = format!("{provider}:{name}");
            let (provider, name) = (provider.clone(), name.clone());
            if spoken(&BindingSubject::ProviderGroup { provider, name }) {
                groups.insert(text);
            }
        }
        groups
    }

    fn organization(&self, id: OrganizationId) -> Option<&str> {
        let organization = self.directory.organizations.get(&id)?;
        Some(organization.name.as_str())
    }

    fn team(&self, id: TeamId) -> Option<String> {
        let team = &self.directory.teams.get(&id)?.team;
        Some(format!(
            "{}/{}",
            self.organization(team.organization)?,
            team.name
        ))
    }

    /// Names of the roles held in the application, without Samovar's own; under a scope, only those that it
    /// contains completely.
    pub(super) fn roles(&self, known: &AuthenticatedPrincipal) -> BTreeSet<String> {
        let facts = known.facts();
        self.holdings(&facts).role_names().collect()
    }

    /// What the caller may do in the application with this credential; without Samovar's own permissions, and without
    /// those that are held in repositories only.
    pub(super) fn permissions(
        &self,
        known: &AuthenticatedPrincipal,
    ) -> BTreeSet<PermissionPattern> {
        let facts = known.facts();
        let mut held = self.holdings(&facts).within_scope();
        held.retain(|pattern| !pattern.is_own());
        held
    }

    fn holdings<'s>(&'s self, subject: &'s SubjectFacts<'s>) -> Holdings<'s> {
        Holdings {
            policy: self.policy,
            subject,
            application: Some(self.application.id),
            repository: None,
            now: self.now,
        }
    }
}
