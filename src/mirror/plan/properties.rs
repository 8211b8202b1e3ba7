//! The plan against a slow reference that remembers every answer, and against a Gitea that changes while it is read.

use super::testing::{account, apply, at};
use super::*;
use crate::model::{DisplayText, Organization, OrganizationId, Team, TeamId};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const ORGANIZATIONS: i64 = 2;
const TEAMS: i64 = 4;
const USERS: i64 = 3;

fn user(id: i64) -> GiteaUserId {
    id.try_into().unwrap()
}

fn team_id(id: i64) -> TeamId {
    id.try_into().unwrap()
}

/// Teams 1 and 3 belong to organization 11, teams 2 and 4 to organization 12.
fn organization_of(team: i64) -> i64 {
    11 + (team + 1) % ORGANIZATIONS
}

fn organization(id: i64) -> Organization {
    Organization {
        id: id.try_into().unwrap(),
        name: format!("o{id}").parse().unwrap(),
        full_name: DisplayText::lossy(""),
    }
}

fn team(id: i64) -> Team {
    Team {
        id: team_id(id),
        organization: organization(organization_of(id)).id,
        name: DisplayText::lossy("t"),
        owners: false,
    }
}

fn seen_team(id: i64) -> SeenTeam {
    SeenTeam {
        team: team(id),
        organization: organization(organization_of(id)),
    }
}

fn apply_all(known: &mut Known, log: &[Observation]) {
    for observation in log {
        apply(known, observation);
    }
}

/// Every membership, as (team, user).
fn pairs(known: &Known) -> BTreeSet<(i64, i64)> {
    let teams = known.teams.values();
    teams
        .flat_map(|known| {
            let members = known.members.iter();
            members.map(|member| (known.team.id.get(), member.get()))
        })
        .collect()
}

/// Does this answer settle whether the user is in the team, and how?
fn says(seen: &Seen, team: i64, member: i64) -> Option<bool> {
    let absent = |here: bool| (!here).then_some(false);
    match seen {
        Seen::Organizations(list) => {
            absent(list.iter().any(|o| o.id.get() == organization_of(team)))
        }
        Seen::OrganizationTeams(id, teams) if id.get() == organization_of(team) => {
            absent(teams.iter().any(|t| t.id.get() == team))
        }
        Seen::TeamMembers(id, members) if id.get() == team => {
            Some(members.iter().any(|a| a.id.get() == member))
        }
        Seen::UserTeams(id, teams) if id.get() == member => {
            Some(teams.iter().any(|t| t.team.id.get() == team))
        }
        Seen::UserGone(id) if id.get() == member => Some(false),
        _ => None,
    }
}

/// The slow reference: the youngest answer that settles a membership decides; at one instant "no" wins.
fn reference(log: &[Observation], team: i64, member: i64) -> bool {
    let settled = log.iter().filter_map(|observation| {
        says(&observation.seen, team, member).map(|yes| (observation.asked_at, !yes))
    });
    // the greatest: latest instant first, then "no" over "yes"
    settled.max().is_some_and(|(_, no)| !no)
}

fn some_of(range: std::ops::RangeInclusive<i64>) -> impl Strategy<Value = Vec<i64>> {
    let all: Vec<i64> = range.collect();
    let most = all.len();
    proptest::sample::subsequence(all, 0..=most)
}

fn any_members() -> impl Strategy<Value = Seen> {
    (1..=TEAMS, some_of(1..=USERS))
        .prop_map(|(t, m)| Seen::TeamMembers(team_id(t), m.into_iter().map(account).collect()))
}

fn any_user_teams() -> impl Strategy<Value = Seen> {
    (1..=USERS, some_of(1..=TEAMS))
        .prop_map(|(u, t)| Seen::UserTeams(user(u), t.into_iter().map(seen_team).collect()))
}

fn any_seen() -> impl Strategy<Value = Seen> {
    let organizations = some_of(11..=12)
        .prop_map(|list| Seen::Organizations(list.into_iter().map(organization).collect()));
    let teams = (11..=12_i64, some_of(1..=TEAMS)).prop_map(|(id, teams)| {
        let own = teams.into_iter().filter(|t| organization_of(*t) == id);
        Seen::OrganizationTeams(id.try_into().unwrap(), own.map(team).collect())
    });
    prop_oneof![
        1 => organizations,
        2 => teams,
        3 => any_members(),
        3 => any_user_teams(),
        1 => (1..=USERS).prop_map(|id| Seen::UserGone(user(id))),
        1 => (1..=USERS).prop_map(|id| Seen::User(account(id))),
    ]
}

fn any_log(seen: impl Strategy<Value = Seen>) -> impl Strategy<Value = Vec<Observation>> {
    let one = (seen, 1..=12_i64).prop_map(|(seen, instant)| at(seen, instant));
    proptest::collection::vec(one, 0..14)
}

