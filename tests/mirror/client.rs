//! What each kind of bad answer is called, and what the sentence tells its reader to do.

use crate::stage::{TestClock, client, world};
use crate::support::gitea::StandIn;
use crate::support::gitea::errors::{At, Error};
use crate::support::world::GiteaWorld;
use samovar::gitea::{Client, GiteaError, Kind};
use samovar::model::{Clock, Login};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

async fn ready() -> (GiteaWorld, Client, Arc<TestClock>) {
    let clock = TestClock::start();
    let gitea = world(&clock).await;
    let own = gitea.service_identity("http://127.0.0.2:9/callback").await;
    let client = client(gitea.url(), &own.token, &clock);
    (gitea, client, clock)
}

/// The same at the real Gitea that `SAMOVAR_TEST_GITEA` names, if it does.
async fn ready_anywhere() -> (GiteaWorld, Client, Arc<TestClock>) {
    let gitea = GiteaWorld::start().await;
    if gitea.stand_in().is_some() {
        return ready().await;
    }
    let clock = TestClock::start();
    let own = gitea.service_identity("http://127.0.0.2:9/callback").await;
    let client = client(gitea.url(), &own.token, &clock);
    (gitea, client, clock)
}

fn stand_in(gitea: &GiteaWorld) -> &StandIn {
    gitea.stand_in().unwrap()
}

fn login(text: &str) -> Login {
    text.parse().unwrap()
}

#[track_caller]
fn tells<T: std::fmt::Debug>(answer: Result<T, GiteaError>, kind: &Kind, words: &[&str]) {
    let error = answer.unwrap_err();
    let sentence = error.to_string();
    assert_eq!(&error.kind, kind, "{sentence}");
    for word in words {
        assert!(sentence.contains(word), "`{word}` is not in: {sentence}");
    }
    assert!(!sentence.ends_with('.'), "{sentence}");
}

#[tokio::test]
async fn lists_are_read_whole_over_several_pages() {
    let (gitea, client, _) = ready_anywhere().await;
    for n in 0..120 {
        gitea.user(&format!("filler{n}")).await;
    }
    // root, samovar and the fillers
    assert_eq!(client.users().await.unwrap().value.len(), 122);
}

#[tokio::test]
async fn a_list_of_exactly_one_full_page_ends() {
    let (gitea, client, _) = ready_anywhere().await;
    for n in 0..48 {
        gitea.user(&format!("filler{n}")).await;
    }
    assert_eq!(client.users().await.unwrap().value.len(), 50);
}

#[tokio::test]
async fn an_empty_page_in_the_middle_is_no_end() {
    let (gitea, client, _) = ready().await;
    for n in 0..120 {
        gitea.user(&format!("filler{n}")).await;
    }
    let second = At::path("/api/v1/admin/users").query("page", "2");
    stand_in(&gitea).errors().plant(second, Error::EmptyPage);
    let words = ["do not add up", "a total of 122, but 50 entries"];
    tells(client.users().await, &Kind::Unsteady, &words);
}

#[tokio::test]
async fn a_page_that_is_empty_once_is_read_again() {
    let (gitea, client, _) = ready().await;
    let list = At::path("/api/v1/admin/users");
    stand_in(&gitea)
        .errors()
        .plant_times(list, Error::EmptyPage, 1);
    assert_eq!(client.users().await.unwrap().value.len(), 2);
}

#[tokio::test]
async fn null_where_a_list_is_owed_is_not_empty() {
    let (gitea, client, _) = ready().await;
    stand_in(&gitea).errors().plant(At::api(), Error::Null);
    let words = ["`null` where a list is owed", "nothing known was changed"];
    tells(client.users().await, &Kind::Garbage, &words);
}

#[tokio::test]
async fn an_expired_token_is_told_with_the_setting_and_the_scopes() {
    let (gitea, _, clock) = ready_anywhere().await;
    let client = client(gitea.url(), &"0".repeat(40), &clock);
    let words = ["SAMOVAR_GITEA_TOKEN", "read:admin", "401"];
    tells(client.users().await, &Kind::TokenBroken, &words);
    tells(client.version().await, &Kind::TokenBroken, &words);
}

#[tokio::test]
async fn a_missing_scope_is_told_with_gitea_s_own_words() {
    let (gitea, _, clock) = ready_anywhere().await;
    let token = gitea.token("root", "narrow", &["read:user"]).await;
    let client = client(gitea.url(), &token, &clock);
    let words = ["403", "required=[read:admin]", "`read:organization`"];
    tells(client.users().await, &Kind::Forbidden, &words);
}

