//! Which user a person is who signs in at another provider: a Gitea account when Gitea says so, otherwise a person of that
//! provider, whatever they are called.

use crate::sign_in::several::{sign_in, stage};
use crate::sign_in::stage::Stage;
use crate::support::browser::Browser;
use crate::support::gitea::log::Seen;
use reqwest::Method;
use samovar::audit::Action;
use samovar::model::{DirectoryUser, Principal};
use serde_json::json;
use std::sync::Arc;

/// The person of the youngest session.
fn person(stage: &Stage) -> Arc<DirectoryUser> {
    let session = stage.sessions.list().into_iter().next().unwrap();
    let Principal::User(id) = session.principal else {
        panic!("{session:?}")
    };
    Arc::clone(stage.mirror.directory().user(id).unwrap())
}

/// Gitea's account of this login comes from an authentication source, where it has this name.
async fn link(stage: &Stage, login: &str, source: i64, name: &str) {
    let body = json!({"login_name": name, "source_id": source});
    let path = format!("/admin/users/{login}");
    let (status, answer) = stage.gitea.api(Method::PATCH, &path, Some(body)).await;
    assert_eq!(status, 200, "{answer}");
}

#[tokio::test]
async fn a_person_whom_gitea_does_not_know_is_the_providers_alone_whatever_they_are_called() {
    let (stage, providers) = stage(&["okta", "keycloak"], |_| {}).await;
    // The same login and address as Gitea's ben.
    providers[0].person("00u1", "ben", &["Deployers", "acme/Owners"]);
    assert_eq!(
        sign_in(&stage, &mut Browser::new(), "okta").await.status,
        303
    );
    let ben = person(&stage);
    assert_eq!(
        (ben.gitea(), ben.enabled, ben.site_administrator),
        (None, true, false)
    );
    assert!(ben.teams.is_empty() && ben.organizations.is_empty() && ben.owner_of.is_empty());
    let external = ben.external().unwrap();
    let groups: Vec<_> = external
        .groups
        .iter()
        .map(|(_, name)| name.as_str())
        .collect();
    assert_eq!(
        (external.provider.as_str(), groups),
        ("okta", vec!["Deployers", "acme/Owners"])
    );
    // The same subject and login at a third provider: another person.
    providers[1].person("00u1", "ben", &[]);
    assert_eq!(
        sign_in(&stage, &mut Browser::new(), "keycloak")
            .await
            .status,
        303
    );
    assert_ne!(person(&stage).id, ben.id);
    // And the first again: the same person, with what the provider says now.
    providers[0].person("00u1", "ben2", &["Readers"]);
    assert_eq!(
        sign_in(&stage, &mut Browser::new(), "okta").await.status,
        303
    );
    let again = person(&stage);
    assert_eq!((again.id, again.login.as_str()), (ben.id, "ben2"));
    assert_eq!(again.groups().len(), 1);
    let told: Vec<_> = stage
        .events(Action::DirectoryUpdate)
        .iter()
        .filter(|event| event.event.object.id.as_str() == "okta")
        .flat_map(|event| {
            event
                .event
                .reasons
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        })
        .collect();
    let now = format!("user {} is now in group `Readers` of okta", ben.id);
    assert!(told.contains(&now), "{told:?}");
    assert!(
        told.iter()
            .any(|text| text.contains("no longer seen in group `acme/Owners`"))
    );
}

#[tokio::test]
async fn an_address_is_told_only_when_the_provider_says_by_json_s_true_that_it_is_verified() {
    let (stage, providers) = stage(&["okta"], |_| {}).await;
    providers[0].person("00u1", "ana", &[]);
    for (verified, told) in [
        (Some(json!(true)), "ana@acme.example"),
        (None, ""),
        (Some(json!(false)), ""),
        (Some(json!("true")), ""),
        (Some(json!("false")), ""),
        (Some(json!(null)), ""),
    ] {
        providers[0].configure(|shape| shape.email_verified = verified.clone());
        let page = sign_in(&stage, &mut Browser::new(), "okta").await;
        assert_eq!(page.status, 303, "{verified:?} {}", page.body);
        assert_eq!(person(&stage).email.as_str(), told, "{verified:?}");
    }
}

