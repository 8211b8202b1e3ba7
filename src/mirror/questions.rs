//! Questions to Gitea, asked with bounded concurrency; their answers as observations. Decides nothing about them, but
//! makes sure that an answer is about whom it was asked about: names can be reused, ids cannot.

use super::plan::{Known, Observation, Seen, SeenTeam};
use super::{Health, MirrorError};
use crate::gitea::{Asked, Client, GiteaError, Kind};
use crate::model::{
    GiteaUser, GiteaUserId, Login, Organization, OrganizationId, RepositoryAccess, RepositoryName,
    Team, TeamId, Timestamp,
};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// A question whose answer is one observation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Question {
    Users,
    Organizations,
    OrganizationTeams(OrganizationId),
    TeamMembers(TeamId),
}

/// Asks Gitea.
pub(super) struct Questions {
    client: Client,
    permits: Semaphore,
    health: Arc<Health>,
}

impl Questions {
    pub(super) fn new(client: Client, concurrency: usize, health: Arc<Health>) -> Self {
        Self {
            client,
            permits: Semaphore::new(concurrency.max(1)),
            health,
        }
    }

    /// Calls to Gitea so far.
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
        // the semaphore is never closed; a permit that cannot be had would only mean more at one time
        let _permit = self.permits.acquire().await;
        let answer = call.await;
        self.health.note(answer.as_ref().err());
        answer
    }

    /// Reads one list; `None` when there is nothing to ask any more.
    pub(super) async fn ask(
        &self,
        question: &Question,
        organization: Option<Named>,
    ) -> Result<Option<Observation>, MirrorError> {
        let client = &self.client;
        Ok(Some(match question {
            Question::Users => seen(self.call(client.users()).await?, Seen::Users),
            Question::Organizations => {
                let answer = self.call(client.organizations()).await?;
                seen(answer, Seen::Organizations)
            }
            Question::OrganizationTeams(id) => {
                let Some(named) = organization else {
                    return Ok(None);
                };
                let answer = self.teams_of(&named).await?;
                seen(answer, |teams| Seen::OrganizationTeams(*id, teams))
            }
            Question::TeamMembers(id) => {
                let answer = self.call(client.team_members(*id)).await?;
                seen(answer, |members| Seen::TeamMembers(*id, members))
            }
        }))
    }

    /// The teams of an organization, asked for by name. When there are new ones beside known ones, the name may have
    /// gone to another organization in between, whose owners must not become owners of this one.
    async fn teams_of(
        &self,
        Named {
            organization,
            teams: known,
        }: &Named,
    ) -> Result<Asked<Vec<Team>>, MirrorError> {
        let teams = self
            .call(self.client.organization_teams(organization))
            .await?;
        let new = teams.value.iter().any(|team| !known.contains(&team.id));
        if new && !known.is_empty() {
            let bearer = self
                .call(self.client.organization(&organization.name))
                .await?;
            if bearer.value.id != organization.id {
                return Err(MirrorError::Moving(organization.name.clone()));
            }
        }
        Ok(teams)
    }

    /// Fails when the service identity is no site administrator: every flag that Gitea shows it would be false.
    pub(super) async fn administrator(&self) -> Result<(), MirrorError> {
        let me = self.call(self.client.me()).await?.value;
        if me.is_admin {
            Ok(())
        } else {
            Err(MirrorError::NotAdministrator(me.login))
        }
    }

    /// Notes what Gitea calls its version.
    pub(super) async fn version(&self) -> Result<(), MirrorError> {
        let version = self.call(self.client.version()).await?;
        self.health.heard_version(version);
        Ok(())
    }

    /// The account of whoever bears this login now.
    pub(super) async fn account(&self, login: &Login) -> Result<Asked<GiteaUser>, GiteaError> {
        self.call(self.client.user(login)).await
    }

    /// The teams of whoever bears this login now.
    pub(super) async fn teams(
        &self,
        user: GiteaUserId,
        login: &Login,
    ) -> Result<Observation, GiteaError> {
        let answer = self.call(self.client.user_teams(login)).await?;
        Ok(seen(answer, |teams| {
            let both = |(team, organization)| SeenTeam { team, organization };
            Seen::UserTeams(user, teams.into_iter().map(both).collect())
        }))
    }

    /// The account of this id, whatever it is called now: by its id, or where a rename leads to; `None` when Gitea has
    /// it no more.
    pub(super) async fn find(
        &self,
        id: GiteaUserId,
        renamed: Option<Login>,
    ) -> Result<Asked<Option<GiteaUser>>, GiteaError> {
        let found = match self.call(self.client.user_by_id(id)).await {
            // the page of users is switched off in Gitea, and the search with it
            Err(GiteaError {
                kind: Kind::Missing,
                ..
            }) => self.find_in_list(id).await?,
            answer => answer?,
        };
        match renamed {
            // the search does not find bots
            Some(login) if found.value.is_none() => match self.account(&login).await {
                Ok(account) if account.value.id == id => Ok(account.map(Some)),
                Ok(_) => Ok(found),
                Err(error) if error.kind == Kind::Missing => Ok(found),
                Err(error) => Err(error),
            },
            _ => Ok(found),
        }
    }

    async fn find_in_list(&self, id: GiteaUserId) -> Result<Asked<Option<GiteaUser>>, GiteaError> {
        let all = self.call(self.client.users()).await?;
        Ok(all.map(|users| users.into_iter().find(|account| account.id == id)))
    }

    /// The accounts of an authentication source that have exactly this name there.
    pub(super) async fn of_source(
        &self,
        source: i64,
        name: &str,
    ) -> Result<Asked<Vec<GiteaUser>>, GiteaError> {
        let answer = self.call(self.client.users_of_source(source, name)).await?;
        Ok(answer.map(|accounts| {
            let theirs = |account: &GiteaUser| account.is_of_source(source, name);
            accounts.into_iter().filter(theirs).collect()
        }))
    }

    /// What whoever bears this login may do in a repository.
    pub(super) async fn repository(
        &self,
        login: &Login,
        owner: &Login,
        name: &RepositoryName,
    ) -> Result<Option<RepositoryAccess>, GiteaError> {
        let call = self.client.repository_as(login, owner, name);
        match self.call(call).await {
            Ok(access) => Ok(Some(access)),
            Err(error) if error.kind == Kind::Missing => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// An organization under its present name, and the teams of it that are known.
pub(super) struct Named {
    organization: Organization,
    teams: Vec<TeamId>,
}

impl Named {
    /// The organization that a question is about, if it is about one that is known.
    pub(super) fn of(question: &Question, known: &Known) -> Option<Self> {
        let Question::OrganizationTeams(id) = question else {
            return None;
        };
        let record = known.organizations.get(id)?;
        let teams = known.teams.values().map(|known| &known.team);
        let teams = teams.filter(|team| team.organization == *id);
        Some(Self {
            organization: record.organization.clone(),
            teams: teams.map(|team| team.id).collect(),
        })
    }
}

fn seen<T>(answer: Asked<T>, what: impl FnOnce(T) -> Seen) -> Observation {
    Observation {
        seen: what(answer.value),
        asked_at: answer.asked_at,
    }
}

/// An observation of one account.
pub(super) fn account_seen(account: GiteaUser, asked_at: Timestamp) -> Observation {
    Observation {
        seen: Seen::User(account),
        asked_at,
    }
}
