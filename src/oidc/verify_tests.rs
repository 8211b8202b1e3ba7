//! Each element of an ID token dropped, swapped or bent, alone: only the whole one is accepted.

use super::*;
use crate::oidc::forge::Forge;
use data_encoding::BASE64URL_NOPAD;
use openidconnect::core::CoreJsonWebKeySet;
use openidconnect::{ClientSecret, IssuerUrl};
use serde_json::{Value, json};

const NOW: i64 = 1_790_000_000;
const ISSUER: &str = "https://git.example.com";
const CLIENT: &str = "samovar-client";
const SECRET: &str = "gto_client_secret";
const ACCESS_TOKEN: &str = "access-token";

fn header() -> Value {
    json!({"alg": "ES256", "kid": "k1", "typ": "JWT"})
}

fn good() -> Value {
    json!({"iss": ISSUER, "sub": "7", "aud": [CLIENT], "exp": NOW + 3600, "iat": NOW, "nonce": "n-1",
        "preferred_username": "ben"})
}

/// What the checks say: the subject, or the error.
fn check(keys: CoreJsonWebKeySet, token: &str) -> Result<String, String> {
    let token: CoreIdToken = token.parse().map_err(|_| "no token".to_owned())?;
    let verifier = CoreIdTokenVerifier::new_confidential_client(
        ClientId::new(CLIENT.to_owned()),
        ClientSecret::new(SECRET.to_owned()),
        IssuerUrl::new(ISSUER.to_owned()).unwrap(),
        keys,
    );
    let nonce = Nonce::new("n-1".to_owned());
    let client_id = ClientId::new(CLIENT.to_owned());
    let expected = Expected {
        client_id: &client_id,
        nonce: &nonce,
        now: Timestamp::from_seconds(NOW),
    };
    let said = |rejected| match rejected {
        Rejected::UnknownKey => "unknown key".to_owned(),
        Rejected::Invalid(error) => error.to_string(),
    };
    let claims = claims(&token, verifier.clone(), &expected).map_err(said)?;
    let access = AccessToken::new(ACCESS_TOKEN.to_owned());
    check_access_token(&token, claims, &verifier, &access).map_err(|error| error.to_string())?;
    Ok(claims.subject().to_string())
}

fn with(claim: &str, value: Value) -> Result<String, String> {
    let (forge, mut claims) = (Forge::new(), good());
    match value {
        Value::Null => claims.as_object_mut().unwrap().remove(claim),
        value => claims
            .as_object_mut()
            .unwrap()
            .insert(claim.to_owned(), value),
    };
    check(forge.keys("k1"), &forge.sign(&header(), &claims))
}

#[test]
fn a_whole_token_is_accepted_within_the_skew_of_the_clocks() {
    let half_hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, ACCESS_TOKEN.as_bytes());
    let half_hash = BASE64URL_NOPAD.encode(&half_hash.as_ref()[..16]);
    for (claim, value) in [
        ("sub", json!("7")),
        ("aud", json!(CLIENT)),
        ("azp", json!(CLIENT)),
        ("iat", json!(NOW + 90)),
        ("iat", json!(NOW - 90)),
        ("exp", json!(NOW - 80)),
        ("at_hash", json!(half_hash)),
    ] {
        assert_eq!(
            with(claim, value.clone()),
            Ok("7".to_owned()),
            "{claim} {value}"
        );
    }
}

#[test]
fn a_claim_that_is_missing_or_bent_is_refused_and_named() {
    for (claim, value, says) in [
        ("iss", json!("https://evil.example"), "`iss`"),
        ("iss", json!(format!("{ISSUER}/")), "`iss`"),
        ("iss", Value::Null, "no token"),
        ("aud", json!(["other"]), "`aud`"),
        ("aud", json!([CLIENT, "other"]), "`aud`"),
        ("aud", json!([]), "`aud`"),
        ("aud", Value::Null, "`aud`"),
        ("azp", json!("other"), "`azp`"),
        ("exp", json!(NOW - 100), "out of time"),
        ("exp", Value::Null, "no token"),
        ("exp", json!("soon"), "no token"),
        ("iat", json!(NOW + 600), "out of time"),
        ("iat", json!(NOW - 3600), "out of time"),
        ("iat", Value::Null, "no token"),
        ("nonce", json!("n-2"), "another sign-in of yours"),
        ("nonce", Value::Null, "another sign-in of yours"),
        ("sub", Value::Null, "no token"),
        ("sub", json!(7), "no token"),
        ("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"), "`at_hash`"),
    ] {
        let error = with(claim, value.clone()).unwrap_err();
        assert!(error.contains(says), "{claim} {value}: {error}");
    }
}

#[test]
fn a_clock_that_is_wrong_is_said_with_both_times() {
    let error = with("iat", json!(NOW + 600)).unwrap_err();
    assert!(
        error.contains("2026-09-21T14:23:20") && error.contains("2026-09-21T14:13:20"),
        "{error}"
    );
    assert!(error.contains("compare the clocks"), "{error}");
}

#[test]
fn no_header_chooses_the_algorithm_or_the_key() {
    let forge = Forge::new();
    let claims = good();
    let encode = |part: &Value| BASE64URL_NOPAD.encode(part.to_string().as_bytes());
    let hmac = |key: &[u8]| {
        let head = format!(
            "{}.{}",
            encode(&json!({"alg": "HS256", "typ": "JWT"})),
            encode(&claims)
        );
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, key);
        let tag = aws_lc_rs::hmac::sign(&key, head.as_bytes());
        format!("{head}.{}", BASE64URL_NOPAD.encode(tag.as_ref()))
    };
    let none = |alg: &str| {
        let head = json!({ "alg": alg, "typ": "JWT" });
        format!("{}.{}.", encode(&head), encode(&claims))
    };
    let other = Forge::new();
    let embedded = json!({"alg": "ES256", "kid": "k1", "jwk": other.keys("k1").keys()[0]});
    let critical = json!({"alg": "ES256", "kid": "k1", "crit": ["exp"]});
    let typed = json!({"alg": "ES256", "kid": "k1", "typ": "at+jwt"});
    for (token, says) in [
        (hmac(SECRET.as_bytes()), "algorithm"),
        (hmac(forge.public()), "algorithm"),
        (none("none"), ""),
        (none("None"), ""),
        (other.sign(&header(), &claims), "unknown key"),
        (other.sign(&embedded, &claims), "unknown key"),
        (forge.sign(&critical, &claims), "not valid"),
        (forge.sign(&typed, &claims), "not valid"),
        (
            forge.sign(&json!({"alg": "ES256", "kid": "k2"}), &claims),
            "unknown key",
        ),
    ] {
        let error = check(forge.keys("k1"), &token).unwrap_err();
        assert!(error.contains(says), "{token}: {error}");
    }
}

#[test]
fn no_bent_byte_of_a_token_is_accepted() {
    let forge = Forge::new();
    let token = forge.sign(&header(), &good());
    // The last character of a signature of 64 bytes holds bits that no byte needs.
    for place in 0..token.len() - 1 {
        let mut bent = token.clone().into_bytes();
        bent[place] = if bent[place] == b'A' { b'B' } else { b'A' };
        let bent = String::from_utf8(bent).unwrap();
        assert!(check(forge.keys("k1"), &bent).is_err(), "byte {place}");
    }
}
