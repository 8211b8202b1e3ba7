//! Reads Gitea with bounded concurrency; answers become observations. Makes sure that an answer is about the requested
//! object: names can be reused, ids cannot.

use super::MirrorError;
use super::plan::{GiteaAnswer, Observation};
use super::status::StatusRecorder;
use crate::gitea::{GiteaClient, GiteaError, GiteaErrorKind, TimedAnswer};
use crate::model::{
    GiteaUser, GiteaUserId, Login, Organization, RepositoryAccess, RepositoryName, TeamId,
};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Gitea's answer to a request for the account with a login and an id.
pub(super) enum AccountAtLogin {
    Found(TimedAnswer<GiteaUser>),
    /// No account with the id has the login; Gitea may redirect to a new login.
    Missing {
        renamed: Option<Login>,
    },
}

/// Reads Gitea as the service identity.
pub(super) struct GiteaReader {
    client: GiteaClient,
    permits: Semaphore,
    status: Arc<StatusRecorder>,
}

impl GiteaReader {
    pub(super) fn new(
        client: GiteaClient,
        concurrency: usize,
        status: Arc<StatusRecorder>,
    ) -> Self {
        Self {
            client,
            permits: Semaphore::new(concurrency.max(1)),
            status,
        }
    }

    /// Requests to Gitea so far.
    pub(super) fn calls(&self) -> u64 {
        self.client.calls()
    }

    pub(super) fn skew_millis(&self) -> i64 {
        self.client.skew_millis()
    }

    async fn call<T>(
        &self,
        call: impl Future<Output = Result<T, GiteaError>> + Send,
    ) -> Result<T, GiteaError> {
        // The semaphore is never closed, so there is always a permit.
        let _permit = self.permits.acquire().await;
        let answer = call.await;
        self.status.record(answer.as_ref().err());
        answer
    }

    pub(super) async fn users(&self) -> Result<Observation, GiteaError> {
        let users = self.call(self.client.users()).await?;
        Ok(users.map(GiteaAnswer::Users))
    }

    pub(super) async fn organizations(&self) -> Result<Observation, GiteaError> {
        let organizations = self.call(self.client.organizations()).await?;
        Ok(organizations.map(GiteaAnswer::Organizations))
    }

    pub(super) async fn team_members(&self, id: TeamId) -> Result<Observation, GiteaError> {
        let members = self.call(self.client.team_members(id)).await?;
        Ok(members.map(|members| GiteaAnswer::TeamMembers(id, members)))
    }

    /// The teams of an organization, which Gitea finds by name. New teams beside the known ones can mean that the name
    /// belongs to another organization by now, whose owners must not become owners of this one.
    pub(super) async fn organization_teams(
        &self,
        organization: &Organization,
        known: &[TeamId],
    ) -> Result<Observation, MirrorError> {
        let teams = self.client.organization_teams(organization);
        let teams = self.call(teams).await?;
        let new = teams.value.iter().any(|team| !known.contains(&team.id));
        if new && !known.is_empty() {
            let named = self.client.organization(&organization.name);
            if self.call(named).await?.value.id != organization.id {
                return Err(MirrorError::RenamedDuringRead(organization.name.clone()));
            }
        }
        Ok(teams.map(|teams| GiteaAnswer::OrganizationTeams(organization.id, teams)))
    }

    /// The teams of the user with this login at present.
    pub(super) async fn user_teams(
        &self,
        user: GiteaUserId,
        login: &Login,
    ) -> Result<Observation, GiteaError> {
        let teams = self.call(self.client.user_teams(login)).await?;
        Ok(teams.map(|teams| GiteaAnswer::UserTeams(user, teams)))
    }

    /// Fails for a service identity that is not a site administrator: Gitea shows it no true flags.
    pub(super) async fn check_administrator(&self) -> Result<(), MirrorError> {
        let me = self.call(self.client.me()).await?.value;
        if me.is_admin {
            Ok(())
        } else {
            Err(MirrorError::NotAdministrator(me.login))
        }
    }

    /// Reads and records Gitea's version.
    pub(super) async fn read_version(&self) -> Result<(), MirrorError> {
        let version = self.call(self.client.version()).await?;
        self.status.record_version(version);
        Ok(())
    }

    /// The account with this login, if it also has this id.
    pub(super) async fn account(
        &self,
        id: GiteaUserId,
        login: &Login,
    ) -> Result<AccountAtLogin, GiteaError> {
        match self.call(self.client.user(login)).await {
            Ok(account) if account.value.id == id => Ok(AccountAtLogin::Found(account)),
            Ok(_) => Ok(AccountAtLogin::Missing { renamed: None }),
            Err(error) if error.kind.is_absent() => Ok(AccountAtLogin::Missing {
                renamed: error.renamed_user(),
            }),
            Err(error) => Err(error),
        }
    }

    /// The account with this id: by the id, or by a new login. `None` when Gitea has it no more.
    pub(super) async fn find_account(
        &self,
        id: GiteaUserId,
        renamed: Option<Login>,
    ) -> Result<TimedAnswer<Option<GiteaUser>>, GiteaError> {
        let found = match self.call(self.client.user_by_id(id)).await {
            // Gitea can have the search of users switched off.
            Err(error) if error.kind == GiteaErrorKind::NotFound => {
                let users = self.call(self.client.users()).await?;
                users.map(|users| users.into_iter().find(|account| account.id == id))
            }
            answer => answer?,
        };
        let Some(login) = renamed.filter(|_| found.value.is_none()) else {
            return Ok(found);
        };
        // The search does not find bots.
        match self.call(self.client.user(&login)).await {
            Ok(account) if account.value.id == id => Ok(account.map(Some)),
            Ok(_) => Ok(found),
            Err(error) if error.kind == GiteaErrorKind::NotFound => Ok(found),
            Err(error) => Err(error),
        }
    }

    /// The accounts of an authentication source with exactly this name there.
    pub(super) async fn users_of_source(
        &self,
        source: i64,
        name: &str,
    ) -> Result<TimedAnswer<Vec<GiteaUser>>, GiteaError> {
        let accounts = self.client.users_of_source(source, name);
        let mut accounts = self.call(accounts).await?;
        accounts
            .value
            .retain(|account| account.is_of_source(source, name));
        Ok(accounts)
    }

    /// What the user with this login may do in a repository; `None` when the user cannot see it.
    pub(super) async fn repository(
        &self,
        login: &Login,
        owner: &Login,
        name: &RepositoryName,
    ) -> Result<Option<RepositoryAccess>, GiteaError> {
        let access = self.client.repository_as(login, owner, name);
        match self.call(access).await {
            Ok(access) => Ok(Some(access)),
            Err(error) if error.kind == GiteaErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}
