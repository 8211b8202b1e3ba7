//! What the stand-in provider answers.

use super::{CLIENT, Grant, Named, PATH, SECRET, State};
use crate::support::gitea::keys::{SigningKey, sha256, word};
use crate::support::gitea::wire::{Answer, Ask};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

pub fn answer(state: &mut State, ask: &Ask) -> Answer {
    let path = ask.path_text().strip_prefix(PATH).unwrap_or("-").to_owned();
    state.log.push(format!("{} {path}", ask.method));
    match (ask.method.as_str(), path.as_str()) {
        ("GET", "/.well-known/openid-configuration") => Answer::json(200, &discovery(state)),
        ("GET", "/v1/keys") => Answer::json(200, &state.key.jwks()),
        ("GET", "/v1/authorize") => authorize(state, ask),
        ("POST", "/v1/token") => token(state, ask),
        ("GET" | "POST", "/v1/userinfo") => userinfo(state, ask),
        ("GET", "/v1/logout") => logout(ask),
        _ => Answer::json(404, &json!({"errorCode": "E0000022"})),
    }
}

fn discovery(state: &State) -> Value {
    let issuer = &state.issuer;
    let said = state.shape.discovery_issuer.as_ref().unwrap_or(issuer);
    let mut document = json!({
        "issuer": said,
        "authorization_endpoint": format!("{issuer}/v1/authorize"),
        "token_endpoint": format!("{issuer}/v1/token"),
        "userinfo_endpoint": format!("{issuer}/v1/userinfo"),
        "jwks_uri": format!("{issuer}/v1/keys"),
        "response_types_supported": ["code", "id_token", "code id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "RS256"],
        "scopes_supported": ["openid", "profile", "email", "groups", "offline_access"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": ["iss", "ver", "sub", "aud", "iat", "exp", "jti", "amr", "idp"],
        "backchannel_logout_supported": true,
    });
    if state.shape.named != Named::Silent {
        document["authorization_response_iss_parameter_supported"] = json!(true);
    }
    if !state.shape.no_sign_out {
        document["end_session_endpoint"] = json!(format!("{issuer}/v1/logout"));
    }
    document
}

fn authorize(state: &mut State, ask: &Ask) -> Answer {
    let asked = |name: &str| ask.query(name).unwrap_or_default().to_owned();
    assert_eq!(asked("client_id"), CLIENT);
    assert_eq!(asked("code_challenge_method"), "S256");
    let code = word("code-");
    let grant = Grant {
        person: state.person.clone().expect("no person is signed in there"),
        scopes: asked("scope").split(' ').map(str::to_owned).collect(),
        nonce: asked("nonce"),
        challenge: asked("code_challenge"),
        sid: state.sid.clone(),
    };
    state.grants.insert(code.clone(), grant);
    let mut back = url::Url::parse(&asked("redirect_uri")).unwrap();
    let mut query = back.query_pairs_mut();
    query.append_pair("code", &code);
    query.append_pair("state", &asked("state"));
    match &state.shape.named {
        Named::Silent | Named::Forgotten => {}
        Named::Promised => {
            query.append_pair("iss", &state.issuer);
        }
        Named::Wrong(iss) => {
            query.append_pair("iss", iss);
        }
    }
    drop(query);
    Answer::redirect(ask, 302, back.as_str())
}

fn token(state: &mut State, ask: &Ask) -> Answer {
    if ask.basic() != Some((CLIENT.to_owned(), SECRET.to_owned())) {
        return Answer::json(401, &json!({"error": "invalid_client"}));
    }
    let grant = state.grants.remove(&ask.field("code"));
    let challenge = BASE64URL_NOPAD.encode(&sha256(ask.field("code_verifier").as_bytes()));
    let Some(grant) = grant.filter(|grant| grant.challenge == challenge) else {
        return Answer::json(400, &json!({"error": "invalid_grant"}));
    };
    let now = state.now();
    let issuer = state.shape.token_issuer.as_ref().unwrap_or(&state.issuer);
    let person = &grant.person;
    let mut claims = json!({
        "ver": 1, "iss": issuer, "sub": person.sub, "aud": CLIENT, "iat": now, "exp": now + 3600,
        "jti": word("ID."), "amr": ["pwd"], "idp": "00o1", "nonce": grant.nonce, "auth_time": now,
        "sid": grant.sid, "preferred_username": person.login,
    });
    if !state.shape.groups_in_userinfo {
        add_groups(state, &grant, &mut claims);
    }
    // Okta's access tokens name the client in `cid`, and nothing of ours reads them.
    let access = json!({"iss": issuer, "aud": "api://default", "cid": CLIENT, "uid": person.sub,
        "sub": person.login, "scp": grant.scopes, "iat": now, "exp": now + 3600, "jti": word("AT.")});
    let access = state.key.sign(&access);
    let unpublished = state.shape.key_unpublished.then(SigningKey::generate);
    let id_token = unpublished.as_ref().unwrap_or(&state.key).sign(&claims);
    let body = json!({"token_type": "Bearer", "expires_in": 3600, "access_token": access,
        "scope": grant.scopes.join(" "), "id_token": id_token});
    state.grants.insert(access, grant);
    Answer::json(200, &body)
}

/// Nothing without the scope, and no more than the cap.
fn add_groups(state: &State, grant: &Grant, claims: &mut Value) {
    if grant.scopes.iter().any(|scope| scope == "groups") {
        let groups = grant.person.groups.iter();
        let cap = state.shape.cap.unwrap_or(usize::MAX);
        claims["groups"] = json!(groups.take(cap).collect::<Vec<_>>());
    }
}

fn userinfo(state: &State, ask: &Ask) -> Answer {
    let token = ask.bearer().unwrap_or_default();
    let Some(grant) = state.grants.get(&token) else {
        return Answer::json(401, &json!({"error": "invalid_token"}));
    };
    let person = &grant.person;
    let mut claims = json!({"sub": person.sub, "name": format!("{} at Okta", person.login),
        "email": format!("{}@acme.example", person.login), "preferred_username": person.login,
        "zoneinfo": "America/Los_Angeles", "updated_at": state.now()});
    if let Some(verified) = &state.shape.email_verified {
        claims["email_verified"] = verified.clone();
    }
    if state.shape.groups_in_userinfo {
        add_groups(state, grant, &mut claims);
    }
    Answer::json(200, &claims)
}

/// Okta believes only a token.
fn logout(ask: &Ask) -> Answer {
    let back = ask.query("post_logout_redirect_uri");
    match (ask.query("id_token_hint"), back) {
        (Some(_), Some(back)) => Answer::redirect(ask, 302, back),
        _ => Answer::json(400, &json!({"error": "invalid_request"})),
    }
}
