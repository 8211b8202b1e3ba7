//! Names change and are reused, ids stay. Bots, disabled and deleted accounts.

use crate::mirror::test_mirror::{BOUND, TestMirror};
use samovar::mirror::MirrorError;
use std::time::Duration;

#[tokio::test]
async fn a_renamed_team_and_organization_keep_their_members() {
    let test = TestMirror::at_any_gitea().await;
    test.clock.advance(BOUND);
    test.gitea.rename_team(test.deployers, "Shippers").await;
    test.gitea.rename_organization("acme", "acme2").await;
    test.sync().await;
    let directory = test.mirror.directory();
    let team = &directory.teams[&test.deployers_id()];
    assert_eq!(
        (team.team.name.as_str(), team.members.len()),
        ("Shippers", 1)
    );
    let organization = &directory.organizations[&team.team.organization];
    assert_eq!(organization.name.as_str(), "acme2");
}

#[tokio::test]
async fn a_new_team_with_the_name_of_a_deleted_one_is_another() {
    let test = TestMirror::at_any_gitea().await;
    test.clock.advance(BOUND);
    test.gitea.delete_team(test.deployers).await;
    let again = test
        .gitea
        .team("acme", "Deployers", &[("repo.code", "write")])
        .await;
    let report = test.sync().await;
    assert_eq!(report.problems, Vec::<String>::new());
    let directory = test.mirror.directory();
    assert!(!directory.teams.contains_key(&test.deployers_id()));
    assert!(
        directory.teams[&again.try_into().unwrap()]
            .members
            .is_empty()
    );
    assert_eq!(test.user("ben").teams, []);
}

#[tokio::test]
async fn a_deleted_organization_is_removed_after_a_second_read() {
    let test = TestMirror::at_stand_in().await;
    test.clock.advance(BOUND);
    test.gitea.delete_organization("acme").await;
    test.stand_in().log().take();
    test.sync().await;
    assert_eq!(test.stand_in().log().count("GET", "/api/v1/admin/orgs"), 2);
    let status = test.mirror.status();
    assert_eq!((status.organizations, status.teams), (0, 0));
    assert_eq!(test.user("ben").teams, []);
}

#[tokio::test]
async fn a_disabled_account_is_disabled_at_the_next_read() {
    let test = TestMirror::at_any_gitea().await;
    let ben = test.user("ben");
    test.clock.advance(BOUND * 2);
    test.gitea.disable_user("ben").await;
    test.mirror.ensure_fresh(ben.id).await.unwrap();
    assert!(!test.user("ben").enabled);
}

#[tokio::test]
async fn a_new_account_with_the_login_of_a_deleted_one_is_another() {
    let test = TestMirror::at_any_gitea().await;
    let ben = test.user("ben");
    test.clock.advance(BOUND * 2);
    test.gitea.delete_user("ben").await;
    let again = test.gitea.user("ben").await;
    test.mirror.ensure_fresh(ben.id).await.unwrap();
    let before = test.mirror.directory().users[&ben.id].clone();
    assert!(!before.enabled && before.teams.is_empty());
    let login = "ben".parse().unwrap();
    let refreshed = test
        .mirror
        .refresh_gitea_user(again.try_into().unwrap(), &login)
        .await;
    assert_ne!(refreshed.unwrap(), ben.id);
}

#[tokio::test]
async fn a_renamed_account_is_the_same_user() {
    let test = TestMirror::at_any_gitea().await;
    let ben = test.user("ben");
    test.clock.advance(BOUND * 2);
    test.gitea.rename_user("ben", "benny").await;
    test.gitea.user("zed").await;
    test.gitea.rename_user("zed", "ben").await;
    test.mirror.ensure_fresh(ben.id).await.unwrap();
    let now = test.mirror.directory().users[&ben.id].clone();
    assert_eq!((now.login.as_str(), now.teams.len()), ("benny", 1));
    assert_eq!(now.gitea(), ben.gitea());
}

#[tokio::test]
async fn a_bot_in_a_team_is_not_a_deleted_user() {
    let test = TestMirror::at_stand_in().await;
    test.clock.advance(BOUND);
    test.gitea.user("bot").await;
    test.gitea.add_member(test.deployers, "bot").await;
    test.stand_in().with_state(|state| {
        let bot = state.users.values_mut().find(|user| user.login == "bot");
        bot.unwrap().is_bot = true;
    });
    for _ in 0..2 {
        test.sync().await;
        test.clock.advance(BOUND);
        assert!(test.user("bot").enabled);
        assert_eq!(test.user("bot").teams.len(), 1);
    }
    test.gitea.remove_member(test.deployers, "bot").await;
    test.sync().await;
    assert!(test.user("bot").enabled, "a bot in no team");
}

#[tokio::test]
async fn a_user_who_signs_in_for_the_first_time_is_mirrored() {
    let test = TestMirror::at_any_gitea().await;
    test.clock.advance(Duration::from_secs(1));
    let fay = test.gitea.user("fay").await;
    test.gitea.add_member(test.deployers, "fay").await;
    let login = "fay".parse().unwrap();
    let id = test
        .mirror
        .refresh_gitea_user(fay.try_into().unwrap(), &login)
        .await
        .unwrap();
    assert_eq!(test.user("fay").id, id);
    assert_eq!(test.user("fay").teams, [test.deployers_id()]);
    let absent = test
        .mirror
        .refresh_gitea_user(9999.try_into().unwrap(), &login)
        .await;
    assert_eq!(absent, Err(MirrorError::NoGiteaAccount));
}

#[tokio::test]
async fn one_watched_team_sync_removes_a_deleted_team() {
    let test = TestMirror::at_any_gitea().await;
    test.watch_deployers();
    let ben = test.user("ben");
    test.clock.advance(BOUND * 2);
    test.mirror.freshness(ben.id);
    test.gitea.delete_team(test.deployers).await;
    test.mirror.sync_watched_teams().await;
    assert_eq!(test.user("ben").teams, []);
    assert_eq!(test.problems(), Vec::<String>::new());
}

#[tokio::test]
async fn a_deleted_team_has_no_freshness() {
    let test = TestMirror::at_any_gitea().await;
    test.clock.advance(BOUND);
    let asked = test.now();
    test.sync().await;
    let team = test.deployers_id();
    assert_eq!(test.mirror.team_freshness(team), Some(asked), "not watched");
    test.watch_deployers();
    test.clock.advance(BOUND);
    test.gitea.delete_team(test.deployers).await;
    test.sync().await;
    assert_eq!(test.mirror.team_freshness(team), None);
}

#[tokio::test]
async fn a_renamed_owners_team_owns_no_organization() {
    let test = TestMirror::at_any_gitea().await;
    assert_eq!(test.user("root").owner_of.len(), 1);
    let owners = test.gitea.team_id("acme", "Owners").await;
    test.gitea.rename_team(owners, "Bosses").await;
    test.clock.advance(BOUND);
    test.sync().await;
    let root = test.user("root");
    assert_eq!((root.owner_of.len(), root.organizations.len()), (0, 1));
}