#[tokio::test]
async fn who_is_who_outlives_a_restart() {
    let (stage, providers) = stage(&["okta", "keycloak"], |_| {}).await;
    providers[0].person("00u1", "ana", &["Readers"]);
    sign_in(&stage, &mut Browser::new(), "okta").await;
    let users = stage.store.load().unwrap().users;
    let kept = users.iter().find(|user| user.gitea.is_none()).unwrap();
    assert_eq!(kept.id, person(&stage).id);
    assert_eq!(kept.identities[0].subject.as_str(), "00u1");
    assert_eq!(kept.claims.as_ref().unwrap().groups.len(), 1);
    let sessions = stage.store.load().unwrap().sessions;
    assert_eq!(
        sessions[0]
            .provider_session
            .as_ref()
            .unwrap()
            .subject
            .as_str(),
        "00u1"
    );
}

#[tokio::test]
async fn source_and_external_name_make_a_gitea_account_and_nothing_less_does() {
    let (stage, providers) = stage(&["okta"], |settings| settings.gitea_source = Some(7)).await;
    let okta = &providers[0];
    okta.person("00u-ben", "other", &["Deployers"]);
    for (source, name) in [
        (0, "00u-ben"),
        (8, "00u-ben"),
        (7, "00u-be"),
        (7, "00U-BEN"),
        (7, "ben"),
    ] {
        link(&stage, "ben", source, name).await;
        assert_eq!(
            sign_in(&stage, &mut Browser::new(), "okta").await.status,
            303
        );
        assert_eq!(person(&stage).gitea(), None, "{source} {name}");
    }
    link(&stage, "ben", 7, "00u-ben").await;
    let page = sign_in(&stage, &mut Browser::new(), "okta").await;
    assert_eq!(page.status, 303, "{}", page.body);
    let ben = person(&stage);
    assert!(
        ben.gitea().is_some() && ben.login.as_str() == "ben",
        "{ben:?}"
    );
    assert!(ben.groups().is_empty(), "Gitea's teams count, and no claim");
    // Another person of that provider stays the provider's alone.
    okta.person("00u-eli", "ben", &[]);
    sign_in(&stage, &mut Browser::new(), "okta").await;
    assert_eq!(person(&stage).gitea(), None);
}

#[tokio::test]
async fn gitea_is_asked_for_that_one_account_however_many_it_has() {
    let (stage, providers) = stage(&["okta"], |settings| settings.gitea_source = Some(7)).await;
    link(&stage, "ben", 7, "00u-ben").await;
    providers[0].person("00u-ben", "ben", &[]);
    // A real Gitea keeps no log.
    let Some(gitea) = stage.gitea.stand_in() else {
        return;
    };
    gitea.log().take();
    sign_in(&stage, &mut Browser::new(), "okta").await;
    let seen = gitea.log().take();
    let asked: Vec<_> = seen
        .iter()
        .filter(|one| one.path.ends_with("/admin/users"))
        .collect();
    let named = [("source_id", "7"), ("login_name", "00u-ben")];
    let named = named.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let of_one = |one: &Seen| named.iter().all(|pair| one.query.contains(pair));
    assert!(asked.into_iter().any(of_one), "{seen:?}");
}

#[tokio::test]
async fn a_provider_that_is_no_source_of_gitea_makes_no_gitea_account() {
    let (stage, providers) = stage(&["okta"], |_| {}).await;
    link(&stage, "ben", 7, "00u-ben").await;
    providers[0].person("00u-ben", "ben", &[]);
    sign_in(&stage, &mut Browser::new(), "okta").await;
    assert_eq!(person(&stage).gitea(), None);
}

#[tokio::test]
async fn a_disabled_gitea_account_is_not_let_in_by_another_provider() {
    let (stage, providers) = stage(&["okta"], |settings| settings.gitea_source = Some(7)).await;
    link(&stage, "ben", 7, "00u-ben").await;
    providers[0].person("00u-ben", "ben", &[]);
    stage.gitea.disable_user("ben").await;
    link(&stage, "ben", 7, "00u-ben").await;
    let page = sign_in(&stage, &mut Browser::new(), "okta").await;
    assert_eq!(page.status, 403, "{}", page.body);
    assert!(stage.sessions.list().is_empty());
}

#[tokio::test]
async fn while_gitea_is_away_nobody_is_taken_for_the_providers_alone_who_may_be_gitea_s() {
    let (mut stage, providers) = stage(&["okta"], |settings| settings.gitea_source = Some(7)).await;
    providers[0].person("00u-ben", "ben", &[]);
    let mut browser = Browser::new();
    stage.gitea.go_away().await;
    let page = sign_in(&stage, &mut browser, "okta").await;
    assert_eq!(page.status, 503, "{}", page.body);
    assert!(stage.sessions.list().is_empty());
}
