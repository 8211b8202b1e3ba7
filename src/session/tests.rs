//! Sessions, flows and codes over a real store: who is found, who is not any more, and what happens once only.

#[path = "break_glass_tests.rs"]
mod break_glass_tests;
#[path = "clock_tests.rs"]
mod clock;

use super::*;
use crate::audit::{Action, AuditEvent, EventQuery, Object, ObjectKind};
use crate::model::{
    ApplicationId, Clock, DisplayText, HostName, Principal, ProviderSession, Random, Sealed,
    Session, SessionPlace, SessionSecret, Timestamp, UserId,
};
use crate::store::Store;
use proptest::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tempfile::TempDir;

const HOUR: Duration = Duration::from_secs(3600);

struct Turned(AtomicI64);

impl Turned {
    fn turn(&self, span: Duration) {
        let millis = i64::try_from(span.as_millis()).unwrap();
        self.0.fetch_add(millis, Ordering::SeqCst);
    }

    fn turn_back(&self, span: Duration) {
        let millis = i64::try_from(span.as_millis()).unwrap();
        self.0.fetch_sub(millis, Ordering::SeqCst);
    }
}

impl Clock for Turned {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

struct Counter(AtomicI64);

impl Random for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        let number = self.0.fetch_add(1, Ordering::SeqCst).to_le_bytes();
        bytes
            .iter_mut()
            .zip(number.iter().cycle())
            .for_each(|(to, from)| *to = *from);
    }
}

struct Stage {
    store: Store,
    clock: Arc<Turned>,
    random: Arc<Counter>,
    sessions: Arc<Sessions>,
    folder: TempDir,
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let random = Arc::new(Counter(AtomicI64::new(1)));
        let clock = Arc::new(Turned(AtomicI64::new(1_790_000_000_000)));
        let store = Store::open(folder.path(), Arc::clone(&random) as _).unwrap();
        Self {
            sessions: Arc::new(sessions(&store, &clock, &random)),
            store,
            clock,
            random,
            folder,
        }
    }

    /// The same world after the process was started again.
    fn restart(self) -> Self {
        let Self {
            store,
            clock,
            random,
            sessions: before,
            folder,
        } = self;
        drop((store, before));
        let store = Store::open(folder.path(), Arc::clone(&random) as _).unwrap();
        Self {
            sessions: Arc::new(sessions(&store, &clock, &random)),
            store,
            clock,
            random,
            folder,
        }
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
        HandOvers::new(Arc::clone(&self.clock) as _, Arc::clone(&self.random) as _)
    }

    fn browser(&self) -> Browser {
        Browser::new(&*self.random)
    }
}

const PERSON: Principal = Principal::User(UserId::from_bytes([1; 16]));

fn sessions(store: &Store, clock: &Arc<Turned>, random: &Arc<Counter>) -> Sessions {
    let settings = Settings {
        idle: 12 * HOUR,
        absolute: 7 * 24 * HOUR,
    };
    let loaded = store.load().unwrap().sessions;
    let (clock, random) = (Arc::clone(clock) as _, Arc::clone(random) as _);
    Sessions::new(store.clone(), clock, random, settings, loaded)
}

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
async fn a_session_outlives_a_restart_and_its_secret_is_nowhere_on_disk() {
    let stage = Stage::new();
    let (session, secret) = stage.start(SessionPlace::Samovar).await;
    let stage = stage.restart();
    assert_eq!(stage.sessions.find(&secret).unwrap().id, session.id);
    for file in std::fs::read_dir(stage.folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let text = secret.reveal();
        assert!(!bytes.windows(text.len()).any(|w| w == text.as_bytes()));
    }
}

#[tokio::test]
async fn idle_and_absolute_time_end_a_session_and_use_prolongs_only_the_first() {
    let stage = Stage::new();
    let (_, idle) = stage.start(SessionPlace::Samovar).await;
    let (_, used) = stage.start(SessionPlace::Samovar).await;
    for _ in 0..(7 * 24 / 8) {
        assert!(stage.sessions.find(&used).is_ok());
        stage.clock.turn(8 * HOUR);
    }
    assert_eq!(stage.sessions.find(&idle), Err(SessionLookupError::Ended));
    assert_eq!(stage.sessions.find(&used), Err(SessionLookupError::Ended));
    stage.sessions.expire().await.unwrap();
    assert_eq!(stage.sessions.find(&used), Err(SessionLookupError::Unknown));
    assert!(stage.store.load().unwrap().sessions.is_empty());
}

