//! Break-glass: the password, and that changing it ends what it opened.

use super::*;
use secrecy::SecretString;

fn password() -> SecretString {
    SecretString::from("correct horse battery")
}

impl Stage {
    fn break_glass(&self, hash: Option<SecretString>) -> BreakGlass {
        let random = Arc::clone(&self.random) as Arc<dyn Random>;
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
async fn break_glass_is_off_until_set_and_takes_the_password_alone() {
    let stage = Stage::new();
    let glass = stage.break_glass(None);
    assert_eq!(glass.verify(password()).await, Err(BreakGlassError::Off));
    let event = || stage.event(Action::SessionEnd);
    let short = glass.set(SecretString::from("short"), event()).await;
    assert_eq!(short, Err(BreakGlassError::Length));
    glass.set(password(), event()).await.unwrap();
    let again = stage.break_glass(stage.store.load().unwrap().break_glass);
    for glass in [&glass, &again] {
        assert!(glass.verify(password()).await.is_ok());
        let wrong = SecretString::from("correct horse batterx");
        assert_eq!(glass.verify(wrong).await, Err(BreakGlassError::Wrong));
    }
    glass.switch_off(event()).await.unwrap();
    assert_eq!(glass.verify(password()).await, Err(BreakGlassError::Off));
    assert!(stage.store.load().unwrap().break_glass.is_none());
}

#[tokio::test]
async fn break_glass_off_and_a_new_password_end_its_sessions() {
    let stage = Stage::new();
    let glass = stage.break_glass(None);
    let event = || stage.event(Action::BreakGlassSet);
    glass.set(password(), event()).await.unwrap();
    let person = stage.start(SessionPlace::Samovar).await.1;
    for off in [true, false] {
        let (first, second) = (stage.operator().await, stage.operator().await);
        if off {
            glass.switch_off(event()).await.unwrap();
        } else {
            let new = SecretString::from("another horse battery");
            glass.set(new, event()).await.unwrap();
        }
        for ended in [first, second] {
            assert_eq!(
                stage.sessions.find(&ended),
                Err(SessionLookupError::Unknown)
            );
        }
    }
    assert!(stage.sessions.find(&person).is_ok(), "people stay");
    let kept = stage.store.load().unwrap().sessions;
    assert_eq!(kept.len(), 1, "on disk as well");
}

#[tokio::test]
async fn a_proof_by_an_earlier_password_does_not_hold() {
    let stage = Stage::new();
    let glass = stage.break_glass(None);
    let event = || stage.event(Action::BreakGlassSet);
    glass.set(password(), event()).await.unwrap();
    let proof = glass.verify(password()).await.unwrap();
    assert!(glass.holds(proof));
    glass.set(password(), event()).await.unwrap();
    assert!(!glass.holds(proof));
    let proof = glass.verify(password()).await.unwrap();
    glass.switch_off(event()).await.unwrap();
    assert!(!glass.holds(proof));
}

#[tokio::test]
async fn break_glass_sessions_end_after_an_hour_whatever_their_use() {
    let stage = Stage::new();
    let operator = stage.operator().await;
    stage.clock.turn(Duration::from_secs(3599));
    assert!(stage.sessions.find(&operator).is_ok());
    stage.clock.turn(Duration::from_secs(1));
    assert_eq!(
        stage.sessions.find(&operator),
        Err(SessionLookupError::Ended)
    );
}

#[tokio::test]
async fn several_checks_wait_for_one_another_instead_of_failing() {
    let stage = Stage::new();
    let glass = stage.break_glass(None);
    let event = stage.event(Action::BreakGlassSet);
    glass.set(password(), event).await.unwrap();
    let wrong = || glass.verify(SecretString::from("a wrong password"));
    let (first, second, right) = tokio::join!(wrong(), wrong(), glass.verify(password()));
    assert_eq!(
        (first, second),
        (Err(BreakGlassError::Wrong), Err(BreakGlassError::Wrong))
    );
    assert!(right.is_ok());
}
