//! Every check of a workload's token, with a clock that a test turns: algorithms, headers, claims, times, keys.

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
struct Bench {
    workloads: Workloads,
    issuer: Issuer,
    issuers: WorkloadIssuers,
    clock: Arc<TestClock>,
}

impl Bench {
    async fn set(algorithm: &str) -> Self {
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

    fn turn(&self, seconds: i64) {
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

    /// With these parts as they are written, signed by the issuer.
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
async fn a_token_is_verified_by_its_issuers_key_of_each_algorithm() {
    for algorithm in ["RS256", "ES256", "EdDSA"] {
        let bench = Bench::set(algorithm).await;
        let token = bench.workloads.token(&bench.claims());
        let workload = bench.verify(&token).await.unwrap();
        assert!(workload.is_for("samovar") && !workload.is_for("samova"));
        assert!(workload.has_claim("sub", "job") && !workload.has_claim("sub", "jo"));
        assert_eq!(workload.token_id(), Some("1"));
        assert_eq!(workload.expires_at, Timestamp::from_seconds(NOW + 300));

        let (head, signature) = token.rsplit_once('.').unwrap();
        let mut bytes = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
        bytes[7] ^= 1;
        let bent = format!("{head}.{}", BASE64URL_NOPAD.encode(&bytes));
        let error = bench.verify(&bent).await.unwrap_err();
        assert_eq!(error, WorkloadError::SignatureInvalid, "{algorithm}");
        let other = Pair::new(algorithm);
        let forged = other.token(&bench.header().to_string(), &bench.claims().to_string());
        let error = bench.verify(&forged).await.unwrap_err();
        assert_eq!(error, WorkloadError::SignatureInvalid, "{algorithm}");
        let unsigned = format!("{head}.");
        let error = bench.verify(&unsigned).await.unwrap_err();
        assert_eq!(error, WorkloadError::SignatureInvalid, "{algorithm}");
    }
}

#[tokio::test]
async fn the_key_says_which_algorithm_and_the_header_never_does() {
    for algorithm in ["RS256", "ES256", "EdDSA"] {
        let bench = Bench::set(algorithm).await;
        for other in [
            "none", "None", "NONE", "nOnE", "", " none", "HS256", "HS512", "RS256", "RS384",
            "RS512", "PS256", "ES256", "ES384", "ES512", "ES256K", "EdDSA", "Ed25519", "eddsa",
        ] {
            if other == algorithm {
                continue;
            }
            let mut header = bench.header();
            header["alg"] = json!(other);
            let error = bench.error(&header, &bench.claims()).await;
            assert_eq!(error, WorkloadError::KeyUnknown, "{algorithm} as {other}");
        }
    }
}

#[tokio::test]
async fn a_header_brings_no_key_along_and_no_other_kind_of_token_is_taken() {
    let bench = Bench::set("ES256").await;
    let stranger = Pair::new("ES256");
    for (member, value) in [
        ("jwk", stranger.jwk("key-1")),
        ("jku", json!(format!("{}/x", bench.workloads.url()))),
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
        let mut header = bench.header();
        header[member] = value;
        let error = bench.error(&header, &bench.claims()).await;
        let malformed = matches!(error, WorkloadError::Malformed(_));
        assert!(malformed, "{header}: {error}");
    }
    for kid in ["", "key-2", "key-1 ", "../key-1", &"k".repeat(2000)] {
        let mut header = bench.header();
        header["kid"] = json!(kid);
        let error = bench.error(&header, &bench.claims()).await;
        assert_eq!(error, WorkloadError::KeyUnknown, "{kid}");
    }
    assert_eq!(bench.workloads.asked(), 2, "metadata and keys, once");
    let mut plain = bench.header();
    plain.as_object_mut().unwrap().remove("typ");
    let claims = bench.claims().to_string();
    bench.signed(&plain.to_string(), &claims).await.unwrap();
}

#[tokio::test]
async fn what_is_not_three_parts_of_strict_json_is_no_token() {
    let bench = Bench::set("ES256").await;
    let (header, claims) = (bench.header().to_string(), bench.claims().to_string());
    let fine = bench.workloads.pair.token(&header, &claims);
    let mut bad: Vec<String> = ["", ".", "..", "a.b", "a.b.c", "!.!.!"]
        .map(str::to_owned)
        .to_vec();
    bad.push(format!("{fine}="));
    bad.push(format!("{fine}.x"));
    bad.push(fine.replacen('.', " .", 1));
    bad.push(bench.workloads.pair.token(&header, "[]"));
    bad.push(bench.workloads.pair.token("7", &claims));
    let twice = claims.replacen('{', "{\"exp\":9999999999,", 1);
    bad.push(bench.workloads.pair.token(&header, &twice));
    let twice = header.replacen('{', "{\"alg\":\"none\",", 1);
    bad.push(bench.workloads.pair.token(&twice, &claims));
    let mut long = bench.claims();
    long["x"] = json!("x".repeat(9000));
    bad.push(bench.workloads.pair.token(&header, &long.to_string()));
    for token in bad {
        let error = bench.verify(&token).await.unwrap_err();
        assert!(matches!(error, WorkloadError::Malformed(_)), "{error}");
    }
}

#[tokio::test]
async fn each_registered_claim_has_its_own_form_and_no_other() {
    let bench = Bench::set("EdDSA").await;
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
            let mut claims = bench.claims();
            claims[claim] = value.clone();
            let error = bench.error(&bench.header(), &claims).await;
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
        ("may_act", json!({"sub": "somebody"})),
    ] {
        let mut claims = bench.claims();
        claims[claim] = value;
        let error = bench.error(&bench.header(), &claims).await;
        assert_eq!(error, WorkloadError::ClaimInvalid(claim));
    }
    let mut endless = bench.claims();
    endless.as_object_mut().unwrap().remove("exp");
    let error = bench.error(&bench.header(), &endless).await;
    assert_eq!(error, WorkloadError::ClaimInvalid("exp"));
}

#[tokio::test]
async fn a_token_is_valid_from_its_start_with_ninety_seconds_of_skew_to_its_very_end() {
    let bench = Bench::set("ES256").await;
    for claim in ["iat", "nbf"] {
        let mut claims = bench.claims();
        claims[claim] = json!(NOW + 90);
        bench.verify(&bench.workloads.token(&claims)).await.unwrap();
        claims[claim] = json!(NOW + 91);
        let error = bench.error(&bench.header(), &claims).await;
        let early = matches!(error, WorkloadError::NotYetValid { .. });
        assert!(early, "{error}");
    }
    let token = bench.workloads.token(&bench.claims());
    bench.turn(299);
    bench.verify(&token).await.unwrap();
    bench.turn(1);
    let error = bench.verify(&token).await.unwrap_err();
    assert!(matches!(error, WorkloadError::Expired { .. }), "{error}");
}

#[tokio::test]
async fn keys_are_read_again_for_an_unknown_one_but_not_for_a_flood() {
    let mut bench = Bench::set("ES256").await;
    let old = bench.workloads.token(&bench.claims());
    bench.verify(&old).await.unwrap();
    bench.workloads.rotate();
    let new = bench.workloads.token(&bench.claims());
    for _ in 0..50 {
        let error = bench.verify(&new).await.unwrap_err();
        assert_eq!(error, WorkloadError::KeyUnknown);
    }
    assert_eq!(bench.workloads.asked(), 2);
    bench.turn(60);
    bench.verify(&new).await.unwrap();
    assert_eq!(bench.workloads.asked(), 4);
    let error = bench.verify(&old).await.unwrap_err();
    assert_eq!(error, WorkloadError::KeyUnknown, "it is not published now");
    bench.workloads.rotate();
    bench.turn(-100);
    let mut claims = bench.claims();
    claims["iat"] = json!(NOW - 100);
    claims["nbf"] = json!(NOW - 100);
    let newest = bench.workloads.token(&claims);
    bench
        .verify(&newest)
        .await
        .expect("a clock that was set back stops no reading");
}

#[tokio::test]
async fn keys_that_are_known_outlast_a_short_outage_and_no_longer_than_an_hour() {
    let bench = Bench::set("ES256").await;
    let mut claims = bench.claims();
    claims["exp"] = json!(NOW + 100_000);
    let token = bench.workloads.token(&claims);
    bench.verify(&token).await.unwrap();
    bench.workloads.answer_with(500);
    bench.turn(600);
    let mut header = bench.header();
    header["kid"] = json!("another");
    let error = bench.error(&header, &claims).await;
    assert!(matches!(error, WorkloadError::Unreachable(_)), "{error}");
    bench.verify(&token).await.unwrap();
    bench.turn(3600);
    let error = bench.verify(&token).await.unwrap_err();
    assert!(matches!(error, WorkloadError::Unreachable(_)), "{error}");
    bench.workloads.answer_with(200);
    let error = bench.verify(&token).await.unwrap_err();
    assert!(
        matches!(error, WorkloadError::Unreachable(_)),
        "a moment ago"
    );
    bench.turn(5);
    bench.verify(&token).await.unwrap();
}

/// What an issuer does wrong, with another that it could point to.
type Change = fn(&Workloads, &Workloads);

#[tokio::test]
async fn an_issuer_that_is_not_the_one_its_metadata_names_or_sends_us_on_is_none() {
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
        let bench = Bench::set("ES256").await;
        change(&bench.workloads, &aside);
        let token = bench.workloads.token(&bench.claims());
        let error = bench.verify(&token).await.unwrap_err();
        let garbage = matches!(error, WorkloadError::InvalidResponse(..));
        assert!(garbage, "{at}: {error}");
    }
    assert_eq!(aside.asked(), 0);
}

#[tokio::test]
async fn an_issuer_that_keeps_us_waiting_is_away_and_not_waited_for_longer_than_we_like() {
    let bench = Bench::set("ES256").await;
    let patience = Duration::from_millis(200);
    let http = reqwest::Client::builder()
        .timeout(patience)
        .build()
        .unwrap();
    let issuers = WorkloadIssuers::new(http, Arc::clone(&bench.clock) as _);
    bench.workloads.keep_waiting();
    let token = bench.workloads.token(&bench.claims());
    let read = WorkloadToken::read(&token).unwrap();
    let error = issuers.verify(&bench.issuer, read).await.unwrap_err();
    assert!(matches!(error, WorkloadError::Unreachable(_)), "{error}");
}

#[tokio::test]
async fn of_a_key_set_only_what_can_verify_is_used_and_two_keys_of_one_name_are_none() {
    let bench = Bench::set("ES256").await;
    let own = |member: &str, value: Value| {
        let mut key = bench.workloads.pair.jwk("key-1");
        key[member] = value;
        key
    };
    let token = bench.workloads.token(&bench.claims());
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
        bench.workloads.publish(json!({"keys": keys}));
        let issuers = WorkloadIssuers::new(plain_client(), Arc::clone(&bench.clock) as _);
        let read = WorkloadToken::read(&token).unwrap();
        let error = issuers.verify(&bench.issuer, read).await.unwrap_err();
        assert_eq!(error, WorkloadError::KeyUnknown, "{keys}");
    }
    let mixed = json!([{"kty": "odd"}, 7, own("alg", json!("ES256"))]);
    bench.workloads.publish(json!({"keys": mixed}));
    bench.verify(&token).await.unwrap();
}
