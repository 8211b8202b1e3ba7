//! What a pass mirrors, and that losing or getting a team counts within the bound.

use crate::stage::{BOUND, Stage};
use crate::support::gitea::errors::At;
use samovar::audit::{Action, EventQuery};
use std::time::Duration;

fn members(team: i64) -> At {
    At::path(&format!("/api/v1/teams/{team}/members"))
}

#[tokio::test]
async fn a_full_pass_mirrors_organizations_teams_members_and_owners() {
    let world = Stage::acme_anywhere().await;
    let directory = world.mirror.directory();
    let ben = world.person("ben");
    let root = world.person("root");
    assert_eq!(ben.teams, [world.deployers_id()]);
    assert_eq!((ben.organizations.len(), ben.owner_of.len()), (1, 0));
    assert_eq!(root.owner_of, root.organizations);
    assert!(root.site_administrator && !ben.site_administrator);
    let team = &directory.teams[&world.deployers_id()];
    assert_eq!(team.team.name.as_str(), "Deployers");
    assert!(team.members.contains(&ben.id));
    let state = world.mirror.state();
    // root, samovar, ben and eli
    assert_eq!((state.organizations, state.teams, state.users), (1, 2, 4));
    assert_eq!(world.problems(), Vec::<String>::new());
    assert!(state.last_full_pass.is_some());
}

#[tokio::test]
async fn losing_the_team_ends_access_within_the_bound() {
    let world = Stage::acme_anywhere().await;
    let ben = world.person("ben");
    world.bind_deployers();
    world.gitea.remove_member(world.deployers, "ben").await;
    world.mirror.fresh(ben.id).await.unwrap();
    assert_eq!(
        world.person("ben").teams.len(),
        1,
        "within the bound nothing is asked"
    );
    world.clock.turn(BOUND + Duration::from_millis(1));
    world.mirror.fresh(ben.id).await.unwrap();
    assert_eq!(world.person("ben").teams, []);
}

#[tokio::test]
async fn joining_the_team_gives_access_within_the_bound() {
    let world = Stage::acme_anywhere().await;
    let eli = world.person("eli");
    world.gitea.add_member(world.deployers, "eli").await;
    world.clock.turn(BOUND + Duration::from_millis(1));
    world.mirror.fresh(eli.id).await.unwrap();
    assert_eq!(world.person("eli").teams, [world.deployers_id()]);
}

#[tokio::test]
async fn every_change_is_one_audit_event_that_names_nobody() {
    let world = Stage::acme_anywhere().await;
    let ben = world.person("ben");
    world.clock.turn(BOUND * 2);
    world.gitea.remove_member(world.deployers, "ben").await;
    world.mirror.reread(ben.id).await.unwrap();
    let query = EventQuery {
        limit: 1,
        ..EventQuery::default()
    };
    let page = world.store.events(&query).unwrap();
    let event = &page.events[0].event;
    assert_eq!(event.action, Action::DirectoryUpdate);
    let reasons: Vec<_> = event.reasons.iter().map(ToString::to_string).collect();
    let expected = format!(
        "user {} (gitea user {}) left team {}",
        ben.id,
        ben.gitea().unwrap(),
        world.deployers
    );
    assert_eq!(reasons, [expected]);
}

#[tokio::test]
async fn a_slow_pass_cannot_bring_a_removed_member_back() {
    let world = Stage::acme().await;
    let ben = world.person("ben");
    world.clock.turn(Duration::from_secs(60));
    let hold = world
        .stand_in()
        .errors()
        .hold_answer(members(world.deployers));
    let mirror = world.mirror.clone();
    let pass = tokio::spawn(async move { mirror.sync_now().await });
    hold.reached().await;
    world.gitea.remove_member(world.deployers, "ben").await;
    world.clock.turn(Duration::from_secs(1));
    world.mirror.reread(ben.id).await.unwrap();
    assert_eq!(world.person("ben").teams, []);
    hold.release();
    pass.await.unwrap().unwrap();
    assert_eq!(world.person("ben").teams, [], "the slow answer is older");
    world.clock.turn(Duration::from_secs(1));
    world.sync().await;
    assert_eq!(world.person("ben").teams, []);
}

#[tokio::test]
async fn after_a_restart_everything_known_is_there() {
    let world = Stage::acme_anywhere().await;
    let ben = world.person("ben");
    let fresh = world.mirror.freshness(ben.id).unwrap();
    let again = world.again();
    let after = again.directory().users[&ben.id].clone();
    assert_eq!(
        (after.teams.clone(), after.login.clone()),
        (ben.teams.clone(), ben.login.clone())
    );
    assert_eq!(again.freshness(ben.id), Some(fresh));
    assert_eq!(again.directory().version, world.mirror.directory().version);
}

#[tokio::test]
async fn a_team_that_loses_most_members_is_read_once_more_and_then_believed() {
    let world = Stage::acme().await;
    for n in 0..30 {
        let login = format!("filler{n}");
        world.gitea.user(&login).await;
        world.gitea.add_member(world.deployers, &login).await;
    }
    world.clock.turn(BOUND);
    world.sync().await;
    for n in 0..30 {
        let login = format!("filler{n}");
        world.gitea.remove_member(world.deployers, &login).await;
    }
    world.clock.turn(BOUND);
    world.stand_in().log().take();
    world.sync().await;
    let path = format!("/api/v1/teams/{}/members", world.deployers);
    assert_eq!(world.stand_in().log().count("GET", &path), 2);
    let directory = world.mirror.directory();
    assert_eq!(directory.teams[&world.deployers_id()].members.len(), 1);
}

#[tokio::test]
async fn state_says_that_the_first_sync_is_not_complete() {
    let world = Stage::acme().await;
    assert_eq!(world.mirror.state().trouble(), None);
    let restarted = world.again();
    let trouble = restarted.state().trouble().unwrap();
    assert!(
        trouble.contains("first full sync") && trouble.contains("1 organizations, 2 teams"),
        "{trouble}"
    );
    restarted.sync_now().await.unwrap();
    assert_eq!(restarted.state().trouble(), None);
}
