//! A clock that is set back: what lies ahead holds no more, and a correction harms nobody.

use super::*;
use crate::model::SessionId;

#[tokio::test]
async fn a_clock_that_is_set_back_makes_no_session_longer_and_a_correction_ends_none() {
    let stage = Stage::new();
    stage.clock.turn(100 * HOUR);
    let (session, secret) = stage.start(SessionPlace::Samovar).await;
    stage.clock.turn_back(Duration::from_secs(60));
    assert!(stage.sessions.find(&secret).is_ok());
    stage.clock.turn_back(100 * HOUR);
    let found = stage.sessions.find(&secret);
    assert_eq!(found.err(), Some(SessionLookupError::Ended));
    assert!(stage.sessions.list().is_empty() && !stage.sessions.lives(PERSON));
    assert!(stage.sessions.get(session.id).is_none());
    let (_, new) = stage.start(SessionPlace::Samovar).await;
    assert!(stage.sessions.find(&new).is_ok(), "one signs in again");
    // A clock that was wrong for a moment costs nobody a session.
    stage.sessions.expire().await.unwrap();
    stage.clock.turn(100 * HOUR);
    assert!(stage.sessions.find(&secret).is_ok());
}

#[test]
fn codes_from_before_the_clock_was_set_back_are_too_old() {
    let stage = Stage::new();
    let codes = stage.hand_overs();
    let (browser, place) = (stage.browser().key(), host("app.example.test"));
    let handed = || HandOver {
        parent: SessionId::from_bytes([1; 16]),
        return_to: String::new(),
    };
    let issue = || codes.issue(handed(), place.clone(), browser);
    let (one, two) = (issue(), issue());
    stage.clock.turn_back(Duration::from_secs(60));
    assert!(codes.redeem(&one, &place, Some(browser)).is_ok());
    stage.clock.turn_back(Duration::from_secs(1));
    let redeemed = codes.redeem(&two, &place, Some(browser));
    assert_eq!(redeemed.err(), Some(HandOverError::Unknown));
}
