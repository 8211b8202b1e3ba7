//! Bad answers and outages: no fact is lost, no freshness is renewed, and the status says what to do.

use crate::mirror::test_mirror::{BOUND, GRACE, TestMirror};
use crate::support::gitea::errors::{At, Error};
use samovar::mirror::MirrorError;
use std::time::Duration;

fn members(team: i64) -> At {
    At::path(&format!("/api/v1/teams/{team}/members"))
}

#[tokio::test]
async fn an_outage_is_tolerated_until_the_grace_ends() {
    let mut test = TestMirror::at_any_gitea().await;
    let ben = test.user("ben");
    let fresh = test.mirror.freshness(ben.id).unwrap();
    test.gitea.go_away().await;
    test.clock.advance(BOUND * 2);
    test.mirror.ensure_fresh(ben.id).await.unwrap();
    assert!(test.mirror.sync_now().await.is_err());
    let status = test.mirror.status();
    assert!(status.unavailable_since.is_some());
    assert!(
        status.problems[0].contains("does not answer"),
        "{:?}",
        status.problems
    );
    assert_eq!(status.teams, 2, "nothing is lost");
    assert_eq!(
        test.mirror.freshness(ben.id),
        Some(fresh),
        "no freshness is renewed"
    );
    test.clock.advance(GRACE);
    let answer = test.mirror.ensure_fresh(ben.id).await;
    assert_eq!(answer, Err(MirrorError::Stale { since: fresh }));
    test.gitea.come_back().await;
    test.clock.advance(BOUND);
    test.mirror.ensure_fresh(ben.id).await.unwrap();
    test.sync().await;
    let status = test.mirror.status();
    assert_eq!((status.unavailable_since, test.problems()), (None, vec![]));
}

#[tokio::test]
async fn requests_during_an_outage_do_not_reach_gitea() {
    let test = TestMirror::at_stand_in().await;
    let ben = test.user("ben");
    test.clock.advance(BOUND * 2);
    test.stand_in()
        .errors()
        .plant(At::api(), Error::TokenInvalid);
    test.stand_in().log().take();
    for _ in 0..20 {
        test.mirror.ensure_fresh(ben.id).await.unwrap();
    }
    assert!(test.stand_in().log().take().len() <= 2);
}

#[tokio::test]
async fn bad_answers_lose_no_facts_and_say_what_to_do() {
    for (error, words) in [
        (Error::TokenInvalid, "SAMOVAR_GITEA_TOKEN"),
        (Error::ScopeMissing, "`read:admin`"),
        (Error::Status(500), "does not answer"),
        (
            Error::TooManyRequests { retry_after: 60 },
            "limits the rate",
        ),
        (Error::Html, "not Gitea's API"),
        (Error::Garbage, "cannot be read"),
        (Error::Null, "`null` instead of a list"),
        (Error::EmptyPage, "inconsistent pages"),
        (Error::NotFound, "404"),
    ] {
        let test = TestMirror::at_stand_in().await;
        let ben = test.user("ben");
        let fresh = test.mirror.freshness(ben.id);
        test.clock.advance(BOUND * 2);
        for at in [
            "/api/v1/admin/",
            "/api/v1/orgs/",
            "/api/v1/teams/",
            "/api/v1/user",
        ] {
            test.stand_in().errors().clear();
            test.stand_in().errors().plant(At::under(at), error.clone());
            let _ = test.mirror.sync_now().await;
            let _ = test.mirror.refresh_user(ben.id).await;
            test.stand_in().errors().clear();
            let now = test.user("ben");
            assert_eq!(now.teams, [test.deployers_id()], "{error:?} at {at}");
            assert!(now.enabled, "{error:?} at {at}");
            test.clock.advance(BOUND);
        }
        test.stand_in().errors().plant(At::api(), error.clone());
        let _ = test.mirror.sync_now().await;
        let problems = test.mirror.status().problems.join("\n");
        assert!(problems.contains(words), "{error:?}: {problems}");
        assert_eq!(test.mirror.status().teams, 2, "{error:?}");
        assert!(test.mirror.freshness(ben.id) >= fresh);
    }
}

#[tokio::test]
async fn an_unreadable_list_renews_no_freshness() {
    for error in [Error::Null, Error::NotFound, Error::EmptyPage, Error::Html] {
        let test = TestMirror::at_stand_in().await;
        let ben = test.user("ben");
        test.watch_deployers();
        let fresh = test.mirror.freshness(ben.id);
        test.clock.advance(BOUND * 2);
        test.stand_in()
            .errors()
            .plant(members(test.deployers), error.clone());
        let _ = test.mirror.sync_now().await;
        assert_eq!(test.mirror.freshness(ben.id), fresh, "{error:?}");
        assert_eq!(test.user("ben").teams.len(), 1, "{error:?}");
    }
}

