//! `plan`: what one observation changes in what is known of Gitea. Pure: no clock, no network, no store.
//!
//! The rule: every fact has a stamp, the instant before the question that settled it was sent. An observation changes
//! only facts with an older stamp; at the same stamp "no" wins. Whether a user is in a team is settled by two questions,
//! the team's members and the user's teams, so its stamp is the younger of the two. That a team or an organization is
//! missing from a list settles that nobody was in it at that instant. So no order in which answers arrive brings a
//! removed member back.

mod copies;
#[cfg(test)]
mod examples;
mod known;
mod members;
mod observation;
#[cfg(test)]
mod properties;
mod sequence;
mod structure;
#[cfg(test)]
pub(super) mod testing;

pub use known::{Known, KnownTeam};
pub use observation::{
    Change, Look, Loss, Observation, Plan, Renewal, Seen, SeenTeam, Tally, Verdict,
};
#[cfg(test)]
use sequence::Added;
pub use sequence::Sequence;

use crate::model::{GiteaUser, GiteaUserId, Timestamp};

/// What an observation changes, or that it must be made again because it would take away too much.
pub fn plan(known: &Known, observation: &Observation, look: Look) -> Verdict {
    let mut plan = follow(known, observation);
    plan.loss = loss(known, &plan);
    match look {
        Look::First(tally) if tally.too_much(plan.loss) => Verdict::LookAgain(plan.loss),
        _ => Verdict::Apply(plan),
    }
}

/// How much a plan takes away.
fn loss(known: &Known, plan: &Plan) -> Loss {
    let mut loss = Loss::default();
    for change in &plan.changes {
        match change {
            Change::Left(..) => loss.memberships += 1,
            Change::TeamGone(id) => {
                let team = known.teams.get(id);
                loss.memberships += team.map_or(0, |team| team.members.len());
            }
            Change::OrganizationGone(_) => loss.organizations += 1,
            Change::PutAccount(account) => {
                loss.memberships +=
                    usize::from(was_enabled(known, account.id) && !account.enabled());
            }
            Change::AccountGone(id) => loss.memberships += usize::from(was_enabled(known, *id)),
            Change::PutOrganization(_) | Change::PutTeam(_) | Change::Joined(..) => {}
        }
    }
    loss.organizations += structure::emptied_organizations(known, plan);
    loss
}

fn was_enabled(known: &Known, id: GiteaUserId) -> bool {
    let record = known.accounts.get(&id);
    record.is_some_and(|record| !record.gone && record.account.enabled())
}

fn follow(known: &Known, observation: &Observation) -> Plan {
    let mut draft = Draft {
        known,
        at: observation.asked_at,
        plan: Plan::default(),
    };
    match &observation.seen {
        Seen::Organizations(list) => draft.organizations(list),
        Seen::OrganizationTeams(id, teams) => draft.organization_teams(*id, teams),
        Seen::TeamMembers(id, members) => draft.team_members(*id, members),
        Seen::Users(accounts) => accounts.iter().for_each(|account| draft.account(account)),
        Seen::UserTeams(id, teams) => draft.user_teams(*id, teams),
        Seen::User(account) => draft.account(account),
        Seen::UserGone(id) => draft.user_gone(*id),
    }
    draft.plan
}

/// A plan in the making.
struct Draft<'a> {
    known: &'a Known,
    at: Timestamp,
    plan: Plan,
}

impl Draft<'_> {
    fn change(&mut self, change: Change) {
        self.plan.changes.push(change);
    }

    fn renew(&mut self, renewal: Renewal) {
        self.plan.renewals.push((renewal, self.at));
    }

    /// The flags of one account.
    fn account(&mut self, account: &GiteaUser) {
        let id = account.id;
        let stamp = self.known.flags_asked_at(id);
        let record = self.known.accounts.get(&id);
        if self.at < stamp || (self.at == stamp && record.is_some() && account.enabled()) {
            return;
        }
        if self.at == stamp && record.is_none_or(|record| record.gone) {
            return;
        }
        if record.is_none_or(|record| record.gone || record.account != *account) {
            self.change(Change::PutAccount(account.clone()));
        }
        self.renew(Renewal::Flags(id));
    }

    /// Gitea has no such account: it is in no team either.
    fn user_gone(&mut self, id: GiteaUserId) {
        let here = self.known.accounts.get(&id).is_some_and(|r| !r.gone);
        if here && self.at >= self.known.flags_asked_at(id) {
            self.change(Change::AccountGone(id));
        }
        self.renew(Renewal::Flags(id));
        self.user_teams(id, &[]);
    }
}
