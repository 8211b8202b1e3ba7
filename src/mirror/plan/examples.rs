//! The plan in single steps: the limit of a sync, bots, re-created accounts and teams, a clock that is set back.

use super::testing::{account, at};
use super::*;
use crate::model::{DisplayText, GiteaUser, Organization, Team, TeamId, Timestamp};

fn organization() -> Organization {
    Organization {
        id: 900.try_into().unwrap(),
        name: "acme".parse().unwrap(),
        full_name: DisplayText::lossy(""),
    }
}

fn team(id: i64, name: &str) -> Team {
    Team {
        id: id.try_into().unwrap(),
        organization: organization().id,
        name: DisplayText::lossy(name),
        owners: false,
    }
}

fn members(team: i64, ids: std::ops::RangeInclusive<i64>) -> GiteaAnswer {
    GiteaAnswer::TeamMembers(team.try_into().unwrap(), ids.map(account).collect())
}

fn apply(facts: &mut GiteaFacts, answer: GiteaAnswer, seconds: i64) -> Plan {
    testing::apply(facts, &at(answer, seconds))
}

fn limit(facts: &GiteaFacts) -> SyncCounts {
    SyncCounts {
        memberships_before: facts.memberships(),
        applied: ChangeCounts::default(),
    }
}

/// Organization 900 with teams 1 and 2, at second 1; team 1 with users 1 to 50 at second 2.
fn acme() -> GiteaFacts {
    let mut facts = GiteaFacts::default();
    apply(
        &mut facts,
        GiteaAnswer::Organizations(vec![organization()]),
        1,
    );
    let teams = vec![team(1, "Deployers"), team(2, "Readers")];
    apply(
        &mut facts,
        GiteaAnswer::OrganizationTeams(organization().id, teams),
        1,
    );
    apply(&mut facts, members(1, 1..=50), 2);
    facts
}

#[test]
fn a_large_removal_is_refused_only_with_a_limit() {
    let facts = acme();
    let some = plan(&facts, &at(members(1, 1..=30), 3), Some(limit(&facts)));
    assert!(some.is_ok(), "20 members are not more than 20");
    let many = plan(&facts, &at(members(1, 1..=29), 3), Some(limit(&facts)));
    assert_eq!(many.unwrap_err().removed_memberships, 21);
    assert!(plan(&facts, &at(members(1, 1..=29), 4), None).is_ok());
}

#[test]
fn small_removals_of_one_sync_add_up() {
    let facts = acme();
    let sync = Some(SyncCounts {
        memberships_before: 50,
        applied: ChangeCounts {
            removed_memberships: 20,
            ..ChangeCounts::default()
        },
    });
    assert!(plan(&facts, &at(members(1, 1..=49), 3), sync).is_err());
    assert!(plan(&facts, &at(members(1, 1..=50), 3), sync).is_ok());
}

#[test]
fn disabling_every_account_exceeds_the_limit() {
    let facts = acme();
    let disabled = (1..=50).map(|id| GiteaUser {
        active: false,
        ..account(id)
    });
    let users = at(GiteaAnswer::Users(disabled.collect()), 3);
    assert!(plan(&facts, &users, Some(limit(&facts))).is_err());
}

#[test]
fn removing_a_whole_organization_exceeds_the_limit() {
    let facts = acme();
    for answer in [
        GiteaAnswer::Organizations(vec![]),
        GiteaAnswer::OrganizationTeams(organization().id, vec![]),
    ] {
        let counts = plan(&facts, &at(answer, 3), Some(limit(&facts))).unwrap_err();
        assert_eq!(counts.removed_organizations, 1);
    }
}

#[test]
fn a_new_team_with_an_old_name_has_no_members() {
    let mut facts = acme();
    let teams = vec![
        team(1, "Shippers"),
        team(2, "Readers"),
        team(7, "Deployers"),
    ];
    apply(
        &mut facts,
        GiteaAnswer::OrganizationTeams(organization().id, teams),
        3,
    );
    let of = |id: i64| &facts.teams[&TeamId::try_from(id).unwrap()];
    assert_eq!(of(1).team.name.as_str(), "Shippers");
    assert_eq!(of(1).members.len(), 50);
    assert_eq!(of(7).members.len(), 0);
}

#[test]
fn a_bot_outside_the_list_of_users_is_not_deleted() {
    let mut facts = acme();
    apply(
        &mut facts,
        GiteaAnswer::Users((1..=49).map(account).collect()),
        5,
    );
    let unconfirmed = facts.unconfirmed(Timestamp::from_seconds(5));
    assert_eq!(
        unconfirmed,
        [&account(50)],
        "each needs a request of its own"
    );
    apply(&mut facts, members(1, 1..=50), 6);
    assert!(facts.unconfirmed(Timestamp::from_seconds(5)).is_empty());
    assert!(!facts.accounts[&account(50).id].gone);
}

#[test]
fn a_deleted_account_leaves_every_team_and_stays_on_record() {
    let mut facts = acme();
    apply(&mut facts, GiteaAnswer::UserDeleted(account(3).id), 9);
    assert!(facts.accounts[&account(3).id].gone);
    assert_eq!(facts.memberships(), 49);
    apply(&mut facts, members(1, 1..=50), 8);
    assert!(
        facts.accounts[&account(3).id].gone,
        "a slow answer is older"
    );
    assert_eq!(facts.memberships(), 49);
}

#[test]
fn a_slow_answer_cannot_enable_a_disabled_account() {
    let mut facts = acme();
    let disabled = GiteaUser {
        prohibit_login: true,
        ..account(4)
    };
    apply(&mut facts, GiteaAnswer::User(disabled.clone()), 9);
    apply(&mut facts, GiteaAnswer::Users(vec![account(4)]), 8);
    apply(&mut facts, members(1, 1..=50), 9);
    assert_eq!(facts.accounts[&disabled.id].account, disabled);
}

#[test]
fn a_team_listed_by_two_organizations_does_not_move() {
    let mut facts = acme();
    let other = Organization {
        id: 901.try_into().unwrap(),
        ..organization()
    };
    apply(
        &mut facts,
        GiteaAnswer::Organizations(vec![organization(), other.clone()]),
        3,
    );
    let listed = Team {
        organization: other.id,
        ..team(1, "Owners")
    };
    let plan = apply(
        &mut facts,
        GiteaAnswer::OrganizationTeams(other.id, vec![listed]),
        4,
    );
    assert_eq!(plan.changes, []);
}

#[test]
fn after_the_clock_is_set_back_new_answers_apply() {
    let mut facts = acme();
    assert!(facts.limit_freshness(Timestamp::from_seconds(1)));
    apply(&mut facts, members(1, 1..=49), 2);
    assert_eq!(facts.memberships(), 49);
    assert!(!facts.limit_freshness(Timestamp::from_seconds(2)));
}

#[test]
fn facts_from_stored_records_equal_the_facts_before() {
    let mut facts = acme();
    apply(&mut facts, GiteaAnswer::UserDeleted(account(3).id), 9);
    let teams = facts
        .teams
        .keys()
        .filter_map(|id| facts.record_of_team(*id));
    let again = GiteaFacts::load(
        facts
            .accounts
            .values()
            .map(|record| (**record).clone())
            .collect(),
        facts.organizations.values().cloned().collect(),
        teams.collect(),
    );
    assert_eq!(again.accounts, facts.accounts);
    assert_eq!(again.memberships(), 49);
    let team = TeamId::try_from(1).unwrap();
    assert!(again.members_asked_at(team) <= facts.members_asked_at(team));
}
