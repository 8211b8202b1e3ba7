//! Tokens over real keys and a clock that is turned by hand.

use super::super::testing::{ISSUER, Stage};
use super::super::{Issued, KeyError};
use super::*;
use crate::model::{Principal, ServiceAccountId, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const AUDIENCE: Audience<'static> = Audience {
    name: "deploy-api",
    named_at: Timestamp::ZERO,
};

async fn issue(stage: &Stage, algorithm: SigningAlgorithm, seconds: u64) -> Issued {
    let token = AccessToken {
        id: TokenId::from_bytes([0; 16]),
        principal: Principal::ServiceAccount(ServiceAccountId::from_bytes([3; 16])),
        audience: AUDIENCE.name.parse().unwrap(),
        client: "ci".to_owned(),
        scope: Arc::new("deployments:write".parse().unwrap()),
        issued_at: Timestamp::ZERO,
        expires_at: Timestamp::ZERO,
        grant: None,
        actor: None,
        provider: None,
        name: "ci".to_owned(),
        roles: vec!["deployer".to_owned()],
    };
    let tokens = &stage.opened.tokens;
    tokens.keys().round().await.unwrap();
    let life = Duration::from_secs(seconds);
    tokens.issue(algorithm, life, token).unwrap()
}

#[tokio::test]
async fn what_is_issued_reads_back_by_every_algorithm_and_after_a_restart() {
    let mut stage = Stage::set();
    let mut all = Vec::new();
    for algorithm in SigningAlgorithm::ALL {
        all.push(issue(&stage, algorithm, 300).await);
    }
    for _ in 0..2 {
        for issued in &all {
            let read = stage.opened.tokens.verify(&issued.text, AUDIENCE).unwrap();
            let whole = |at: Timestamp| Timestamp::from_seconds(at.seconds());
            assert_eq!(read.id, issued.token.id);
            assert_eq!(read.principal, issued.token.principal);
            assert_eq!(read.scope, issued.token.scope);
            assert_eq!(read.roles, issued.token.roles);
            assert_eq!(read.expires_at, whole(issued.token.expires_at));
        }
        stage = stage.restart();
    }
}

#[tokio::test]
async fn another_seal_key_opens_nothing_and_says_so() {
    let stage = Stage::set();
    issue(&stage, SigningAlgorithm::EdDsa, 300).await;
    let error = stage.again((ISSUER, 8)).err().unwrap();
    assert!(matches!(error, KeyError::Seal(_)));
    assert!(error.to_string().contains("give the seal key"), "{error}");
}

#[tokio::test]
async fn a_token_that_is_older_than_the_name_of_its_audience_is_for_another_one() {
    let stage = Stage::set();
    let issued = issue(&stage, SigningAlgorithm::EdDsa, 300).await;
    let at = issued.token.issued_at;
    assert_eq!(issued.token.id.made_at(), at, "to the millisecond");
    let verify = |named_at| {
        let audience = Audience {
            named_at,
            ..AUDIENCE
        };
        stage.opened.tokens.verify(&issued.text, audience)
    };
    verify(at.minus(Duration::from_millis(1))).unwrap();
    verify(at).unwrap();
    let error = verify(at.plus(Duration::from_millis(1))).unwrap_err();
    assert_eq!(error.code().as_str(), "token_audience_wrong");
    let said = error.to_string();
    assert!(
        said.contains("`aud`") && said.contains("get a new token"),
        "{said}"
    );
}

#[tokio::test]
async fn each_way_of_not_holding_has_its_own_answer() {
    let stage = Stage::set();
    let text = issue(&stage, SigningAlgorithm::EdDsa, 300).await.text;
    let error = |code: &str, audience: Audience<'_>| {
        let tokens = &stage.opened.tokens;
        let found = tokens.verify(&text, audience).unwrap_err();
        assert_eq!(found.code().as_str(), code, "{found}");
        found.to_string()
    };
    let other = Audience {
        name: "other-api",
        ..AUDIENCE
    };
    let said = error("token_audience_wrong", other);
    assert!(said.contains("audience=other-api"), "{said}");
    stage.hands.turn_back(Duration::from_secs(60));
    stage.opened.tokens.verify(&text, AUDIENCE).unwrap();
    stage.hands.turn_back(Duration::from_secs(1));
    let said = error("token_not_yet_valid", AUDIENCE);
    assert!(said.contains("clocks"), "{said}");
    stage.hands.turn(Duration::from_secs(361));
    let said = error("token_expired", AUDIENCE);
    assert!(said.contains("2026-09-"), "{said}");

    let text = issue(&stage, SigningAlgorithm::EdDsa, 300).await.text;
    let elsewhere = stage.again(("https://other.example.test", 7)).unwrap();
    let found = elsewhere.tokens.verify(&text, AUDIENCE).unwrap_err();
    assert_eq!(found.code().as_str(), "token_issuer_wrong");
    let fresh = Stage::set();
    let found = fresh.opened.tokens.verify(&text, AUDIENCE).unwrap_err();
    assert_eq!(found.code().as_str(), "token_key_unknown");
}

