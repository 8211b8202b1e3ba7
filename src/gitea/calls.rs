//! The requests that Samovar sends. Each states the token scope that it needs; the service identity has these four read
//! scopes.

use super::client::{GiteaClient, GiteaRequest, TimedAnswer};
use super::dto::{OrganizationDto, RepositoryDto, SearchResultDto, TeamDto, UserDto, VersionDto};
use super::error::GiteaError;
use super::error_kind::GiteaErrorKind;
use super::version::GiteaVersion;
use crate::model::{
    GiteaUser, GiteaUserId, Login, Organization, ParseError, RepositoryAccess, RepositoryName,
    Team, TeamId,
};
use serde::de::DeserializeOwned;

impl GiteaClient {
    /// Gitea's version. No scope.
    pub async fn version(&self) -> Result<GiteaVersion, GiteaError> {
        let convert = |dto: VersionDto| Ok(GiteaVersion::new(&dto.version));
        let answer = self
            .object(GiteaRequest::new(&["version"]), convert)
            .await?;
        Ok(answer.value)
    }

    /// The service identity's own account. `read:user`.
    pub async fn me(&self) -> Result<TimedAnswer<GiteaUser>, GiteaError> {
        self.object(GiteaRequest::new(&["user"]), UserDto::try_into)
            .await
    }

    /// Every ordinary account; Gitea leaves bots out. `read:admin`.
    pub async fn users(&self) -> Result<TimedAnswer<Vec<GiteaUser>>, GiteaError> {
        self.list(GiteaRequest::new(&["admin", "users"]), UserDto::try_into)
            .await
    }

    /// The accounts of an authentication source with this name there. Gitea filters, so the caller must check each.
    /// `read:admin`.
    pub async fn users_of_source(
        &self,
        source: i64,
        name: &str,
    ) -> Result<TimedAnswer<Vec<GiteaUser>>, GiteaError> {
        let source = source.to_string();
        let request = GiteaRequest {
            query: &[("source_id", &source), ("login_name", name)],
            ..GiteaRequest::new(&["admin", "users"])
        };
        self.list(request, UserDto::try_into).await
    }

    /// Every organization. `read:admin`.
    pub async fn organizations(&self) -> Result<TimedAnswer<Vec<Organization>>, GiteaError> {
        let request = GiteaRequest::new(&["admin", "orgs"]);
        self.list(request, OrganizationDto::try_into).await
    }

    /// The organization with this name at present. `read:organization`.
    pub async fn organization(
        &self,
        name: &Login,
    ) -> Result<TimedAnswer<Organization>, GiteaError> {
        let path = ["orgs", name.as_str()];
        self.object(GiteaRequest::new(&path), OrganizationDto::try_into)
            .await
    }

    /// Every team of an organization, which Gitea finds by its name. `read:organization`.
    pub async fn organization_teams(
        &self,
        organization: &Organization,
    ) -> Result<TimedAnswer<Vec<Team>>, GiteaError> {
        let path = ["orgs", organization.name.as_str(), "teams"];
        let id = organization.id;
        self.list(GiteaRequest::new(&path), move |team: TeamDto| {
            team.into_team(id)
        })
        .await
    }

    /// Every member of a team. `read:organization`.
    pub async fn team_members(
        &self,
        team: TeamId,
    ) -> Result<TimedAnswer<Vec<GiteaUser>>, GiteaError> {
        let path = ["teams", &team.to_string(), "members"];
        self.list(GiteaRequest::new(&path), UserDto::try_into).await
    }

    /// Every team of the user with this login at present. `read:user` and `read:organization`.
    pub async fn user_teams(
        &self,
        login: &Login,
    ) -> Result<TimedAnswer<Vec<(Team, Organization)>>, GiteaError> {
        let request = GiteaRequest {
            sudo: Some(login),
            ..GiteaRequest::new(&["user", "teams"])
        };
        self.list(request, TeamDto::with_organization).await
    }

    /// The account with this login at present. `read:user`.
    pub async fn user(&self, login: &Login) -> Result<TimedAnswer<GiteaUser>, GiteaError> {
        let path = ["users", login.as_str()];
        self.object(GiteaRequest::new(&path), UserDto::try_into)
            .await
    }

    /// The account with this id, whatever its login. Gitea does not find bots. `read:user`.
    pub async fn user_by_id(
        &self,
        id: GiteaUserId,
    ) -> Result<TimedAnswer<Option<GiteaUser>>, GiteaError> {
        let request = GiteaRequest {
            query: &[("uid", &id.to_string())],
            ..GiteaRequest::new(&["users", "search"])
        };
        self.object(request, |result: SearchResultDto<UserDto>| {
            let mut users = result.data.into_iter();
            let user = users.find(|user| user.id == id.get());
            user.map(UserDto::try_into).transpose()
        })
        .await
    }

    /// What the user with this login may do in a repository; [`GiteaErrorKind::NotFound`] when the user cannot see it.
    /// The old name of a renamed repository leads to it until another repository takes that name. `read:repository`.
    pub async fn repository_as(
        &self,
        login: &Login,
        owner: &Login,
        name: &RepositoryName,
    ) -> Result<RepositoryAccess, GiteaError> {
        let error = match self.repository(login, owner, name).await {
            Ok(access) => return Ok(access),
            Err(error) => error,
        };
        let (owner, name) = error.renamed_repository().ok_or(error)?;
        self.repository(login, &owner, &name).await
    }

    async fn repository(
        &self,
        login: &Login,
        owner: &Login,
        name: &RepositoryName,
    ) -> Result<RepositoryAccess, GiteaError> {
        let path = ["repos", owner.as_str(), name.as_str()];
        let request = GiteaRequest {
            sudo: Some(login),
            ..GiteaRequest::new(&path)
        };
        let answer: TimedAnswer<RepositoryDto> = self.object(request, Ok).await?;
        let access = answer.value.access(answer.asked_at);
        access.map_err(|error| self.error(&request, GiteaErrorKind::Unreadable, &error.0))
    }

    async fn object<D: DeserializeOwned, T>(
        &self,
        request: GiteaRequest<'_>,
        convert: impl Fn(D) -> Result<T, ParseError> + Send,
    ) -> Result<TimedAnswer<T>, GiteaError> {
        let asked_at = self.now();
        let dto = self.get(&request).await?.json();
        let dto = dto.map_err(|(kind, detail)| self.error(&request, kind, &detail))?;
        let value = convert(dto)
            .map_err(|error| self.error(&request, GiteaErrorKind::Unreadable, &error.0))?;
        Ok(TimedAnswer { value, asked_at })
    }
}
