//! Verification of workload tokens, with a test clock: algorithms, headers, claims, times, keys.

use crate::support::browser::plain_client;
use crate::support::workloads::{Pair, Workloads};
use data_encoding::BASE64URL_NOPAD;
use samovar::model::{Clock, Issuer, Timestamp};
use samovar::oidc::{Workload, WorkloadError, WorkloadIssuers, WorkloadToken};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

const NOW: i64 = 1_800_000_000;

struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.0.load(Ordering::SeqCst))
    }
}

/// A verifier and one issuer.
struct Verifier {
    workloads: Workloads,
    issuer: Issuer,
    issuers: WorkloadIssuers,
    clock: Arc<TestClock>,
}

impl Verifier {
    async fn start(algorithm: &str) -> Self {
        let workloads = Workloads::start(algorithm).await;
        let clock = Arc::new(TestClock(AtomicI64::new(NOW)));
        let time = Arc::clone(&clock) as Arc<dyn Clock>;
        Self {
            issuer: workloads.url().parse().unwrap(),
            issuers: WorkloadIssuers::new(plain_client(), time),
            workloads,
            clock,
        }
    }

    fn advance(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds, Ordering::SeqCst);
    }

    fn claims(&self) -> Value {
        json!({
            "iss": self.workloads.url(), "sub": "job", "aud": "samovar",
            "iat": NOW, "nbf": NOW, "exp": NOW + 300, "jti": "1",
        })
    }

    fn header(&self) -> Value {
        self.workloads.header()
    }

    async fn verify(&self, token: &str) -> Result<Workload, WorkloadError> {
        let token = WorkloadToken::read(token)?;
        self.issuers.verify(&self.issuer, token).await
    }

    /// A token with exactly these parts, signed by the issuer.
    async fn signed(&self, header: &str, claims: &str) -> Result<Workload, WorkloadError> {
        self.verify(&self.workloads.pair.token(header, claims))
            .await
    }

    async fn error(&self, header: &Value, claims: &Value) -> WorkloadError {
        let outcome = self.signed(&header.to_string(), &claims.to_string()).await;
        outcome.err().unwrap_or_else(|| panic!("{header} {claims}"))
    }
}

#[tokio::test]
async fn a_token_is_verified_with_the_issuers_key() {
    for algorithm in ["RS256", "ES256", "EdDSA"] {
        let verifier = Verifier::start(algorithm).await;
        let token = verifier.workloads.token(&verifier.claims());
        let workload = verifier.verify(&token).await.unwrap();
        assert!(workload.is_for("samovar") && !workload.is_for("samova"));
        assert!(workload.has_claim("sub", "job") && !workload.has_claim("sub", "jo"));
        assert_eq!(workload.token_id(), Some("1"));
        assert_eq!(workload.expires_at, Timestamp::from_seconds(NOW + 300));

        let (head, signature) = token.rsplit_once('.').unwrap();
        let mut bytes = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
        bytes[7] ^= 1;
        let changed = format!("{head}.{}", BASE64URL_NOPAD.encode(&bytes));
        let error = verifier.verify(&changed).await.unwrap_err();
        assert_eq!(error, WorkloadError::SignatureInvalid, "{algorithm}");
        let other = Pair::new(algorithm);
        let forged = other.token(
            &verifier.header().to_string(),
            &verifier.claims().to_string(),
        );
        let error = verifier.verify(&forged).await.unwrap_err();
        assert_eq!(error, WorkloadError::SignatureInvalid, "{algorithm}");
        let unsigned = format!("{head}.");
        let error = verifier.verify(&unsigned).await.unwrap_err();
        assert_eq!(error, WorkloadError::SignatureInvalid, "{algorithm}");
    }
}