/// Claims that would be accepted.
fn claims(stage: &Stage) -> Value {
    let now = stage.hands.now().seconds();
    json!({
        "iss": ISSUER, "sub": "03030303-0303-0303-0303-030303030303", "aud": AUDIENCE.name,
        "exp": now + 300, "iat": now, "nbf": now, "jti": "04040404-0404-0404-0404-040404040404",
        "client_id": "ci", "scope": "deployments:write", "principal_kind": "service-account",
        "preferred_username": "ci", "roles": [],
    })
}

async fn signed(stage: &Stage, claims: &impl serde::Serialize) -> String {
    let keys = stage.opened.tokens.keys();
    keys.round().await.unwrap();
    let made = keys.sign(SigningAlgorithm::EdDsa, TokenType::Access, claims);
    made.unwrap().1
}

#[tokio::test]
async fn a_claim_of_another_form_is_none_of_ours() {
    let stage = Stage::set();
    let good = claims(&stage);
    let text = signed(&stage, &good).await;
    stage.opened.tokens.verify(&text, AUDIENCE).unwrap();
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
            let text = signed(&stage, &bad).await;
            let verified = stage.opened.tokens.verify(&text, AUDIENCE);
            let fits = match name.as_str() {
                "client_id" | "preferred_username" => value.is_string(),
                "roles" => value.is_array(),
                _ => false,
            };
            assert_eq!(verified.is_ok(), fits, "{name}: {value}");
            if let Err(found) = verified {
                is_named(&found, name);
            }
        }
        let mut without = good.clone();
        without.as_object_mut().unwrap().remove(name);
        let text = signed(&stage, &without).await;
        let found = stage.opened.tokens.verify(&text, AUDIENCE).unwrap_err();
        assert_eq!(found.code().as_str(), "token_claim_invalid");
        is_named(&found, name);
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
        let text = signed(&stage, &more).await;
        let found = stage.opened.tokens.verify(&text, AUDIENCE).unwrap_err();
        assert_eq!(found.code().as_str(), "token_claim_invalid");
        is_named(&found, name);
    }
}

/// The code is that of a wrong claim, and the sentence says which one and what to do.
fn is_named(found: &TokenError, claim: &str) {
    let wrong = match found {
        TokenError::IssuerWrong { .. } => claim == "iss",
        TokenError::AudienceWrong { .. } => claim == "aud",
        other => matches!(other, TokenError::ClaimInvalid(_)),
    };
    let said = found.to_string();
    let named = said.contains(&format!("`{claim}`"));
    assert!(
        wrong && named && said.contains("; get a "),
        "{claim}: {said}"
    );
}

#[test]
fn whatever_a_token_is_refused_for_the_sentence_says_what_to_do_next() {
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
        let said = error.to_string();
        let (_, next) = said.rsplit_once("; ").expect(&said);
        let does = ["get a", "get one", "look at the clocks", "sign in again"];
        assert!(does.iter().any(|what| next.starts_with(what)), "{said}");
    }
}

#[tokio::test]
async fn a_token_says_of_which_provider_its_person_is_and_one_of_before_says_nothing() {
    let stage = Stage::set();
    let tokens = &stage.opened.tokens;
    for provider in [Some("gitea"), Some("okta"), None] {
        let provider = provider.map(|id| id.parse().unwrap());
        let (algorithm, life) = (SigningAlgorithm::EdDsa, Duration::from_secs(300));
        let token = AccessToken {
            provider: provider.clone(),
            ..issue(&stage, algorithm, 300).await.token
        };
        let issued = tokens.issue(algorithm, life, token).unwrap();
        let read = tokens.verify(&issued.text, AUDIENCE).unwrap();
        assert_eq!(read.provider, provider);
    }
    for odd in [json!("Okta"), json!(""), json!(7), json!(["okta"])] {
        let mut bad = claims(&stage);
        bad["provider"] = odd;
        let text = signed(&stage, &bad).await;
        let found = tokens.verify(&text, AUDIENCE).unwrap_err();
        assert_eq!(found.code().as_str(), "token_claim_invalid");
        is_named(&found, "provider");
    }
}

/// An object whose `aud` stands twice.
struct Twice(Value);

