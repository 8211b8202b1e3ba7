//! Each element of an ID token is removed or changed, alone: only the unchanged token is accepted.

use super::*;
use crate::oidc::testing::TokenSigner;
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

fn valid() -> Value {
    json!({"iss": ISSUER, "sub": "7", "aud": [CLIENT], "exp": NOW + 3600, "iat": NOW, "nonce": "n-1",
        "preferred_username": "ben"})
}

/// The subject of a valid token, or the error.
fn check(keys: CoreJsonWebKeySet, token: &str) -> Result<String, String> {
    let token: CoreIdToken = token.parse().map_err(|_| "not a token".to_owned())?;
    let verifier = CoreIdTokenVerifier::new_confidential_client(
        ClientId::new(CLIENT.to_owned()),
        ClientSecret::new(SECRET.to_owned()),
        IssuerUrl::new(ISSUER.to_owned()).unwrap(),
        keys,
    );
    let nonce = Nonce::new("n-1".to_owned());
    let client_id = ClientId::new(CLIENT.to_owned());
    let expected = IdTokenExpectations {
        client_id: &client_id,
        nonce: &nonce,
        now: Timestamp::from_seconds(NOW),
    };
    let message = |error| match error {
        VerifyError::UnknownKey => "unknown key".to_owned(),
        VerifyError::Invalid(error) => error.to_string(),
    };
    let claims = verify(&token, verifier.clone(), &expected).map_err(message)?;
    let access = AccessToken::new(ACCESS_TOKEN.to_owned());
    check_access_token(&token, claims, &verifier, &access).map_err(|error| error.to_string())?;
    Ok(claims.subject().to_string())
}

fn with(claim: &str, value: Value) -> Result<String, String> {
    let (signer, mut claims) = (TokenSigner::new(), valid());
    match value {
        Value::Null => claims.as_object_mut().unwrap().remove(claim),
        value => claims
            .as_object_mut()
            .unwrap()
            .insert(claim.to_owned(), value),
    };
    check(signer.keys("k1"), &signer.sign(&header(), &claims))
}

#[test]
fn valid_token_is_accepted_within_the_clock_skew() {
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
fn missing_or_changed_claim_is_rejected_and_named() {
    for (claim, value, says) in [
        ("iss", json!("https://evil.example"), "`iss`"),
        ("iss", json!(format!("{ISSUER}/")), "`iss`"),
        ("iss", Value::Null, "not a token"),
        ("aud", json!(["other"]), "`aud`"),
        ("aud", json!([CLIENT, "other"]), "`aud`"),
        ("aud", json!([]), "`aud`"),
        ("aud", Value::Null, "`aud`"),
        ("azp", json!("other"), "`azp`"),
        ("exp", json!(NOW - 100), "not valid at this time"),
        ("exp", Value::Null, "not a token"),
        ("exp", json!("soon"), "not a token"),
        ("iat", json!(NOW + 600), "not valid at this time"),
        ("iat", json!(NOW - 3600), "not valid at this time"),
        ("iat", Value::Null, "not a token"),
        ("nonce", json!("n-2"), "another sign-in of yours"),
        ("nonce", Value::Null, "another sign-in of yours"),
        ("sub", Value::Null, "not a token"),
        ("sub", json!(7), "not a token"),
        ("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"), "`at_hash`"),
    ] {
        let error = with(claim, value.clone()).unwrap_err();
        assert!(error.contains(says), "{claim} {value}: {error}");
    }
}

#[test]
fn message_of_a_wrong_clock_has_both_times() {
    let error = with("iat", json!(NOW + 600)).unwrap_err();
    assert!(
        error.contains("2026-09-21T14:23:20") && error.contains("2026-09-21T14:13:20"),
        "{error}"
    );
    assert!(error.contains("compare the clocks"), "{error}");
}

#[test]
fn header_never_selects_the_algorithm_or_the_key() {
    let signer = TokenSigner::new();
    let claims = valid();
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
    let other = TokenSigner::new();
    let embedded = json!({"alg": "ES256", "kid": "k1", "jwk": other.keys("k1").keys()[0]});
    let critical = json!({"alg": "ES256", "kid": "k1", "crit": ["exp"]});
    let typed = json!({"alg": "ES256", "kid": "k1", "typ": "at+jwt"});
    for (token, says) in [
        (hmac(SECRET.as_bytes()), "algorithm"),
        (hmac(signer.public()), "algorithm"),
        (none("none"), ""),
        (none("None"), ""),
        (other.sign(&header(), &claims), "unknown key"),
        (other.sign(&embedded, &claims), "unknown key"),
        (signer.sign(&critical, &claims), "not valid"),
        (signer.sign(&typed, &claims), "not valid"),
        (
            signer.sign(&json!({"alg": "ES256", "kid": "k2"}), &claims),
            "unknown key",
        ),
    ] {
        let error = check(signer.keys("k1"), &token).unwrap_err();
        assert!(error.contains(says), "{token}: {error}");
    }
}

#[test]
fn token_with_one_changed_byte_is_rejected() {
    let signer = TokenSigner::new();
    let token = signer.sign(&header(), &valid());
    // The last character of a signature of 64 bytes holds bits that no byte needs.
    for place in 0..token.len() - 1 {
        let mut changed = token.clone().into_bytes();
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(check(signer.keys("k1"), &changed).is_err(), "byte {place}");
    }
}
