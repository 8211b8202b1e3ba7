//! The re-read of one principal: the teams as that user, and the account as the service identity, whose id must be the
//! one expected. `Sudo` alone sees neither a disabled user nor a login that somebody else has taken.

use super::MirrorError;
use super::plan::{Observation, Seen};
use super::questions::account_seen;
use super::queue::Reading;
use super::service::{Inner, Mirror};
use crate::gitea::{Asked, Kind};
use crate::model::{GiteaUser, GiteaUserId, Login};
use std::sync::Arc;
use std::time::Duration;

/// A login can change while it is read, but not for ever.
const TRIES: usize = 3;

impl Mirror {
    /// Reads one account and its teams, once however many ask.
    pub(super) async fn reread_account(
        &self,
        id: GiteaUserId,
        login: &Login,
    ) -> Result<(), MirrorError> {
        let inner = &self.0;
        if let Some(error) = inner.health.just_away(inner.pause_when_away()) {
            return Err(error.into());
        }
        let (work, login) = (Arc::clone(inner), login.clone());
        let begin = || async move { work.read_person(id, login).await };
        inner.rereads.join(&inner.tasks, id, begin).await
    }
}

impl Inner {
    /// While Gitea is away, nobody waits for it more often than this.
    fn pause_when_away(&self) -> Duration {
        self.settings.bound / 6
    }

    /// Reads one account and its teams, by whatever login it has now.
    pub(super) async fn read_person(
        &self,
        id: GiteaUserId,
        mut login: Login,
    ) -> Result<(), MirrorError> {
        for _ in 0..TRIES {
            let (account, teams) = tokio::join!(
                self.questions.account(&login),
                self.questions.teams(id, &login)
            );
            let renamed = match account {
                Ok(account) if account.value.id == id => {
                    self.put_account(account).await?;
                    return match teams {
                        Ok(teams) => self.put(teams).await,
                        // a disabled account has nothing, whatever its teams
                        Err(_) if !self.is_enabled(id) => Ok(()),
                        Err(error) => Err(error.into()),
                    };
                }
                Ok(_) => None,
                Err(error) if error.kind == Kind::Missing => None,
                Err(error) if matches!(error.kind, Kind::Renamed(_)) => error.renamed_user(),
                Err(error) => return Err(error.into()),
            };
            let Some(present) = self.find_account(id, renamed).await? else {
                return Ok(());
            };
            login = present;
        }
        Err(MirrorError::Moving(login))
    }

    /// An account that the list of users lacks: a bot answers to its login all the same.
    pub(super) async fn look_up(&self, id: GiteaUserId, login: &Login) -> Result<(), MirrorError> {
        let renamed = match self.questions.account(login).await {
            Ok(account) if account.value.id == id => return self.put_account(account).await,
            Ok(_) => None,
            Err(error) if error.kind == Kind::Missing => None,
            Err(error) if matches!(error.kind, Kind::Renamed(_)) => error.renamed_user(),
            Err(error) => return Err(error.into()),
        };
        self.find_account(id, renamed).await.map(|_| ())
    }

    /// Looks an account up by its id and puts in force what is found; its present login, or `None` when it is gone.
    async fn find_account(
        &self,
        id: GiteaUserId,
        renamed: Option<Login>,
    ) -> Result<Option<Login>, MirrorError> {
        let found = self.questions.find(id, renamed).await?;
        let asked_at = found.asked_at;
        let Some(account) = found.value else {
            let seen = Seen::UserGone(id);
            self.put(Observation { seen, asked_at }).await?;
            return Ok(None);
        };
        let login = account.login.clone();
        self.put(account_seen(account, asked_at)).await?;
        Ok(Some(login))
    }

    async fn put_account(&self, account: Asked<GiteaUser>) -> Result<(), MirrorError> {
        let seen = account_seen(account.value, account.asked_at);
        self.put(seen).await
    }

    fn is_enabled(&self, id: GiteaUserId) -> bool {
        let facts = self.ledger.facts();
        let record = facts.known.accounts.get(&id);
        record.is_some_and(|record| !record.gone && record.account.enabled())
    }

    /// Puts in force what was seen of one person.
    async fn put(&self, observation: Observation) -> Result<(), MirrorError> {
        let observed = self.ledger.observe(observation, Reading::OfPrincipal);
        observed.await.map(|_| ())
    }
}
