//! Who is asked, how often: the readers, single flight, and how many calls they make.

use crate::stage::{BOUND, Stage};
use crate::support::gitea::errors::At;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

fn members(team: i64) -> At {
    At::path(&format!("/api/v1/teams/{team}/members"))
}

#[tokio::test]
async fn a_pass_makes_no_more_calls_than_there_are_lists_and_pages() {
    let world = Stage::acme().await;
    world.stand_in().log().take();
    let report = world.sync().await;
    // users, organizations, teams of one, members of two
    assert_eq!(world.stand_in().log().take().len(), 5);
    assert_eq!((report.calls, report.changes), (5, 0));
}

#[tokio::test]
async fn many_who_ask_for_one_person_cause_one_reading() {
    let world = Stage::acme().await;
    let ben = world.person("ben");
    world.clock.turn(BOUND * 2);
    let path = At::path("/api/v1/users/ben");
    let hold = world.stand_in().errors().hold_answer(path);
    world.stand_in().log().take();
    let asking: Vec<_> = (0..50)
        .map(|_| {
            let mirror = world.mirror.clone();
            tokio::spawn(async move { mirror.fresh(ben_id(&mirror)).await })
        })
        .collect();
    hold.reached().await;
    hold.release();
    for one in asking {
        one.await.unwrap().unwrap();
    }
    assert!(world.stand_in().log().take().len() <= 4);
    assert!(world.mirror.freshness(ben.id).is_some());
}

fn ben_id(mirror: &samovar::mirror::Mirror) -> samovar::model::UserId {
    let directory = mirror.directory();
    let mut users = directory.users.values();
    users.find(|user| user.login.as_str() == "ben").unwrap().id
}

#[tokio::test]
async fn the_bound_reader_asks_for_the_active_when_they_are_fewer() {
    let world = Stage::acme().await;
    world.bind_acme();
    let ben = world.person("ben");
    world.clock.turn(BOUND * 2);
    world.stand_in().log().take();
    world.mirror.read_bound().await;
    assert_eq!(world.stand_in().log().take(), [], "nobody is active");
    world.mirror.freshness(ben.id);
    world.mirror.read_bound().await;
    let seen = world.stand_in().log().take();
    let paths: Vec<_> = seen.iter().map(|seen| seen.path.as_str()).collect();
    assert_eq!(paths.len(), 2, "{paths:?}");
    assert!(paths.contains(&"/api/v1/user/teams"), "{paths:?}");
    assert_eq!(world.mirror.freshness(ben.id), Some(world.now()));
}

#[tokio::test]
async fn the_bound_reader_asks_for_the_teams_when_they_are_fewer() {
    let world = Stage::acme_anywhere().await;
    world.bind_deployers();
    let ben = world.person("ben");
    world.clock.turn(BOUND * 2);
    world.mirror.freshness(ben.id);
    world.gitea.remove_member(world.deployers, "ben").await;
    world.mirror.read_bound().await;
    assert_eq!(world.person("ben").teams, []);
    assert!(world.mirror.state().last_bound_read_at.is_some());
}

#[tokio::test]
async fn repository_access_is_asked_once_within_the_bound() {
    let world = Stage::acme().await;
    world.gitea.repository("acme", "api", true).await;
    world
        .gitea
        .add_repository(world.deployers, "acme", "api")
        .await;
    let (ben, eli) = (world.person("ben"), world.person("eli"));
    let (acme, api) = ("acme".parse().unwrap(), "api".parse().unwrap());
    world.stand_in().log().take();
    for _ in 0..3 {
        let access = world.mirror.repository_access(ben.id, &acme, &api).await;
        assert!(access.unwrap().unwrap().push);
        let none = world.mirror.repository_access(eli.id, &acme, &api).await;
        assert_eq!(none, Ok(None));
    }
    assert_eq!(world.stand_in().log().take().len(), 2);
    world.gitea.remove_member(world.deployers, "ben").await;
    world.clock.turn(BOUND + Duration::from_millis(1));
    let access = world.mirror.repository_access(ben.id, &acme, &api).await;
    assert_eq!(access, Ok(None));
}

#[tokio::test]
async fn whoever_asks_during_a_pass_gets_one_that_began_later() {
    let world = Stage::acme().await;
    world.clock.turn(BOUND);
    let hold = world
        .stand_in()
        .errors()
        .hold_answer(members(world.deployers));
    let start = |mirror: &samovar::mirror::Mirror| {
        let mirror = mirror.clone();
        tokio::spawn(async move { mirror.sync_now().await })
    };
    let first = start(&world.mirror);
    hold.reached().await;
    world.gitea.remove_member(world.deployers, "ben").await;
    world.clock.turn(Duration::from_secs(1));
    let second = start(&world.mirror);
    hold.release();
    first.await.unwrap().unwrap();
    second.await.unwrap().unwrap();
    assert_eq!(world.person("ben").teams, []);
}

#[tokio::test]
async fn running_it_reads_everything_at_once_and_stopping_it_ends_it() {
    let world = Stage::acme().await;
    world.clock.turn(BOUND);
    let before = world.mirror.state().last_full_pass.unwrap();
    let hold = world
        .stand_in()
        .errors()
        .hold_answer(At::path("/api/v1/admin/users"));
    let stop = CancellationToken::new();
    let running = Arc::new(world.mirror.clone()).run(stop.clone());
    let running = tokio::spawn(running);
    hold.reached().await;
    stop.cancel();
    hold.release();
    running.await.unwrap();
    let after = world.mirror.state().last_full_pass.unwrap();
    assert!(after.at > before.at, "what was under way came to its end");
}
