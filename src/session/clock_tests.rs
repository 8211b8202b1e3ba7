//! A clock that is set back: sessions and codes of the future are not valid, and a correction ends none.

use super::*;
use crate::model::SessionId;

#[tokio::test]
async fn a_clock_set_back_prolongs_no_session() {
    let server = TestServer::new();
    server.clock.advance(100 * HOUR);
    let (session, secret) = server.start(SessionPlace::Samovar).await;
    server.clock.set_back(Duration::from_secs(60));
    assert!(server.sessions.find(&secret).is_ok());
    server.clock.set_back(100 * HOUR);
    let found = server.sessions.find(&secret);
    assert_eq!(found.err(), Some(SessionLookupError::Ended));
    assert!(server.sessions.list().is_empty() && !server.sessions.has_session(PERSON));
    assert!(server.sessions.get(session.id).is_none());
    let (_, new) = server.start(SessionPlace::Samovar).await;
    assert!(server.sessions.find(&new).is_ok(), "a new sign-in");
    // A clock that was wrong for a moment ends no session.
    server.sessions.expire().await.unwrap();
    server.clock.advance(100 * HOUR);
    assert!(server.sessions.find(&secret).is_ok());
}

#[test]
fn a_clock_set_back_ends_hand_over_codes() {
    let server = TestServer::new();
    let codes = server.hand_overs();
    let (browser, place) = (server.browser().key(), host("app.example.test"));
    let hand_over = || HandOver {
        parent: SessionId::from_bytes([1; 16]),
        return_to: String::new(),
    };
    let issue = || codes.issue(hand_over(), place.clone(), browser);
    let (first, second) = (issue(), issue());
    server.clock.set_back(Duration::from_secs(60));
    assert!(codes.redeem(&first, &place, Some(browser)).is_ok());
    server.clock.set_back(Duration::from_secs(1));
    let redeemed = codes.redeem(&second, &place, Some(browser));
    assert_eq!(redeemed.err(), Some(HandOverError::Unknown));
}
