//! The questions that Samovar asks, by name. Each states the scope that its token needs (all are among the four read
//! scopes of the service identity).

use super::client::{Ask, Asked, Client};
use super::error::{GiteaError, Kind};
use super::version::Version;
use super::wire::{Found, Org, OrgTeam, Repository, ServerVersion, User};
use crate::model::{
    GiteaUser, GiteaUserId, Login, Organization, ParseError, RepositoryAccess, RepositoryName,
    Team, TeamId,
};
use serde::de::DeserializeOwned;

impl Client {
    /// What Gitea calls its version. No scope.
    pub async fn version(&self) -> Result<Version, GiteaError> {
        let said: Asked<ServerVersion> = self.object(Ask::of(&["version"])).await?;
        Ok(Version::of(&said.value.version))
    }

    /// The service identity's own account. `read:user`.
    pub async fn me(&self) -> Result<Asked<GiteaUser>, GiteaError> {
        self.turned(Ask::of(&["user"]), User::try_into).await
    }

    /// Every ordinary account; bots are not among them. `read:admin`.
    pub async fn users(&self) -> Result<Asked<Vec<GiteaUser>>, GiteaError> {
        self.list(Ask::of(&["admin", "users"]), User::try_into)
            .await
    }

    /// The accounts of an authentication source that have this name there; filtered by Gitea, so whoever asks looks
    /// again. `read:admin`.
    pub async fn users_of_source(
        &self,
        source: i64,
        name: &str,
    ) -> Result<Asked<Vec<GiteaUser>>, GiteaError> {
        let source = source.to_string();
        let query = [("source_id", source.as_str()), ("login_name", name)];
        let ask = Ask {
            query: &query,
            ..Ask::of(&["admin", "users"])
        };
        self.list(ask, User::try_into).await
    }

    /// Every organization. `read:admin`.
    pub async fn organizations(&self) -> Result<Asked<Vec<Organization>>, GiteaError> {
        self.list(Ask::of(&["admin", "orgs"]), Org::try_into).await
    }

    /// The organization that bears this name now. `read:organization`.
    pub async fn organization(&self, name: &Login) -> Result<Asked<Organization>, GiteaError> {
        let path = ["orgs", name.as_str()];
        self.turned(Ask::of(&path), Org::try_into).await
    }

    /// Every team of an organization, asked for by its name. `read:organization`.
    pub async fn organization_teams(
        &self,
        organization: &Organization,
    ) -> Result<Asked<Vec<Team>>, GiteaError> {
        let path = ["orgs", organization.name.as_str(), "teams"];
        let id = organization.id;
        self.list(Ask::of(&path), move |team: OrgTeam| team.of(id))
            .await
    }

    /// Every member of a team. `read:organization`.
    pub async fn team_members(&self, team: TeamId) -> Result<Asked<Vec<GiteaUser>>, GiteaError> {
        let id = team.to_string();
        let path = ["teams", &id, "members"];
        self.list(Ask::of(&path), User::try_into).await
    }

    /// Every team of whoever bears this login now. `read:user` and `read:organization`.
    pub async fn user_teams(
        &self,
        login: &Login,
    ) -> Result<Asked<Vec<(Team, Organization)>>, GiteaError> {
        let ask = Ask {
            sudo: Some(login),
            ..Ask::of(&["user", "teams"])
        };
        self.list(ask, OrgTeam::with_organization).await
    }

    /// The account that bears this login now. `read:user`.
    pub async fn user(&self, login: &Login) -> Result<Asked<GiteaUser>, GiteaError> {
        let path = ["users", login.as_str()];
        self.turned(Ask::of(&path), User::try_into).await
    }

    /// The account of this id, whatever its login. `read:user`. Bots are not found.
    pub async fn user_by_id(
        &self,
        id: GiteaUserId,
    ) -> Result<Asked<Option<GiteaUser>>, GiteaError> {
        let number = id.to_string();
        let query: [(&str, &str); 1] = [("uid", &number)];
        let ask = Ask {
            query: &query,
            ..Ask::of(&["users", "search"])
        };
        self.turned(ask, |found: Found<User>| {
            let mut found = found.data.into_iter();
            found
                .find(|user| user.id == id.get())
                .map(User::try_into)
                .transpose()
        })
        .await
    }

    /// What whoever bears this login may do in a repository; [`Kind::Missing`] when it is not visible to them. An old
    /// name of a repository that nobody else took leads to it. `read:repository`.
    pub async fn repository_as(
        &self,
        login: &Login,
        owner: &Login,
        name: &RepositoryName,
    ) -> Result<RepositoryAccess, GiteaError> {
        let error = match self.repository(login, owner, name).await {
            Err(error) if error.renamed_repository().is_some() => error,
            answer => return answer,
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
        let ask = Ask {
            sudo: Some(login),
            ..Ask::of(&path)
        };
        let said: Asked<Repository> = self.object(ask).await?;
        let access = said.value.access(said.asked_at);
        access.map_err(|invalid| self.error(&ask, Kind::Garbage, &invalid.0))
    }

    async fn turned<W: DeserializeOwned, T>(
        &self,
        ask: Ask<'_>,
        turn: impl Fn(W) -> Result<T, ParseError> + Send,
    ) -> Result<Asked<T>, GiteaError> {
        let said: Asked<W> = self.object(ask).await?;
        let value = turn(said.value).map_err(|e| self.error(&ask, Kind::Garbage, &e.0))?;
        Ok(Asked {
            value,
            asked_at: said.asked_at,
        })
    }

    async fn object<W: DeserializeOwned>(&self, ask: Ask<'_>) -> Result<Asked<W>, GiteaError> {
        let asked_at = self.now();
        let answer = self.read(&ask).await?;
        let value = answer.parse();
        let value = value.map_err(|(kind, seen)| self.error(&ask, kind, &seen))?;
        Ok(Asked { value, asked_at })
    }
}
