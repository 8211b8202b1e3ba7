//! Tokens over real keys and a test clock.

use super::super::testing::{ISSUER, TestServer, event};
use super::super::{IssuedToken, KeyError};
use super::*;
use crate::model::{Principal, ServiceAccountId, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const AUDIENCE: Audience<'static> = Audience {
    name: "deploy-api",
    named_at: Timestamp::ZERO,
};

async fn issue(server: &TestServer, algorithm: SigningAlgorithm, seconds: u64) -> IssuedToken {
    let tokens = &server.services.tokens;
    tokens.keys().rotate_due().await.unwrap();
    let lifetime = Duration::from_secs(seconds);
    tokens.issue(algorithm, lifetime, token_claims()).unwrap()
}

fn token_claims() -> TokenClaims {
    TokenClaims {
        principal: Principal::ServiceAccount(ServiceAccountId::from_bytes([3; 16])),
        audience: AUDIENCE.name.parse().unwrap(),
        client: "ci".to_owned(),
        scope: Arc::new("deployments:write".parse().unwrap()),
        grant: None,
        actor: None,
        provider: None,
        name: "ci".to_owned(),
        roles: vec!["deployer".to_owned()],
    }
}

#[tokio::test]
async fn issued_tokens_verify_after_a_restart() {
    let mut server = TestServer::start();
    let mut all = Vec::new();
    for algorithm in SigningAlgorithm::ALL {
        all.push(issue(&server, algorithm, 300).await);
    }
    for _ in 0..2 {
        for issued in &all {
            let read = server
                .services
                .tokens
                .verify(&issued.text, AUDIENCE)
                .unwrap();
            let whole = |at: Timestamp| Timestamp::from_seconds(at.seconds());
            assert_eq!(read.id, issued.token.id);
            assert_eq!(read.principal, issued.token.principal);
            assert_eq!(read.scope, issued.token.scope);
            assert_eq!(read.roles, issued.token.roles);
            assert_eq!(read.expires_at, whole(issued.token.expires_at));
        }
        server = server.restart();
    }
}

#[tokio::test]
async fn another_seal_key_opens_no_signing_key() {
    let server = TestServer::start();
    issue(&server, SigningAlgorithm::EdDsa, 300).await;
    let error = server.services_with(ISSUER, 8).err().unwrap();
    assert!(matches!(error, KeyError::Seal(_)));
    assert!(error.to_string().contains("use the seal key"), "{error}");
}

#[tokio::test]
async fn a_token_older_than_the_name_of_its_audience_is_rejected() {
    let server = TestServer::start();
    let issued = issue(&server, SigningAlgorithm::EdDsa, 300).await;
    let at = issued.token.issued_at;
    assert_eq!(issued.token.id.made_at(), at, "to the millisecond");
    let verify = |named_at| {
        let audience = Audience {
            named_at,
            ..AUDIENCE
        };
        server.services.tokens.verify(&issued.text, audience)
    };
    verify(at.minus(Duration::from_millis(1))).unwrap();
    verify(at).unwrap();
    let error = verify(at.plus(Duration::from_millis(1))).unwrap_err();
    assert_eq!(error.code().as_str(), "token_audience_wrong");
    let message = error.to_string();
    assert!(
        message.contains("`aud`") && message.contains("get a new token"),
        "{message}"
    );
}

#[tokio::test]
async fn each_reason_for_a_rejection_has_its_own_code() {
    let server = TestServer::start();
    let text = issue(&server, SigningAlgorithm::EdDsa, 300).await.text;
    let error = |code: &str, audience: Audience<'_>| {
        let tokens = &server.services.tokens;
        let found = tokens.verify(&text, audience).unwrap_err();
        assert_eq!(found.code().as_str(), code, "{found}");
        found.to_string()
    };
    let other = Audience {
        name: "other-api",
        ..AUDIENCE
    };
    let message = error("token_audience_wrong", other);
    assert!(message.contains("audience=other-api"), "{message}");
    server.clock.set_back(Duration::from_secs(60));
    server.services.tokens.verify(&text, AUDIENCE).unwrap();
    server.clock.set_back(Duration::from_secs(1));
    let message = error("token_not_yet_valid", AUDIENCE);
    assert!(message.contains("clocks"), "{message}");
    server.clock.advance(Duration::from_secs(361));
    let message = error("token_expired", AUDIENCE);
    assert!(message.contains("2026-09-"), "{message}");

    let text = issue(&server, SigningAlgorithm::EdDsa, 300).await.text;
    let external = server
        .services_with("https://other.example.test", 7)
        .unwrap();
    let found = external.tokens.verify(&text, AUDIENCE).unwrap_err();
    assert_eq!(found.code().as_str(), "token_issuer_wrong");
    let fresh = TestServer::start();
    let found = fresh.services.tokens.verify(&text, AUDIENCE).unwrap_err();
    assert_eq!(found.code().as_str(), "token_key_unknown");
}

