//! Several providers: the person chooses, and no answer of one is taken for another's (RFC 9207).

use crate::sign_in::stage::{Stage, TestClock};
use crate::support::browser::{Browser, Page, form};
use crate::support::openid::{CLIENT, Named, Openid, PATH, SECRET};
use samovar::audit::Action;
use samovar::model::{Clock as _, DisplayText, GroupsSource};
use samovar::oidc::{self, GroupsClaim};
use std::sync::Arc;

/// A stand-in provider in the time of a test.
pub async fn openid(clock: &Arc<TestClock>) -> Openid {
    let clock = Arc::clone(clock);
    Openid::start(Arc::new(move || clock.now().seconds())).await
}

/// Settings of a provider as Samovar has them.
pub fn settings(id: &str, issuer: &str, own: &str) -> oidc::Settings {
    oidc::Settings {
        id: id.parse().unwrap(),
        name: DisplayText::lossy(&format!("The {id}")),
        url: issuer.parse().unwrap(),
        internal_url: None,
        issuer: Some(issuer.to_owned()),
        issuer_keys: format!("`issuer` of provider `{id}`"),
        client_id: CLIENT.to_owned(),
        client_secret: SECRET.into(),
        redirect_uri: format!("{own}/auth/callback/{id}").parse().unwrap(),
        scopes: ["profile", "email", "groups"].map(str::to_owned).to_vec(),
        groups: Some(GroupsClaim {
            claim: "groups".to_owned(),
            from: GroupsSource::TokenOrUserinfo,
            cap: Some(100),
        }),
        gitea_source: None,
    }
}

/// A stage with providers of these ids, each bent.
pub async fn stage(ids: &[&str], bend: impl Fn(&mut oidc::Settings)) -> (Stage, Vec<Openid>) {
    let clock = TestClock::now_of_the_machine();
    let mut providers = Vec::new();
    for _ in ids {
        providers.push(openid(&clock).await);
    }
    let both: Vec<_> = ids
        .iter()
        .zip(&providers)
        .map(|(id, provider)| ((*id).to_owned(), provider.issuer()))
        .collect();
    let stage = Stage::in_time(clock, |own| {
        let settings = both.iter().map(|(id, issuer)| {
            let mut settings = settings(id, issuer, own);
            bend(&mut settings);
            settings
        });
        settings.collect()
    });
    (stage.await, providers)
}

/// On the way to a provider: its authorize address.
pub async fn begin(stage: &Stage, browser: &mut Browser, id: &str, return_to: &str) -> String {
    let query = form(&[("return_to", return_to), ("provider", id)]);
    let page = browser
        .get(&format!("{}/auth/sign-in?{query}", stage.own))
        .await;
    assert_eq!(page.status, 303, "{}", page.body);
    page.location.unwrap().to_string()
}

/// The whole way, up to the answer of the callback.
///
/// A moment later than what was before: facts of the same moment cannot be told apart.
pub async fn sign_in(stage: &Stage, browser: &mut Browser, id: &str) -> Page {
    stage.clock.turn(1);
    let to = begin(stage, browser, id, "/").await;
    let back = browser.get(&to).await.location.unwrap();
    browser.get(back.as_str()).await
}

#[tokio::test]
async fn with_several_providers_the_person_chooses_and_comes_back_to_where_they_wanted_to_be() {
    let (stage, providers) = stage(&["okta", "keycloak"], |_| {}).await;
    providers[0].person("00u1", "ana", &[]);
    let mut browser = Browser::new();
    let wanted = format!("{}/x?y=%20&z=1", stage.app);
    let query = form(&[("rd", &wanted)]);
    let page = browser
        .get(&format!("{}/.samovar/sign-in?{query}", stage.app))
        .await;
    let page = browser.follow(page).await;
    assert_eq!(page.status, 200, "{}", page.body);
    for name in ["Gitea", "The okta", "The keycloak"] {
        let button = format!(">Sign in with {name}</a>");
        assert!(page.body.contains(&button), "{name}: {}", page.body);
    }
    let link = page
        .body
        .split("href=\"")
        .find(|rest| rest.contains("provider=okta"));
    let path = link
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .replace("&amp;", "&");
    let page = browser.get(&format!("{}{path}", stage.own)).await;
    let mut page = page;
    while let Some(to) = page.location.clone() {
        if to.as_str() == wanted {
            assert!(
                stage.sessions.list().len() == 2,
                "Samovar's and the application's"
            );
            return;
        }
        page = browser.get(to.as_str()).await;
    }
    panic!("{:#?}", browser.steps);
}

#[tokio::test]
async fn a_provider_that_is_not_configured_cannot_be_chosen() {
    let (stage, _providers) = stage(&["okta"], |_| {}).await;
    for id in ["unknown", "", "../gitea"] {
        let query = form(&[("provider", id)]);
        let page = Browser::new()
            .get(&format!("{}/auth/sign-in?{query}", stage.own))
            .await;
        assert_eq!(page.status, 400, "{id}: {}", page.body);
        assert!(page.body.contains(">Try again</a>"), "{}", page.body);
    }
}

