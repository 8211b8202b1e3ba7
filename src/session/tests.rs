//! Sessions and hand-over codes over a real store.

#[path = "break_glass_tests.rs"]
mod break_glass_tests;
#[path = "clock_tests.rs"]
mod clock;

use super::*;
use crate::audit::{Action, AuditEvent, EventQuery, Object, ObjectKind};
use crate::model::testing::TestClock;
use crate::model::{
    ApplicationId, Clock, DisplayText, HostName, Principal, ProviderSession, Sealed, Session,
    SessionPlace, SessionSecret, UserId,
};
use crate::store::Store;
use proptest::prelude::*;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

const HOUR: Duration = Duration::from_secs(3600);

/// A server's sessions, with what they rest on.
struct TestServer {
    store: Store,
    clock: Arc<TestClock>,
    sessions: Arc<Sessions>,
    folder: TempDir,
}

impl TestServer {
    fn new() -> Self {
        Self::open(TestClock::new(), tempfile::tempdir().unwrap())
    }

    fn open(clock: Arc<TestClock>, folder: TempDir) -> Self {
        let store = Store::open(folder.path(), Arc::clone(&clock) as _).unwrap();
        let settings = Settings {
            idle: 12 * HOUR,
            absolute: 7 * 24 * HOUR,
        };
        let loaded = store.load().unwrap().sessions;
        let sessions = Sessions::new(store.clone(), clock.capabilities(), settings, loaded);
        Self {
            store,
            clock,
            sessions: Arc::new(sessions),
            folder,
        }
    }

    /// The same server after its process was started again.
    fn restart(self) -> Self {
        drop((self.store, self.sessions));
        Self::open(self.clock, self.folder)
    }

    async fn start(&self, place: SessionPlace) -> (Arc<Session>, SessionSecret) {
        let event = self.event(Action::SessionCreate);
        self.sessions.start(new(place), event).await.unwrap()
    }

    fn event(&self, action: Action) -> AuditEvent {
        let object = Object::new(ObjectKind::Session, "x");
        AuditEvent::new(self.clock.now(), PERSON, action, object)
    }

    fn hand_overs(&self) -> HandOvers {
        HandOvers::new(self.clock.capabilities())
    }

    fn browser(&self) -> Browser {
        Browser::new(&*self.clock)
    }
}

const PERSON: Principal = Principal::User(UserId::from_bytes([1; 16]));

fn new(place: SessionPlace) -> NewSession {
    NewSession {
        principal: PERSON,
        place,
        provider: Some("gitea".parse().unwrap()),
        provider_session: None,
        address: None,
        user_agent: DisplayText::lossy("browser"),
    }
}

fn host(text: &str) -> HostName {
    text.parse().unwrap()
}

fn at(host_name: &str, parent: &Session) -> SessionPlace {
    SessionPlace::Application {
        application: ApplicationId::from_bytes([2; 16]),
        host: host(host_name),
        parent: parent.id,
    }
}

#[tokio::test]
async fn a_session_survives_a_restart_and_no_secret_is_on_disk() {
    let server = TestServer::new();
    let (session, secret) = server.start(SessionPlace::Samovar).await;
    let server = server.restart();
    assert_eq!(server.sessions.find(&secret).unwrap().id, session.id);
    for file in std::fs::read_dir(server.folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let text = secret.reveal();
        assert!(!bytes.windows(text.len()).any(|w| w == text.as_bytes()));
    }
}

#[tokio::test]
async fn use_prolongs_the_idle_time_and_not_the_absolute_time() {
    let server = TestServer::new();
    let (_, idle) = server.start(SessionPlace::Samovar).await;
    let (_, used) = server.start(SessionPlace::Samovar).await;
    for _ in 0..(7 * 24 / 8) {
        assert!(server.sessions.find(&used).is_ok());
        server.clock.advance(8 * HOUR);
    }
    assert_eq!(server.sessions.find(&idle), Err(SessionLookupError::Ended));
    assert_eq!(server.sessions.find(&used), Err(SessionLookupError::Ended));
    server.sessions.expire().await.unwrap();
    assert_eq!(
        server.sessions.find(&used),
        Err(SessionLookupError::Unknown)
    );
    assert!(server.store.load().unwrap().sessions.is_empty());
}

