//! The plan against a slow reference that keeps every answer.

use super::testing::{account, apply, at};
use super::*;
use crate::model::{DisplayText, GiteaUserId, Organization, OrganizationId, Team, TeamId};
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

fn team_of_user(id: i64) -> (Team, Organization) {
    (team(id), organization(organization_of(id)))
}

fn apply_all(facts: &mut GiteaFacts, log: &[Observation]) {
    for observation in log {
        apply(facts, observation);
    }
}

/// Every membership, as (team, user).
fn pairs(facts: &GiteaFacts) -> BTreeSet<(i64, i64)> {
    let teams = facts.teams.values();
    teams
        .flat_map(|facts| {
            let members = facts.members.iter();
            members.map(|member| (facts.team.id.get(), member.get()))
        })
        .collect()
}

/// What this answer settles about a membership; `None` for nothing.
fn settles(answer: &GiteaAnswer, team: i64, member: i64) -> Option<bool> {
    let absent = |here: bool| (!here).then_some(false);
    match answer {
        GiteaAnswer::Organizations(list) => {
            absent(list.iter().any(|o| o.id.get() == organization_of(team)))
        }
        GiteaAnswer::OrganizationTeams(id, teams) if id.get() == organization_of(team) => {
            absent(teams.iter().any(|t| t.id.get() == team))
        }
        GiteaAnswer::TeamMembers(id, members) if id.get() == team => {
            Some(members.iter().any(|a| a.id.get() == member))
        }
        GiteaAnswer::UserTeams(id, teams) if id.get() == member => {
            Some(teams.iter().any(|t| t.0.id.get() == team))
        }
        GiteaAnswer::UserDeleted(id) if id.get() == member => Some(false),
        _ => None,
    }
}

/// The slow reference: the newest answer that settles a membership decides; at one instant, absence wins.
fn reference(log: &[Observation], team: i64, member: i64) -> bool {
    let settled = log.iter().filter_map(|observation| {
        settles(&observation.value, team, member)
            .map(|is_member| (observation.asked_at, !is_member))
    });
    // The greatest: the latest instant, then absence.
    settled.max().is_some_and(|(_, absent)| !absent)
}

fn some_of(range: std::ops::RangeInclusive<i64>) -> impl Strategy<Value = Vec<i64>> {
    let all: Vec<i64> = range.collect();
    let most = all.len();
    proptest::sample::subsequence(all, 0..=most)
}

fn any_members() -> impl Strategy<Value = GiteaAnswer> {
    (1..=TEAMS, some_of(1..=USERS)).prop_map(|(t, m)| {
        GiteaAnswer::TeamMembers(team_id(t), m.into_iter().map(account).collect())
    })
}

fn any_user_teams() -> impl Strategy<Value = GiteaAnswer> {
    (1..=USERS, some_of(1..=TEAMS)).prop_map(|(u, t)| {
        GiteaAnswer::UserTeams(user(u), t.into_iter().map(team_of_user).collect())
    })
}

fn any_answer() -> impl Strategy<Value = GiteaAnswer> {
    let organizations = some_of(11..=12)
        .prop_map(|list| GiteaAnswer::Organizations(list.into_iter().map(organization).collect()));
    let teams = (11..=12_i64, some_of(1..=TEAMS)).prop_map(|(id, teams)| {
        let own = teams.into_iter().filter(|t| organization_of(*t) == id);
        GiteaAnswer::OrganizationTeams(id.try_into().unwrap(), own.map(team).collect())
    });
    prop_oneof![
        1 => organizations,
        2 => teams,
        3 => any_members(),
        3 => any_user_teams(),
        1 => (1..=USERS).prop_map(|id| GiteaAnswer::UserDeleted(user(id))),
        1 => (1..=USERS).prop_map(|id| GiteaAnswer::User(account(id))),
    ]
}

fn any_log(answer: impl Strategy<Value = GiteaAnswer>) -> impl Strategy<Value = Vec<Observation>> {
    let observation = (answer, 1..=12_i64).prop_map(|(answer, instant)| at(answer, instant));
    proptest::collection::vec(observation, 0..14)
}