#[tokio::test]
async fn the_key_decides_the_algorithm_and_the_header_does_not() {
    for algorithm in ["RS256", "ES256", "EdDSA"] {
        let verifier = Verifier::start(algorithm).await;
        for other in [
            "none", "None", "NONE", "nOnE", "", " none", "HS256", "HS512", "RS256", "RS384",
            "RS512", "PS256", "ES256", "ES384", "ES512", "ES256K", "EdDSA", "Ed25519", "eddsa",
        ] {
            if other == algorithm {
                continue;
            }
            let mut header = verifier.header();
            header["alg"] = json!(other);
            let error = verifier.error(&header, &verifier.claims()).await;
            assert_eq!(error, WorkloadError::KeyUnknown, "{algorithm} as {other}");
        }
    }
}

#[tokio::test]
async fn keys_and_other_types_in_the_header_are_rejected() {
    let verifier = Verifier::start("ES256").await;
    let other = Pair::new("ES256");
    for (member, value) in [
        ("jwk", other.jwk("key-1")),
        ("jku", json!(format!("{}/x", verifier.workloads.url()))),
        ("x5u", json!("https://evil.example.test")),
        ("x5c", json!(["AAAA"])),
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("typ", json!("at+jwt")),
        ("typ", json!("logout+jwt")),
        ("typ", json!("dpop+jwt")),
        ("typ", json!("")),
        ("typ", json!(1)),
        ("typ", Value::Null),
        ("alg", Value::Null),
        ("alg", json!(["ES256"])),
        ("kid", Value::Null),
        ("kid", json!(7)),
    ] {
        let mut header = verifier.header();
        header[member] = value;
        let error = verifier.error(&header, &verifier.claims()).await;
        let malformed = matches!(error, WorkloadError::Malformed(_));
        assert!(malformed, "{header}: {error}");
    }
    for kid in ["", "key-2", "key-1 ", "../key-1", &"k".repeat(2000)] {
        let mut header = verifier.header();
        header["kid"] = json!(kid);
        let error = verifier.error(&header, &verifier.claims()).await;
        assert_eq!(error, WorkloadError::KeyUnknown, "{kid}");
    }
    assert_eq!(verifier.workloads.asked(), 2, "metadata and keys, once");
    let mut plain = verifier.header();
    plain.as_object_mut().unwrap().remove("typ");
    let claims = verifier.claims().to_string();
    verifier.signed(&plain.to_string(), &claims).await.unwrap();
}

#[tokio::test]
async fn a_malformed_token_is_rejected() {
    let verifier = Verifier::start("ES256").await;
    let (header, claims) = (verifier.header().to_string(), verifier.claims().to_string());
    let fine = verifier.workloads.pair.token(&header, &claims);
    let mut bad: Vec<String> = ["", ".", "..", "a.b", "a.b.c", "!.!.!"]
        .map(str::to_owned)
        .to_vec();
    bad.push(format!("{fine}="));
    bad.push(format!("{fine}.x"));
    bad.push(fine.replacen('.', " .", 1));
    bad.push(verifier.workloads.pair.token(&header, "[]"));
    bad.push(verifier.workloads.pair.token("7", &claims));
    let twice = claims.replacen('{', "{\"exp\":9999999999,", 1);
    bad.push(verifier.workloads.pair.token(&header, &twice));
    let twice = header.replacen('{', "{\"alg\":\"none\",", 1);
    bad.push(verifier.workloads.pair.token(&twice, &claims));
    let mut long = verifier.claims();
    long["x"] = json!("x".repeat(9000));
    bad.push(verifier.workloads.pair.token(&header, &long.to_string()));
    for token in bad {
        let error = verifier.verify(&token).await.unwrap_err();
        assert!(matches!(error, WorkloadError::Malformed(_)), "{error}");
    }
}

