//! A change as text with ids alone: the audit log keeps it for ever, so it must have no personal data.

use super::plan::FactChange;
use crate::model::{DisplayText, GiteaUserId, UserId};

/// Describes a change for the audit log and the mirror's status.
pub(super) fn describe(
    change: &FactChange,
    user_id: impl Fn(GiteaUserId) -> Option<UserId>,
) -> DisplayText {
    let name = |id: &GiteaUserId| {
        user_id(*id).map_or_else(
            || format!("gitea user {id}"),
            |user| format!("user {user} (gitea user {id})"),
        )
    };
    let text = match change {
        FactChange::PutAccount(account) => {
            let state = if account.enabled() {
                "enabled"
            } else {
                "disabled"
            };
            format!("{} is new or changed, and {state}", name(&account.id))
        }
        FactChange::AccountDeleted(id) => format!("{} is deleted", name(id)),
        FactChange::PutOrganization(organization) => {
            format!("organization {} is new or renamed", organization.id)
        }
        FactChange::OrganizationDeleted(id) => format!("organization {id} is deleted"),
        FactChange::PutTeam(team) => {
            let (id, organization) = (team.id, team.organization);
            let team = if team.owners { "owners team" } else { "team" };
            format!("{team} {id} of organization {organization} is new or renamed")
        }
        FactChange::TeamDeleted(id) => format!("team {id} is deleted"),
        FactChange::MemberAdded(team, user) => format!("{} joined team {team}", name(user)),
        FactChange::MemberRemoved(team, user) => format!("{} left team {team}", name(user)),
    };
    DisplayText::lossy(&text)
}
