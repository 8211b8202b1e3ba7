//! Names change, are given up and taken by others; ids stay. Bots, disabled and deleted accounts.

use crate::stage::{BOUND, Stage};
use samovar::mirror::MirrorError;
use std::time::Duration;

#[tokio::test]
async fn a_renamed_team_and_organization_keep_their_members() {
    let world = Stage::acme_anywhere().await;
    world.clock.turn(BOUND);
    world.gitea.rename_team(world.deployers, "Shippers").await;
    world.gitea.rename_organization("acme", "acme2").await;
    world.sync().await;
    let directory = world.mirror.directory();
    let team = &directory.teams[&world.deployers_id()];
    assert_eq!(
        (team.team.name.as_str(), team.members.len()),
        ("Shippers", 1)
    );
    let organization = &directory.organizations[&team.team.organization];
    assert_eq!(organization.name.as_str(), "acme2");
}

#[tokio::test]
async fn a_deleted_team_is_gone_and_a_new_one_of_its_name_is_another() {
    let world = Stage::acme_anywhere().await;
    world.clock.turn(BOUND);
    world.gitea.delete_team(world.deployers).await;
    let again = world
        .gitea
        .team("acme", "Deployers", &[("repo.code", "write")])
        .await;
    let report = world.sync().await;
    assert_eq!(report.problems, Vec::<String>::new());
    let directory = world.mirror.directory();
    assert!(!directory.teams.contains_key(&world.deployers_id()));
    assert!(
        directory.teams[&again.try_into().unwrap()]
            .members
            .is_empty()
    );
    assert_eq!(world.person("ben").teams, []);
}

#[tokio::test]
async fn a_deleted_organization_is_gone_after_a_second_look() {
    let world = Stage::acme().await;
    world.clock.turn(BOUND);
    world.gitea.delete_organization("acme").await;
    world.stand_in().log().take();
    world.sync().await;
    assert_eq!(world.stand_in().log().count("GET", "/api/v1/admin/orgs"), 2);
    let state = world.mirror.state();
    assert_eq!((state.organizations, state.teams), (0, 0));
    assert_eq!(world.person("ben").teams, []);
}

#[tokio::test]
async fn a_disabled_account_loses_everything_at_the_next_read() {
    let world = Stage::acme_anywhere().await;
    let ben = world.person("ben");
    world.clock.turn(BOUND * 2);
    world.gitea.disable_user("ben").await;
    world.mirror.fresh(ben.id).await.unwrap();
    assert!(!world.person("ben").enabled);
}

#[tokio::test]
async fn a_deleted_account_is_gone_and_a_new_one_of_its_login_is_another_person() {
    let world = Stage::acme_anywhere().await;
    let ben = world.person("ben");
    world.clock.turn(BOUND * 2);
    world.gitea.delete_user("ben").await;
    let again = world.gitea.user("ben").await;
    world.mirror.fresh(ben.id).await.unwrap();
    let before = world.mirror.directory().users[&ben.id].clone();
    assert!(!before.enabled && before.teams.is_empty());
    let login = "ben".parse().unwrap();
    let arrived = world.mirror.arrive(again.try_into().unwrap(), &login).await;
    assert_ne!(arrived.unwrap(), ben.id);
}

#[tokio::test]
async fn a_renamed_account_is_the_same_person_even_when_its_login_is_taken() {
    let world = Stage::acme_anywhere().await;
    let ben = world.person("ben");
    world.clock.turn(BOUND * 2);
    world.gitea.rename_user("ben", "benny").await;
    world.gitea.user("zed").await;
    world.gitea.rename_user("zed", "ben").await;
    world.mirror.fresh(ben.id).await.unwrap();
    let now = world.mirror.directory().users[&ben.id].clone();
    assert_eq!((now.login.as_str(), now.teams.len()), ("benny", 1));
    assert_eq!(now.gitea(), ben.gitea());
}

#[tokio::test]
async fn a_bot_in_a_team_is_no_deleted_user() {
    let world = Stage::acme().await;
    world.clock.turn(BOUND);
    world.gitea.user("bot").await;
    world.gitea.add_member(world.deployers, "bot").await;
    world.stand_in().with_state(|state| {
        let bot = state.users.values_mut().find(|user| user.login == "bot");
        bot.unwrap().is_bot = true;
    });
    for _ in 0..2 {
        world.sync().await;
        world.clock.turn(BOUND);
        assert!(world.person("bot").enabled);
        assert_eq!(world.person("bot").teams.len(), 1);
    }
    world.gitea.remove_member(world.deployers, "bot").await;
    world.sync().await;
    assert!(world.person("bot").enabled, "in no team it is still there");
}

#[tokio::test]
async fn a_person_who_signs_in_for_the_first_time_is_known_at_once() {
    let world = Stage::acme_anywhere().await;
    world.clock.turn(Duration::from_secs(1));
    let fay = world.gitea.user("fay").await;
    world.gitea.add_member(world.deployers, "fay").await;
    let login = "fay".parse().unwrap();
    let id = world
        .mirror
        .arrive(fay.try_into().unwrap(), &login)
        .await
        .unwrap();
    assert_eq!(world.person("fay").id, id);
    assert_eq!(world.person("fay").teams, [world.deployers_id()]);
    let nobody = world.mirror.arrive(9999.try_into().unwrap(), &login).await;
    assert_eq!(nobody, Err(MirrorError::Unknown));
}

#[tokio::test]
async fn a_bound_team_that_is_deleted_is_gone_within_one_round() {
    let world = Stage::acme_anywhere().await;
    world.bind_deployers();
    let ben = world.person("ben");
    world.clock.turn(BOUND * 2);
    world.mirror.freshness(ben.id);
    world.gitea.delete_team(world.deployers).await;
    world.mirror.read_bound().await;
    assert_eq!(world.person("ben").teams, []);
    assert_eq!(world.problems(), Vec::<String>::new());
}

#[tokio::test]
async fn a_team_that_is_gone_is_as_of_no_time_whatever_is_bound() {
    let world = Stage::acme_anywhere().await;
    world.clock.turn(BOUND);
    let asked = world.now();
    world.sync().await;
    let team = world.deployers_id();
    assert_eq!(world.mirror.team_since(team), Some(asked), "nothing is");
    world.bind_deployers();
    world.clock.turn(BOUND);
    world.gitea.delete_team(world.deployers).await;
    world.sync().await;
    assert_eq!(world.mirror.team_since(team), None);
}

#[tokio::test]
async fn a_renamed_owners_team_owns_nothing_any_more_as_in_gitea() {
    let world = Stage::acme_anywhere().await;
    assert_eq!(world.person("root").owner_of.len(), 1);
    let owners = world.gitea.team_id("acme", "Owners").await;
    world.gitea.rename_team(owners, "Bosses").await;
    world.clock.turn(BOUND);
    world.sync().await;
    let root = world.person("root");
    assert_eq!((root.owner_of.len(), root.organizations.len()), (0, 1));
}
