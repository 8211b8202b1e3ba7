//! Every bad answer, and Gitea away: nothing mirrored is lost, nothing is renewed, and the state says what to do.

use crate::stage::{BOUND, GRACE, Stage};
use crate::support::gitea::errors::{At, Error};
use samovar::mirror::MirrorError;
use std::time::Duration;

fn members(team: i64) -> At {
    At::path(&format!("/api/v1/teams/{team}/members"))
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
        .errors()
        .plant(At::api(), Error::TokenBroken);
    world.stand_in().log().take();
    for _ in 0..20 {
        world.mirror.fresh(ben.id).await.unwrap();
    }
    assert!(world.stand_in().log().take().len() <= 2);
}

#[tokio::test]
async fn bad_answers_lose_nothing_and_say_what_to_do() {
    for (error, words) in [
        (Error::TokenBroken, "SAMOVAR_GITEA_TOKEN"),
        (Error::ScopeMissing, "`read:admin`"),
        (Error::Status(500), "does not answer"),
        (
            Error::TooManyRequests { retry_after: 60 },
            "asked too often",
        ),
        (Error::Html, "not Gitea's API"),
        (Error::Garbage, "cannot be read"),
        (Error::Null, "`null` where a list is owed"),
        (Error::EmptyPage, "do not add up"),
        (Error::NotFound, "404"),
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
            world.stand_in().errors().clear();
            world
                .stand_in()
                .errors()
                .plant(At::under(at), error.clone());
            let _ = world.mirror.sync_now().await;
            let _ = world.mirror.reread(ben.id).await;
            world.stand_in().errors().clear();
            let now = world.person("ben");
            assert_eq!(now.teams, [world.deployers_id()], "{error:?} at {at}");
            assert!(now.enabled, "{error:?} at {at}");
            world.clock.turn(BOUND);
        }
        world.stand_in().errors().plant(At::api(), error.clone());
        let _ = world.mirror.sync_now().await;
        let problems = world.mirror.state().problems.join("\n");
        assert!(problems.contains(words), "{error:?}: {problems}");
        assert_eq!(world.mirror.state().teams, 2, "{error:?}");
        assert!(world.mirror.freshness(ben.id) >= fresh);
    }
}

#[tokio::test]
async fn what_could_not_be_read_renews_no_freshness() {
    for error in [Error::Null, Error::NotFound, Error::EmptyPage, Error::Html] {
        let world = Stage::acme().await;
        let ben = world.person("ben");
        world.bind_deployers();
        let fresh = world.mirror.freshness(ben.id);
        world.clock.turn(BOUND * 2);
        world
            .stand_in()
            .errors()
            .plant(members(world.deployers), error.clone());
        let _ = world.mirror.sync_now().await;
        assert_eq!(world.mirror.freshness(ben.id), fresh, "{error:?}");
        assert_eq!(world.person("ben").teams.len(), 1, "{error:?}");
    }
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
    let hold = world.stand_in().errors().hold_answer(list);
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
async fn a_clock_that_is_set_back_while_gitea_is_away_does_not_stretch_the_grace() {
    let hours = Duration::from_secs(6 * 3600);
    for every_pass in [false, true] {
        let mut world = Stage::acme_anywhere().await;
        world.bind_deployers();
        let ben = world.person("ben");
        world.gitea.go_away().await;
        world.clock.turn_back(hours);
        if every_pass {
            assert!(world.mirror.sync_now().await.is_err());
        } else {
            world.mirror.read_bound().await;
        }
        let since = world.now();
        assert_eq!(world.person("ben").freshness, since, "{every_pass}");
        world.mirror.fresh(ben.id).await.unwrap();
        world.mirror.teams_fresh().unwrap();
        world.clock.turn(GRACE + Duration::from_secs(1));
        let stale = Err(MirrorError::Stale { since });
        assert_eq!(world.mirror.fresh(ben.id).await, stale, "{every_pass}");
        assert_eq!(world.mirror.teams_fresh(), stale, "{every_pass}");
    }
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
