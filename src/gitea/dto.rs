//! Gitea's JSON and its conversion to model types. A member on which a decision depends is required: without it the answer
//! is unreadable.

use crate::model::{
    DisplayText, GiteaUser, Organization, OrganizationId, ParseError, RepositoryAccess, Team,
    Timestamp,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// An account as `/admin/users`, `/teams/{id}/members` and `/users/{login}` show it to a site administrator.
#[derive(Deserialize)]
pub(super) struct UserDto {
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

impl TryFrom<UserDto> for GiteaUser {
    type Error = ParseError;
    fn try_from(dto: UserDto) -> Result<Self, ParseError> {
        Ok(Self {
            id: dto.id.try_into()?,
            login: dto.login.parse()?,
            full_name: text(dto.full_name),
            email: text(dto.email),
            active: dto.active,
            prohibit_login: dto.prohibit_login,
            is_admin: dto.is_admin,
            source_id: dto.source_id,
            login_name: exact_text(dto.login_name),
        })
    }
}

/// An organization.
#[derive(Deserialize)]
pub(super) struct OrganizationDto {
    id: i64,
    name: String,
    full_name: Option<String>,
}

impl TryFrom<OrganizationDto> for Organization {
    type Error = ParseError;
    fn try_from(dto: OrganizationDto) -> Result<Self, ParseError> {
        Ok(Self {
            id: dto.id.try_into()?,
            name: dto.name.parse()?,
            full_name: text(dto.full_name),
        })
    }
}

/// A team; `organization` is `null` in the list of an organization's teams.
#[derive(Deserialize)]
pub(super) struct TeamDto {
    id: i64,
    name: String,
    permission: String,
    organization: Option<OrganizationDto>,
}

impl TeamDto {
    pub(super) fn into_team(self, organization: OrganizationId) -> Result<Team, ParseError> {
        Ok(Team {
            id: self.id.try_into()?,
            organization,
            owners: self.permission == "owner" && self.name == "Owners",
            name: DisplayText::lossy(&self.name),
        })
    }

    /// With its own `organization`.
    pub(super) fn with_organization(mut self) -> Result<(Team, Organization), ParseError> {
        let named = self.organization.take();
        let named = named.ok_or_else(|| ParseError::new("the team has no organization"))?;
        let organization: Organization = named.try_into()?;
        Ok((self.into_team(organization.id)?, organization))
    }
}

/// An item of a list, with an id that is unique there.
pub(super) trait ListItem: DeserializeOwned + Send {
    fn id(&self) -> i64;
}

impl ListItem for UserDto {
    fn id(&self) -> i64 {
        self.id
    }
}

impl ListItem for OrganizationDto {
    fn id(&self) -> i64 {
        self.id
    }
}

impl ListItem for TeamDto {
    fn id(&self) -> i64 {
        self.id
    }
}

/// The result of a search.
#[derive(Deserialize)]
pub(super) struct SearchResultDto<T> {
    pub(super) data: Vec<T>,
}

/// `/version`.
#[derive(Deserialize)]
pub(super) struct VersionDto {
    pub(super) version: String,
}

/// A repository; `permissions` are those of the user in `Sudo`.
#[derive(Deserialize)]
pub(super) struct RepositoryDto {
    id: i64,
    name: String,
    owner: OwnerDto,
    permissions: PermissionsDto,
}

#[derive(Deserialize)]
struct OwnerDto {
    id: i64,
}

#[derive(Deserialize)]
struct PermissionsDto {
    admin: bool,
    push: bool,
    pull: bool,
}

impl RepositoryDto {
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

/// Gitea's error object; its message is for display alone.
#[derive(Deserialize)]
pub(super) struct ErrorDto {
    pub(super) message: String,
}

fn text(text: Option<String>) -> DisplayText {
    DisplayText::lossy(&text.unwrap_or_default())
}

/// A text that identifies an account; empty when `DisplayText` would change it, because two texts could become equal.
fn exact_text(text: Option<String>) -> DisplayText {
    let exact = text.as_deref().and_then(DisplayText::exact);
    exact.unwrap_or_else(|| DisplayText::lossy(""))
}