impl serde::Serialize for Twice {
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
async fn a_claim_that_stands_twice_is_none_of_ours() {
    let stage = Stage::set();
    let text = signed(&stage, &Twice(claims(&stage))).await;
    let found = stage.opened.tokens.verify(&text, AUDIENCE).unwrap_err();
    assert_eq!(found.code().as_str(), "token_claim_invalid");
    is_named(&found, "aud");
}

#[tokio::test]
async fn a_copied_key_is_replaced_at_once_and_nothing_that_it_signed_is_accepted() {
    let stage = Stage::set();
    let old = issue(&stage, SigningAlgorithm::EdDsa, 300).await.text;
    let other = issue(&stage, SigningAlgorithm::Es256, 300).await.text;
    let keys = stage.opened.tokens.keys();
    let event = super::super::testing::event(stage.hands.now());
    keys.replace(SigningAlgorithm::EdDsa, event).await.unwrap();
    let tokens = &stage.opened.tokens;
    let found = tokens.verify(&old, AUDIENCE).unwrap_err();
    assert_eq!(found.code().as_str(), "token_key_unknown");
    tokens.verify(&other, AUDIENCE).unwrap();
    let new = issue(&stage, SigningAlgorithm::EdDsa, 300).await.text;
    tokens.verify(&new, AUDIENCE).unwrap();
    let stage = stage.restart();
    assert!(stage.opened.tokens.verify(&old, AUDIENCE).is_err());
}

#[tokio::test]
async fn a_token_that_is_got_within_the_second_of_a_revocation_of_all_holds() {
    let stage = Stage::set();
    let tokens = &stage.opened.tokens;
    let old = issue(&stage, SigningAlgorithm::EdDsa, 300).await;
    let all = RevokedObject::Principal {
        principal: old.token.principal,
    };
    let event = super::super::testing::event(stage.hands.now());
    tokens.revoke(all, event).await.unwrap();
    stage.hands.turn(Duration::from_millis(1));
    let new = issue(&stage, SigningAlgorithm::EdDsa, 300).await;
    for opened in [&stage.opened, &stage.again((ISSUER, 7)).unwrap()] {
        let error = opened.tokens.verify(&old.text, AUDIENCE).unwrap_err();
        assert_eq!(error, TokenError::Revoked);
        opened.tokens.verify(&new.text, AUDIENCE).unwrap();
    }
}

#[tokio::test]
async fn keys_rotate_and_no_valid_token_ever_fails() {
    let stage = Stage::set();
    let mut live: Vec<Issued> = Vec::new();
    let mut signers = BTreeSet::new();
    for _ in 0..720 {
        stage.opened.tokens.keys().round().await.unwrap();
        live.push(issue(&stage, SigningAlgorithm::EdDsa, 600).await);
        let now = stage.hands.now();
        live.retain(|issued| now.seconds() < issued.token.expires_at.seconds());
        for issued in &live {
            stage.opened.tokens.verify(&issued.text, AUDIENCE).unwrap();
            let header = issued.text.split('.').next().unwrap().to_owned();
            signers.insert(header);
        }
        stage.hands.turn(Duration::from_secs(7 * 60));
    }
    assert_eq!(signers.len(), 4, "a key for each of three days and a half");
    let keys = stage.opened.tokens.keys();
    assert!(keys.list().len() <= 6);
    let document: Value = serde_json::from_str(&keys.document()).unwrap();
    assert_eq!(
        document["keys"].as_array().unwrap().len(),
        keys.list().len()
    );
    assert!(!document.to_string().contains("\"d\""), "no private half");
}

#[tokio::test]
async fn a_revoked_token_stays_revoked_when_the_clock_is_set_back_and_the_memory_is_bounded() {
    let stage = Stage::set();
    let issued = issue(&stage, SigningAlgorithm::EdDsa, 300).await;
    let event = || super::super::testing::event(stage.hands.now());
    let revoked = RevokedObject::Token {
        id: issued.token.id,
    };
    let tokens = &stage.opened.tokens;
    tokens.revoke(revoked, event()).await.unwrap();
    let until = issued.token.expires_at;
    assert!(
        tokens
            .take_foreign("https://ci.example", "1", until)
            .is_some()
    );
    let hour = Duration::from_secs(3600);
    stage.hands.turn(23 * hour);
    tokens.tidy().await.unwrap();
    stage.hands.turn_back(23 * hour);
    for opened in [&stage.opened, &stage.again((ISSUER, 7)).unwrap()] {
        let found = opened.tokens.verify(&issued.text, AUDIENCE).unwrap_err();
        assert_eq!(found.code().as_str(), "token_revoked");
    }
    assert!(
        tokens
            .take_foreign("https://ci.example", "1", until)
            .is_none()
    );
    stage.hands.turn(25 * hour);
    tokens.tidy().await.unwrap();
    assert!(stage.store.load().unwrap().revocations.is_empty());
    assert!(
        tokens
            .take_foreign("https://ci.example", "1", until)
            .is_some()
    );
}
