//! People of other providers than Gitea: known by their sign-in alone, or as the Gitea account that Gitea itself says is
//! theirs.
//!
//! Somebody becomes a Gitea account by its authentication source and external name and by nothing else: a login, a name
//! and an address are whatever people choose.

use super::MirrorError;
use super::questions::account_seen;
use super::queue::Reading;
use super::records::{Writing, event};
use super::service::Mirror;
use crate::audit::AuditEvent;
use crate::model::{
    Claims, Clock, DisplayText, GiteaUserId, Identity, Random, Subject, User, UserId,
};
use crate::store::{Change, Operation};
use std::collections::BTreeMap;

/// Groups that one event names; how many more there are is said.
const NAMED: usize = 100;

/// Somebody who has signed in at another provider and has no Gitea account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Who, for that provider.
    pub identity: Identity,
    /// What the provider calls them.
    pub login: DisplayText,
    /// What else it says.
    pub claims: Claims,
}

/// People without a Gitea account, as the store has them.
pub(super) fn elsewhere(users: &[User]) -> BTreeMap<Identity, User> {
    let others = users.iter().filter(|user| user.gitea.is_none());
    others
        .filter_map(|user| Some((user.identities.first()?.clone(), user.clone())))
        .collect()
}

impl Arrival {
    /// The person that this is from now on.
    pub(super) fn person(
        &self,
        before: Option<&User>,
        clock: &dyn Clock,
        random: &dyn Random,
    ) -> User {
        User {
            id: before.map_or_else(|| UserId::generate(clock, random), |user| user.id),
            identities: vec![self.identity.clone()],
            gitea: None,
            login: self.login.clone(),
            claims: Some(self.claims.clone()),
            created_at: before.map_or_else(|| clock.now(), |user| user.created_at),
        }
    }

    /// What is written of it.
    pub(super) fn batch(
        &self,
        before: Option<&User>,
        user: &User,
        writing: &Writing<'_>,
    ) -> (Change, AuditEvent) {
        let provider = &self.identity.provider;
        let reasons = self.sentences(before, user.id);
        let reasons = reasons.iter().map(|text| DisplayText::lossy(text));
        let event = event(writing, provider, reasons.collect());
        (Change::from(Operation::PutUser(user.clone())), event)
    }

    /// Ids and group names, never what names a person. Nothing is said to have ended where the list may be cut.
    fn sentences(&self, before: Option<&User>, id: UserId) -> Vec<String> {
        let provider = &self.identity.provider;
        let mut texts = Vec::new();
        if before.is_none() {
            texts.push(format!("user {id} is new, from provider {provider}"));
        }
        let had = before.and_then(|user| user.claims.as_ref());
        let had = had.map(|claims| claims.groups.clone()).unwrap_or_default();
        let has = &self.claims.groups;
        let joined = has.difference(&had).map(|name| ("is now in", name));
        let left = had
            .difference(has)
            .map(|name| ("is no longer seen in", name));
        let changes: Vec<_> = joined.chain(left).collect();
        for (how, name) in changes.iter().take(NAMED) {
            texts.push(format!("user {id} {how} group `{name}` of {provider}"));
        }
        if let Some(more) = changes.len().checked_sub(NAMED + 1) {
            texts.push(format!("and {} more changes of groups", more + 1));
        }
        if self.claims.groups_may_be_cut {
            texts.push(format!("{provider} may have left groups out"));
        }
        if texts.is_empty() {
            texts.push(format!("user {id} signed in; groups are as before"));
        }
        texts
    }
}

impl Mirror {
    /// Somebody has signed in at another provider who has no Gitea account: keeps who that is and what the provider
    /// said. Gives our person, who is made when new.
    pub async fn arrive_elsewhere(&self, arrival: &Arrival) -> Result<UserId, MirrorError> {
        self.0.ledger.arrive(arrival).await
    }

    /// Asks Gitea now which of its accounts is this person of one of its authentication sources. `None`: it has none.
    /// Reads the account and its teams, as at a sign-in at Gitea.
    pub async fn arrive_linked(
        &self,
        source: i64,
        subject: &Subject,
    ) -> Result<Option<UserId>, MirrorError> {
        let inner = &self.0;
        let found = inner.questions.of_source(source, subject.as_str()).await?;
        let asked_at = found.asked_at;
        let mut accounts = found.value.into_iter();
        let Some(account) = accounts.next() else {
            return Ok(None);
        };
        if accounts.next().is_some() {
            return Err(MirrorError::Ambiguous(source));
        }
        let (id, login) = (account.id, account.login.clone());
        let seen = account_seen(account, asked_at);
        inner.ledger.observe(seen, Reading::OfPrincipal).await?;
        let user = self.arrive(id, &login).await?;
        // The account may have been given to somebody else while it was read.
        if self.is_linked(id, source, subject) {
            Ok(Some(user))
        } else {
            Err(MirrorError::Moving(login))
        }
    }

    fn is_linked(&self, id: GiteaUserId, source: i64, subject: &Subject) -> bool {
        let facts = self.0.ledger.facts();
        let record = facts.known.accounts.get(&id);
        record.is_some_and(|record| {
            !record.gone && record.account.is_of_source(source, subject.as_str())
        })
    }
}
