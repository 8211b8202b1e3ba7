//! The mirror against the stand-in: what is read, what ends when, and what survives every bad answer.

use crate::stage::{BOUND, GRACE, Stage};
use crate::support::gitea::faults::{At, Fault};
use samovar::audit::{Action, EventQuery};
use samovar::mirror::MirrorError;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

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
async fn a_pass_makes_no_more_calls_than_there_are_lists_and_pages() {
    let world = Stage::acme().await;
    world.stand_in().log().take();
    let report = world.sync().await;
    // users, organizations, teams of one, members of two
    assert_eq!(world.stand_in().log().take().len(), 5);
    assert_eq!((report.calls, report.changes), (5, 0));
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
        ben.id, ben.gitea, world.deployers
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
        .faults()
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
async fn gitea_away_is_excused_until_the_grace_is_over_and_forgotten_when_it_is_back() {
    let mut world = Stage::acme_anywhere().await;
    let ben = world.person("ben");
    let fresh = world.mirror.freshness(ben.id).unwrap();
    world.gitea.go_away().await;
    world.clock.turn(BOUND * 2);
    world.mirror.fresh(ben.id).await.unwrap();
    assert!(world.mirror.sync_now().await.is_err());
    let state = world.mirror.state();
    assert!(state.away_since.is_some());
    assert!(
        state.problems[0].contains("does not answer"),
        "{:?}",
        state.problems
    );
    assert_eq!(state.teams, 2, "nothing is lost");
    assert_eq!(world.mirror.freshness(ben.id), Some(fresh), "nor renewed");
    world.clock.turn(GRACE);
    let answer = world.mirror.fresh(ben.id).await;
    assert_eq!(answer, Err(MirrorError::Stale { since: fresh }));
    world.gitea.come_back().await;
    world.clock.turn(BOUND);
    world.mirror.fresh(ben.id).await.unwrap();
    world.sync().await;
    let state = world.mirror.state();
    assert_eq!((state.away_since, world.problems()), (None, vec![]));
}

#[tokio::test]
async fn while_gitea_is_away_nobody_asks_it_at_every_request() {
    let world = Stage::acme().await;
    let ben = world.person("ben");
    world.clock.turn(BOUND * 2);
    world
        .stand_in()
        .faults()
        .plant(At::api(), Fault::TokenBroken);
    world.stand_in().log().take();
    for _ in 0..20 {
        world.mirror.fresh(ben.id).await.unwrap();
    }
    assert!(world.stand_in().log().take().len() <= 2);
}

#[tokio::test]
async fn many_who_ask_for_one_person_cause_one_reading() {
    let world = Stage::acme().await;
    let ben = world.person("ben");
    world.clock.turn(BOUND * 2);
    let path = At::path("/api/v1/users/ben");
    let hold = world.stand_in().faults().hold_answer(path);
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
async fn bad_answers_lose_nothing_and_say_what_to_do() {
    for (fault, words) in [
        (Fault::TokenBroken, "SAMOVAR_GITEA_TOKEN"),
        (Fault::ScopeMissing, "`read:admin`"),
        (Fault::Status(500), "does not answer"),
        (
            Fault::TooManyRequests { retry_after: 60 },
            "asked too often",
        ),
        (Fault::Html, "not Gitea's API"),
        (Fault::Garbage, "cannot be read"),
        (Fault::Null, "`null` where a list is owed"),
        (Fault::EmptyPage, "do not add up"),
        (Fault::NotFound, "404"),
    ] {
        let world = Stage::acme().await;
        let ben = world.person("ben");
        let fresh = world.mirror.freshness(ben.id);
        world.clock.turn(BOUND * 2);
        for at in [
            "/api/v1/admin/",
            "/api/v1/orgs/",
            "/api/v1/teams/",
            "/api/v1/user",
        ] {
            world.stand_in().faults().clear();
            world
                .stand_in()
                .faults()
                .plant(At::under(at), fault.clone());
            let _ = world.mirror.sync_now().await;
            let _ = world.mirror.reread(ben.id).await;
            world.stand_in().faults().clear();
            let now = world.person("ben");
            assert_eq!(now.teams, [world.deployers_id()], "{fault:?} at {at}");
            assert!(now.enabled, "{fault:?} at {at}");
            world.clock.turn(BOUND);
        }
        world.stand_in().faults().plant(At::api(), fault.clone());
        let _ = world.mirror.sync_now().await;
        let problems = world.mirror.state().problems.join("\n");
        assert!(problems.contains(words), "{fault:?}: {problems}");
        assert_eq!(world.mirror.state().teams, 2, "{fault:?}");
        assert!(world.mirror.freshness(ben.id) >= fresh);
    }
}

#[tokio::test]
async fn what_could_not_be_read_renews_no_freshness() {
    for fault in [Fault::Null, Fault::NotFound, Fault::EmptyPage, Fault::Html] {
        let world = Stage::acme().await;
        let ben = world.person("ben");
        world.bind_deployers();
        let fresh = world.mirror.freshness(ben.id);
        world.clock.turn(BOUND * 2);
        world
            .stand_in()
            .faults()
            .plant(members(world.deployers), fault.clone());
        let _ = world.mirror.sync_now().await;
        assert_eq!(world.mirror.freshness(ben.id), fresh, "{fault:?}");
        assert_eq!(world.person("ben").teams.len(), 1, "{fault:?}");
    }
}

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
async fn an_organization_that_one_list_lacks_stays() {
    let world = Stage::acme().await;
    world.clock.turn(BOUND);
    let hidden = world.stand_in().with_state(|state| {
        let id = *state.orgs.keys().next().unwrap();
        (id, state.orgs.remove(&id).unwrap())
    });
    let list = At::path("/api/v1/admin/orgs");
    let hold = world.stand_in().faults().hold_answer(list);
    let mirror = world.mirror.clone();
    let pass = tokio::spawn(async move { mirror.sync_now().await });
    hold.reached().await;
    world
        .stand_in()
        .with_state(|state| state.orgs.insert(hidden.0, hidden.1));
    hold.release();
    pass.await.unwrap().unwrap();
    assert_eq!(world.person("ben").teams, [world.deployers_id()]);
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
    assert_eq!(now.gitea, ben.gitea);
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
async fn a_clock_that_is_set_back_does_not_freeze_what_is_known() {
    let world = Stage::acme_anywhere().await;
    let ben = world.person("ben");
    world.clock.turn_back(Duration::from_secs(3600));
    world.gitea.remove_member(world.deployers, "ben").await;
    world.sync().await;
    world.clock.turn(Duration::from_millis(1));
    world.sync().await;
    assert_eq!(world.person("ben").teams, []);
    assert!(world.mirror.freshness(ben.id).unwrap() <= world.now());
}

#[tokio::test]
async fn a_clock_that_differs_from_gitea_s_is_a_problem_with_a_remedy() {
    let world = Stage::acme().await;
    world.stand_in().clock().skew(-120);
    world.clock.turn(BOUND);
    world.sync().await;
    let problems = world.mirror.state().problems;
    assert!(problems[0].contains("NTP"), "{problems:?}");
    assert!(problems[0].contains("behind"), "{problems:?}");
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
async fn a_service_identity_that_is_demoted_disables_nobody() {
    let world = Stage::acme().await;
    world.bind_deployers();
    let ben = world.person("ben");
    world.clock.turn(BOUND * 2);
    world.mirror.freshness(ben.id);
    // as a member it still sees the team, with false flags
    world.gitea.add_member(world.deployers, "samovar").await;
    world.stand_in().with_state(|state| {
        let own = state
            .users
            .values_mut()
            .find(|user| user.login == "samovar");
        own.unwrap().is_admin = false;
    });
    world.mirror.read_bound().await;
    assert!(world.person("ben").enabled);
    let problems = world.mirror.state().problems.join("\n");
    assert!(problems.contains("site administrator"), "{problems}");
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
        .faults()
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
async fn what_cannot_be_recorded_is_not_in_force_and_no_grace_excuses_it() {
    let world = Stage::acme_anywhere().await;
    world.bind_deployers();
    let ben = world.person("ben");
    let fresh = world.mirror.freshness(ben.id);
    world.store.clone().close().await.unwrap();
    world.gitea.remove_member(world.deployers, "ben").await;
    world.clock.turn(BOUND * 2);
    let answer = world.mirror.fresh(ben.id).await;
    assert!(matches!(answer, Err(MirrorError::Store(_))), "{answer:?}");
    assert_eq!(world.mirror.freshness(ben.id), fresh);
}

#[tokio::test]
async fn running_it_reads_everything_at_once_and_stopping_it_ends_it() {
    let world = Stage::acme().await;
    world.clock.turn(BOUND);
    let before = world.mirror.state().last_full_pass.unwrap();
    let hold = world
        .stand_in()
        .faults()
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
