//! The parameters of an exchange request.

use crate::exchange::stage::{ACCESS_TOKEN, GRANT, HERE};
use crate::oauth::stage::Stage;
use crate::support::browser::plain_client;
use serde_json::{Value, json};

#[tokio::test]
async fn a_malformed_request_is_rejected() {
    let mut stage = Stage::set().await;
    stage.bind_team().await;
    stage
        .set_tokens(json!({"gitea_tokens": {"personal": true}}))
        .await;
    let token = stage.gitea.token("ben", "script", &["all"]).await;
    let subject = (token.as_str(), ACCESS_TOKEN);
    let refresh = "urn:ietf:params:oauth:token-type:refresh_token";
    for more in [
        &[("actor_token", token.as_str())][..],
        &[("actor_token_type", ACCESS_TOKEN)],
        &[
            ("actor_token", token.as_str()),
            ("actor_token_type", ACCESS_TOKEN),
        ],
        &[("requested_token_type", refresh)],
        &[("requested_token_type", "access_token")],
        &[("subject_token", token.as_str())],
    ] {
        let mut pairs = vec![HERE];
        pairs.extend(more);
        let answer = stage.exchange(None, subject, &pairs).await;
        answer.is_error(400, "invalid_request");
    }
    let twice = stage.exchange(None, subject, &[HERE, HERE]).await;
    twice.is_error(400, "invalid_target");
    for kind in ["access_token", refresh, "urn:x", "saml2"] {
        let answer = stage.exchange(None, (&token, kind), &[HERE]).await;
        answer.is_error(400, "invalid_request");
    }
    for pairs in [
        &[("grant_type", GRANT), HERE][..],
        &[("grant_type", GRANT), HERE, ("subject_token", &token)],
        &[
            ("grant_type", GRANT),
            HERE,
            ("subject_token_type", ACCESS_TOKEN),
        ],
        &[
            ("grant_type", GRANT),
            HERE,
            ("subject_token", ""),
            ("subject_token_type", ACCESS_TOKEN),
        ],
    ] {
        let answer = stage.post("/oauth/token", None, pairs).await;
        answer.is_error(400, "invalid_request");
    }
    let asked = [HERE, ("requested_token_type", ACCESS_TOKEN)];
    let answer = stage.exchange(None, subject, &asked).await;
    assert_eq!(answer.status, 200, "{}", answer.json);
}

#[tokio::test]
async fn the_metadata_lists_the_exchange() {
    let stage = Stage::set().await;
    let url = format!(
        "{}/.well-known/oauth-authorization-server",
        stage.samovar.url()
    );
    let answer = plain_client().get(url).send().await.unwrap();
    let metadata: Value = answer.json().await.unwrap();
    let types = metadata["grant_types_supported"].as_array().unwrap();
    assert!(types.contains(&json!(GRANT)), "{metadata}");
}
