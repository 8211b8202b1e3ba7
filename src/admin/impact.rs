//! Which users and service accounts a change of role bindings would give a role or remove it from, before it is saved.

use super::policy_draft::PolicyDraft;
use super::{Admin, AdminError, RoleBindingDraft};
use crate::access::{Permit, RoleBindingsRead};
use crate::model::{Principal, RoleBinding, RoleBindingId, ServiceAccountId, UserId};
use crate::policy::{Holdings, SubjectFacts};

/// Users and service accounts that would gain or lose a role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Impact {
    /// In the order of their ids.
    pub gain: Vec<UserId>,
    /// In the order of their ids.
    pub lose: Vec<UserId>,
    /// Service accounts that would gain.
    pub gaining_accounts: Vec<ServiceAccountId>,
    /// Service accounts that would lose.
    pub losing_accounts: Vec<ServiceAccountId>,
}

impl Admin {
    /// The impact of replacing a role binding by a draft; without a replaced one it is added, without a draft it is removed.
    pub fn impact(
        &self,
        _permit: Permit<RoleBindingsRead>,
        replaced: Option<RoleBindingId>,
        draft: Option<RoleBindingDraft>,
    ) -> Result<Impact, AdminError> {
        let current = self.policy.load();
        let mut next = PolicyDraft::of(&current);
        if let Some(id) = replaced {
            current
                .role_binding(id)
                .ok_or(AdminError::Missing("role binding"))?;
            next.role_bindings.retain(|b| b.id != id);
        }
        if let Some(draft) = draft {
            let id = RoleBindingId::generate(&*self.clock, &*self.random);
            next.role_bindings.push(draft.binding(id, 1));
        }
        let next = next.build()?;
        let (directory, now) = (self.mirror.directory(), self.clock.now());
        let gains_and_loses = |facts: &SubjectFacts<'_>| {
            let before = Holdings::bindings_of(&current, facts, now);
            let after = Holdings::bindings_of(&next, facts, now);
            (has_more(&after, &before), has_more(&before, &after))
        };
        let accounts = self.service_accounts();
        let (gain, lose) = compare(directory.users.values(), |user| {
            (user.id, gains_and_loses(&SubjectFacts::of(user)))
        });
        let (gaining_accounts, losing_accounts) = compare(accounts.iter(), |account| {
            (account.id, gains_and_loses(&account_facts(account.id)))
        });
        Ok(Impact {
            gain,
            lose,
            gaining_accounts,
            losing_accounts,
        })
    }
}

/// A service account, without a scope.
const fn account_facts(id: ServiceAccountId) -> SubjectFacts<'static> {
    SubjectFacts {
        principal: Principal::ServiceAccount(id),
        enabled: true,
        user: None,
        groups: &[],
        scope: None,
    }
}

/// The ids of those that gain, and of those that lose.
fn compare<T, I: Ord + Copy>(
    subjects: impl Iterator<Item = T>,
    gains_and_loses: impl Fn(T) -> (I, (bool, bool)),
) -> (Vec<I>, Vec<I>) {
    let (mut gain, mut lose) = (Vec::new(), Vec::new());
    for (id, (gains, loses)) in subjects.map(gains_and_loses) {
        if gains {
            gain.push(id);
        }
        if loses {
            lose.push(id);
        }
    }
    gain.sort_unstable();
    lose.sort_unstable();
    (gain, lose)
}

/// Do these bindings assign a role in a range in which the others do not?
fn has_more(bindings: &[&RoleBinding], others: &[&RoleBinding]) -> bool {
    let covered = |binding: &RoleBinding| {
        others.iter().any(|other| {
            other.role == binding.role
                && (other.range == binding.range || other.range == crate::model::Range::Everywhere)
        })
    };
    bindings.iter().any(|binding| !covered(binding))
}
