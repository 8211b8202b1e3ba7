//! The user refresh: the teams as that user, and the account as the service identity, whose id must be the expected one.
//! `Sudo` alone shows neither that an account is disabled nor that its login belongs to another account.

use super::MirrorError;
use super::plan::{GiteaAnswer, Observation};
use super::queue::RemovalLimit;
use super::reader::AccountAtLogin;
use super::service::{Inner, Mirror};
use crate::gitea::TimedAnswer;
use crate::model::{GiteaUserId, Login, Subject, UserId};
use std::sync::Arc;

/// A login can change during the read.
const MAX_TRIES: usize = 3;

impl Mirror {
    /// Reads one user's account and teams now; concurrent calls share one read. Afterwards the facts are new, or say that
    /// the user is disabled or deleted.
    pub async fn refresh_user(&self, user: UserId) -> Result<(), MirrorError> {
        let (id, login) = self.account_of(user)?;
        self.refresh_account(id, &login).await
    }

    /// Reads the account and teams of a Gitea user who signs in. Returns the user, who may be new.
    pub async fn refresh_gitea_user(
        &self,
        id: GiteaUserId,
        login: &Login,
    ) -> Result<UserId, MirrorError> {
        self.refresh_account(id, login).await?;
        self.0.state.user(id).ok_or(MirrorError::NoGiteaAccount)
    }

    /// Reads the account and teams of a user of one of Gitea's authentication sources who signs in there. `None` without a
    /// Gitea account. Authentication source and external name alone identify the account: users can choose their login,
    /// name and address.
    pub async fn refresh_linked_user(
        &self,
        source: i64,
        subject: &Subject,
    ) -> Result<Option<UserId>, MirrorError> {
        let inner = &self.0;
        let accounts = inner.reader.users_of_source(source, subject.as_str());
        let accounts = accounts.await?;
        let account = match accounts.value.as_slice() {
            [] => return Ok(None),
            [account] => account.clone(),
            _ => return Err(MirrorError::AmbiguousExternalName(source)),
        };
        let (id, login) = (account.id, account.login.clone());
        inner
            .put(accounts.map(|_| GiteaAnswer::User(account)))
            .await?;
        let user = self.refresh_gitea_user(id, &login).await?;
        // The account may have been linked to another user during the read.
        let data = inner.state.data();
        let account = data.facts.account(id);
        if account.is_some_and(|account| account.is_of_source(source, subject.as_str())) {
            Ok(Some(user))
        } else {
            Err(MirrorError::RenamedDuringRead(login))
        }
    }

    async fn refresh_account(&self, id: GiteaUserId, login: &Login) -> Result<(), MirrorError> {
        let inner = Arc::clone(&self.0);
        // During an outage a request starts no read more often than this.
        let pause = inner.settings.freshness_bound / 6;
        if let Some(error) = inner.status.recent_outage(pause) {
            return Err(error.into());
        }
        let login = login.clone();
        let refresh = || async move { inner.refresh_account(id, login).await };
        let refreshes = &self.0.user_refreshes;
        refreshes.run(&self.0.tasks, id, refresh).await
    }
}

impl Inner {
    /// Reads one account and its teams, whatever its present login.
    pub(super) async fn refresh_account(
        &self,
        id: GiteaUserId,
        mut login: Login,
    ) -> Result<(), MirrorError> {
        for _ in 0..MAX_TRIES {
            let (account, teams) = tokio::join!(
                self.reader.account(id, &login),
                self.reader.user_teams(id, &login)
            );
            let renamed = match account? {
                AccountAtLogin::Found(account) => {
                    self.put(account.map(GiteaAnswer::User)).await?;
                    return match teams {
                        Ok(teams) => self.put(teams).await,
                        // A disabled user has no rights, whatever the teams.
                        Err(_) if !self.state.data().facts.is_enabled(id) => Ok(()),
                        Err(error) => Err(error.into()),
                    };
                }
                AccountAtLogin::Missing { renamed } => renamed,
            };
            let Some(present) = self.find_account(id, renamed).await? else {
                return Ok(());
            };
            login = present;
        }
        Err(MirrorError::RenamedDuringRead(login))
    }

    /// Reads an account that the list of users lacks: Gitea still finds a bot by its login.
    pub(super) async fn read_account(
        &self,
        id: GiteaUserId,
        login: &Login,
    ) -> Result<(), MirrorError> {
        match self.reader.account(id, login).await? {
            AccountAtLogin::Found(account) => self.put(account.map(GiteaAnswer::User)).await,
            AccountAtLogin::Missing { renamed } => self.find_account(id, renamed).await.map(drop),
        }
    }

    /// Finds an account by its id and applies the result; its present login, or `None` for a deleted account.
    async fn find_account(
        &self,
        id: GiteaUserId,
        renamed: Option<Login>,
    ) -> Result<Option<Login>, MirrorError> {
        let TimedAnswer { value, asked_at } = self.reader.find_account(id, renamed).await?;
        let login = value.as_ref().map(|account| account.login.clone());
        let value = value.map_or(GiteaAnswer::UserDeleted(id), GiteaAnswer::User);
        self.put(Observation { value, asked_at }).await?;
        Ok(login)
    }

    /// Applies an observation of one user.
    async fn put(&self, observation: Observation) -> Result<(), MirrorError> {
        let applied = self.state.observe(observation, RemovalLimit::None);
        applied.await.map(drop)
    }
}
