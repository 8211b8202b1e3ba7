//! Who would gain or lose a role by a change to role bindings, before it is saved.

use super::draft::Draft;
use super::{Admin, AdminError, RoleBindingDraft};
use crate::access::{Permit, RoleBindingsRead};
use crate::model::{Principal, RoleBinding, RoleBindingId, ServiceAccountId, UserId};
use crate::policy::{Holdings, SubjectFacts};

/// Who would gain and who would lose.
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
    /// What it would do to put `draft` in the place of `replaced` (either may be absent: give, or take).
    pub fn impact(
        &self,
        _permit: Permit<RoleBindingsRead>,
        replaced: Option<RoleBindingId>,
        draft: Option<RoleBindingDraft>,
    ) -> Result<Impact, AdminError> {
        let present = self.policy.load();
        let mut next = Draft::of(&present);
        if let Some(id) = replaced {
            present
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
        let of = |facts: &SubjectFacts<'_>| {
            let before = Holdings::bindings_of(&present, facts, now);
            let after = Holdings::bindings_of(&next, facts, now);
            (more(&after, &before), more(&before, &after))
        };
        let accounts = self.service_accounts();
        let (gain, lose) = compare(directory.users.values(), |user| {
            (user.id, of(&SubjectFacts::of(user)))
        });
        let (gaining_accounts, losing_accounts) = compare(accounts.iter(), |account| {
            (account.id, of(&of_machine(account.id)))
        });
        Ok(Impact {
            gain,
            lose,
            gaining_accounts,
            losing_accounts,
        })
    }
}

/// A service account, with nothing that narrows what it may do.
const fn of_machine(id: ServiceAccountId) -> SubjectFacts<'static> {
    SubjectFacts {
        principal: Principal::ServiceAccount(id),
        enabled: true,
        user: None,
        groups: &[],
        scope: None,
    }
}

/// Those who gain and those who lose.
fn compare<T, I: Ord + Copy>(
    all: impl Iterator<Item = T>,
    of: impl Fn(T) -> (I, (bool, bool)),
) -> (Vec<I>, Vec<I>) {
    let (mut gain, mut lose) = (Vec::new(), Vec::new());
    for (id, (gains, loses)) in all.map(of) {
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

/// Does `after` give a role in a range in which `before` does not?
fn more(after: &[&RoleBinding], before: &[&RoleBinding]) -> bool {
    let covered = |binding: &RoleBinding| {
        before.iter().any(|other| {
            other.role == binding.role
                && (other.range == binding.range || other.range == crate::model::Range::Everywhere)
        })
    };
    after.iter().any(|binding| !covered(binding))
}
