//! Users of other providers than Gitea without a Gitea account: known by their last sign-in alone.

use super::commit_batch::CommitContext;
use crate::audit::AuditEvent;
use crate::model::{Claims, DisplayText, Identity, User, UserId};
use crate::store::{Change, Operation};

/// Group changes that one event lists; it only counts the others.
const MAX_LISTED_GROUPS: usize = 100;

/// A sign-in at another provider of a user without a Gitea account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalSignIn {
    /// The user, for that provider.
    pub identity: Identity,
    /// The login there.
    pub login: DisplayText,
    /// The provider's further claims.
    pub claims: Claims,
}

impl ExternalSignIn {
    /// The user after this sign-in, with its commit.
    pub(super) fn commit(&self, context: &CommitContext<'_>) -> (User, Change, AuditEvent) {
        let before = context.data.external_users.get(&self.identity);
        let clock = context.clock;
        let user = User {
            id: before.map_or_else(|| UserId::generate(clock, context.random), |user| user.id),
            identities: vec![self.identity.clone()],
            gitea: None,
            login: self.login.clone(),
            claims: Some(self.claims.clone()),
            created_at: before.map_or_else(|| clock.now(), |user| user.created_at),
        };
        let reasons = self.describe(before, user.id);
        let reasons = reasons.iter().map(|text| DisplayText::lossy(text));
        let event = context.event(&self.identity.provider, reasons.collect());
        let change = Change::from(Operation::PutUser(user.clone()));
        (user, change, event)
    }

    /// Ids and group names, no personal data. A group that the provider may have left out has not ended.
    fn describe(&self, before: Option<&User>, id: UserId) -> Vec<String> {
        let provider = &self.identity.provider;
        let mut texts = Vec::new();
        if before.is_none() {
            texts.push(format!("user {id} is new, from provider {provider}"));
        }
        let old = before.and_then(|user| user.claims.as_ref());
        let old = old.map(|claims| claims.groups.clone()).unwrap_or_default();
        let new = &self.claims.groups;
        let joined = new.difference(&old).map(|name| ("is now in", name));
        let left = old.difference(new);
        let left = left.map(|name| ("is no longer seen in", name));
        let changes: Vec<_> = joined.chain(left).collect();
        for (how, name) in changes.iter().take(MAX_LISTED_GROUPS) {
            texts.push(format!("user {id} {how} group `{name}` of {provider}"));
        }
        if changes.len() > MAX_LISTED_GROUPS {
            let more = changes.len() - MAX_LISTED_GROUPS;
            texts.push(format!("and {more} more changes of groups"));
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
