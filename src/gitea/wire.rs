//! Gitea's JSON, and the one place where it becomes model types. Members that a decision rests on are owed: without
//! them the answer is garbage, never a guess.

use crate::model::{
    DisplayText, GiteaUser, Organization, OrganizationId, ParseError, RepositoryAccess, Team,
    Timestamp,
};
use serde::Deserialize;

/// An account as `/admin/users`, `/teams/{id}/members` and `/users/{login}` show it to a site administrator.
#[derive(Deserialize)]
pub(super) struct User {
    pub(super) id: i64,
    login: String,
    full_name: Option<String>,
    email: Option<String>,
    active: bool,
    prohibit_login: bool,
    is_admin: bool,
    #[serde(default)]
    source_id: i64,
    login_name: Option<String>,
}

impl TryFrom<User> for GiteaUser {
    type Error = ParseError;
    fn try_from(wire: User) -> Result<Self, ParseError> {
        Ok(Self {
            id: wire.id.try_into()?,
            login: wire.login.parse()?,
            full_name: text(wire.full_name),
            email: text(wire.email),
            active: wire.active,
            prohibit_login: wire.prohibit_login,
            is_admin: wire.is_admin,
            source_id: wire.source_id,
            login_name: key(wire.login_name),
        })
    }
}

/// An organization.
#[derive(Deserialize)]
pub(super) struct Org {
    pub(super) id: i64,
    name: String,
    full_name: Option<String>,
}

impl TryFrom<Org> for Organization {
    type Error = ParseError;
    fn try_from(wire: Org) -> Result<Self, ParseError> {
        Ok(Self {
            id: wire.id.try_into()?,
            name: wire.name.parse()?,
            full_name: text(wire.full_name),
        })
    }
}

/// A team; `organization` is `null` in the list of an organization's teams.
#[derive(Deserialize)]
pub(super) struct OrgTeam {
    pub(super) id: i64,
    name: String,
    permission: String,
    organization: Option<Org>,
}

impl OrgTeam {
    /// As a team of this organization.
    pub(super) fn of(self, organization: OrganizationId) -> Result<Team, ParseError> {
        Ok(Team {
            id: self.id.try_into()?,
            organization,
            owners: self.permission == "owner" && self.name == "Owners",
            name: DisplayText::lossy(&self.name),
        })
    }

    /// With the organization that it names itself.
    pub(super) fn with_organization(mut self) -> Result<(Team, Organization), ParseError> {
        let named = self.organization.take();
        let named = named.ok_or_else(|| ParseError::new("a team without its organization"))?;
        let organization: Organization = named.try_into()?;
        Ok((self.of(organization.id)?, organization))
    }
}

/// What a search answers.
#[derive(Deserialize)]
pub(super) struct Found<T> {
    pub(super) data: Vec<T>,
}

/// `/version`.
#[derive(Deserialize)]
pub(super) struct ServerVersion {
    pub(super) version: String,
}

/// A repository, asked for as the user whose access is meant.
#[derive(Deserialize)]
pub(super) struct Repository {
    id: i64,
    name: String,
    owner: Owner,
    permissions: Permissions,
}

#[derive(Deserialize)]
struct Owner {
    id: i64,
}

#[derive(Deserialize)]
struct Permissions {
    admin: bool,
    push: bool,
    pull: bool,
}

impl Repository {
    pub(super) fn access(self, asked_at: Timestamp) -> Result<RepositoryAccess, ParseError> {
        Ok(RepositoryAccess {
            id: self.id.try_into()?,
            owner_id: self.owner.id,
            name: self.name.parse()?,
            pull: self.permissions.pull,
            push: self.permissions.push,
            admin: self.permissions.admin,
            asked_at,
        })
    }
}

/// The words of Gitea's error object, for display.
#[derive(Deserialize)]
pub(super) struct Complaint {
    pub(super) message: String,
}

fn text(text: Option<String>) -> DisplayText {
    DisplayText::lossy(&text.unwrap_or_default())
}

/// A text by which an account is found: none rather than one that display makes like another.
fn key(text: Option<String>) -> DisplayText {
    let exact = text.as_deref().and_then(DisplayText::exact);
    exact.unwrap_or_else(|| DisplayText::lossy(""))
}
