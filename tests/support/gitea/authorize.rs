//! `/login/oauth/authorize` and `/login/oauth/grant`: consent, the one grant row per user and application, and codes.

use super::keys;
use super::pages;
use super::state::{App, Code, Grant, Pending, next};
use super::web::Web;
use super::wire::{Answer, Ask};
use url::form_urlencoded::Serializer;

/// GET or POST: straight back with a code, or the consent page.
pub fn authorize(web: &mut Web<'_>) -> Answer {
    try_authorize(web).unwrap_or_else(|answer| answer)
}

fn try_authorize(web: &mut Web<'_>) -> Result<Answer, Answer> {
    let user = web.signed_in()?;
    let asked = asked(web.ask);
    let app = web.state.app_of_client(&asked.client_id).cloned();
    let app = app.ok_or_else(|| pages::failed("Client ID not registered"))?;
    if !registered(&app, &asked.redirect_uri) {
        return Err(pages::failed("Unregistered Redirect URI"));
    }
    let kind = parameter(web.ask, "response_type");
    if kind != "code" {
        let text = "Only code response type is supported.";
        return Err(refused(web, &asked, "unsupported_response_type", text));
    }
    check_challenge(web, &app, &asked)?;
    let grant = web.state.grant_of(user, app.id).map(|grant| grant.id);
    match grant.filter(|_| app.confidential || app.skip) {
        // the stored scope stands, whatever is asked for now
        Some(grant) => Ok(back_with_code(web, grant, &asked)),
        None => Ok(ask_consent(web, &app, asked)),
    }
}

fn ask_consent(web: &mut Web<'_>, app: &App, asked: Pending) -> Answer {
    let name = web.user().map(|user| user.login.clone());
    let session = web.session();
    let stale = std::mem::take(&mut session.pending);
    session.pending = asked;
    // a challenge of an earlier request is kept when this one brings none: Gitea's trap for clients without PKCE
    if session.pending.challenge.is_empty() {
        session.pending.challenge = stale.challenge;
        session.pending.method = stale.method;
    }
    pages::consent(&app.name, &name.unwrap_or_default(), &session.pending)
}

/// POST from the consent page.
pub fn grant(web: &mut Web<'_>) -> Answer {
    try_grant(web).unwrap_or_else(|answer| answer)
}

fn try_grant(web: &mut Web<'_>) -> Result<Answer, Answer> {
    let user = web.signed_in()?;
    web.same_origin()?;
    let pending = web.session().pending.clone();
    let same = [
        ("client_id", &pending.client_id),
        ("state", &pending.state),
        ("redirect_uri", &pending.redirect_uri),
    ];
    if same
        .iter()
        .any(|(name, value)| web.ask.field(name) != **value)
    {
        return Err(Answer::text(400, "Bad Request\n"));
    }
    if web.ask.field("granted") != "true" {
        let text = "the request is denied";
        return Err(refused(web, &pending, "access_denied", text));
    }
    let app = web.state.app_of_client(&pending.client_id);
    let app = app
        .map(|app| app.id)
        .ok_or_else(|| Answer::text(400, "Bad Request\n"))?;
    let asked = Pending {
        scope: web.ask.field("scope"),
        nonce: web.ask.field("nonce"),
        ..pending
    };
    let id = match web.state.grant_of(user, app) {
        Some(row) if row.scope != asked.scope => {
            let text = "a grant exists with different scope";
            return Err(refused(web, &asked, "server_error", text));
        }
        Some(row) => row.id,
        None => new_grant(web, user, app, &asked.scope),
    };
    Ok(back_with_code(web, id, &asked))
}

fn new_grant(web: &mut Web<'_>, user: i64, app: i64, scope: &str) -> i64 {
    let id = next(&mut web.state.counters.grants);
    let grant = Grant {
        id,
        user,
        app,
        scope: scope.to_owned(),
        nonce: String::new(),
        counter: 0,
    };
    web.state.grants.insert(id, grant);
    id
}

/// The nonce goes on the grant row, where the next sign-in of the same user overwrites it.
fn back_with_code(web: &mut Web<'_>, grant: i64, asked: &Pending) -> Answer {
    if let Some(row) = web.state.grants.get_mut(&grant)
        && !asked.nonce.is_empty()
    {
        row.nonce.clone_from(&asked.nonce);
    }
    let code = keys::word("gta_");
    let row = Code {
        grant,
        redirect_uri: asked.redirect_uri.clone(),
        challenge: asked.challenge.clone(),
        method: asked.method.clone(),
        created: web.now,
    };
    web.state.codes.insert(code.clone(), row);
    let mut pairs = vec![("code", code.as_str())];
    if !asked.state.is_empty() {
        pairs.push(("state", &asked.state));
    }
    let to = with_query(&asked.redirect_uri, &pairs);
    Answer::redirect(web.ask, 303, &to)
}

fn refused(web: &Web<'_>, asked: &Pending, error: &str, text: &str) -> Answer {
    let pairs = [
        ("error", error),
        ("error_description", text),
        ("state", &asked.state),
    ];
    Answer::redirect(web.ask, 303, &with_query(&asked.redirect_uri, &pairs))
}

/// Go writes the scheme in lower case and leaves the rest as it is.
fn with_query(uri: &str, pairs: &[(&str, &str)]) -> String {
    let (scheme, rest) = uri.split_once("://").unwrap_or(("", uri));
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut text = Serializer::new(String::new());
    text.extend_pairs(url::form_urlencoded::parse(query.as_bytes()));
    text.extend_pairs(pairs);
    let scheme = scheme.to_lowercase();
    format!("{scheme}://{path}?{}", text.finish())
}

fn check_challenge(web: &Web<'_>, app: &App, asked: &Pending) -> Result<(), Answer> {
    let error = match asked.method.as_str() {
        "S256" | "plain" => return Ok(()),
        "" if app.confidential => return Ok(()),
        "" => "PKCE is required for public clients",
        _ => "unsupported code challenge method",
    };
    Err(refused(web, asked, "invalid_request", error))
}

fn asked(ask: &Ask) -> Pending {
    let read = |name| parameter(ask, name);
    Pending {
        client_id: read("client_id"),
        redirect_uri: read("redirect_uri"),
        state: read("state"),
        scope: read("scope"),
        nonce: read("nonce"),
        challenge: read("code_challenge"),
        method: read("code_challenge_method"),
    }
}

fn parameter(ask: &Ask, name: &str) -> String {
    let query = ask.query(name).map(str::to_owned);
    query.unwrap_or_else(|| ask.field(name))
}

/// Whole strings without case and without one slash at the end; for public clients any port of a loopback literal.
pub fn registered(app: &App, uri: &str) -> bool {
    let plain = |text: &str| {
        let lower = text.to_ascii_lowercase();
        lower.strip_suffix('/').unwrap_or(&lower).to_owned()
    };
    if uri.is_empty() {
        return false;
    }
    let known: Vec<String> = app.redirect_uris.iter().map(|uri| plain(uri)).collect();
    if known.contains(&plain(uri)) {
        return true;
    }
    let loopback = (!app.confidential).then(|| without_port(uri)).flatten();
    loopback.is_some_and(|uri| known.contains(&plain(&uri)))
}

fn without_port(uri: &str) -> Option<String> {
    let mut parsed = url::Url::parse(uri).ok()?;
    let literal = matches!(parsed.host()?, url::Host::Ipv4(ip) if ip.is_loopback());
    if parsed.scheme() != "http" || !literal || parsed.port().is_none() {
        return None;
    }
    parsed.set_port(None).ok()?;
    Some(parsed.to_string())
}