#[tokio::test]
async fn a_registered_claim_with_a_wrong_type_is_rejected() {
    let verifier = Verifier::start("EdDSA").await;
    let odd = [
        json!("1800000300"),
        json!([NOW + 300]),
        json!({"s": NOW}),
        json!(true),
        json!(null),
        json!(-1),
        json!(1.5),
        json!(1e40),
    ];
    for claim in ["exp", "iat", "nbf"] {
        for value in &odd {
            let mut claims = verifier.claims();
            claims[claim] = value.clone();
            let error = verifier.error(&verifier.header(), &claims).await;
            assert_eq!(error, WorkloadError::ClaimInvalid(claim), "{value}");
        }
    }
    for (claim, value) in [
        ("sub", json!(7)),
        ("jti", json!(7)),
        ("jti", json!(["1"])),
        ("aud", json!([])),
        ("aud", json!(["samovar", 7])),
        ("aud", json!({"a": "samovar"})),
        ("may_act", json!({"sub": "client"})),
    ] {
        let mut claims = verifier.claims();
        claims[claim] = value;
        let error = verifier.error(&verifier.header(), &claims).await;
        assert_eq!(error, WorkloadError::ClaimInvalid(claim));
    }
    let mut endless = verifier.claims();
    endless.as_object_mut().unwrap().remove("exp");
    let error = verifier.error(&verifier.header(), &endless).await;
    assert_eq!(error, WorkloadError::ClaimInvalid("exp"));
}

#[tokio::test]
async fn a_token_is_valid_from_90_seconds_before_its_start() {
    let verifier = Verifier::start("ES256").await;
    for claim in ["iat", "nbf"] {
        let mut claims = verifier.claims();
        claims[claim] = json!(NOW + 90);
        verifier
            .verify(&verifier.workloads.token(&claims))
            .await
            .unwrap();
        claims[claim] = json!(NOW + 91);
        let error = verifier.error(&verifier.header(), &claims).await;
        let early = matches!(error, WorkloadError::NotYetValid { .. });
        assert!(early, "{error}");
    }
    let token = verifier.workloads.token(&verifier.claims());
    verifier.advance(299);
    verifier.verify(&token).await.unwrap();
    verifier.advance(1);
    let error = verifier.verify(&token).await.unwrap_err();
    assert!(matches!(error, WorkloadError::Expired { .. }), "{error}");
}

#[tokio::test]
async fn an_unknown_key_is_fetched_once_a_minute() {
    let mut verifier = Verifier::start("ES256").await;
    let old = verifier.workloads.token(&verifier.claims());
    verifier.verify(&old).await.unwrap();
    verifier.workloads.rotate();
    let new = verifier.workloads.token(&verifier.claims());
    for _ in 0..50 {
        let error = verifier.verify(&new).await.unwrap_err();
        assert_eq!(error, WorkloadError::KeyUnknown);
    }
    assert_eq!(verifier.workloads.asked(), 2);
    verifier.advance(60);
    verifier.verify(&new).await.unwrap();
    assert_eq!(verifier.workloads.asked(), 4);
    let error = verifier.verify(&old).await.unwrap_err();
    assert_eq!(error, WorkloadError::KeyUnknown, "no longer published");
    verifier.workloads.rotate();
    verifier.advance(-100);
    let mut claims = verifier.claims();
    claims["iat"] = json!(NOW - 100);
    claims["nbf"] = json!(NOW - 100);
    let newest = verifier.workloads.token(&claims);
    verifier
        .verify(&newest)
        .await
        .expect("keys are fetched after the clock was set back");
}

#[tokio::test]
async fn cached_keys_outlast_an_outage_of_an_hour() {
    let verifier = Verifier::start("ES256").await;
    let mut claims = verifier.claims();
    claims["exp"] = json!(NOW + 100_000);
    let token = verifier.workloads.token(&claims);
    verifier.verify(&token).await.unwrap();
    verifier.workloads.answer_with(500);
    verifier.advance(600);
    let mut header = verifier.header();
    header["kid"] = json!("another");
    let error = verifier.error(&header, &claims).await;
    assert!(matches!(error, WorkloadError::Unreachable(_)), "{error}");
    verifier.verify(&token).await.unwrap();
    verifier.advance(3600);
    let error = verifier.verify(&token).await.unwrap_err();
    assert!(matches!(error, WorkloadError::Unreachable(_)), "{error}");
    verifier.workloads.answer_with(200);
    let error = verifier.verify(&token).await.unwrap_err();
    assert!(
        matches!(error, WorkloadError::Unreachable(_)),
        "a moment ago"
    );
    verifier.advance(5);
    verifier.verify(&token).await.unwrap();
}