/// A code of one provider brought to the callback of another is never sent to that other's token endpoint.
#[tokio::test]
async fn an_answer_of_one_provider_is_never_taken_for_anothers() {
    let (stage, providers) = stage(&["okta", "evil"], |_| {}).await;
    let (okta, evil) = (&providers[0], &providers[1]);
    okta.person("00u1", "ana", &[]);
    okta.configure(|shape| shape.named = Named::Promised);
    evil.person("00u1", "mallory", &[]);
    let mut browser = Browser::new();
    // The person chose evil, which sends them on to the honest one: the honest code comes to evil's callback.
    let to = begin(&stage, &mut browser, "evil", "/").await;
    let to = to.replace(&evil.issuer(), &okta.issuer());
    let back = browser.get(&to).await.location.unwrap().to_string();
    let page = browser.get(&back).await;
    assert!(page.body.contains("another issuer"), "{}", page.body);
    assert_eq!(
        evil.count("POST /v1/token"),
        0,
        "the honest code stays unknown to evil"
    );
    // The same with the address bent to the honest callback.
    let to = begin(&stage, &mut browser, "evil", "/").await;
    let to = to.replace(&evil.issuer(), &okta.issuer());
    let back = browser.get(&to).await.location.unwrap().to_string();
    let page = browser
        .get(&back.replace("/callback/evil", "/callback/okta"))
        .await;
    assert_eq!(page.status, 400, "{}", page.body);
    assert_eq!(
        (evil.count("POST /v1/token"), okta.count("POST /v1/token")),
        (0, 0)
    );
    assert!(stage.sessions.list().is_empty());
}

#[tokio::test]
async fn a_promised_issuer_must_be_in_the_answer_and_be_the_right_one() {
    let (stage, providers) = stage(&["okta", "other"], |_| {}).await;
    let okta = &providers[0];
    okta.person("00u1", "ana", &[]);
    okta.configure(|shape| shape.named = Named::Promised);
    let page = sign_in(&stage, &mut Browser::new(), "okta").await;
    assert_eq!(page.status, 303, "{}", page.body);
    let tokens = okta.count("POST /v1/token");
    let other = providers[1].issuer();
    for (named, says) in [
        (Named::Forgotten, "lacks its issuer"),
        (Named::Wrong(other), "another issuer"),
        (Named::Wrong(okta.issuer() + "/"), "another issuer"),
        (
            Named::Wrong(okta.issuer().replace(PATH, "")),
            "another issuer",
        ),
    ] {
        okta.configure(|shape| shape.named = named.clone());
        let page = sign_in(&stage, &mut Browser::new(), "okta").await;
        assert_eq!(page.status, 400, "{named:?}: {}", page.body);
        assert!(page.body.contains(says), "{named:?}: {}", page.body);
    }
    assert_eq!(okta.count("POST /v1/token"), tokens, "no code was sent");
}

#[tokio::test]
async fn a_token_or_metadata_of_another_issuer_is_refused() {
    let (stage, providers) = stage(&["okta", "other"], |_| {}).await;
    let okta = &providers[0];
    okta.person("00u1", "ana", &[]);
    okta.configure(|shape| shape.token_issuer = Some(providers[1].issuer()));
    let page = sign_in(&stage, &mut Browser::new(), "okta").await;
    assert!(
        page.status == 400 && page.body.contains("<code>iss</code> names another issuer"),
        "{}",
        page.body
    );
    let other = &providers[1];
    other.configure(|shape| shape.discovery_issuer = Some(okta.issuer()));
    let query = form(&[("provider", "other")]);
    let page = Browser::new()
        .get(&format!("{}/auth/sign-in?{query}", stage.own))
        .await;
    assert_eq!(page.status, 503, "{}", page.body);
    for part in [
        okta.issuer(),
        other.issuer(),
        "<code>other</code>".to_owned(),
    ] {
        assert!(page.body.contains(&part), "{part}: {}", page.body);
    }
}

#[tokio::test]
async fn sessions_of_a_provider_that_is_not_configured_any_more_end_at_the_start() {
    let (stage, providers) = stage(&["okta"], |_| {}).await;
    providers[0].person("00u1", "ana", &[]);
    sign_in(&stage, &mut Browser::new(), "okta").await;
    let kept = stage.sessions.list().into_iter().next().unwrap();
    let new = samovar::session::NewSession {
        principal: kept.principal,
        place: kept.place.clone(),
        provider: Some("gone".parse().unwrap()),
        provider_session: kept.provider_session.clone(),
        address: None,
        user_agent: DisplayText::lossy(""),
    };
    let event = stage.events(Action::SessionCreate).remove(0).event;
    stage.sessions.start(new, event).await.unwrap();
    stage
        .sign_in
        .end_those_of_unknown_providers()
        .await
        .unwrap();
    let left = stage.sessions.list();
    assert!(left.len() == 1 && left[0].id == kept.id, "{left:?}");
    let ends = stage.events(Action::SessionEnd);
    assert!(
        ends[0].event.reasons[0]
            .as_str()
            .contains("not configured any more")
    );
}
