//! The Gitea client: the kind of each bad answer, and the message that says what to do.

use crate::mirror::test_mirror::{TestClock, client, stand_in_at};
use crate::support::gitea::StandIn;
use crate::support::gitea::errors::{At, Error};
use crate::support::world::GiteaWorld;
use samovar::gitea::{GiteaClient, GiteaError, GiteaErrorKind};
use samovar::model::{Clock, Login};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

async fn at_stand_in() -> (GiteaWorld, GiteaClient, Arc<TestClock>) {
    let clock = TestClock::start();
    let gitea = stand_in_at(&clock).await;
    let own = gitea.service_identity("http://127.0.0.2:9/callback").await;
    let client = client(gitea.url(), &own.token, &clock);
    (gitea, client, clock)
}

/// At the real Gitea that `SAMOVAR_TEST_GITEA` names, otherwise at the stand-in.
async fn at_any_gitea() -> (GiteaWorld, GiteaClient, Arc<TestClock>) {
    let gitea = GiteaWorld::start().await;
    if gitea.stand_in().is_some() {
        return at_stand_in().await;
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
fn assert_error<T: std::fmt::Debug>(
    answer: Result<T, GiteaError>,
    kind: &GiteaErrorKind,
    words: &[&str],
) {
    let error = answer.unwrap_err();
    let message = error.to_string();
    assert_eq!(&error.kind, kind, "{message}");
    for word in words {
        assert!(message.contains(word), "`{word}` is not in: {message}");
    }
    assert!(!message.ends_with('.'), "{message}");
}

#[tokio::test]
async fn lists_are_read_whole_over_several_pages() {
    let (gitea, client, _) = at_any_gitea().await;
    for n in 0..120 {
        gitea.user(&format!("filler{n}")).await;
    }
    // With root and samovar.
    assert_eq!(client.users().await.unwrap().value.len(), 122);
}

#[tokio::test]
async fn a_list_of_exactly_one_full_page_ends() {
    let (gitea, client, _) = at_any_gitea().await;
    for n in 0..48 {
        gitea.user(&format!("filler{n}")).await;
    }
    assert_eq!(client.users().await.unwrap().value.len(), 50);
}

#[tokio::test]
async fn an_empty_page_in_the_middle_is_inconsistent() {
    let (gitea, client, _) = at_stand_in().await;
    for n in 0..120 {
        gitea.user(&format!("filler{n}")).await;
    }
    let second = At::path("/api/v1/admin/users").query("page", "2");
    stand_in(&gitea).errors().plant(second, Error::EmptyPage);
    let words = ["inconsistent pages", "a total of 122, but 50 items"];
    assert_error(
        client.users().await,
        &GiteaErrorKind::InconsistentPages,
        &words,
    );
}

#[tokio::test]
async fn a_page_that_is_empty_once_is_read_again() {
    let (gitea, client, _) = at_stand_in().await;
    let list = At::path("/api/v1/admin/users");
    stand_in(&gitea)
        .errors()
        .plant_times(list, Error::EmptyPage, 1);
    assert_eq!(client.users().await.unwrap().value.len(), 2);
}

#[tokio::test]
async fn null_instead_of_a_list_is_unreadable() {
    let (gitea, client, _) = at_stand_in().await;
    stand_in(&gitea).errors().plant(At::api(), Error::Null);
    let words = ["`null` instead of a list", "mirrored data is unchanged"];
    assert_error(client.users().await, &GiteaErrorKind::Unreadable, &words);
}

#[tokio::test]
async fn an_invalid_token_names_the_setting_and_the_scopes() {
    let (gitea, _, clock) = at_any_gitea().await;
    let client = client(gitea.url(), &"0".repeat(40), &clock);
    let words = ["SAMOVAR_GITEA_TOKEN", "read:admin", "401"];
    assert_error(client.users().await, &GiteaErrorKind::TokenRejected, &words);
    assert_error(
        client.version().await,
        &GiteaErrorKind::TokenRejected,
        &words,
    );
}

#[tokio::test]
async fn a_missing_scope_has_the_message_of_gitea() {
    let (gitea, _, clock) = at_any_gitea().await;
    let token = gitea.token("root", "narrow", &["read:user"]).await;
    let client = client(gitea.url(), &token, &clock);
    let words = ["403", "required=[read:admin]", "`read:organization`"];
    assert_error(client.users().await, &GiteaErrorKind::Forbidden, &words);
}

#[tokio::test]
async fn a_service_identity_must_be_a_site_administrator() {
    let (gitea, _, clock) = at_any_gitea().await;
    gitea.user("ben").await;
    let token = gitea.token("ben", "full", &["all"]).await;
    let client = client(gitea.url(), &token, &clock);
    let words = ["403", "site administrator"];
    assert_error(client.users().await, &GiteaErrorKind::Forbidden, &words);
    assert_error(
        client.user_teams(&login("root")).await,
        &GiteaErrorKind::Forbidden,
        &words,
    );
}

#[tokio::test]
async fn an_unreachable_gitea_is_named_with_its_address() {
    let (mut gitea, client, _) = at_any_gitea().await;
    gitea.go_away().await;
    let url = gitea.url().to_owned();
    let words = [url.as_str(), "does not answer", "`gitea.url`", "refused"];
    assert_error(client.users().await, &GiteaErrorKind::Unavailable, &words);
    gitea.come_back().await;
    assert!(client.users().await.is_ok());
}

#[tokio::test]
async fn a_web_page_with_status_200_is_not_gitea() {
    let (gitea, client, _) = at_stand_in().await;
    stand_in(&gitea).errors().plant(At::api(), Error::Html);
    let words = ["not Gitea's API", "text/html", "sub-path"];
    assert_error(client.users().await, &GiteaErrorKind::NotGitea, &words);
}

#[tokio::test]
async fn truncated_json_is_unreadable() {
    let (gitea, client, _) = at_stand_in().await;
    stand_in(&gitea).errors().plant(At::api(), Error::Garbage);
    assert_error(
        client.users().await,
        &GiteaErrorKind::Unreadable,
        &["cannot be read"],
    );
}

#[tokio::test]
async fn a_wrong_sub_path_is_an_error_and_not_an_empty_list() {
    let (gitea, _, clock) = at_any_gitea().await;
    let url = format!("{}/git", gitea.url());
    let client = client(&url, &"0".repeat(40), &clock);
    let error = client.users().await.unwrap_err();
    assert!(error.to_string().contains("/git"), "{error}");
}

#[tokio::test]
async fn a_transient_failure_is_retried_three_times() {
    let (gitea, client, _) = at_stand_in().await;
    let errors = stand_in(&gitea).errors();
    errors.plant_times(At::api(), Error::Status(502), 2);
    assert!(client.users().await.is_ok());
    errors.plant_times(At::api(), Error::TooManyRequests { retry_after: 0 }, 2);
    assert!(client.users().await.is_ok());
    errors.plant(At::api(), Error::Status(503));
    assert_error(
        client.users().await,
        &GiteaErrorKind::Unavailable,
        &["503", "does not answer"],
    );
    errors.clear();
    errors.plant(At::api(), Error::TooManyRequests { retry_after: 60 });
    let words = ["limits the rate", "429"];
    assert_error(client.users().await, &GiteaErrorKind::RateLimited, &words);
    stand_in(&gitea).log().take();
    let _ = client.users().await;
    let tries = stand_in(&gitea).log().take().len();
    assert_eq!(tries, 1, "one read does not wait for a minute");
}

#[tokio::test]
async fn a_rejected_token_is_not_retried() {
    let (gitea, client, _) = at_stand_in().await;
    stand_in(&gitea).log().take();
    stand_in(&gitea)
        .errors()
        .plant(At::api(), Error::TokenInvalid);
    assert!(client.users().await.is_err());
    assert_eq!(stand_in(&gitea).log().take().len(), 1);
}

#[tokio::test]
async fn an_old_name_is_a_rename_error() {
    let (gitea, client, _) = at_any_gitea().await;
    gitea.user("ben").await;
    gitea.organization("acme", "root").await;
    let acme = client.organization(&login("acme")).await.unwrap().value;
    gitea.rename_user("ben", "benny").await;
    gitea.rename_organization("acme", "acme2").await;
    let error = client.user(&login("ben")).await.unwrap_err();
    assert_eq!(error.renamed_user(), Some(login("benny")));
    let to = "/api/v1/orgs/acme2/teams".to_owned();
    let words = ["has renamed", "acme2"];
    assert_error(
        client.organization_teams(&acme).await,
        &GiteaErrorKind::Renamed(to),
        &words,
    );
}

#[tokio::test]
async fn an_old_name_of_a_repository_leads_to_it() {
    let (gitea, client, _) = at_any_gitea().await;
    gitea.organization("acme", "root").await;
    let id = gitea.repository("acme", "api", true).await;
    gitea.rename_organization("acme", "acme2").await;
    let (root, acme, api) = (login("root"), login("acme"), "api".parse().unwrap());
    let access = client.repository_as(&root, &acme, &api).await.unwrap();
    assert_eq!((access.id.get(), access.admin), (id, true));
}

#[tokio::test]
async fn repository_access_is_that_of_the_user() {
    let (gitea, client, _) = at_any_gitea().await;
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
    assert_error(eli, &GiteaErrorKind::NotFound, &["404"]);
}

#[tokio::test]
async fn the_clock_difference_to_gitea_is_measured() {
    let (gitea, client, _) = at_stand_in().await;
    client.version().await.unwrap();
    assert!(client.skew_millis().abs() <= 1000);
    stand_in(&gitea).clock().skew(300);
    client.version().await.unwrap();
    assert!((299_000..=301_000).contains(&client.skew_millis()));
}

#[tokio::test]
async fn an_answer_has_the_instant_before_its_request() {
    let (gitea, client, clock) = at_stand_in().await;
    let hold = stand_in(&gitea)
        .errors()
        .hold_answer(At::path("/api/v1/user"));
    let before = clock.now();
    let request = tokio::spawn(async move { client.me().await });
    hold.reached().await;
    clock.advance(Duration::from_secs(60));
    hold.release();
    assert_eq!(request.await.unwrap().unwrap().asked_at, before);
}

#[tokio::test]
async fn a_pre_release_is_only_a_warning() {
    let (gitea, client, _) = at_stand_in().await;
    assert_eq!(client.version().await.unwrap().warning, None);
    stand_in(&gitea).configure(|settings| settings.version = "1.27.0+rc0".to_owned());
    assert!(client.version().await.unwrap().warning.is_some());
}

#[tokio::test]
async fn accounts_and_teams_equal_those_of_gitea() {
    let (gitea, client, _) = at_any_gitea().await;
    let ben = gitea.user("ben").await;
    gitea.organization("acme", "ben").await;
    let id = ben.try_into().unwrap();
    let found = client.user_by_id(id).await.unwrap().value;
    assert_eq!(found.unwrap().login, login("ben"));
    let absent = client.user_by_id(9999.try_into().unwrap()).await.unwrap();
    assert_eq!(absent.value, None);
    let teams = client.user_teams(&login("ben")).await.unwrap().value;
    let (team, organization) = &teams[0];
    assert_eq!((teams.len(), team.owners), (1, true));
    assert_eq!(team.organization, organization.id);
    let me = client.me().await.unwrap().value;
    assert!(me.is_admin && me.enabled());
}

#[tokio::test]
async fn teams_of_a_user_who_must_change_the_password_are_read() {
    let (gitea, client, _) = at_any_gitea().await;
    let body = serde_json::json!({
        "username": "mia", "email": "mia@acme.test", "password": "mia-password-1", "must_change_password": true,
    });
    let created = gitea
        .api(reqwest::Method::POST, "/admin/users", Some(body))
        .await;
    assert_eq!(created.0, 201);
    let teams = client.user_teams(&login("mia")).await;
    assert_eq!(teams.unwrap().value, []);
}

/// The address of a server that answers every request with these bytes.
async fn server_with(bytes: Vec<u8>) -> String {
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
async fn a_redirect_to_another_server_is_an_error() {
    let head =
        "HTTP/1.1 301 Moved\r\nlocation: https://git.example.com/\r\ncontent-length: 0\r\n\r\n";
    let url = server_with(head.into()).await;
    let client = client(&url, "t", &TestClock::start());
    let words = ["redirect to https://git.example.com", "`gitea.url`"];
    assert_error(
        client.users().await,
        &GiteaErrorKind::ForeignRedirect,
        &words,
    );
}

#[tokio::test]
async fn an_oversized_answer_is_unreadable() {
    let head =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99999999\r\n\r\n";
    let mut bytes = head.as_bytes().to_vec();
    bytes.resize(9 << 20, b' ');
    let client = client(&server_with(bytes).await, "t", &TestClock::start());
    assert_error(
        client.users().await,
        &GiteaErrorKind::Unreadable,
        &["more than 8 MiB"],
    );
}

#[tokio::test]
async fn a_server_without_http_is_unavailable() {
    let url = server_with(b"220 mail.example.com ESMTP\r\n".to_vec()).await;
    let client = client(&url, "t", &TestClock::start());
    assert_error(
        client.users().await,
        &GiteaErrorKind::Unavailable,
        &["does not answer"],
    );
}