#[tokio::test]
async fn an_organization_missing_from_one_list_stays() {
    let test = TestMirror::at_stand_in().await;
    test.clock.advance(BOUND);
    let hidden = test.stand_in().with_state(|state| {
        let id = *state.orgs.keys().next().unwrap();
        (id, state.orgs.remove(&id).unwrap())
    });
    let list = At::path("/api/v1/admin/orgs");
    let hold = test.stand_in().errors().hold_answer(list);
    let mirror = test.mirror.clone();
    let sync = tokio::spawn(async move { mirror.sync_now().await });
    hold.reached().await;
    test.stand_in()
        .with_state(|state| state.orgs.insert(hidden.0, hidden.1));
    hold.release();
    sync.await.unwrap().unwrap();
    assert_eq!(test.user("ben").teams, [test.deployers_id()]);
}

#[tokio::test]
async fn setting_the_clock_back_does_not_freeze_facts() {
    let test = TestMirror::at_any_gitea().await;
    let ben = test.user("ben");
    test.clock.set_back(Duration::from_secs(3600));
    test.gitea.remove_member(test.deployers, "ben").await;
    test.sync().await;
    test.clock.advance(Duration::from_millis(1));
    test.sync().await;
    assert_eq!(test.user("ben").teams, []);
    assert!(test.mirror.freshness(ben.id).unwrap() <= test.now());
}

#[tokio::test]
async fn setting_the_clock_back_in_an_outage_keeps_the_grace() {
    let hours = Duration::from_secs(6 * 3600);
    for full_sync in [false, true] {
        let mut test = TestMirror::at_any_gitea().await;
        test.watch_deployers();
        let ben = test.user("ben");
        test.gitea.go_away().await;
        test.clock.set_back(hours);
        if full_sync {
            assert!(test.mirror.sync_now().await.is_err());
        } else {
            test.mirror.sync_watched_teams().await;
        }
        let since = test.now();
        assert_eq!(test.user("ben").freshness, since, "{full_sync}");
        test.mirror.ensure_fresh(ben.id).await.unwrap();
        test.mirror.check_watched_teams().unwrap();
        test.clock.advance(GRACE + Duration::from_secs(1));
        let stale = Err(MirrorError::Stale { since });
        assert_eq!(test.mirror.ensure_fresh(ben.id).await, stale, "{full_sync}");
        assert_eq!(test.mirror.check_watched_teams(), stale, "{full_sync}");
    }
}

#[tokio::test]
async fn a_clock_difference_is_a_problem_with_a_remedy() {
    let test = TestMirror::at_stand_in().await;
    test.stand_in().clock().skew(-120);
    test.clock.advance(BOUND);
    test.sync().await;
    let problems = test.mirror.status().problems;
    assert!(problems[0].contains("NTP"), "{problems:?}");
    assert!(problems[0].contains("behind"), "{problems:?}");
}

#[tokio::test]
async fn a_demoted_service_identity_disables_no_user() {
    let test = TestMirror::at_stand_in().await;
    test.watch_deployers();
    let ben = test.user("ben");
    test.clock.advance(BOUND * 2);
    test.mirror.freshness(ben.id);
    // As a member it still reads the team, with false flags.
    test.gitea.add_member(test.deployers, "samovar").await;
    test.stand_in().with_state(|state| {
        let own = state
            .users
            .values_mut()
            .find(|user| user.login == "samovar");
        own.unwrap().is_admin = false;
    });
    test.mirror.sync_watched_teams().await;
    assert!(test.user("ben").enabled);
    let problems = test.mirror.status().problems.join("\n");
    assert!(problems.contains("site administrator"), "{problems}");
}

#[tokio::test]
async fn the_grace_does_not_cover_a_failed_commit() {
    let test = TestMirror::at_any_gitea().await;
    test.watch_deployers();
    let ben = test.user("ben");
    let fresh = test.mirror.freshness(ben.id);
    test.store.clone().close().await.unwrap();
    test.gitea.remove_member(test.deployers, "ben").await;
    test.clock.advance(BOUND * 2);
    let answer = test.mirror.ensure_fresh(ben.id).await;
    assert!(matches!(answer, Err(MirrorError::Store(_))), "{answer:?}");
    assert_eq!(test.mirror.freshness(ben.id), fresh);
}
