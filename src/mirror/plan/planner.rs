//! The plan of one observation in the making: accounts here, memberships in `members.rs`, organizations and teams in
//! `structure.rs`. Pure.

use super::change::{Fact, FactChange, Plan};
use super::facts::GiteaFacts;
use crate::model::{GiteaUser, GiteaUserId, Timestamp};

/// Compares one answer with the facts.
pub(super) struct Planner<'a> {
    pub(super) facts: &'a GiteaFacts,
    /// The instant before the request was sent.
    pub(super) at: Timestamp,
    pub(super) plan: Plan,
}

impl Planner<'_> {
    pub(super) fn change(&mut self, change: FactChange) {
        self.plan.changes.push(change);
    }

    pub(super) fn renew(&mut self, fact: Fact) {
        self.plan.renewals.push((fact, self.at));
    }

    /// One account. At equal freshness, disabled and deleted win.
    pub(super) fn account(&mut self, account: &GiteaUser) {
        let id = account.id;
        let freshness = self.facts.user_freshness(id).flags;
        let allowed = account.enabled() || self.facts.account(id).is_none();
        if self.at < freshness || (self.at == freshness && allowed) {
            return;
        }
        if self.facts.account(id) != Some(account) {
            self.change(FactChange::PutAccount(account.clone()));
        }
        self.renew(Fact::UserFlags(id));
    }

    /// Gitea has no such account, so it is in no team either.
    pub(super) fn user_deleted(&mut self, id: GiteaUserId) {
        let exists = self.facts.account(id).is_some();
        if exists && self.at >= self.facts.user_freshness(id).flags {
            self.change(FactChange::AccountDeleted(id));
        }
        self.renew(Fact::UserFlags(id));
        self.user_teams(id, &[]);
    }
}
