//! Current names, for display beside ids.
//!
//! May read the directory, the policy and the service accounts. Must never be used to decide: only ids identify
//! objects.

use super::response::response;
use super::schema::Id;
use crate::model::{
    ApplicationId, BindingSubject, Directory, DisplayText, OrganizationId, Principal, Range,
    RoleId, ServiceAccount, ServiceAccountId, Team,
};
use crate::policy::Policy;
use std::fmt::Display;
use std::sync::Arc;

response! {
    /// A reference to an object.
    #[oai(rename = "Named")]
    Reference(id: impl Display, name: Option<String>) {
        /// The id of the object.
        id: Id = Id::new(id),
        /// The current name of the object; absent if it no longer exists.
        name: Option<String> = name,
    }
}

/// The objects with names, at one instant.
pub struct Names {
    /// Users, organizations and teams.
    pub directory: Arc<Directory>,
    /// Roles and applications.
    pub policy: Arc<Policy>,
    /// Service accounts.
    pub accounts: Vec<Arc<ServiceAccount>>,
}

impl Names {
    /// A role with its name.
    pub fn role(&self, id: RoleId) -> Reference {
        let role = self.policy.role(id);
        Reference::new(id, role.map(|role| role.name.to_string()))
    }

    /// An application with its name.
    pub fn application(&self, id: ApplicationId) -> Reference {
        let application = self.policy.application(id);
        Reference::new(
            id,
            application.map(|application| application.name.to_string()),
        )
    }

    /// The name of an organization.
    pub fn organization(&self, id: OrganizationId) -> Option<String> {
        let organization = self.directory.organizations.get(&id);
        organization.map(|organization| organization.name.to_string())
    }

    /// `organization/team`.
    pub fn team(&self, team: &Team) -> String {
        let organization = self.organization(team.organization);
        format!("{}/{}", organization.unwrap_or_default(), team.name)
    }

    /// The login of a user (`provider:login` at another provider than Gitea), or the name of a service account.
    pub fn login(&self, principal: Principal) -> Option<String> {
        match principal {
            Principal::User(id) => self.directory.user(id).map(|user| user.qualified_login()),
            Principal::ServiceAccount(id) => self.account(id),
            _ => None,
        }
    }

    /// The display form of an earlier login of the principal.
    pub fn earlier_login(&self, principal: Principal, login: &DisplayText) -> String {
        let user = principal.user().and_then(|id| self.directory.user(id));
        user.map_or_else(|| login.to_string(), |user| user.qualify(login))
    }

    /// The name of a binding's subject; `None` if it no longer exists.
    pub fn subject(&self, subject: &BindingSubject) -> Option<String> {
        match subject {
            BindingSubject::Organization { id } => self.organization(*id),
            BindingSubject::OrganizationOwners { id } => {
                let name = self.organization(*id);
                name.map(|name| format!("{name} (owners)"))
            }
            BindingSubject::Team { id } => {
                let team = self.directory.teams.get(id);
                team.map(|team| self.team(&team.team))
            }
            BindingSubject::ProviderGroup { provider, name } => {
                let configured = self.directory.providers.contains(provider);
                configured.then(|| format!("{provider}: {name}"))
            }
            BindingSubject::User { id } => self.login(Principal::User(*id)),
            BindingSubject::ServiceAccount { id } => self.account(*id),
        }
    }

    /// The name of a binding's range.
    pub fn range(&self, range: &Range) -> Option<String> {
        match range {
            Range::Everywhere => None,
            Range::Application { id } => self.application(*id).name,
            Range::Repositories { organization, .. } => self.organization(*organization),
        }
    }

    fn account(&self, id: ServiceAccountId) -> Option<String> {
        let account = self.accounts.iter().find(|account| account.id == id);
        account.map(|account| account.name.to_string())
    }
}
