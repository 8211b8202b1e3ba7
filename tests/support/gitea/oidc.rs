//! Discovery, keys, userinfo, introspection and the claims of an ID token.

use super::caller::token_owner;
use super::state::{Grant, User};
use super::tokens::live_claims;
use super::web::Web;
use super::wire::Answer;
use serde_json::{Value, json};

pub fn discovery(web: &Web<'_>) -> Answer {
    let base = web.base;
    let issuer = web.state.settings.discovery_issuer.as_deref();
    let body = json!({
        "issuer": issuer.unwrap_or(base),
        "authorization_endpoint": format!("{base}/login/oauth/authorize"),
        "token_endpoint": format!("{base}/login/oauth/access_token"),
        "jwks_uri": format!("{base}/login/oauth/keys"),
        "userinfo_endpoint": format!("{base}/login/oauth/userinfo"),
        "introspection_endpoint": format!("{base}/login/oauth/introspect"),
        "response_types_supported": ["code", "id_token"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "subject_types_supported": ["public"],
        "scopes_supported": ["openid", "profile", "email", "groups"],
        "claims_supported": [
            "aud", "exp", "iat", "iss", "sub", "name", "preferred_username", "profile", "picture",
            "website", "locale", "updated_at", "email", "email_verified", "groups",
        ],
        "code_challenge_methods_supported": ["plain", "S256"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
    });
    Answer::typed(200, "application/json", &body.to_string())
}

pub fn keys(web: &Web<'_>) -> Answer {
    let body = web.state.key.jwks().to_string();
    Answer::typed(200, "application/json", &body)
}

fn issuer(web: &Web<'_>) -> String {
    let set = web.state.settings.token_issuer.as_deref();
    set.unwrap_or(web.base).to_owned()
}

/// Claims of the ID token: what is empty is left out.
pub fn id_claims(web: &Web<'_>, grant: &Grant, exp: i64) -> Value {
    let user = &web.state.users[&grant.user];
    let client = &web.state.apps[&grant.app].client_id;
    let mut claims = json!({
        "iss": issuer(web), "sub": user.id.to_string(), "aud": [client], "exp": exp, "iat": web.now,
    });
    let has = |word: &str| grant.scope.split_whitespace().any(|have| have == word);
    if !grant.nonce.is_empty() {
        claims["nonce"] = json!(grant.nonce);
    }
    if has("profile") {
        add_profile(web, user, &mut claims);
    }
    if has("email") {
        claims["email"] = json!(user.email);
        if user.active {
            claims["email_verified"] = json!(true);
        }
    }
    let groups = groups(web, user.id);
    if has("groups") && !groups.is_empty() {
        claims["groups"] = json!(groups);
    }
    claims
}

fn add_profile(web: &Web<'_>, user: &User, claims: &mut Value) {
    claims["name"] = json!(display_name(user));
    claims["preferred_username"] = json!(user.login);
    claims["profile"] = json!(format!("{}/{}", web.base, user.login));
    claims["picture"] = json!(format!("{}/avatars/{}", web.base, user.avatar));
    if !user.language.is_empty() {
        claims["locale"] = json!(user.language);
    }
    claims["updated_at"] = json!(user.created.max(user.last_login));
}

fn display_name(user: &User) -> &str {
    match user.full_name.as_str() {
        "" => &user.login,
        name => name,
    }
}

/// `Org` in its stored case, then `Org:team` with the team in lower case.
fn groups(web: &Web<'_>, user: i64) -> Vec<String> {
    let mut list = Vec::new();
    for org in web.state.orgs_of(user) {
        list.push(org.name.clone());
        let teams = web.state.memberships(org.id, user);
        let names = teams.iter().map(|team| team.name.to_lowercase());
        list.extend(names.map(|name| format!("{}:{name}", org.name)));
    }
    list
}

fn challenge(scheme: &str) -> Answer {
    let kind = "text/plain;charset=utf-8";
    Answer::typed(401, kind, "no valid authorization").with(
        "www-authenticate",
        format!("{scheme} realm=\"Gitea OAuth2\""),
    )
}

/// Gitea's own token login, which runs before userinfo and introspection: garbage is 401, a disabled user a page.
fn own_login(web: &Web<'_>, token: &str) -> Result<i64, Answer> {
    let owner = token_owner(web.state, token, web.now);
    let (id, _) = owner.ok_or_else(|| Answer::text(401, "Failed to authenticate user\n"))?;
    web.may_enter(&web.state.users[&id])?;
    Ok(id)
}

/// All members whatever was granted; a personal access token is accepted too.
pub fn userinfo(web: &Web<'_>) -> Answer {
    let Some(token) = web.ask.bearer() else {
        return challenge("Bearer");
    };
    let user = match own_login(web, &token) {
        Ok(id) => &web.state.users[&id],
        Err(answer) => return answer,
    };
    let groups = groups(web, user.id);
    let body = json!({
        "sub": user.id.to_string(),
        "name": display_name(user),
        "preferred_username": user.login,
        "email": user.email,
        "picture": format!("{}/avatars/{}", web.base, user.avatar),
        "groups": if groups.is_empty() { Value::Null } else { json!(groups) },
    });
    Answer::json(200, &body)
}

/// By form, the token is first taken for a login; by JSON it is only looked at. From 1.27 on a client is told of its own
/// tokens alone.
pub fn introspect(web: &Web<'_>) -> Answer {
    try_introspect(web).unwrap_or_else(|answer| answer)
}

fn try_introspect(web: &Web<'_>) -> Result<Answer, Answer> {
    let token = web.ask.field("token");
    let reads_form = !web.ask.is_json() && !web.state.settings.disable_query_auth_token;
    if let Some(login) = web.ask.bearer() {
        own_login(web, &login)?;
    } else if reads_form && !token.is_empty() {
        own_login(web, &token)?;
    }
    let (id, secret) = web.ask.basic().ok_or_else(|| challenge("Basic"))?;
    let client = web.state.app_of_client(&id);
    if client.is_none_or(|app| app.secret != secret) {
        return Err(challenge("Basic"));
    }
    let own_alone = web.state.settings.version.starts_with("1.27");
    let told = |body: &Value| !own_alone || body["aud"] == json!([id]);
    let body = active(web, &token).filter(told);
    let body = body.unwrap_or_else(|| json!({"active": false}));
    Ok(Answer::json(200, &body))
}

/// Looks at neither the kind of token nor whether the account is disabled.
fn active(web: &Web<'_>, token: &str) -> Option<Value> {
    let claims = live_claims(web, token)?;
    let grant = web.state.grants.get(&claims["gnt"].as_i64()?)?;
    let user = web.state.users.get(&grant.user)?;
    let app = web.state.apps.get(&grant.app)?;
    Some(json!({
        "active": true,
        "scope": grant.scope,
        "username": user.login,
        "iss": issuer(web),
        "sub": user.id.to_string(),
        "aud": [app.client_id],
    }))
}