#[tokio::test]
async fn a_parent_takes_its_children_along_at_once_and_for_ever() {
    let stage = Stage::new();
    let (parent, parent_secret) = stage.start(SessionPlace::Samovar).await;
    let (child, child_secret) = stage.start(at("app.test", &parent)).await;
    let (other, other_secret) = stage.start(SessionPlace::Samovar).await;
    assert_eq!(stage.sessions.find(&child_secret).unwrap().id, child.id);
    let end = stage.event(Action::SessionEnd);
    stage.sessions.end(parent.id, end).await.unwrap();
    let stage = stage.restart();
    for secret in [&parent_secret, &child_secret] {
        assert_eq!(
            stage.sessions.find(secret),
            Err(SessionLookupError::Unknown)
        );
    }
    assert_eq!(stage.sessions.find(&other_secret).unwrap().id, other.id);
    let late = stage.sessions.start(
        new(at("app.test", &parent)),
        stage.event(Action::SessionCreate),
    );
    assert_eq!(late.await.unwrap_err(), SessionError::ParentEnded);
}

#[tokio::test]
async fn sign_out_everywhere_ends_every_session_of_the_person_with_one_event() {
    let stage = Stage::new();
    let (one, one_secret) = stage.start(SessionPlace::Samovar).await;
    let (_, two_secret) = stage.start(SessionPlace::Samovar).await;
    let (_, child_secret) = stage.start(at("app.test", &one)).await;
    let end = stage.event(Action::SessionEnd);
    stage.sessions.end_all_of(PERSON, end).await.unwrap();
    for secret in [&one_secret, &two_secret, &child_secret] {
        assert_eq!(
            stage.sessions.find(secret),
            Err(SessionLookupError::Unknown)
        );
    }
    let query = EventQuery {
        action: Some(Action::SessionEnd),
        limit: 10,
        ..EventQuery::default()
    };
    assert_eq!(stage.store.events(&query).unwrap().events.len(), 1);
}

#[tokio::test]
async fn the_use_of_a_child_keeps_its_parent_alive() {
    let stage = Stage::new();
    let (parent, parent_secret) = stage.start(SessionPlace::Samovar).await;
    let (_, child_secret) = stage.start(at("app.test", &parent)).await;
    for _ in 0..3 {
        stage.clock.turn(8 * HOUR);
        assert!(stage.sessions.find(&child_secret).is_ok());
    }
    assert!(stage.sessions.find(&parent_secret).is_ok());
}

#[tokio::test]
async fn the_last_use_is_on_disk_within_five_minutes_and_no_sooner() {
    let stage = Stage::new();
    let (session, secret) = stage.start(SessionPlace::Samovar).await;
    let on_disk = |stage: &Stage| stage.store.load().unwrap().sessions[0].last_seen_at;
    stage.clock.turn(Duration::from_secs(60));
    stage.sessions.find(&secret).unwrap();
    stage.sessions.write_seen().await.unwrap();
    assert_eq!(on_disk(&stage), session.created_at);
    stage.clock.turn(Duration::from_secs(240));
    stage.sessions.find(&secret).unwrap();
    stage.sessions.write_seen().await.unwrap();
    assert_eq!(on_disk(&stage), stage.clock.now());
}

#[tokio::test]
async fn a_second_hand_over_to_one_host_replaces_the_first() {
    let stage = Stage::new();
    let (parent, _) = stage.start(SessionPlace::Samovar).await;
    let (_, first) = stage.start(at("app.test", &parent)).await;
    let (_, elsewhere) = stage.start(at("other.test", &parent)).await;
    let (_, second) = stage.start(at("app.test", &parent)).await;
    assert_eq!(
        stage.sessions.find(&first),
        Err(SessionLookupError::Unknown)
    );
    assert!(stage.sessions.find(&second).is_ok() && stage.sessions.find(&elsewhere).is_ok());
}

#[tokio::test]
async fn one_person_holds_a_bounded_number_of_sessions() {
    let stage = Stage::new();
    let (_, first) = stage.start(SessionPlace::Samovar).await;
    for _ in 0..60 {
        stage.clock.turn(Duration::from_secs(1));
        stage.start(SessionPlace::Samovar).await;
    }
    assert_eq!(
        stage.sessions.find(&first),
        Err(SessionLookupError::Unknown)
    );
    assert_eq!(stage.sessions.list().len(), 50);
    assert_eq!(stage.store.load().unwrap().sessions.len(), 50);
}

