//! Wycheproof's vectors for JSON web signatures and key sets, run against both verifiers of foreign tokens: that of
//! workload tokens, and that of logout tokens (whose cryptography is that of the library that verifies ID tokens).
//!
//! A vector with an algorithm that is not accepted must be rejected like any invalid one; it is not skipped.

use super::verification_keys::VerificationKeys;
use super::{logout_token, workload};
use serde_json::{Value, json};

/// Both files, and the number of vectors in them.
const FILES: [&str; 2] = [
    include_str!("../../tests/wycheproof/json_web_signature_test.json"),
    include_str!("../../tests/wycheproof/json_web_key_test.json"),
];
const VECTORS: usize = 401 + 26;

/// Vectors that are not run, each with the reason.
const SKIPS: [(&str, &str); 1] = [(
    "key 7: ",
    "a key that a vulnerable library generated can be factored (ROCA); the issuer is responsible for the quality of its \
     keys, and an attacker who can choose them can also publish a strong one",
)];

struct Vector {
    name: String,
    keys: Value,
    token: String,
    algorithm: String,
    valid: bool,
}

fn vectors() -> Vec<Vector> {
    let files = FILES.map(|text| serde_json::from_str::<Value>(text).unwrap());
    let mut vectors = Vec::new();
    for (file, whole) in ["signature", "key"].into_iter().zip(&files) {
        for group in whole["testGroups"].as_array().unwrap() {
            // Symmetric keys have no public half.
            let key = group.get("public").unwrap_or(&group["private"]);
            let set = if key.get("keys").is_some() {
                key.clone()
            } else {
                json!({ "keys": [key] })
            };
            for test in group["tests"].as_array().unwrap() {
                let token = test["jws"].as_str().unwrap().to_owned();
                vectors.push(Vector {
                    name: format!("{file} {}: {}", test["tcId"], test["comment"]),
                    keys: set.clone(),
                    algorithm: algorithm(&token),
                    token,
                    valid: test["result"] == "valid",
                });
            }
        }
    }
    assert_eq!(vectors.len(), VECTORS);
    vectors
}

fn algorithm(token: &str) -> String {
    let header = token.split('.').next().unwrap();
    let header = data_encoding::BASE64URL_NOPAD.decode(header.as_bytes());
    let header = header
        .ok()
        .and_then(|h| serde_json::from_slice::<Value>(&h).ok());
    header.map_or_else(String::new, |header| {
        header["alg"].as_str().unwrap_or_default().to_owned()
    })
}

/// Runs all vectors that are not skipped; returns how many ran, and how many were accepted.
fn run(algorithms: &[&str], accepts: impl Fn(&str, &Value) -> bool) -> (usize, usize) {
    let (mut ran, mut accepted, mut wrong) = (0, 0, Vec::new());
    for vector in vectors() {
        let skipped = SKIPS.iter().any(|(name, _)| vector.name.starts_with(name));
        let expected = vector.valid && algorithms.contains(&vector.algorithm.as_str());
        let found = accepts(&vector.token, &vector.keys);
        if skipped {
            assert_ne!(found, expected, "no longer needs a skip: {}", vector.name);
            continue;
        }
        ran += 1;
        accepted += usize::from(found);
        if found != expected {
            wrong.push(format!("{} by {}: {found}", vector.name, vector.algorithm));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    (ran, accepted)
}

#[test]
fn workload_tokens_agree_with_the_published_vectors() {
    let ran = run(&["ES256", "RS256"], |token, keys| {
        workload::is_signed(token, keys.clone())
    });
    assert_eq!(ran, (VECTORS - SKIPS.len(), 11));
}

#[test]
fn provider_tokens_agree_with_the_published_vectors() {
    let algorithms = [
        "ES256", "ES384", "EdDSA", "RS256", "RS384", "RS512", "PS256", "PS512",
    ];
    let ran = run(&algorithms, |token, keys| {
        let keys = serde_json::from_value::<VerificationKeys>(keys.clone());
        keys.is_ok_and(|VerificationKeys(keys)| {
            logout_token::verify_signature(token, keys.keys()).is_ok()
        })
    });
    assert_eq!(ran, (VECTORS - SKIPS.len(), 29));
}
