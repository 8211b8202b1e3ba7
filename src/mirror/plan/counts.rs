//! How much a plan removes. Pure.

use super::change::{ChangeCounts, FactChange};
use super::facts::GiteaFacts;
use std::collections::BTreeSet;

/// Counts changes of these facts.
pub(super) fn count(facts: &GiteaFacts, changes: &[FactChange]) -> ChangeCounts {
    let mut memberships = 0;
    let (mut teams, mut organizations) = (BTreeSet::new(), BTreeSet::new());
    for change in changes {
        match change {
            FactChange::MemberRemoved(..) => memberships += 1,
            FactChange::TeamDeleted(id) => {
                let team = facts.teams.get(id);
                memberships += team.map_or(0, |team| team.members.len());
                teams.insert(*id);
            }
            FactChange::OrganizationDeleted(id) => {
                organizations.insert(*id);
            }
            FactChange::PutAccount(account) => {
                let disabled = facts.is_enabled(account.id) && !account.enabled();
                memberships += usize::from(disabled);
            }
            FactChange::AccountDeleted(id) => memberships += usize::from(facts.is_enabled(*id)),
            FactChange::PutOrganization(_)
            | FactChange::PutTeam(_)
            | FactChange::MemberAdded(..) => {}
        }
    }
    let losing = teams.iter().filter_map(|id| facts.teams.get(id));
    for organization in losing.map(|facts| facts.team.organization) {
        if facts
            .teams_of(organization)
            .all(|team| teams.contains(&team))
        {
            organizations.insert(organization);
        }
    }
    ChangeCounts {
        changes: changes.len(),
        removed_memberships: memberships,
        removed_organizations: organizations.len(),
    }
}