/// An error of an issuer, which may point to another one.
type Change = fn(&Workloads, &Workloads);

#[tokio::test]
async fn an_issuer_with_wrong_metadata_is_rejected() {
    let aside = Workloads::start("ES256").await;
    let changes: [Change; 9] = [
        |issuer, aside| issuer.say("issuer", aside.url()),
        |issuer, _| issuer.say("issuer", &format!("{}/", issuer.url())),
        |issuer, _| issuer.say("jwks_uri", "http://192.0.2.1/jwks"),
        |issuer, _| issuer.say("jwks_uri", "file:///etc/passwd"),
        |issuer, aside| issuer.say("jwks_uri", &format!("{}/.well-known/jwks", aside.url())),
        |issuer, _| issuer.say("jwks_uri", "https://169.254.169.254/latest"),
        |issuer, _| issuer.say("jwks_uri", "http://[::ffff:127.0.0.1]/jwks"),
        |issuer, aside| issuer.redirect_to(aside.url()),
        |issuer, _| issuer.publish(json!({"keys": [], "x": "x".repeat(2 << 20)})),
    ];
    for (at, change) in changes.iter().enumerate() {
        let verifier = Verifier::start("ES256").await;
        change(&verifier.workloads, &aside);
        let token = verifier.workloads.token(&verifier.claims());
        let error = verifier.verify(&token).await.unwrap_err();
        let garbage = matches!(error, WorkloadError::InvalidResponse(..));
        assert!(garbage, "{at}: {error}");
    }
    assert_eq!(aside.asked(), 0);
}

#[tokio::test]
async fn a_slow_issuer_is_unreachable() {
    let verifier = Verifier::start("ES256").await;
    let timeout = Duration::from_millis(200);
    let http = reqwest::Client::builder().timeout(timeout).build().unwrap();
    let issuers = WorkloadIssuers::new(http, Arc::clone(&verifier.clock) as _);
    verifier.workloads.keep_waiting();
    let token = verifier.workloads.token(&verifier.claims());
    let read = WorkloadToken::read(&token).unwrap();
    let error = issuers.verify(&verifier.issuer, read).await.unwrap_err();
    assert!(matches!(error, WorkloadError::Unreachable(_)), "{error}");
}

#[tokio::test]
async fn unusable_and_ambiguous_keys_are_ignored() {
    let verifier = Verifier::start("ES256").await;
    let own = |member: &str, value: Value| {
        let mut key = verifier.workloads.pair.jwk("key-1");
        key[member] = value;
        key
    };
    let token = verifier.workloads.token(&verifier.claims());
    for keys in [
        json!([]),
        json!([{"kty": "oct", "kid": "key-1", "k": "AAAA"}]),
        json!([own("use", json!("enc"))]),
        json!([own("alg", json!("ES384"))]),
        json!([own("alg", json!("HS256"))]),
        json!([own("crv", json!("P-384"))]),
        json!([own("x", json!("AAAA"))]),
        json!([own("kid", json!(1))]),
        json!([own("use", json!("sig")), Pair::new("ES256").jwk("key-1")]),
    ] {
        verifier.workloads.publish(json!({"keys": keys}));
        let issuers = WorkloadIssuers::new(plain_client(), Arc::clone(&verifier.clock) as _);
        let read = WorkloadToken::read(&token).unwrap();
        let error = issuers.verify(&verifier.issuer, read).await.unwrap_err();
        assert_eq!(error, WorkloadError::KeyUnknown, "{keys}");
    }
    let mixed = json!([{"kty": "odd"}, 7, own("alg", json!("ES256"))]);
    verifier.workloads.publish(json!({"keys": mixed}));
    verifier.verify(&token).await.unwrap();
}
