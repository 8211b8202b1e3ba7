//! What things are called now: for display beside the ids that decide.

use crate::http::api::wire::Named;
use crate::http::api::wire::texts::Id;
use crate::model::{
    ApplicationId, BindingSubject, Directory, DisplayText, OrganizationId, Principal, Range,
    RoleId, ServiceAccount, ServiceAccountId, Team,
};
use crate::policy::Policy;
use std::sync::Arc;

/// The present names of things.
#[derive(Clone, Copy)]
pub(in crate::http::api) struct Names<'a> {
    /// People, organizations and teams.
    pub directory: &'a Directory,
    /// Roles and applications.
    pub policy: &'a Policy,
    /// Service accounts.
    pub accounts: &'a [Arc<ServiceAccount>],
}

impl Names<'_> {
    /// A role with its name.
    pub(in crate::http::api) fn role(&self, id: RoleId) -> Named {
        Named {
            id: Id::of(id),
            name: self.policy.role(id).map(|role| role.name.to_string()),
        }
    }

    /// An application with its name.
    pub(in crate::http::api) fn application(&self, id: ApplicationId) -> Named {
        let application = self.policy.application(id);
        Named {
            id: Id::of(id),
            name: application.map(|application| application.name.to_string()),
        }
    }

    /// The name of an organization.
    pub(in crate::http::api) fn organization(&self, id: OrganizationId) -> Option<String> {
        let organization = self.directory.organizations.get(&id);
        organization.map(|organization| organization.name.to_string())
    }

    /// `organization/team`.
    pub(in crate::http::api) fn team(&self, team: &Team) -> String {
        let organization = self.organization(team.organization);
        format!("{}/{}", organization.unwrap_or_default(), team.name)
    }

    /// What a person is called (`provider:login` unless of Gitea), the name of a service account.
    pub(in crate::http::api) fn login(&self, principal: Principal) -> Option<String> {
        match principal {
            Principal::User(id) => self.directory.user(id).map(|user| user.qualified_login()),
            Principal::ServiceAccount(id) => self.account(id),
            _ => None,
        }
    }

    /// The same with the login of another time.
    pub(in crate::http::api) fn login_then(
        &self,
        principal: Principal,
        login: &DisplayText,
    ) -> String {
        let user = match principal {
            Principal::User(id) => self.directory.user(id),
            _ => None,
        };
        user.map_or_else(|| login.to_string(), |user| user.qualify(login))
    }

    /// What a binding's subject is called; none when it is gone.
    pub(in crate::http::api) fn subject(&self, subject: &BindingSubject) -> Option<String> {
        match subject {
            BindingSubject::Organization { id } => self.organization(*id),
            BindingSubject::OrganizationOwners { id } => self
                .organization(*id)
                .map(|name| format!("{name} (owners)")),
            BindingSubject::Team { id } => {
                let team = self.directory.teams.get(id);
                team.map(|team| self.team(&team.team))
            }
            BindingSubject::ProviderGroup { provider, name } => {
                let known = self.directory.providers.contains(provider);
                known.then(|| format!("{provider}: {name}"))
            }
            BindingSubject::User { id } => self.login(Principal::User(*id)),
            BindingSubject::ServiceAccount { id } => self.account(*id),
        }
    }

    fn account(&self, id: ServiceAccountId) -> Option<String> {
        let account = self.accounts.iter().find(|account| account.id == id);
        account.map(|account| account.name.to_string())
    }

    /// What a binding's range is called.
    pub(in crate::http::api) fn range(&self, range: &Range) -> Option<String> {
        match range {
            Range::Everywhere => None,
            Range::Application { id } => self.application(*id).name,
            Range::Repositories { organization, .. } => self.organization(*organization),
        }
    }
}