#[tokio::test]
async fn a_service_identity_that_is_no_site_administrator_is_told_so() {
    let (gitea, _, clock) = ready_anywhere().await;
    gitea.user("ben").await;
    let token = gitea.token("ben", "full", &["all"]).await;
    let client = client(gitea.url(), &token, &clock);
    let words = ["403", "site administrator"];
    tells(client.users().await, &Kind::Forbidden, &words);
    tells(
        client.user_teams(&login("root")).await,
        &Kind::Forbidden,
        &words,
    );
}

#[tokio::test]
async fn an_unreachable_gitea_is_told_with_its_address() {
    let (mut gitea, client, _) = ready_anywhere().await;
    gitea.go_away().await;
    let url = gitea.url().to_owned();
    let words = [url.as_str(), "does not answer", "`gitea.url`", "refused"];
    tells(client.users().await, &Kind::Away, &words);
    gitea.come_back().await;
    assert!(client.users().await.is_ok());
}

#[tokio::test]
async fn a_page_with_200_is_no_answer() {
    let (gitea, client, _) = ready().await;
    stand_in(&gitea).errors().plant(At::api(), Error::Html);
    let words = ["not Gitea's API", "text/html", "sub-path"];
    tells(client.users().await, &Kind::NotGitea, &words);
}

#[tokio::test]
async fn json_that_is_cut_short_is_no_answer() {
    let (gitea, client, _) = ready().await;
    stand_in(&gitea).errors().plant(At::api(), Error::Garbage);
    tells(client.users().await, &Kind::Garbage, &["cannot be read"]);
}

#[tokio::test]
async fn a_wrong_sub_path_is_told_apart_from_an_empty_gitea() {
    let (gitea, _, clock) = ready_anywhere().await;
    let url = format!("{}/git", gitea.url());
    let client = client(&url, &"0".repeat(40), &clock);
    let error = client.users().await.unwrap_err();
    assert!(error.to_string().contains("/git"), "{error}");
}

#[tokio::test]
async fn a_passing_failure_is_tried_again_and_a_lasting_one_is_told() {
    let (gitea, client, _) = ready().await;
    let errors = stand_in(&gitea).errors();
    errors.plant_times(At::api(), Error::Status(502), 2);
    assert!(client.users().await.is_ok());
    errors.plant_times(At::api(), Error::TooManyRequests { retry_after: 0 }, 2);
    assert!(client.users().await.is_ok());
    errors.plant(At::api(), Error::Status(503));
    tells(
        client.users().await,
        &Kind::Away,
        &["503", "does not answer"],
    );
    errors.clear();
    errors.plant(At::api(), Error::TooManyRequests { retry_after: 60 });
    let words = ["asked too often", "429"];
    tells(client.users().await, &Kind::Busy, &words);
    stand_in(&gitea).log().take();
    let _ = client.users().await;
    let tries = stand_in(&gitea).log().take().len();
    assert_eq!(tries, 1, "nobody waits a minute inside one read");
}

#[tokio::test]
async fn what_only_the_operator_can_mend_is_not_tried_again() {
    let (gitea, client, _) = ready().await;
    stand_in(&gitea).log().take();
    stand_in(&gitea)
        .errors()
        .plant(At::api(), Error::TokenBroken);
    assert!(client.users().await.is_err());
    assert_eq!(stand_in(&gitea).log().take().len(), 1);
}

#[tokio::test]
async fn an_old_name_is_a_rename_and_is_not_followed() {
    let (gitea, client, _) = ready_anywhere().await;
    gitea.user("ben").await;
    gitea.organization("acme", "root").await;
    let acme = client.organization(&login("acme")).await.unwrap().value;
    gitea.rename_user("ben", "benny").await;
    gitea.rename_organization("acme", "acme2").await;
    let error = client.user(&login("ben")).await.unwrap_err();
    assert_eq!(error.renamed_user(), Some(login("benny")));
    let to = "/api/v1/orgs/acme2/teams".to_owned();
    let words = ["by another name", "acme2"];
    tells(
        client.organization_teams(&acme).await,
        &Kind::Renamed(to),
        &words,
    );
}

#[tokio::test]
async fn an_old_name_of_a_repository_leads_to_it() {
    let (gitea, client, _) = ready_anywhere().await;
    gitea.organization("acme", "root").await;
    let id = gitea.repository("acme", "api", true).await;
    gitea.rename_organization("acme", "acme2").await;
    let (root, acme, api) = (login("root"), login("acme"), "api".parse().unwrap());
    let access = client.repository_as(&root, &acme, &api).await.unwrap();
    assert_eq!((access.id.get(), access.admin), (id, true));
}