/// Valid claims.
fn claims(server: &TestServer) -> Value {
    let now = server.clock.now().seconds();
    json!({
        "iss": ISSUER, "sub": "03030303-0303-0303-0303-030303030303", "aud": AUDIENCE.name,
        "exp": now + 300, "iat": now, "nbf": now, "jti": "04040404-0404-0404-0404-040404040404",
        "client_id": "ci", "scope": "deployments:write", "principal_kind": "service-account",
        "preferred_username": "ci", "roles": [],
    })
}

async fn signed(server: &TestServer, claims: &impl serde::Serialize) -> String {
    let keys = server.services.tokens.keys();
    keys.rotate_due().await.unwrap();
    let made = keys.sign(SigningAlgorithm::EdDsa, TokenType::Access, claims);
    made.unwrap().1
}

#[tokio::test]
async fn a_claim_with_a_wrong_type_is_rejected() {
    let server = TestServer::start();
    let good = claims(&server);
    let text = signed(&server, &good).await;
    server.services.tokens.verify(&text, AUDIENCE).unwrap();
    let odd = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5),
        json!("1790000300"),
        json!([]),
        json!(["deploy-api"]),
        json!({}),
        json!("é\u{0}"),
    ];
    let names: Vec<String> = good.as_object().unwrap().keys().cloned().collect();
    for name in &names {
        for value in &odd {
            let mut bad = good.clone();
            bad[name] = value.clone();
            let text = signed(&server, &bad).await;
            let verified = server.services.tokens.verify(&text, AUDIENCE);
            let fits = match name.as_str() {
                "client_id" | "preferred_username" => value.is_string(),
                "roles" => value.is_array(),
                _ => false,
            };
            assert_eq!(verified.is_ok(), fits, "{name}: {value}");
            if let Err(found) = verified {
                assert_names(&found, name);
            }
        }
        let mut without = good.clone();
        without.as_object_mut().unwrap().remove(name);
        let text = signed(&server, &without).await;
        let found = server.services.tokens.verify(&text, AUDIENCE).unwrap_err();
        assert_eq!(found.code().as_str(), "token_claim_invalid");
        assert_names(&found, name);
    }
    for (name, value) in [
        ("admin", json!(true)),
        ("grant_id", json!("x")),
        ("grant_id", json!(7)),
        ("act", json!("ci")),
        ("act.sub", json!({"sub": 7})),
        ("act.act.sub", json!({"sub": "ci", "act": {"sub": null}})),
    ] {
        let mut more = good.clone();
        more[name.split('.').next().unwrap()] = value;
        let text = signed(&server, &more).await;
        let found = server.services.tokens.verify(&text, AUDIENCE).unwrap_err();
        assert_eq!(found.code().as_str(), "token_claim_invalid");
        assert_names(&found, name);
    }
}

/// The error is that of a wrong claim, and the message names it and says what to do.
fn assert_names(found: &TokenError, claim: &str) {
    let wrong = match found {
        TokenError::IssuerWrong { .. } => claim == "iss",
        TokenError::AudienceWrong { .. } => claim == "aud",
        other => matches!(other, TokenError::ClaimInvalid(_)),
    };
    let message = found.to_string();
    let named = message.contains(&format!("`{claim}`"));
    assert!(
        wrong && named && message.contains("; get a "),
        "{claim}: {message}"
    );
}

#[test]
fn every_message_says_what_to_do_next() {
    let (at, now, expected) = (Timestamp::ZERO, Timestamp::ZERO, String::new());
    for error in [
        TokenError::Malformed,
        TokenError::TypeWrong { expected: "at+jwt" },
        TokenError::KeyUnknown,
        TokenError::SignatureInvalid,
        TokenError::Expired { at, now },
        TokenError::NotYetValid { from: at, now },
        TokenError::IssuerWrong {
            expected: expected.clone(),
        },
        TokenError::AudienceWrong {
            expected: expected.clone(),
        },
        TokenError::AudienceReplaced { expected },
        TokenError::ClaimInvalid(String::new()),
        TokenError::Revoked,
    ] {
        let message = error.to_string();
        let (_, next) = message.rsplit_once("; ").expect(&message);
        let does = ["get a", "get one", "check the clocks", "sign in again"];
        assert!(does.iter().any(|what| next.starts_with(what)), "{message}");
    }
}

#[tokio::test]
async fn the_provider_claim_is_optional_and_strict() {
    let server = TestServer::start();
    let tokens = &server.services.tokens;
    tokens.keys().rotate_due().await.unwrap();
    for provider in [Some("gitea"), Some("okta"), None] {
        let provider = provider.map(|id| id.parse().unwrap());
        let (algorithm, life) = (SigningAlgorithm::EdDsa, Duration::from_secs(300));
        let claims = TokenClaims {
            provider: provider.clone(),
            ..token_claims()
        };
        let issued = tokens.issue(algorithm, life, claims).unwrap();
        let read = tokens.verify(&issued.text, AUDIENCE).unwrap();
        assert_eq!(read.provider, provider);
    }
    for odd in [json!("Okta"), json!(""), json!(7), json!(["okta"])] {
        let mut bad = claims(&server);
        bad["provider"] = odd;
        let text = signed(&server, &bad).await;
        let found = tokens.verify(&text, AUDIENCE).unwrap_err();
        assert_eq!(found.code().as_str(), "token_claim_invalid");
        assert_names(&found, "provider");
    }
}