#[tokio::test]
async fn the_end_of_a_parent_ends_its_children() {
    let server = TestServer::new();
    let (parent, parent_secret) = server.start(SessionPlace::Samovar).await;
    let (child, child_secret) = server.start(at("app.test", &parent)).await;
    let (other, other_secret) = server.start(SessionPlace::Samovar).await;
    assert_eq!(server.sessions.find(&child_secret).unwrap().id, child.id);
    let end = server.event(Action::SessionEnd);
    server.sessions.end(parent.id, end).await.unwrap();
    let server = server.restart();
    for secret in [&parent_secret, &child_secret] {
        assert_eq!(
            server.sessions.find(secret),
            Err(SessionLookupError::Unknown)
        );
    }
    assert_eq!(server.sessions.find(&other_secret).unwrap().id, other.id);
    let late = server.sessions.start(
        new(at("app.test", &parent)),
        server.event(Action::SessionCreate),
    );
    assert_eq!(late.await.unwrap_err(), SessionError::ParentEnded);
}

#[tokio::test]
async fn all_sessions_of_a_person_end_with_one_event() {
    let server = TestServer::new();
    let (one, one_secret) = server.start(SessionPlace::Samovar).await;
    let (_, two_secret) = server.start(SessionPlace::Samovar).await;
    let (_, child_secret) = server.start(at("app.test", &one)).await;
    let end = server.event(Action::SessionEnd);
    server.sessions.end_all_of(PERSON, end).await.unwrap();
    for secret in [&one_secret, &two_secret, &child_secret] {
        assert_eq!(
            server.sessions.find(secret),
            Err(SessionLookupError::Unknown)
        );
    }
    let query = EventQuery {
        action: Some(Action::SessionEnd),
        limit: 10,
        ..EventQuery::default()
    };
    assert_eq!(server.store.events(&query).unwrap().events.len(), 1);
}

#[tokio::test]
async fn the_use_of_a_child_keeps_its_parent_alive() {
    let server = TestServer::new();
    let (parent, parent_secret) = server.start(SessionPlace::Samovar).await;
    let (_, child_secret) = server.start(at("app.test", &parent)).await;
    for _ in 0..3 {
        server.clock.advance(8 * HOUR);
        assert!(server.sessions.find(&child_secret).is_ok());
    }
    assert!(server.sessions.find(&parent_secret).is_ok());
}

#[tokio::test]
async fn the_last_use_is_written_every_five_minutes() {
    let server = TestServer::new();
    let (session, secret) = server.start(SessionPlace::Samovar).await;
    let on_disk = |server: &TestServer| server.store.load().unwrap().sessions[0].last_seen_at;
    server.clock.advance(Duration::from_secs(60));
    server.sessions.find(&secret).unwrap();
    server.sessions.write_seen().await.unwrap();
    assert_eq!(on_disk(&server), session.created_at);
    server.clock.advance(Duration::from_secs(240));
    server.sessions.find(&secret).unwrap();
    server.sessions.write_seen().await.unwrap();
    assert_eq!(on_disk(&server), server.clock.now());
}

#[tokio::test]
async fn a_second_hand_over_to_one_host_replaces_the_first() {
    let server = TestServer::new();
    let (parent, _) = server.start(SessionPlace::Samovar).await;
    let (_, first) = server.start(at("app.test", &parent)).await;
    let (_, other) = server.start(at("other.test", &parent)).await;
    let (_, second) = server.start(at("app.test", &parent)).await;
    assert_eq!(
        server.sessions.find(&first),
        Err(SessionLookupError::Unknown)
    );
    assert!(server.sessions.find(&second).is_ok() && server.sessions.find(&other).is_ok());
}

#[tokio::test]
async fn a_person_has_a_bounded_number_of_sessions() {
    let server = TestServer::new();
    let (_, first) = server.start(SessionPlace::Samovar).await;
    for _ in 0..60 {
        server.clock.advance(Duration::from_secs(1));
        server.start(SessionPlace::Samovar).await;
    }
    assert_eq!(
        server.sessions.find(&first),
        Err(SessionLookupError::Unknown)
    );
    assert_eq!(server.sessions.list().len(), 50);
    assert_eq!(server.store.load().unwrap().sessions.len(), 50);
}

#[tokio::test]
async fn lists_share_the_id_token_of_a_session() {
    let server = TestServer::new();
    let token = Arc::new(Sealed::new(vec![7; 8192]));
    let provider_session = ProviderSession {
        subject: "ada".parse().unwrap(),
        sid: None,
        id_token: Some(Arc::clone(&token)),
    };
    let new = NewSession {
        provider_session: Some(provider_session),
        ..new(SessionPlace::Samovar)
    };
    let event = server.event(Action::SessionCreate);
    server.sessions.start(new, event).await.unwrap();
    let listed = server.sessions.list().remove(0);
    let listed = listed.provider_session.as_ref().unwrap().id_token.as_ref();
    assert!(Arc::ptr_eq(listed.unwrap(), &token));
}

