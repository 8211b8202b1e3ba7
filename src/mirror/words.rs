//! A change of the directory in words: ids alone, never what names a person, because the audit log keeps it for ever.

use super::plan::Change;
use crate::model::{DisplayText, GiteaUserId, User};
use std::collections::BTreeMap;

/// What changed, for the audit log and for whoever looks at the mirror's state.
pub(super) fn sentence(change: &Change, people: &BTreeMap<GiteaUserId, User>) -> DisplayText {
    let person = |id: &GiteaUserId| {
        people.get(id).map_or_else(
            || format!("gitea user {id}"),
            |user| format!("user {} (gitea user {id})", user.id),
        )
    };
    let text = match change {
        Change::PutAccount(account) => {
            let state = if account.enabled() {
                "enabled"
            } else {
                "disabled"
            };
            format!("{} is new or changed, and {state}", person(&account.id))
        }
        Change::AccountGone(id) => format!("{} is gone", person(id)),
        Change::PutOrganization(organization) => {
            format!("organization {} is new or renamed", organization.id)
        }
        Change::OrganizationGone(id) => format!("organization {id} is gone"),
        Change::PutTeam(team) => {
            let (id, organization) = (team.id, team.organization);
            let team = if team.owners { "owners team" } else { "team" };
            format!("{team} {id} of organization {organization} is new or renamed")
        }
        Change::TeamGone(id) => format!("team {id} is gone"),
        Change::Joined(team, user) => format!("{} joined team {team}", person(user)),
        Change::Left(team, user) => format!("{} left team {team}", person(user)),
    };
    DisplayText::lossy(&text)
}
