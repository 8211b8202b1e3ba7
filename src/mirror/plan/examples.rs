//! The plan in single steps: second looks, bots, re-created accounts and teams, a clock that goes back.

use super::testing::{account, at};
use super::*;
use crate::model::{DisplayText, Organization, Team, TeamId};

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

fn members(team: i64, ids: std::ops::RangeInclusive<i64>) -> Seen {
    Seen::TeamMembers(team.try_into().unwrap(), ids.map(account).collect())
}

fn apply(known: &mut Known, seen: Seen, seconds: i64) -> Plan {
    testing::apply(known, &at(seen, seconds))
}

fn first(known: &Known) -> Look {
    Look::First(Tally {
        memberships: known.memberships(),
        lost: Loss::default(),
    })
}

/// Organization 900 with teams 1 and 2, at second 1; team 1 with people 1 to 50 at second 2.
fn world() -> Known {
    let mut known = Known::default();
    apply(&mut known, Seen::Organizations(vec![organization()]), 1);
    let teams = vec![team(1, "Deployers"), team(2, "Readers")];
    apply(
        &mut known,
        Seen::OrganizationTeams(organization().id, teams),
        1,
    );
    apply(&mut known, members(1, 1..=50), 2);
    known
}

#[test]
fn a_large_drop_is_read_once_more() {
    let known = world();
    let some = plan(&known, &at(members(1, 1..=30), 3), first(&known));
    assert!(
        matches!(some, Verdict::Apply(_)),
        "20 people are not more than 20"
    );
    let many = plan(&known, &at(members(1, 1..=29), 3), first(&known));
    assert!(matches!(
        many,
        Verdict::LookAgain(Loss {
            memberships: 21,
            ..
        })
    ));
    let again = plan(&known, &at(members(1, 1..=29), 4), Look::Second);
    assert!(matches!(again, Verdict::Apply(_)));
}

#[test]
fn small_drops_of_one_pass_add_up_to_a_large_one() {
    let known = world();
    let lost = Loss {
        memberships: 20,
        organizations: 0,
    };
    let tally = Tally {
        memberships: 50,
        lost,
    };
    let one_more = plan(&known, &at(members(1, 1..=49), 3), Look::First(tally));
    assert!(matches!(one_more, Verdict::LookAgain(_)));
    let nobody = plan(&known, &at(members(1, 1..=50), 3), Look::First(tally));
    assert!(matches!(nobody, Verdict::Apply(_)));
}

#[test]
fn everybody_disabled_at_once_is_read_once_more() {
    let known = world();
    let disabled = (1..=50).map(|id| GiteaUser {
        active: false,
        ..account(id)
    });
    let seen = at(Seen::Users(disabled.collect()), 3);
    assert!(matches!(
        plan(&known, &seen, first(&known)),
        Verdict::LookAgain(_)
    ));
}

#[test]
fn a_whole_organization_never_goes_at_the_first_look() {
    let known = world();
    for seen in [
        Seen::Organizations(vec![]),
        Seen::OrganizationTeams(organization().id, vec![]),
    ] {
        let verdict = plan(&known, &at(seen, 3), first(&known));
        let Verdict::LookAgain(loss) = verdict else {
            panic!("{verdict:?}");
        };
        assert_eq!(loss.organizations, 1);
    }
}

#[test]
fn a_renamed_team_keeps_its_members_and_a_new_one_of_its_old_name_has_none() {
    let mut known = world();
    let teams = vec![
        team(1, "Shippers"),
        team(2, "Readers"),
        team(7, "Deployers"),
    ];
    apply(
        &mut known,
        Seen::OrganizationTeams(organization().id, teams),
        3,
    );
    let of = |id: i64| &known.teams[&TeamId::try_from(id).unwrap()];
    assert_eq!(of(1).team.name.as_str(), "Shippers");
    assert_eq!(of(1).members.len(), 50);
    assert_eq!(of(7).members.len(), 0);
}

#[test]
fn a_bot_that_the_list_of_users_lacks_is_not_gone() {
    let mut known = world();
    apply(&mut known, Seen::Users((1..=49).map(account).collect()), 5);
    let unconfirmed = known.unconfirmed(Timestamp::from_seconds(5));
    assert_eq!(unconfirmed, [&account(50)], "to be looked up by itself");
    apply(&mut known, members(1, 1..=50), 6);
    assert!(known.unconfirmed(Timestamp::from_seconds(5)).is_empty());
    assert!(!known.accounts[&account(50).id].gone);
}

#[test]
fn a_deleted_account_leaves_every_team_and_stays_on_record() {
    let mut known = world();
    apply(&mut known, Seen::UserGone(account(3).id), 9);
    assert!(known.accounts[&account(3).id].gone);
    assert_eq!(known.memberships(), 49);
    apply(&mut known, members(1, 1..=50), 8);
    assert!(
        known.accounts[&account(3).id].gone,
        "a slow answer is older"
    );
    assert_eq!(known.memberships(), 49);
}

#[test]
fn a_slow_answer_cannot_enable_a_disabled_account() {
    let mut known = world();
    let disabled = GiteaUser {
        prohibit_login: true,
        ..account(4)
    };
    apply(&mut known, Seen::User(disabled.clone()), 9);
    apply(&mut known, Seen::Users(vec![account(4)]), 8);
    apply(&mut known, members(1, 1..=50), 9);
    assert_eq!(known.accounts[&disabled.id].account, disabled);
}

#[test]
fn a_team_named_by_two_organizations_stays_where_it_was() {
    let mut known = world();
    let other = Organization {
        id: 901.try_into().unwrap(),
        ..organization()
    };
    apply(
        &mut known,
        Seen::Organizations(vec![organization(), other.clone()]),
        3,
    );
    let stolen = Team {
        organization: other.id,
        ..team(1, "Owners")
    };
    let plan = apply(
        &mut known,
        Seen::OrganizationTeams(other.id, vec![stolen]),
        4,
    );
    assert_eq!(plan.changes, []);
}

#[test]
fn after_the_clock_went_back_answers_count_again() {
    let mut known = world();
    assert!(known.clock_went_back(Timestamp::from_seconds(1)));
    apply(&mut known, members(1, 1..=49), 2);
    assert_eq!(known.memberships(), 49);
    assert!(!known.clock_went_back(Timestamp::from_seconds(2)));
}

#[test]
fn records_read_back_from_the_store_know_the_same() {
    let mut known = world();
    apply(&mut known, Seen::UserGone(account(3).id), 9);
    let teams = known
        .teams
        .keys()
        .filter_map(|id| known.record_of_team(*id));
    let again = Known::load(
        known
            .accounts
            .values()
            .map(|record| (**record).clone())
            .collect(),
        known.organizations.values().cloned().collect(),
        teams.collect(),
    );
    assert_eq!(again.accounts, known.accounts);
    assert_eq!(again.memberships(), 49);
    let team = TeamId::try_from(1).unwrap();
    assert!(again.members_asked_at(team) <= known.members_asked_at(team));
}
