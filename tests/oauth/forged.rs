//! Tokens that are none: every one has its own answer, and none opens anything.

use crate::oauth::stage::{Stage, part};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

fn encode(value: &Value) -> String {
    BASE64URL_NOPAD.encode(value.to_string().as_bytes())
}

/// The token with another header or other claims, and the signature that it had.
fn patched(token: &str, header: &Value, claims: &Value) -> String {
    let signature = token.rsplit('.').next().unwrap();
    format!("{}.{}.{signature}", encode(header), encode(claims))
}

#[tokio::test]
async fn a_forged_token_is_told_apart_from_an_expired_and_a_foreign_one() {
    let mut stage = Stage::set().await;
    let machine = stage.machine().await;
    let token = stage
        .credentials(&machine, &[("audience", "deploy-api")])
        .await
        .token();
    let (header, claims) = (part(&token, 0), part(&token, 1));
    let with = |name: &str, value: Value| {
        let mut header = header.clone();
        header[name] = value;
        header
    };
    let mut later = claims.clone();
    later["exp"] = json!(4_000_000_000_u32);
    let mut cases = vec![
        (patched(&token, &header, &later), "token_signature_invalid"),
        (
            patched(&token, &with("kid", json!("x")), &claims),
            "token_key_unknown",
        ),
        (
            patched(
                &token,
                &with("kid", json!("0190a5e2-0000-7000-8000-000000000000")),
                &claims,
            ),
            "token_key_unknown",
        ),
        (format!("{token}."), "token_malformed"),
        (token.replace('.', ""), "token_malformed"),
        (token.clone() + "AAAA", "token_signature_invalid"),
        (format!("{}{}", token, "A".repeat(9000)), "token_malformed"),
    ];
    for alg in [
        "none", "None", "NONE", "nOnE", "HS256", "HS512", "RS256", "ES256", "PS256", "EdDSA ", "",
    ] {
        let forged = patched(&token, &with("alg", json!(alg)), &claims);
        cases.push((forged, "token_key_unknown"));
    }
    for extra in ["crit", "jwk", "jku", "x5c", "x5u", "b64", "cty"] {
        let forged = patched(&token, &with(extra, json!(["exp"])), &claims);
        cases.push((forged, "token_malformed"));
    }
    for (forged, code) in cases {
        let refused = stage.check_token(&forged).await;
        assert_eq!(refused.status, 401, "{forged}");
        // A token that does not claim to be Samovar's is no credential at an application.
        let says = forged.contains('.');
        let expected = if says { code } else { "credentials_missing" };
        assert_eq!(refused.json["code"], expected, "{forged}");
        let of_api = stage.api("/me", &forged).await;
        assert_eq!(of_api.json["code"], code, "{forged}");
    }
}

#[tokio::test]
async fn a_token_signed_with_somebody_elses_key_is_none() {
    let mut stage = Stage::set().await;
    let machine = stage.machine().await;
    let token = stage
        .credentials(&machine, &[("audience", "deploy-api")])
        .await
        .token();
    let signed = token.rsplit_once('.').unwrap().0;
    let other = Ed25519KeyPair::generate().unwrap();
    assert_eq!(other.public_key().as_ref().len(), 32);
    let signature = BASE64URL_NOPAD.encode(other.sign(signed.as_bytes()).as_ref());
    let refused = stage.check_token(&format!("{signed}.{signature}")).await;
    assert_eq!(refused.json["code"], "token_signature_invalid");
}

#[tokio::test]
async fn one_kind_of_token_is_never_taken_for_another() {
    let mut stage = Stage::set().await;
    let machine = stage.machine().await;
    let token = stage
        .credentials(&machine, &[("audience", "deploy-api")])
        .await
        .token();
    let assertion = stage.check_token(&token).await.header("samovar-assertion");
    assert_eq!(part(&assertion, 0)["typ"], "samovar-assertion+jwt");
    assert_eq!(part(&assertion, 1)["aud"], "deploy-api");
    assert_eq!(part(&assertion, 1)["sub"], machine.id.as_str());
    assert_eq!(part(&assertion, 1)["scope"], "deployments:write");
    let life =
        part(&assertion, 1)["exp"].as_i64().unwrap() - part(&assertion, 1)["iat"].as_i64().unwrap();
    assert_eq!(life, 60);
    let as_bearer = stage.check_token(&assertion).await;
    assert_eq!(
        as_bearer.json["code"], "credentials_missing",
        "it is nothing there"
    );
    assert_eq!(
        as_bearer.json["detail"],
        "the bearer token is not an access token of Samovar; get one with `audience=deploy-api`"
    );
    let at_api = stage.api("/me", &assertion).await;
    assert_eq!(at_api.json["code"], "token_type_wrong");
    for (name, value) in [
        ("authorization", format!("Basic {token}")),
        ("authorization", format!("Bearer {}", machine.secret)),
        ("authorization", token.clone()),
        ("samovar-token", token.clone()),
        ("cookie", format!("samovar-app={token}")),
    ] {
        let refused = stage.check("POST", &[(name, &value)]).await;
        assert_eq!(refused.status, 401, "{name}");
    }
}

#[tokio::test]
async fn a_token_that_does_not_hold_is_not_made_good_by_a_cookie_and_a_foreign_scheme_is_left_alone()
 {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    let machine = stage.machine().await;
    let ask = [("audience", "deploy-api"), ("scope", "deployments:read")];
    let narrow = stage.credentials(&machine, &ask).await.token();
    let refused = stage.check_token(&narrow).await;
    assert_eq!(refused.json["code"], "scope_insufficient");
    for scheme in ["Bearer not-ours", "Basic YTpi", "Token abc", "Negotiate x"] {
        let anonymous = stage.check("POST", &[("authorization", scheme)]).await;
        assert_eq!(anonymous.json["code"], "credentials_missing", "{scheme}");
    }
}
