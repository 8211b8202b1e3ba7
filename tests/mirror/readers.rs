//! The readers of Gitea, and how many requests they make.

use crate::mirror::test_mirror::{BOUND, TestMirror};
use crate::support::gitea::errors::At;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

fn members(team: i64) -> At {
    At::path(&format!("/api/v1/teams/{team}/members"))
}

#[tokio::test]
async fn a_full_sync_makes_one_request_for_each_page() {
    let test = TestMirror::at_stand_in().await;
    test.stand_in().log().take();
    let report = test.sync().await;
    // Users, organizations, teams of one organization, members of two teams.
    assert_eq!(test.stand_in().log().take().len(), 5);
    assert_eq!((report.calls, report.changes), (5, 0));
}

#[tokio::test]
async fn concurrent_refreshes_of_one_user_are_one_read() {
    let test = TestMirror::at_stand_in().await;
    let ben = test.user("ben");
    test.clock.advance(BOUND * 2);
    let path = At::path("/api/v1/users/ben");
    let hold = test.stand_in().errors().hold_answer(path);
    test.stand_in().log().take();
    let refreshes: Vec<_> = (0..50)
        .map(|_| {
            let mirror = test.mirror.clone();
            tokio::spawn(async move { mirror.ensure_fresh(ben_id(&mirror)).await })
        })
        .collect();
    hold.reached().await;
    hold.release();
    for refresh in refreshes {
        refresh.await.unwrap().unwrap();
    }
    assert!(test.stand_in().log().take().len() <= 4);
    assert!(test.mirror.freshness(ben.id).is_some());
}

fn ben_id(mirror: &samovar::mirror::Mirror) -> samovar::model::UserId {
    let directory = mirror.directory();
    let mut users = directory.users.values();
    users.find(|user| user.login.as_str() == "ben").unwrap().id
}

#[tokio::test]
async fn the_watched_team_sync_reads_fewer_active_users() {
    let test = TestMirror::at_stand_in().await;
    test.watch_acme();
    let ben = test.user("ben");
    test.clock.advance(BOUND * 2);
    test.stand_in().log().take();
    test.mirror.sync_watched_teams().await;
    assert_eq!(test.stand_in().log().take(), [], "no user is active");
    test.mirror.freshness(ben.id);
    test.mirror.sync_watched_teams().await;
    let seen = test.stand_in().log().take();
    let paths: Vec<_> = seen.iter().map(|seen| seen.path.as_str()).collect();
    assert_eq!(paths.len(), 2, "{paths:?}");
    assert!(paths.contains(&"/api/v1/user/teams"), "{paths:?}");
    assert_eq!(test.mirror.freshness(ben.id), Some(test.now()));
}

#[tokio::test]
async fn the_watched_team_sync_reads_fewer_teams() {
    let test = TestMirror::at_any_gitea().await;
    test.watch_deployers();
    let ben = test.user("ben");
    test.clock.advance(BOUND * 2);
    test.mirror.freshness(ben.id);
    test.gitea.remove_member(test.deployers, "ben").await;
    test.mirror.sync_watched_teams().await;
    assert_eq!(test.user("ben").teams, []);
    assert!(test.mirror.status().last_watched_sync_at.is_some());
}

#[tokio::test]
async fn repository_access_is_read_once_within_the_bound() {
    let test = TestMirror::at_stand_in().await;
    test.gitea.repository("acme", "api", true).await;
    test.gitea
        .add_repository(test.deployers, "acme", "api")
        .await;
    let (ben, eli) = (test.user("ben"), test.user("eli"));
    let (acme, api) = ("acme".parse().unwrap(), "api".parse().unwrap());
    test.stand_in().log().take();
    for _ in 0..3 {
        let access = test.mirror.repository_access(ben.id, &acme, &api).await;
        assert!(access.unwrap().unwrap().push);
        let hidden = test.mirror.repository_access(eli.id, &acme, &api).await;
        assert_eq!(hidden, Ok(None));
    }
    assert_eq!(test.stand_in().log().take().len(), 2);
    test.gitea.remove_member(test.deployers, "ben").await;
    test.clock.advance(BOUND + Duration::from_millis(1));
    let access = test.mirror.repository_access(ben.id, &acme, &api).await;
    assert_eq!(access, Ok(None));
}

#[tokio::test]
async fn a_sync_requested_during_a_sync_starts_after_it() {
    let test = TestMirror::at_stand_in().await;
    test.clock.advance(BOUND);
    let hold = test
        .stand_in()
        .errors()
        .hold_answer(members(test.deployers));
    let start = |mirror: &samovar::mirror::Mirror| {
        let mirror = mirror.clone();
        tokio::spawn(async move { mirror.sync_now().await })
    };
    let first = start(&test.mirror);
    hold.reached().await;
    test.gitea.remove_member(test.deployers, "ben").await;
    test.clock.advance(Duration::from_secs(1));
    let second = start(&test.mirror);
    hold.release();
    first.await.unwrap().unwrap();
    second.await.unwrap().unwrap();
    assert_eq!(test.user("ben").teams, []);
}

#[tokio::test]
async fn stopping_the_mirror_waits_for_the_sync_in_progress() {
    let test = TestMirror::at_stand_in().await;
    test.clock.advance(BOUND);
    let before = test.mirror.status().last_full_sync.unwrap();
    let hold = test
        .stand_in()
        .errors()
        .hold_answer(At::path("/api/v1/admin/users"));
    let stop = CancellationToken::new();
    let running = Arc::new(test.mirror.clone()).run(stop.clone());
    let running = tokio::spawn(running);
    hold.reached().await;
    stop.cancel();
    hold.release();
    running.await.unwrap();
    let after = test.mirror.status().last_full_sync.unwrap();
    assert!(after.at > before.at, "the sync in progress was complete");
}