#[tokio::test]
async fn what_somebody_may_do_in_a_repository_is_asked_as_that_user() {
    let (gitea, client, _) = ready_anywhere().await;
    for user in ["ben", "eli"] {
        gitea.user(user).await;
    }
    gitea.organization("acme", "root").await;
    gitea.repository("acme", "api", true).await;
    let team = gitea
        .team("acme", "Deployers", &[("repo.code", "write")])
        .await;
    gitea.add_repository(team, "acme", "api").await;
    gitea.add_member(team, "ben").await;
    let (acme, api) = (login("acme"), "api".parse().unwrap());
    let ben = client
        .repository_as(&login("ben"), &acme, &api)
        .await
        .unwrap();
    assert_eq!((ben.pull, ben.push, ben.admin), (true, true, false));
    let eli = client.repository_as(&login("eli"), &acme, &api).await;
    tells(eli, &Kind::Missing, &["404"]);
}

#[tokio::test]
async fn gitea_s_clock_is_compared_with_ours() {
    let (gitea, client, _) = ready().await;
    client.version().await.unwrap();
    assert!(client.skew_millis().abs() <= 1000);
    stand_in(&gitea).clock().skew(300);
    client.version().await.unwrap();
    assert!((299_000..=301_000).contains(&client.skew_millis()));
}

#[tokio::test]
async fn an_answer_bears_the_instant_before_its_question() {
    let (gitea, client, clock) = ready().await;
    let hold = stand_in(&gitea)
        .errors()
        .hold_answer(At::path("/api/v1/user"));
    let before = clock.now();
    let asking = tokio::spawn(async move { client.me().await });
    hold.reached().await;
    clock.turn(Duration::from_secs(60));
    hold.release();
    assert_eq!(asking.await.unwrap().unwrap().asked_at, before);
}

#[tokio::test]
async fn a_pre_release_is_a_warning_and_no_denial() {
    let (gitea, client, _) = ready().await;
    assert_eq!(client.version().await.unwrap().warning, None);
    stand_in(&gitea).configure(|settings| settings.version = "1.27.0+rc0".to_owned());
    assert!(client.version().await.unwrap().warning.is_some());
}

#[tokio::test]
async fn accounts_and_teams_are_read_as_gitea_has_them() {
    let (gitea, client, _) = ready_anywhere().await;
    let ben = gitea.user("ben").await;
    gitea.organization("acme", "ben").await;
    let id = ben.try_into().unwrap();
    let found = client.user_by_id(id).await.unwrap().value;
    assert_eq!(found.unwrap().login, login("ben"));
    let nobody = client.user_by_id(9999.try_into().unwrap()).await.unwrap();
    assert_eq!(nobody.value, None);
    let teams = client.user_teams(&login("ben")).await.unwrap().value;
    let (team, organization) = &teams[0];
    assert_eq!((teams.len(), team.owners), (1, true));
    assert_eq!(team.organization, organization.id);
    let me = client.me().await.unwrap().value;
    assert!(me.is_admin && me.enabled());
}

#[tokio::test]
async fn whoever_must_change_the_password_can_be_asked_for_all_the_same() {
    let (gitea, client, _) = ready_anywhere().await;
    let body = serde_json::json!({
        "username": "mia", "email": "mia@acme.test", "password": "mia-password-1", "must_change_password": true,
    });
    let made = gitea
        .api(reqwest::Method::POST, "/admin/users", Some(body))
        .await;
    assert_eq!(made.0, 201);
    let teams = client.user_teams(&login("mia")).await;
    assert_eq!(teams.unwrap().value, []);
}

/// Something at an address that answers every request with these bytes.
async fn answering(bytes: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(&bytes).await;
        }
    });
    url
}

#[tokio::test]
async fn a_redirect_to_another_server_is_not_followed_and_told() {
    let head =
        "HTTP/1.1 301 Moved\r\nlocation: https://git.example.com/\r\ncontent-length: 0\r\n\r\n";
    let url = answering(head.into()).await;
    let client = client(&url, "t", &TestClock::start());
    let words = ["redirect to https://git.example.com", "`gitea.url`"];
    tells(client.users().await, &Kind::Elsewhere, &words);
}

#[tokio::test]
async fn an_answer_without_end_is_cut() {
    let head =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99999999\r\n\r\n";
    let mut bytes = head.as_bytes().to_vec();
    bytes.resize(9 << 20, b' ');
    let client = client(&answering(bytes).await, "t", &TestClock::start());
    tells(client.users().await, &Kind::Garbage, &["more than 8 MiB"]);
}

#[tokio::test]
async fn what_speaks_no_http_is_away() {
    let url = answering(b"220 mail.example.com ESMTP\r\n".to_vec()).await;
    let client = client(&url, "t", &TestClock::start());
    tells(client.users().await, &Kind::Away, &["does not answer"]);
}
