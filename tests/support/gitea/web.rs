//! Everything outside the API: routes of pages and of OAuth, the browser session and its cookie.

use super::pages;
use super::state::{State, User, WebSession};
use super::wire::{Answer, Ask};
use super::{authorize, keys, oidc, team_pages, tokens};
use http::Method;
use serde_json::json;

/// Name of the session cookie.
pub const COOKIE: &str = "i_like_gitea";

/// One request to a page or to an OAuth endpoint.
pub struct Web<'a> {
    pub state: &'a mut State,
    pub ask: &'a Ask,
    /// Address of the server without its last slash.
    pub base: &'a str,
    pub now: i64,
    /// Session of the browser; made when it sent none.
    pub sid: String,
}

/// Answers one request that is not for the API.
pub fn answer(state: &mut State, ask: &Ask, base: &str, now: i64) -> Answer {
    let sent = ask.cookie(COOKIE);
    let fresh = sent.is_none();
    let mut web = Web {
        state,
        ask,
        base,
        now,
        sid: sent.unwrap_or_else(keys::session_id),
    };
    let cookie = session_cookie(&web.sid);
    let mut answer = route(&mut web);
    if fresh {
        // first, so that the one of a sign-in comes later and wins
        answer.headers.insert(0, ("set-cookie", cookie));
    }
    answer
}

fn route(web: &mut Web<'_>) -> Answer {
    let get = web.ask.method == Method::GET;
    let post = web.ask.method == Method::POST;
    match web.ask.path_text() {
        "/" if get => home(web),
        path if path.starts_with("/org/") => team_pages::answer(web),
        "/user/login" if get => pages::sign_in(&web.redirect_to(), None),
        "/user/login" if post => sign_in(web),
        "/user/logout" => sign_out(web),
        "/.well-known/openid-configuration" if get => oidc::discovery(web),
        "/login/oauth/keys" if get => oidc::keys(web),
        "/login/oauth/authorize" if get || post => authorize::authorize(web),
        "/login/oauth/grant" if post => authorize::grant(web),
        "/login/oauth/access_token" if post => tokens::exchange(web),
        "/login/oauth/userinfo" if get || post => oidc::userinfo(web),
        "/login/oauth/introspect" if post => oidc::introspect(web),
        path if post && path.starts_with("/user/settings/applications/oauth2/") => revoke(web),
        _ => Answer::empty(404),
    }
}

/// The session cookie's header value.
pub fn session_cookie(sid: &str) -> String {
    format!("{COOKIE}={sid}; Path=/; HttpOnly; SameSite=Lax")
}

impl Web<'_> {
    /// The person who is signed in with this browser.
    pub fn user(&self) -> Option<&User> {
        let id = self.state.sessions.get(&self.sid)?.user?;
        self.state.users.get(&id)
    }

    /// The browser's session.
    pub fn session(&mut self) -> &mut WebSession {
        self.state.sessions.entry(self.sid.clone()).or_default()
    }

    /// Needs a signed-in person who may use the site; any other gets a page or a redirect.
    pub fn signed_in(&self) -> Result<i64, Answer> {
        let Some(user) = self.user() else {
            let query: String =
                url::form_urlencoded::byte_serialize(self.ask.target.as_bytes()).collect();
            let to = format!("/user/login?redirect_to={query}");
            return Err(Answer::redirect(self.ask, 303, &to));
        };
        self.may_enter(user)?;
        Ok(user.id)
    }

    /// A disabled account gets a page with status 200, one that must change its password a redirect.
    pub fn may_enter(&self, user: &User) -> Result<(), Answer> {
        if user.prohibit_login || !user.active {
            return Err(pages::prohibited());
        }
        if user.must_change_password {
            let to = "/user/settings/change_password";
            return Err(Answer::redirect(self.ask, 303, to)
                .with("set-cookie", "redirect_to=%2F; Path=/; HttpOnly"));
        }
        Ok(())
    }

    /// Where to go after signing in; only paths of this server.
    fn redirect_to(&self) -> String {
        let query = self.ask.query("redirect_to").map(str::to_owned);
        let field = Some(self.ask.field("redirect_to")).filter(|text| !text.is_empty());
        let to = query.or(field).unwrap_or_default();
        let local = to.starts_with('/') && !to.starts_with("//");
        if local { to } else { "/".to_owned() }
    }

    /// Refuses what another site sent; only on routes of a signed-in user.
    pub fn same_origin(&self) -> Result<(), Answer> {
        let site = self.ask.header("sec-fetch-site");
        if site.is_some_and(|site| !["same-origin", "none"].contains(&site)) {
            let text = "cross-origin request detected from Sec-Fetch-Site header\n";
            return Err(Answer::text(403, text));
        }
        let origin = self.ask.header("origin").filter(|_| site.is_none());
        let host = self.ask.header("host").unwrap_or_default();
        match origin {
            Some(origin) if !origin.ends_with(&format!("//{host}")) => Err(Answer::text(
                403,
                "cross-origin request detected, and/or browser is out of date: Sec-Fetch-Site is missing, and Origin does not match Host\n",
            )),
            _ => Ok(()),
        }
    }
}

fn home(web: &Web<'_>) -> Answer {
    let user = web.user();
    let links = user.map(|user| team_pages::links(web.state, user));
    pages::home(user, &links.unwrap_or_default())
}

fn sign_in(web: &mut Web<'_>) -> Answer {
    let (name, password) = (web.ask.field("user_name"), web.ask.field("password"));
    let to = web.redirect_to();
    let user = super::caller::password_owner(web.state, &name, &password);
    let Some(user) = user.map(|user| user.id) else {
        return pages::sign_in(&to, Some("Username or password is incorrect."));
    };
    let now = web.now;
    let row = web.state.users.get_mut(&user).unwrap();
    if row.prohibit_login || !row.active {
        return pages::prohibited();
    }
    row.last_login = now;
    if row.language.is_empty() {
        "en-US".clone_into(&mut row.language);
    }
    // a new session id on signing in, so that one planted beforehand gives no session
    web.state.sessions.remove(&web.sid);
    web.sid = keys::session_id();
    web.session().user = Some(user);
    let answer = Answer::redirect(web.ask, 303, &to);
    answer
        .with("set-cookie", session_cookie(&web.sid))
        .with("set-cookie", "lang=en-US; Path=/; HttpOnly; SameSite=Lax")
        .with("set-cookie", "redirect_to=; Path=/; Max-Age=0; HttpOnly")
}

fn sign_out(web: &mut Web<'_>) -> Answer {
    web.state.sessions.remove(&web.sid);
    Answer::redirect(web.ask, 303, "/")
}

/// The settings page where a user takes a grant back; no API does this.
fn revoke(web: &mut Web<'_>) -> Answer {
    let user = match web.signed_in() {
        Ok(user) => user,
        Err(answer) => return answer,
    };
    let number = |at: usize| {
        web.ask
            .path
            .get(at)
            .and_then(|text| text.parse::<i64>().ok())
    };
    let (app, grant) = (number(4), number(6));
    web.state
        .grants
        .retain(|_, row| row.user != user || Some(row.app) != app || Some(row.id) != grant);
    let body = json!({"redirect": "/user/settings/applications"});
    Answer::json(200, &body).with("set-cookie", "gitea_flash=success; Path=/; HttpOnly")
}