/// Every organization and team, without members.
fn empty_teams() -> GiteaFacts {
    let mut facts = GiteaFacts::default();
    let organizations = (11..=12).map(organization).collect();
    apply(
        &mut facts,
        &at(GiteaAnswer::Organizations(organizations), 1),
    );
    for id in 11..=12 {
        let own = (1..=TEAMS).filter(|t| organization_of(*t) == id);
        let answer =
            GiteaAnswer::OrganizationTeams(id.try_into().unwrap(), own.map(team).collect());
        apply(&mut facts, &at(answer, 1));
    }
    facts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_removed_member_does_not_come_back_in_any_order(log in any_log(any_answer())) {
        let mut facts = GiteaFacts::default();
        for (n, observation) in log.iter().enumerate() {
            apply(&mut facts, observation);
            for (team, member) in pairs(&facts) {
                prop_assert!(
                    reference(&log[..=n], team, member),
                    "{member} is in {team} after {n}: {observation:?}"
                );
            }
        }
    }

    #[test]
    fn the_newest_answer_about_a_known_team_decides(
        log in any_log(prop_oneof![any_members(), any_user_teams()])
    ) {
        let mut facts = empty_teams();
        let log: Vec<_> = log.into_iter().map(|mut o| {
            o.asked_at = o.asked_at.plus(std::time::Duration::from_secs(1));
            o
        }).collect();
        apply_all(&mut facts, &log);
        for team in 1..=TEAMS {
            for member in 1..=USERS {
                let is_member = pairs(&facts).contains(&(team, member));
                prop_assert_eq!(is_member, reference(&log, team, member), "{} in {}", member, team);
            }
        }
    }

    #[test]
    fn a_full_sync_ends_with_the_memberships_of_gitea(
        log in any_log(any_answer()),
        truth in some_of(0..=TEAMS * USERS - 1),
    ) {
        let mut facts = GiteaFacts::default();
        apply_all(&mut facts, &log);
        let truth: BTreeSet<_> = truth.iter().map(|n| (n / USERS + 1, n % USERS + 1)).collect();
        apply_all(&mut facts, &full_sync(&truth));
        prop_assert_eq!(pairs(&facts), truth);
    }

    #[test]
    fn the_same_observation_twice_changes_nothing(log in any_log(any_answer())) {
        let mut facts = GiteaFacts::default();
        for observation in &log {
            apply(&mut facts, observation);
            let once = facts.clone();
            let again = plan(&facts, observation, None).unwrap();
            prop_assert_eq!(&again.changes, &vec![]);
            facts.renew(&again.renewals);
            prop_assert_eq!(&facts, &once);
        }
    }

    #[test]
    fn a_sequence_equals_its_observations_one_by_one(
        before in any_log(any_answer()),
        log in any_log(any_answer()),
    ) {
        let mut facts = GiteaFacts::default();
        apply_all(&mut facts, &before);
        let mut together = facts.clone();
        let mut sequence = PlanSequence::new(facts.clone());
        let counts: Vec<_> = log.iter().map(|o| sequence.add(o, None).unwrap()).collect();
        let all = sequence.take_plan();
        together.apply(&all);
        let alone: Vec<_> = log.iter().map(|o| apply(&mut facts, o).counts).collect();
        prop_assert_eq!(counts, alone);
        prop_assert_eq!(&together, &facts);
        prop_assert_eq!(&sequence.facts, &facts);
        sequence.facts.share_records(&together, &all);
        prop_assert_eq!(&sequence.facts, &facts);
    }

    #[test]
    fn freshness_never_decreases(log in any_log(any_answer())) {
        let mut facts = GiteaFacts::default();
        let mut before = BTreeMap::new();
        for observation in &log {
            apply(&mut facts, observation);
            for n in 1..=TEAMS {
                let now = facts.members_asked_at(team_id(n));
                prop_assert!(before.insert(n, now).is_none_or(|then| then <= now));
            }
        }
    }
}

fn full_sync(truth: &BTreeSet<(i64, i64)>) -> Vec<Observation> {
    let users = (1..=USERS).map(account).collect();
    let organizations = (11..=12).map(organization).collect();
    let mut sync = vec![
        at(GiteaAnswer::Users(users), 20),
        at(GiteaAnswer::Organizations(organizations), 20),
    ];
    for id in 11..=12_i64 {
        let own = (1..=TEAMS).filter(|t| organization_of(*t) == id);
        let id: OrganizationId = id.try_into().unwrap();
        sync.push(at(
            GiteaAnswer::OrganizationTeams(id, own.map(team).collect()),
            21,
        ));
    }
    for id in 1..=TEAMS {
        let members = truth.iter().filter(|(team, _)| *team == id);
        let members = members.map(|(_, member)| account(*member)).collect();
        sync.push(at(GiteaAnswer::TeamMembers(team_id(id), members), 22));
    }
    sync
}
