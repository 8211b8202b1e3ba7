//! Copies of what is known: of the part that changes name, and of the whole, with shared records. Pure.

use super::Known;
use super::known::Stamps;
use super::observation::{Change, Plan, Renewal};
use crate::model::{GiteaUser, Organization, Team};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Known {
    /// A part of this with only what the changes name, so that they can be tried on it.
    pub fn excerpt(&self, changes: &[Change]) -> Self {
        let mut part = Self {
            stamps: Stamps::default(),
            ..Self::default()
        };
        for change in changes {
            part.copy_named(self, change);
        }
        part
    }

    fn copy_named(&mut self, whole: &Self, change: &Change) {
        match change {
            Change::PutAccount(GiteaUser { id, .. }) | Change::AccountGone(id) => {
                copy(&mut self.accounts, &whole.accounts, *id);
                copy(&mut self.stamps.flags, &whole.stamps.flags, *id);
            }
            Change::PutOrganization(Organization { id, .. }) | Change::OrganizationGone(id) => {
                copy(&mut self.organizations, &whole.organizations, *id);
            }
            Change::PutTeam(Team { id, .. })
            | Change::TeamGone(id)
            | Change::Joined(id, _)
            | Change::Left(id, _) => {
                copy(&mut self.teams, &whole.teams, *id);
                let (to, from) = (&mut self.stamps.team_members, &whole.stamps.team_members);
                copy(to, from, *id);
            }
        }
    }

    /// Shares the records that this plan touched with an equal copy, so that the two take the memory of one.
    pub fn share(&mut self, equal: &Self, plan: &Plan) {
        let renewed = plan
            .renewals
            .iter()
            .filter_map(|(renewal, _)| match renewal {
                Renewal::Flags(id) => Some(id),
                _ => None,
            });
        renewed.for_each(|id| share(&mut self.accounts, &equal.accounts, id));
        for change in &plan.changes {
            if let Change::PutTeam(Team { id, .. }) | Change::Joined(id, _) | Change::Left(id, _) =
                change
            {
                share(&mut self.teams, &equal.teams, id);
            }
        }
    }
}

fn share<K: Ord, V>(to: &mut BTreeMap<K, Arc<V>>, from: &BTreeMap<K, Arc<V>>, key: &K) {
    if let (Some(to), Some(from)) = (to.get_mut(key), from.get(key)) {
        to.clone_from(from);
    }
}

fn copy<K: Ord, V: Clone>(to: &mut BTreeMap<K, V>, from: &BTreeMap<K, V>, key: K) {
    if !to.contains_key(&key)
        && let Some(value) = from.get(&key)
    {
        to.insert(key, value.clone());
    }
}
