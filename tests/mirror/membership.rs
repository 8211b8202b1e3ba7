//! A full sync mirrors memberships, and gained or lost teams apply within the freshness bound.

use crate::mirror::test_mirror::{BOUND, TestMirror};
use crate::support::gitea::errors::At;
use samovar::audit::{Action, EventQuery};
use std::time::Duration;

fn members(team: i64) -> At {
    At::path(&format!("/api/v1/teams/{team}/members"))
}

#[tokio::test]
async fn a_full_sync_mirrors_organizations_teams_and_members() {
    let test = TestMirror::at_any_gitea().await;
    let directory = test.mirror.directory();
    let ben = test.user("ben");
    let root = test.user("root");
    assert_eq!(ben.teams, [test.deployers_id()]);
    assert_eq!((ben.organizations.len(), ben.owner_of.len()), (1, 0));
    assert_eq!(root.owner_of, root.organizations);
    assert!(root.site_administrator && !ben.site_administrator);
    let team = &directory.teams[&test.deployers_id()];
    assert_eq!(team.team.name.as_str(), "Deployers");
    assert!(team.members.contains(&ben.id));
    let status = test.mirror.status();
    // Users root, samovar, ben and eli.
    assert_eq!(
        (status.organizations, status.teams, status.users),
        (1, 2, 4)
    );
    assert_eq!(test.problems(), Vec::<String>::new());
    assert!(status.last_full_sync.is_some());
}

#[tokio::test]
async fn losing_the_team_ends_access_within_the_bound() {
    let test = TestMirror::at_any_gitea().await;
    let ben = test.user("ben");
    test.watch_deployers();
    test.gitea.remove_member(test.deployers, "ben").await;
    test.mirror.ensure_fresh(ben.id).await.unwrap();
    assert_eq!(test.user("ben").teams.len(), 1, "no read within the bound");
    test.clock.advance(BOUND + Duration::from_millis(1));
    test.mirror.ensure_fresh(ben.id).await.unwrap();
    assert_eq!(test.user("ben").teams, []);
}

#[tokio::test]
async fn joining_the_team_gives_access_within_the_bound() {
    let test = TestMirror::at_any_gitea().await;
    let eli = test.user("eli");
    test.gitea.add_member(test.deployers, "eli").await;
    test.clock.advance(BOUND + Duration::from_millis(1));
    test.mirror.ensure_fresh(eli.id).await.unwrap();
    assert_eq!(test.user("eli").teams, [test.deployers_id()]);
}

#[tokio::test]
async fn the_audit_event_of_a_change_has_no_personal_data() {
    let test = TestMirror::at_any_gitea().await;
    let ben = test.user("ben");
    test.clock.advance(BOUND * 2);
    test.gitea.remove_member(test.deployers, "ben").await;
    test.mirror.refresh_user(ben.id).await.unwrap();
    let query = EventQuery {
        limit: 1,
        ..EventQuery::default()
    };
    let page = test.store.events(&query).unwrap();
    let event = &page.events[0].event;
    assert_eq!(event.action, Action::DirectoryUpdate);
    let reasons: Vec<_> = event.reasons.iter().map(ToString::to_string).collect();
    let expected = format!(
        "user {} (gitea user {}) left team {}",
        ben.id,
        ben.gitea().unwrap(),
        test.deployers
    );
    assert_eq!(reasons, [expected]);
}

#[tokio::test]
async fn a_slow_sync_does_not_restore_a_removed_member() {
    let test = TestMirror::at_stand_in().await;
    let ben = test.user("ben");
    test.clock.advance(Duration::from_secs(60));
    let hold = test
        .stand_in()
        .errors()
        .hold_answer(members(test.deployers));
    let mirror = test.mirror.clone();
    let sync = tokio::spawn(async move { mirror.sync_now().await });
    hold.reached().await;
    test.gitea.remove_member(test.deployers, "ben").await;
    test.clock.advance(Duration::from_secs(1));
    test.mirror.refresh_user(ben.id).await.unwrap();
    assert_eq!(test.user("ben").teams, []);
    hold.release();
    sync.await.unwrap().unwrap();
    assert_eq!(test.user("ben").teams, [], "the slow answer is older");
    test.clock.advance(Duration::from_secs(1));
    test.sync().await;
    assert_eq!(test.user("ben").teams, []);
}

#[tokio::test]
async fn after_a_restart_the_directory_is_the_same() {
    let test = TestMirror::at_any_gitea().await;
    let ben = test.user("ben");
    let fresh = test.mirror.freshness(ben.id).unwrap();
    let restarted = test.restarted();
    let after = restarted.directory().users[&ben.id].clone();
    assert_eq!(
        (after.teams.clone(), after.login.clone()),
        (ben.teams.clone(), ben.login.clone())
    );
    assert_eq!(restarted.freshness(ben.id), Some(fresh));
    assert_eq!(
        restarted.directory().version,
        test.mirror.directory().version
    );
}

#[tokio::test]
async fn a_team_that_loses_most_members_is_read_twice() {
    let test = TestMirror::at_stand_in().await;
    for n in 0..30 {
        let login = format!("filler{n}");
        test.gitea.user(&login).await;
        test.gitea.add_member(test.deployers, &login).await;
    }
    test.clock.advance(BOUND);
    test.sync().await;
    for n in 0..30 {
        let login = format!("filler{n}");
        test.gitea.remove_member(test.deployers, &login).await;
    }
    test.clock.advance(BOUND);
    test.stand_in().log().take();
    test.sync().await;
    let path = format!("/api/v1/teams/{}/members", test.deployers);
    assert_eq!(test.stand_in().log().count("GET", &path), 2);
    let directory = test.mirror.directory();
    assert_eq!(directory.teams[&test.deployers_id()].members.len(), 1);
}

#[tokio::test]
async fn the_mirror_is_not_ready_before_the_first_full_sync() {
    let test = TestMirror::at_stand_in().await;
    assert_eq!(test.mirror.status().not_ready_reason(), None);
    let restarted = test.restarted();
    let reason = restarted.status().not_ready_reason().unwrap();
    assert!(
        reason.contains("first full sync") && reason.contains("1 organizations, 2 teams"),
        "{reason}"
    );
    restarted.sync_now().await.unwrap();
    assert_eq!(restarted.status().not_ready_reason(), None);
}