#[test]
fn one_of_64_concurrent_redemptions_succeeds() {
    let server = TestServer::new();
    let codes = server.hand_overs();
    let browser = server.browser().key();
    let parent = crate::model::SessionId::from_bytes([3; 16]);
    for _ in 0..50 {
        let hand_over = HandOver {
            parent,
            return_to: "https://app.test/".to_owned(),
        };
        let code = codes.issue(hand_over, host("app.test"), browser);
        let barrier = std::sync::Barrier::new(64);
        let redeem = || {
            barrier.wait();
            codes
                .redeem(&code, &host("app.test"), Some(browser))
                .is_ok()
        };
        let redeemed = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..64).map(|_| scope.spawn(redeem)).collect();
            let results = threads.into_iter().map(|thread| thread.join().unwrap());
            results.filter(|redeemed| *redeemed).count()
        });
        assert_eq!(redeemed, 1);
    }
}

#[test]
fn a_code_is_for_one_host_in_one_browser_for_a_minute() {
    let server = TestServer::new();
    let codes = server.hand_overs();
    let (browser, other) = (server.browser().key(), server.browser().key());
    let hand_over = HandOver {
        parent: crate::model::SessionId::from_bytes([3; 16]),
        return_to: "https://app.test/".to_owned(),
    };
    let issue = || codes.issue(hand_over.clone(), host("app.test"), browser);
    let wrong_host = codes.redeem(&issue(), &host("other.test"), Some(browser));
    assert_eq!(wrong_host, Err(HandOverError::Unknown));
    let foreign = issue();
    for browser in [Some(other), None] {
        let taken = codes.redeem(&issue(), &host("app.test"), browser);
        assert_eq!(taken, Err(HandOverError::OtherBrowser));
    }
    let tried = codes.redeem(&foreign, &host("app.test"), Some(other));
    assert_eq!(tried, Err(HandOverError::OtherBrowser));
    let after = codes.redeem(&foreign, &host("app.test"), Some(browser));
    assert_eq!(
        after,
        Err(HandOverError::Unknown),
        "a stolen code is used up"
    );
    let old = issue();
    server.clock.advance(Duration::from_secs(61));
    let late = codes.redeem(&old, &host("app.test"), Some(browser));
    assert_eq!(late, Err(HandOverError::Unknown));
    assert_eq!(
        codes.redeem(&issue(), &host("app.test"), Some(browser)),
        Ok(hand_over.clone())
    );
}

#[test]
fn many_codes_of_one_session_drop_no_code_of_another() {
    let server = TestServer::new();
    let codes = server.hand_overs();
    let browser = server.browser().key();
    let issue = |parent| {
        let hand_over = HandOver {
            parent: crate::model::SessionId::from_bytes([parent; 16]),
            return_to: "https://app.test/".to_owned(),
        };
        codes.issue(hand_over, host("app.test"), browser)
    };
    let redeem = |code| codes.redeem(code, &host("app.test"), Some(browser));
    let (other, first) = (issue(1), issue(2));
    for _ in 0..10_080 {
        issue(2);
    }
    let last = issue(2);
    assert_eq!(redeem(&first), Err(HandOverError::Unknown));
    assert!(redeem(&other).is_ok() && redeem(&last).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Sessions are started and ended in any order.
    #[test]
    fn no_child_is_found_without_its_parent(steps in proptest::collection::vec((0_u8..4, 0_usize..6), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let server = TestServer::new();
            let mut parents = Vec::new();
            let mut children = Vec::new();
            for (step, which) in steps {
                match step {
                    0 => parents.push(server.start(SessionPlace::Samovar).await),
                    1 if which < parents.len() => {
                        let place = at(&format!("app{which}.test"), &parents[which].0);
                        let started = server.sessions.start(new(place), server.event(Action::SessionCreate)).await;
                        let alive = server.sessions.find(&parents[which].1).is_ok();
                        assert_eq!(started.is_ok(), alive);
                        children.extend(started.map(|(_, secret)| (which, secret)));
                    }
                    2 if which < parents.len() => {
                        let end = server.event(Action::SessionEnd);
                        server.sessions.end(parents[which].0.id, end).await.unwrap();
                    }
                    _ => server.clock.advance(3 * HOUR),
                }
                for (parent, secret) in &children {
                    if server.sessions.find(secret).is_ok() {
                        assert!(server.sessions.find(&parents[*parent].1).is_ok());
                    }
                }
            }
        });
    }
}
