//! Who would gain or lose a role by a change to role bindings, before it is saved.

use super::draft::Draft;
use super::{Admin, AdminError, RoleBindingDraft};
use crate::access::{Permit, RoleBindingsRead};
use crate::model::{Directory, DirectoryUser, RoleBinding, RoleBindingId, UserId};
use crate::policy::{Holdings, SubjectFacts};

/// Who would gain and who would lose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Impact {
    /// In the order of their ids.
    pub gain: Vec<UserId>,
    /// In the order of their ids.
    pub lose: Vec<UserId>,
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
        Ok(compare(&directory, |user| {
            let facts = SubjectFacts::of(user);
            let before = Holdings::given(&present, &facts, now);
            let after = Holdings::given(&next, &facts, now);
            (more(&after, &before), more(&before, &after))
        }))
    }
}

fn compare(directory: &Directory, of: impl Fn(&DirectoryUser) -> (bool, bool)) -> Impact {
    let mut impact = Impact::default();
    for user in directory.users.values() {
        let (gains, loses) = of(user);
        if gains {
            impact.gain.push(user.id);
        }
        if loses {
            impact.lose.push(user.id);
        }
    }
    impact.gain.sort_unstable();
    impact.lose.sort_unstable();
    impact
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