/// An object with `aud` twice.
struct RepeatedClaim(Value);

impl serde::Serialize for RepeatedClaim {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("aud", "other-api")?;
        for (name, value) in self.0.as_object().unwrap() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[tokio::test]
async fn a_repeated_claim_is_rejected() {
    let server = TestServer::start();
    let text = signed(&server, &RepeatedClaim(claims(&server))).await;
    let found = server.services.tokens.verify(&text, AUDIENCE).unwrap_err();
    assert_eq!(found.code().as_str(), "token_claim_invalid");
    assert_names(&found, "aud");
}

#[tokio::test]
async fn tokens_of_a_replaced_key_are_rejected_at_once() {
    let server = TestServer::start();
    let old = issue(&server, SigningAlgorithm::EdDsa, 300).await.text;
    let other = issue(&server, SigningAlgorithm::Es256, 300).await.text;
    let keys = server.services.tokens.keys();
    let event = event(server.clock.now());
    keys.replace(SigningAlgorithm::EdDsa, event).await.unwrap();
    let tokens = &server.services.tokens;
    let found = tokens.verify(&old, AUDIENCE).unwrap_err();
    assert_eq!(found.code().as_str(), "token_key_unknown");
    tokens.verify(&other, AUDIENCE).unwrap();
    let new = issue(&server, SigningAlgorithm::EdDsa, 300).await.text;
    tokens.verify(&new, AUDIENCE).unwrap();
    let server = server.restart();
    assert!(server.services.tokens.verify(&old, AUDIENCE).is_err());
}

#[tokio::test]
async fn a_token_issued_right_after_a_revocation_is_valid() {
    let server = TestServer::start();
    let tokens = &server.services.tokens;
    let old = issue(&server, SigningAlgorithm::EdDsa, 300).await;
    let all = RevokedObject::Principal {
        principal: old.token.principal,
    };
    let event = event(server.clock.now());
    tokens.revoke(all, event).await.unwrap();
    server.clock.advance(Duration::from_millis(1));
    let new = issue(&server, SigningAlgorithm::EdDsa, 300).await;
    for services in [&server.services, &server.services_with(ISSUER, 7).unwrap()] {
        let error = services.tokens.verify(&old.text, AUDIENCE).unwrap_err();
        assert_eq!(error, TokenError::Revoked);
        services.tokens.verify(&new.text, AUDIENCE).unwrap();
    }
}

#[tokio::test]
async fn no_valid_token_fails_while_keys_rotate() {
    let server = TestServer::start();
    let mut live: Vec<IssuedToken> = Vec::new();
    let mut signers = BTreeSet::new();
    for _ in 0..720 {
        server.services.tokens.keys().rotate_due().await.unwrap();
        live.push(issue(&server, SigningAlgorithm::EdDsa, 600).await);
        let now = server.clock.now();
        live.retain(|issued| now.seconds() < issued.token.expires_at.seconds());
        for issued in &live {
            server
                .services
                .tokens
                .verify(&issued.text, AUDIENCE)
                .unwrap();
            let header = issued.text.split('.').next().unwrap().to_owned();
            signers.insert(header);
        }
        server.clock.advance(Duration::from_secs(7 * 60));
    }
    assert_eq!(signers.len(), 4, "a key for each of four days");
    let keys = server.services.tokens.keys();
    assert!(keys.list().len() <= 6);
    let document: Value = serde_json::from_str(&keys.document()).unwrap();
    assert_eq!(
        document["keys"].as_array().unwrap().len(),
        keys.list().len()
    );
    assert!(!document.to_string().contains("\"d\""), "no private key");
}

#[tokio::test]
async fn a_revoked_token_stays_revoked_when_the_clock_is_set_back() {
    let server = TestServer::start();
    let issued = issue(&server, SigningAlgorithm::EdDsa, 300).await;
    let event = || event(server.clock.now());
    let revoked = RevokedObject::Token {
        id: issued.token.id,
    };
    let tokens = &server.services.tokens;
    tokens.revoke(revoked, event()).await.unwrap();
    let until = issued.token.expires_at;
    assert!(
        tokens
            .take_foreign("https://ci.example", "1", until)
            .is_some()
    );
    let hour = Duration::from_secs(3600);
    server.clock.advance(23 * hour);
    tokens.tidy().await.unwrap();
    server.clock.set_back(23 * hour);
    for services in [&server.services, &server.services_with(ISSUER, 7).unwrap()] {
        let found = services.tokens.verify(&issued.text, AUDIENCE).unwrap_err();
        assert_eq!(found.code().as_str(), "token_revoked");
    }
    assert!(
        tokens
            .take_foreign("https://ci.example", "1", until)
            .is_none()
    );
    server.clock.advance(25 * hour);
    tokens.tidy().await.unwrap();
    assert!(server.store.load().unwrap().revocations.is_empty());
    assert!(
        tokens
            .take_foreign("https://ci.example", "1", until)
            .is_some()
    );
}
