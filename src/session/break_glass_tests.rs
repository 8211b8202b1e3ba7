//! Break-glass: the password, and the sessions that end with it.

use super::*;
use crate::model::Random;
use secrecy::SecretString;

fn password() -> SecretString {
    SecretString::from("correct horse battery")
}

impl TestServer {
    fn break_glass(&self, hash: Option<SecretString>) -> BreakGlass {
        let random = Arc::clone(&self.clock) as Arc<dyn Random>;
        BreakGlass::new(Arc::clone(&self.sessions), random, hash)
    }

    async fn operator(&self) -> SessionSecret {
        let new = NewSession {
            principal: Principal::LocalOperator,
            ..new(SessionPlace::Samovar)
        };
        let event = self.event(Action::SessionCreate);
        self.sessions.start(new, event).await.unwrap().1
    }
}

#[tokio::test]
async fn break_glass_is_off_until_a_password_is_set() {
    let server = TestServer::new();
    let break_glass = server.break_glass(None);
    assert_eq!(
        break_glass.verify(password()).await,
        Err(BreakGlassError::Off)
    );
    let event = || server.event(Action::SessionEnd);
    let short = break_glass.set(SecretString::from("short"), event()).await;
    assert_eq!(short, Err(BreakGlassError::Length));
    break_glass.set(password(), event()).await.unwrap();
    let again = server.break_glass(server.store.load().unwrap().break_glass);
    for break_glass in [&break_glass, &again] {
        assert!(break_glass.verify(password()).await.is_ok());
        let wrong = SecretString::from("correct horse batterx");
        assert_eq!(break_glass.verify(wrong).await, Err(BreakGlassError::Wrong));
    }
    break_glass.switch_off(event()).await.unwrap();
    assert_eq!(
        break_glass.verify(password()).await,
        Err(BreakGlassError::Off)
    );
    assert!(server.store.load().unwrap().break_glass.is_none());
}

#[tokio::test]
async fn switching_off_and_a_new_password_end_the_sessions() {
    let server = TestServer::new();
    let break_glass = server.break_glass(None);
    let event = || server.event(Action::BreakGlassSet);
    break_glass.set(password(), event()).await.unwrap();
    let person = server.start(SessionPlace::Samovar).await.1;
    for off in [true, false] {
        let (first, second) = (server.operator().await, server.operator().await);
        if off {
            break_glass.switch_off(event()).await.unwrap();
        } else {
            let new = SecretString::from("another horse battery");
            break_glass.set(new, event()).await.unwrap();
        }
        for ended in [first, second] {
            assert_eq!(
                server.sessions.find(&ended),
                Err(SessionLookupError::Unknown)
            );
        }
    }
    assert!(
        server.sessions.find(&person).is_ok(),
        "sessions of people stay"
    );
    let kept = server.store.load().unwrap().sessions;
    assert_eq!(kept.len(), 1, "on disk as well");
}

#[tokio::test]
async fn a_proof_of_an_earlier_password_is_not_valid() {
    let server = TestServer::new();
    let break_glass = server.break_glass(None);
    let event = || server.event(Action::BreakGlassSet);
    break_glass.set(password(), event()).await.unwrap();
    let proof = break_glass.verify(password()).await.unwrap();
    assert!(break_glass.is_current(proof));
    break_glass.set(password(), event()).await.unwrap();
    assert!(!break_glass.is_current(proof));
    let proof = break_glass.verify(password()).await.unwrap();
    break_glass.switch_off(event()).await.unwrap();
    assert!(!break_glass.is_current(proof));
}

#[tokio::test]
async fn break_glass_sessions_end_after_an_hour_of_use() {
    let server = TestServer::new();
    let operator = server.operator().await;
    server.clock.advance(Duration::from_secs(3599));
    assert!(server.sessions.find(&operator).is_ok());
    server.clock.advance(Duration::from_secs(1));
    assert_eq!(
        server.sessions.find(&operator),
        Err(SessionLookupError::Ended)
    );
}

#[tokio::test]
async fn concurrent_checks_wait_for_one_another() {
    let server = TestServer::new();
    let break_glass = server.break_glass(None);
    let event = server.event(Action::BreakGlassSet);
    break_glass.set(password(), event).await.unwrap();
    let wrong = || break_glass.verify(SecretString::from("a wrong password"));
    let (first, second, right) = tokio::join!(wrong(), wrong(), break_glass.verify(password()));
    assert_eq!(
        (first, second),
        (Err(BreakGlassError::Wrong), Err(BreakGlassError::Wrong))
    );
    assert!(right.is_ok());
}
