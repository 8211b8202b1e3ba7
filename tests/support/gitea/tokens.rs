//! `/login/oauth/access_token`: codes and refresh tokens for tokens. Every refusal is 400.

use super::authorize::registered;
use super::keys::sha256;
use super::oidc;
use super::state::{App, Code};
use super::web::Web;
use super::wire::Answer;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

const REFRESH_SECONDS: i64 = 730 * 3600;
const CODE_SECONDS: i64 = 600;

/// What a client sent: parameters with its credentials from body or header.
struct Request {
    client_id: String,
    secret: String,
}

pub fn exchange(web: &mut Web<'_>) -> Answer {
    let outcome = client(web).and_then(|request| match web.ask.field("grant_type").as_str() {
        "authorization_code" => by_code(web, &request),
        "refresh_token" => by_refresh(web, &request),
        _ => Err(denial(
            "unsupported_grant_type",
            "Only refresh_token or authorization_code grant type is supported",
        )),
    });
    outcome.unwrap_or_else(|denial| denial)
}

fn denial(error: &str, text: &str) -> Answer {
    let body = json!({"error": error, "error_description": text});
    Answer::json(400, &body)
}

/// Credentials of the body win; a header counts when either is missing there, and must then be Basic and agree.
fn client(web: &Web<'_>) -> Result<Request, Answer> {
    let (mut client_id, mut secret) = (web.ask.field("client_id"), web.ask.field("client_secret"));
    let incomplete = client_id.is_empty() || secret.is_empty();
    if incomplete && web.ask.header("authorization").is_some() {
        let text = "cannot parse basic auth header";
        let basic = web.ask.basic();
        let (id, word) = basic.ok_or_else(|| denial("invalid_request", text))?;
        if !client_id.is_empty() && client_id != id {
            let text = "client_id in request body inconsistent with Authorization header";
            return Err(denial("invalid_request", text));
        }
        if !secret.is_empty() && secret != word {
            let text = "client_secret in request body inconsistent with Authorization header";
            return Err(denial("invalid_request", text));
        }
        (client_id, secret) = (id, word);
    }
    Ok(Request { client_id, secret })
}

/// The application, once its secret is right; the code of a wrong secret differs between the two grants.
fn app(web: &Web<'_>, request: &Request, wrong: &str) -> Result<App, Answer> {
    let id = &request.client_id;
    let Some(app) = web.state.app_of_client(id) else {
        let text = format!("cannot load client with client id: '{id}'");
        return Err(denial("invalid_client", &text));
    };
    if app.confidential && app.secret != request.secret {
        let text = if request.secret.is_empty() {
            "invalid empty client secret"
        } else {
            "invalid client secret"
        };
        return Err(denial(wrong, text));
    }
    Ok(app.clone())
}

fn by_code(web: &mut Web<'_>, request: &Request) -> Result<Answer, Answer> {
    let app = app(web, request, "unauthorized_client")?;
    let uri = web.ask.field("redirect_uri");
    if !uri.is_empty() && !registered(&app, &uri) {
        return Err(denial("unauthorized_client", "unexpected redirect URI"));
    }
    let word = web.ask.field("code");
    let Some(code) = web.state.codes.get(&word).cloned() else {
        let text = "client is not authorized";
        return Err(denial("unauthorized_client", text));
    };
    if !challenge_met(&code, &web.ask.field("code_verifier")) {
        let text = "failed PKCE code challenge";
        return Err(denial("unauthorized_client", text));
    }
    let grant = web.state.grants.get(&code.grant);
    if grant.is_none_or(|grant| grant.app != app.id) {
        return Err(denial("invalid_grant", "invalid grant"));
    }
    if code.redirect_uri != uri {
        let text = "redirect_uri differs from the original authorization request";
        return Err(denial("invalid_grant", text));
    }
    web.state.codes.remove(&word);
    if code.created + CODE_SECONDS < web.now {
        return Err(denial("invalid_grant", "authorization code expired"));
    }
    Ok(mint(web, code.grant))
}

/// A challenge without a method can never be met.
fn challenge_met(code: &Code, verifier: &str) -> bool {
    match (code.method.as_str(), code.challenge.as_str()) {
        ("S256", challenge) => BASE64URL_NOPAD.encode(&sha256(verifier.as_bytes())) == challenge,
        ("plain", challenge) => verifier == challenge,
        (_, challenge) => challenge.is_empty(),
    }
}

/// Does not look at whether the account is disabled, nor at the kind of token.
fn by_refresh(web: &mut Web<'_>, request: &Request) -> Result<Answer, Answer> {
    let app = app(web, request, "invalid_client")?;
    let claims = live_claims(web, &web.ask.field("refresh_token"));
    let Some(claims) = claims else {
        let text = "unable to parse refresh token";
        return Err(denial("unauthorized_client", text));
    };
    let grant = claims["gnt"].as_i64().unwrap_or(0);
    let Some(grant) = web.state.grants.get(&grant) else {
        return Err(denial("invalid_grant", "grant does not exist"));
    };
    if grant.app != app.id {
        let text = "refresh token belongs to a different client";
        return Err(denial("invalid_grant", text));
    }
    let counter = claims["cnt"].as_i64().unwrap_or(0);
    let spent = counter == 0 || counter != grant.counter;
    if web.state.settings.invalidate_refresh_tokens && spent {
        return Err(denial("unauthorized_client", "token was already used"));
    }
    let id = grant.id;
    Ok(mint(web, id))
}

/// Claims of a token of ours that has not expired.
pub fn live_claims(web: &Web<'_>, token: &str) -> Option<Value> {
    let claims = web.state.key.verify(token)?;
    let live = claims["exp"].as_i64().is_some_and(|exp| exp > web.now);
    live.then_some(claims)
}

fn mint(web: &mut Web<'_>, grant: i64) -> Answer {
    let counting = web.state.settings.invalidate_refresh_tokens;
    let row = web.state.grants.get_mut(&grant).unwrap();
    row.counter += i64::from(counting);
    let row = row.clone();
    let seconds = web.state.settings.access_token_seconds;
    let (iat, exp) = (web.now, web.now + seconds);
    let access = json!({"gnt": row.id, "tt": 0, "exp": exp, "iat": iat});
    let mut refresh = json!({"gnt": row.id, "tt": 1, "exp": iat + REFRESH_SECONDS, "iat": iat});
    if row.counter > 0 {
        refresh["cnt"] = json!(row.counter);
    }
    let mut body = json!({
        "access_token": web.state.key.sign(&access),
        "token_type": "bearer",
        "expires_in": seconds,
        "refresh_token": web.state.key.sign(&refresh),
    });
    if row.scope.split_whitespace().any(|word| word == "openid") {
        let claims = oidc::id_claims(web, &row, exp);
        body["id_token"] = json!(web.state.key.sign(&claims));
    }
    Answer::json(200, &body)
}