/// Every organization and team known, nobody in any.
fn furnished() -> Known {
    let mut known = Known::default();
    let organizations = (11..=12).map(organization).collect();
    apply(&mut known, &at(Seen::Organizations(organizations), 1));
    for id in 11..=12 {
        let own = (1..=TEAMS).filter(|t| organization_of(*t) == id);
        let seen = Seen::OrganizationTeams(id.try_into().unwrap(), own.map(team).collect());
        apply(&mut known, &at(seen, 1));
    }
    known
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn in_no_order_of_observations_does_a_removed_member_come_back(log in any_log(any_seen())) {
        let mut known = Known::default();
        for (n, observation) in log.iter().enumerate() {
            apply(&mut known, observation);
            for (team, member) in pairs(&known) {
                prop_assert!(
                    reference(&log[..=n], team, member),
                    "{member} is in {team} after {n}: {observation:?}"
                );
            }
        }
    }

    #[test]
    fn among_known_teams_the_youngest_answer_decides_in_any_order(
        log in any_log(prop_oneof![any_members(), any_user_teams()])
    ) {
        let mut known = furnished();
        let log: Vec<_> = log.into_iter().map(|mut o| {
            o.asked_at = o.asked_at.plus(std::time::Duration::from_secs(1));
            o
        }).collect();
        apply_all(&mut known, &log);
        for team in 1..=TEAMS {
            for member in 1..=USERS {
                let is = pairs(&known).contains(&(team, member));
                prop_assert_eq!(is, reference(&log, team, member), "{} in {}", member, team);
            }
        }
    }

    #[test]
    fn a_full_pass_in_quiet_times_ends_with_what_gitea_has(
        log in any_log(any_seen()),
        truth in some_of(0..=TEAMS * USERS - 1),
    ) {
        let mut known = Known::default();
        apply_all(&mut known, &log);
        let truth: BTreeSet<_> = truth.iter().map(|n| (n / USERS + 1, n % USERS + 1)).collect();
        apply_all(&mut known, &full_pass(&truth));
        prop_assert_eq!(pairs(&known), truth);
    }

    #[test]
    fn what_is_asked_twice_changes_nothing(log in any_log(any_seen())) {
        let mut known = Known::default();
        for observation in &log {
            apply(&mut known, observation);
            let once = known.clone();
            let Verdict::Apply(again) = plan(&known, observation, Look::Second) else { panic!() };
            prop_assert_eq!(&again.changes, &vec![]);
            known.renew(&again.renewals);
            prop_assert_eq!(&known, &once);
        }
    }

    #[test]
    fn a_sequence_equals_its_observations_one_by_one(
        before in any_log(any_seen()),
        log in any_log(any_seen()),
    ) {
        let mut known = Known::default();
        apply_all(&mut known, &before);
        let mut together = known.clone();
        let mut sequence = Sequence::new(known.clone());
        let added: Vec<_> = log.iter().map(|o| sequence.add(o, Look::Second).unwrap()).collect();
        let (all, mut planned_on) = sequence.finish();
        together.apply_changes(&all.changes);
        together.renew(&all.renewals);
        let alone: Vec<_> = log.iter().map(|observation| {
            let plan = apply(&mut known, observation);
            Added { loss: plan.loss, changes: plan.changes.len() }
        }).collect();
        prop_assert_eq!(added, alone);
        prop_assert_eq!(&together, &known);
        prop_assert_eq!(&planned_on, &known);
        planned_on.share(&together, &all);
        prop_assert_eq!(&planned_on, &known);
    }

    #[test]
    fn a_stamp_never_goes_down(log in any_log(any_seen())) {
        let mut known = Known::default();
        let mut before = BTreeMap::new();
        for observation in &log {
            apply(&mut known, observation);
            for n in 1..=TEAMS {
                let now = known.members_asked_at(team_id(n));
                prop_assert!(before.insert(n, now).is_none_or(|then| then <= now));
            }
        }
    }

    #[test]
    fn changes_tried_on_an_excerpt_give_the_same_records(log in any_log(any_seen())) {
        let mut known = Known::default();
        for observation in &log {
            let Verdict::Apply(plan) = plan(&known, observation, Look::Second) else { panic!() };
            let mut part = known.excerpt(&plan.changes);
            part.apply_changes(&plan.changes);
            known.apply_changes(&plan.changes);
            known.renew(&plan.renewals);
            for (id, team) in &part.teams {
                prop_assert_eq!(&team.members, &known.teams[id].members);
            }
        }
    }
}

fn full_pass(truth: &BTreeSet<(i64, i64)>) -> Vec<Observation> {
    let users = (1..=USERS).map(account).collect();
    let organizations = (11..=12).map(organization).collect();
    let mut pass = vec![
        at(Seen::Users(users), 20),
        at(Seen::Organizations(organizations), 20),
    ];
    for id in 11..=12_i64 {
        let own = (1..=TEAMS).filter(|t| organization_of(*t) == id);
        let id: OrganizationId = id.try_into().unwrap();
        pass.push(at(Seen::OrganizationTeams(id, own.map(team).collect()), 21));
    }
    for id in 1..=TEAMS {
        let members = truth.iter().filter(|(team, _)| *team == id);
        let members = members.map(|(_, member)| account(*member)).collect();
        pass.push(at(Seen::TeamMembers(team_id(id), members), 22));
    }
    pass
}