#[tokio::test]
async fn lists_share_the_id_token_of_a_session_and_copy_none() {
    let stage = Stage::new();
    let token = Arc::new(Sealed::new(vec![7; 8192]));
    let upstream = ProviderSession {
        subject: "ada".parse().unwrap(),
        sid: None,
        id_token: Some(Arc::clone(&token)),
    };
    let new = NewSession {
        provider_session: Some(upstream),
        ..new(SessionPlace::Samovar)
    };
    let event = stage.event(Action::SessionCreate);
    stage.sessions.start(new, event).await.unwrap();
    let listed = stage.sessions.list().remove(0);
    let listed = listed.provider_session.as_ref().unwrap().id_token.as_ref();
    assert!(Arc::ptr_eq(listed.unwrap(), &token));
}

#[test]
fn of_64_that_redeem_a_code_at_once_one_gets_it() {
    let stage = Stage::new();
    let codes = stage.hand_overs();
    let browser = stage.browser().key();
    let parent = crate::model::SessionId::from_bytes([3; 16]);
    for _ in 0..50 {
        let handed = HandOver {
            parent,
            return_to: "https://app.test/".to_owned(),
        };
        let code = codes.issue(handed, host("app.test"), browser);
        let barrier = std::sync::Barrier::new(64);
        let redeem = || {
            barrier.wait();
            codes
                .redeem(&code, &host("app.test"), Some(browser))
                .is_ok()
        };
        let got = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..64).map(|_| scope.spawn(redeem)).collect();
            let got = threads.into_iter().map(|thread| thread.join().unwrap());
            got.filter(|got| *got).count()
        });
        assert_eq!(got, 1);
    }
}

#[test]
fn a_code_is_for_one_host_one_browser_and_one_minute() {
    let stage = Stage::new();
    let codes = stage.hand_overs();
    let (browser, other) = (stage.browser().key(), stage.browser().key());
    let handed = HandOver {
        parent: crate::model::SessionId::from_bytes([3; 16]),
        return_to: "https://app.test/".to_owned(),
    };
    let issue = || codes.issue(handed.clone(), host("app.test"), browser);
    let elsewhere = codes.redeem(&issue(), &host("other.test"), Some(browser));
    assert_eq!(elsewhere, Err(HandOverError::Unknown));
    let foreign = issue();
    for browser in [Some(other), None] {
        let taken = codes.redeem(&issue(), &host("app.test"), browser);
        assert_eq!(taken, Err(HandOverError::OtherBrowser));
    }
    let tried = codes.redeem(&foreign, &host("app.test"), Some(other));
    assert_eq!(tried, Err(HandOverError::OtherBrowser));
    let after = codes.redeem(&foreign, &host("app.test"), Some(browser));
    assert_eq!(after, Err(HandOverError::Unknown), "a stolen code is burnt");
    let old = issue();
    stage.clock.turn(Duration::from_secs(61));
    let late = codes.redeem(&old, &host("app.test"), Some(browser));
    assert_eq!(late, Err(HandOverError::Unknown));
    assert_eq!(
        codes.redeem(&issue(), &host("app.test"), Some(browser)),
        Ok(handed.clone())
    );
}

#[test]
fn a_session_that_asks_for_many_codes_loses_its_own_first() {
    let stage = Stage::new();
    let codes = stage.hand_overs();
    let browser = stage.browser().key();
    let issue = |parent| {
        let handed = HandOver {
            parent: crate::model::SessionId::from_bytes([parent; 16]),
            return_to: "https://app.test/".to_owned(),
        };
        codes.issue(handed, host("app.test"), browser)
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
    /// Whatever is started and ended in whatever order: a child is found only while its parent is.
    #[test]
    fn no_child_is_ever_found_without_its_parent(steps in proptest::collection::vec((0_u8..4, 0_usize..6), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let stage = Stage::new();
            let mut parents = Vec::new();
            let mut children = Vec::new();
            for (step, which) in steps {
                match step {
                    0 => parents.push(stage.start(SessionPlace::Samovar).await),
                    1 if which < parents.len() => {
                        let place = at(&format!("app{which}.test"), &parents[which].0);
                        let started = stage.sessions.start(new(place), stage.event(Action::SessionCreate)).await;
                        let alive = stage.sessions.find(&parents[which].1).is_ok();
                        assert_eq!(started.is_ok(), alive);
                        children.extend(started.map(|(_, secret)| (which, secret)));
                    }
                    2 if which < parents.len() => {
                        let end = stage.event(Action::SessionEnd);
                        stage.sessions.end(parents[which].0.id, end).await.unwrap();
                    }
                    _ => stage.clock.turn(3 * HOUR),
                }
                for (parent, secret) in &children {
                    if stage.sessions.find(secret).is_ok() {
                        assert!(stage.sessions.find(&parents[*parent].1).is_ok());
                    }
                }
            }
        });
    }
}
