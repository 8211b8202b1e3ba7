//! Each element of a logout token is removed or changed, alone: only the unchanged token is accepted.

use super::*;
use crate::oidc::testing::TokenSigner;
use serde_json::json;

const NOW: i64 = 1_790_000_000;
const ISSUER: &str = "https://keycloak.example.com/realms/acme";
const CLIENT: &str = "samovar";

fn header() -> Value {
    json!({"alg": "ES256", "kid": "k1", "typ": "logout+jwt"})
}

fn valid() -> Value {
    json!({"iss": ISSUER, "aud": CLIENT, "iat": NOW, "exp": NOW + 120, "jti": "j-1",
        "sub": "u-1", "sid": "s-1", "events": {EVENT: {}}})
}

fn check(signer: &TokenSigner, token: &str) -> Result<LogoutToken, String> {
    let expected = LogoutExpectations {
        issuer: ISSUER,
        client_id: CLIENT,
        now: Timestamp::from_seconds(NOW),
    };
    let keys = signer.keys("k1");
    verify(token, &expected, keys.keys()).map_err(|error| match error {
        VerifyError::UnknownKey => "unknown key".to_owned(),
        VerifyError::Invalid(error) => error.to_string(),
    })
}

fn with(claim: &str, value: Value) -> Result<LogoutToken, String> {
    let (signer, mut claims) = (TokenSigner::new(), valid());
    let members = claims.as_object_mut().unwrap();
    match value {
        Value::Null => members.remove(claim),
        value => members.insert(claim.to_owned(), value),
    };
    check(&signer, &signer.sign(&header(), &claims))
}

#[test]
fn valid_token_names_the_person_the_session_or_both() {
    let both = with("jti", json!("j-1")).unwrap();
    assert_eq!(
        (both.subject.unwrap().as_str(), both.sid.as_deref()),
        ("u-1", Some("s-1"))
    );
    assert_eq!(with("sub", Value::Null).unwrap().subject, None);
    assert_eq!(with("sid", Value::Null).unwrap().sid, None);
    for (claim, value) in [
        ("aud", json!([CLIENT])),
        ("iat", json!(NOW - 600)),
        ("iat", json!(NOW + 60)),
        ("exp", json!(NOW - 60)),
        ("events", json!({EVENT: {}, "other": 1})),
    ] {
        assert!(with(claim, value.clone()).is_ok(), "{claim} {value}");
    }
}

#[test]
fn missing_or_changed_claim_is_rejected_and_named() {
    for (claim, value, says) in [
        ("iss", json!("https://evil.example"), "`iss`"),
        ("iss", json!(format!("{ISSUER}/")), "`iss`"),
        ("iss", Value::Null, "`iss`"),
        ("aud", json!("other"), "`aud`"),
        ("aud", json!([CLIENT, "other"]), "`aud`"),
        ("aud", json!([]), "`aud`"),
        ("aud", Value::Null, "`aud`"),
        (
            "iat",
            json!(NOW - 3600),
            "not valid at this time (claim `iat`",
        ),
        (
            "iat",
            json!(NOW + 600),
            "not valid at this time (claim `iat`",
        ),
        ("iat", json!("now"), "`iat`"),
        ("iat", json!(i64::MAX), "`iat`"),
        ("iat", Value::Null, "`iat`"),
        (
            "exp",
            json!(NOW - 600),
            "not valid at this time (claim `exp`",
        ),
        ("exp", Value::Null, "`exp`"),
        ("jti", Value::Null, "`jti`"),
        ("jti", json!(""), "`jti`"),
        ("jti", json!("j".repeat(300)), "`jti`"),
        ("events", Value::Null, "`events`"),
        ("events", json!({}), "`events`"),
        ("events", json!([EVENT]), "`events`"),
        ("events", json!({EVENT: true}), "`events`"),
        (
            "events",
            json!({"http://schemas.openid.net/event/other": {}}),
            "`events`",
        ),
        ("nonce", json!("n"), "`nonce`"),
        ("nonce", json!(false), "`nonce`"),
        ("sub", json!(7), "`sub`"),
        ("sub", json!("two words"), "`sub`"),
        ("sid", json!(""), "`sid`"),
        ("sid", json!(7), "`sid`"),
    ] {
        let error = with(claim, value.clone()).unwrap_err();
        assert!(error.contains(says), "{claim} {value}: {error}");
        let named = error.contains(&format!("`{claim}`"));
        assert!(named && says_what_to_do(&error), "{error}");
    }
    let (signer, mut unnamed) = (TokenSigner::new(), valid());
    unnamed.as_object_mut().unwrap().remove("sub");
    unnamed.as_object_mut().unwrap().remove("sid");
    let error = check(&signer, &signer.sign(&header(), &unnamed)).unwrap_err();
    assert!(error.contains("both missing or empty"), "{error}");
}

fn says_what_to_do(error: &str) -> bool {
    error.contains("; try again") || error.contains("; compare the clocks")
}

#[test]
fn header_never_selects_the_algorithm_key_or_kind() {
    let (signer, other) = (TokenSigner::new(), TokenSigner::new());
    let claims = valid();
    let embedded = json!({"alg": "ES256", "kid": "k1", "jwk": other.keys("k1").keys()[0]});
    let with = |member: &str, value: Value| {
        let mut header = header();
        header[member] = value;
        signer.sign(&header, &claims)
    };
    let unsigned = |token: String| format!("{}.", token.rsplit_once('.').unwrap().0);
    for (token, says) in [
        (other.sign(&header(), &claims), "unknown key"),
        (other.sign(&embedded, &claims), "unknown key"),
        (with("kid", json!("k2")), "unknown key"),
        (with("alg", json!("RS256")), "unknown key"),
        (with("alg", json!("HS256")), "algorithm"),
        (with("alg", json!("none")), "algorithm"),
        (unsigned(with("alg", json!("none"))), "algorithm"),
        (unsigned(with("kid", json!("k1"))), "unknown key"),
        (with("typ", json!("at+jwt")), "`typ`"),
        (with("typ", json!("id_token")), "`typ`"),
        (with("crit", json!(["exp"])), "`crit`"),
        (String::new(), "not a signed token"),
        ("a.b".to_owned(), "not a signed token"),
        ("a.b.c".to_owned(), "header"),
        ("x".repeat(MAX_TOKEN_BYTES) + ".b.c", "not a signed token"),
    ] {
        let error = check(&signer, &token).unwrap_err();
        assert!(error.contains(says), "{says}: {error}");
    }
    for typ in ["JWT", "logout+jwt", "application/logout+jwt", "LOGOUT+JWT"] {
        assert!(check(&signer, &with("typ", json!(typ))).is_ok(), "{typ}");
    }
}

#[test]
fn id_token_is_not_a_logout_token() {
    let signer = TokenSigner::new();
    let claims = json!({"iss": ISSUER, "aud": CLIENT, "iat": NOW, "exp": NOW + 120, "jti": "j-1",
        "sub": "u-1", "sid": "s-1", "nonce": "n"});
    let id_token = json!({"alg": "ES256", "kid": "k1", "typ": "JWT"});
    assert!(check(&signer, &signer.sign(&id_token, &claims)).is_err());
}
