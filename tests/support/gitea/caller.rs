//! Who is calling the API: token, Basic or anonymous, Sudo, and whether the token's scope reaches. One `Ctx` per request
//! carries it to the handlers. Must never answer a question about data; that is `api/`.

use super::scope::Scope;
use super::state::{State, User};
use super::wire::{Answer, Ask};
use http::Method;
use serde_json::json;

/// One API request on its way through.
pub struct Ctx<'a> {
    pub state: &'a mut State,
    pub ask: &'a Ask,
    /// Address of the server without its last slash.
    pub base: &'a str,
    pub now: i64,
    /// Who acts: the user of the token, or of Sudo.
    pub actor: Option<i64>,
    /// Limit of the token; `None` for a password and for an anonymous caller.
    pub scope: Option<Scope>,
    /// Whether a password was given, which only the token routes ask for.
    pub by_basic: bool,
}

/// What a token or password turned out to be.
pub enum Proof {
    Anonymous,
    Bad,
    Token(i64, Scope),
    Password(i64),
}

/// An error object of the API.
pub fn error(base: &str, status: u16, message: &str) -> Answer {
    let url = format!("{base}/api/swagger");
    Answer::json(status, &json!({"message": message, "url": url}))
}

/// 404 in the form that has `errors`.
pub fn not_found(base: &str, message: &str, errors: Option<Vec<String>>) -> Answer {
    let url = format!("{base}/api/swagger");
    Answer::json(
        404,
        &json!({"errors": errors, "message": message, "url": url}),
    )
}

/// Some of Gitea's middlewares send a message without an address.
pub fn bare(status: u16, message: &str) -> Answer {
    Answer::json(status, &json!({"message": message}))
}

/// User and scope of an OAuth access token or personal access token.
pub fn token_owner(state: &State, token: &str, now: i64) -> Option<(i64, Scope)> {
    if let Some(pat) = state.pats.values().find(|pat| pat.token == token) {
        return Some((pat.user, pat.scope.clone()));
    }
    let claims = state.key.verify(token)?;
    if claims["tt"] != 0 || claims["exp"].as_i64()? <= now {
        return None;
    }
    let grant = state.grants.get(&claims["gnt"].as_i64()?)?;
    Some((grant.user, Scope::of_grant(&grant.scope)))
}

/// Reads the credentials of a request.
pub fn prove(state: &State, ask: &Ask, now: i64) -> Proof {
    let query = || ask.query("access_token").or_else(|| ask.query("token"));
    let allowed = !state.settings.disable_query_auth_token;
    let token = ask
        .bearer()
        .or_else(|| query().filter(|_| allowed).map(str::to_owned));
    if let Some(token) = token {
        let owner = token_owner(state, &token, now);
        return owner.map_or(Proof::Bad, |(user, scope)| Proof::Token(user, scope));
    }
    let Some((name, password)) = ask.basic() else {
        return Proof::Anonymous;
    };
    for token in [&password, &name] {
        if let Some((user, scope)) = token_owner(state, token, now) {
            return Proof::Token(user, scope);
        }
    }
    let user = password_owner(state, &name, &password);
    user.filter(|user| user.active && !user.prohibit_login)
        .map_or(Proof::Bad, |user| Proof::Password(user.id))
}

/// The user whose login (or e-mail) and password these are.
pub fn password_owner<'s>(state: &'s State, name: &str, password: &str) -> Option<&'s User> {
    let mut users = state.users.values();
    users.find(|user| {
        let named = user.login.eq_ignore_ascii_case(name) || user.email.eq_ignore_ascii_case(name);
        named && !user.password.is_empty() && user.password == password
    })
}

impl<'a> Ctx<'a> {
    /// Authenticates a request to the API.
    pub fn enter(
        state: &'a mut State,
        ask: &'a Ask,
        base: &'a str,
        now: i64,
    ) -> Result<Self, Answer> {
        let (actor, scope, by_basic) = match prove(state, ask, now) {
            Proof::Bad => return Err(error(base, 401, "invalid username, password or token")),
            Proof::Anonymous => (None, None, false),
            Proof::Token(user, scope) => (Some(user), Some(scope), ask.basic().is_some()),
            Proof::Password(user) => (Some(user), None, true),
        };
        let mut ctx = Ctx {
            state,
            ask,
            base,
            now,
            actor,
            scope,
            by_basic,
        };
        ctx.check_account()?;
        ctx.apply_sudo()?;
        Ok(ctx)
    }

    fn check_account(&self) -> Result<(), Answer> {
        let Some(user) = self.actor.and_then(|id| self.state.users.get(&id)) else {
            let closed = self.state.settings.require_signin;
            return if closed {
                Err(bare(403, "Only signed in user is allowed to call APIs."))
            } else {
                Ok(())
            };
        };
        if user.prohibit_login || !user.active {
            let message = "This account is prohibited from signing in, please contact your site administrator.";
            return Err(bare(403, message));
        }
        if user.must_change_password {
            let message = format!(
                "You must change your password. Change it at: {}//user/change_password",
                self.base
            );
            return Err(bare(403, &message));
        }
        Ok(())
    }

    fn apply_sudo(&mut self) -> Result<(), Answer> {
        let asked = self.ask.query("sudo").or_else(|| self.ask.header("sudo"));
        let Some(login) = asked.filter(|login| !login.is_empty()) else {
            return Ok(());
        };
        if !self.is_admin() {
            return Err(bare(403, "Only administrators allowed to sudo."));
        }
        let target = self.state.user_named(login).map(|user| user.id);
        self.actor = Some(target.ok_or_else(|| self.missing())?);
        Ok(())
    }

    /// Whether the actor is a site administrator.
    pub fn is_admin(&self) -> bool {
        self.me().is_some_and(|user| user.is_admin)
    }

    /// The actor's account.
    pub fn me(&self) -> Option<&User> {
        self.actor.and_then(|id| self.state.users.get(&id))
    }

    /// Needs a caller who is signed in.
    pub fn signed_in(&self) -> Result<i64, Answer> {
        self.actor
            .ok_or_else(|| error(self.base, 401, "token is required"))
    }

    /// Needs the token's scope to reach all these categories; has no effect on a password or an anonymous caller.
    pub fn scoped(&self, categories: &[&str]) -> Result<(), Answer> {
        let write = ![Method::GET, Method::HEAD].contains(&self.ask.method);
        let level = if write { "write" } else { "read" };
        let Some(scope) = &self.scope else {
            return Ok(());
        };
        if categories.iter().all(|part| scope.allows(part, write)) {
            return Ok(());
        }
        let required: Vec<_> = categories.iter().map(|c| format!("{level}:{c}")).collect();
        let message = format!(
            "token does not have at least one of required scope(s), required=[{}], token scope={}",
            required.join(" "),
            scope.words().join(",")
        );
        Err(error(self.base, 403, &message))
    }

    /// Signed in, and within scope.
    pub fn caller(&self, categories: &[&str]) -> Result<i64, Answer> {
        let id = self.signed_in()?;
        self.scoped(categories)?;
        Ok(id)
    }

    /// A site administrator within scope.
    pub fn site_admin(&self) -> Result<i64, Answer> {
        let id = self.caller(&["admin"])?;
        if self.is_admin() {
            Ok(id)
        } else {
            Err(error(self.base, 403, "user should be the site admin"))
        }
    }

    /// The plain 404.
    pub fn missing(&self) -> Answer {
        not_found(self.base, "not found", None)
    }

    /// 422 with a message.
    pub fn invalid(&self, message: &str) -> Answer {
        error(self.base, 422, message)
    }

    /// A user by the name in the path; an old name is a redirect.
    pub fn user(&self, name: &str) -> Result<i64, Answer> {
        match self.state.user_named(name) {
            Some(user) => Ok(user.id),
            None => Err(self.moved(name).unwrap_or_else(|| {
                let message = format!("user redirect does not exist [name: {name}]");
                error(self.base, 404, &message)
            })),
        }
    }

    /// An organization by the name in the path; an old name is a redirect, a hidden one is 404.
    pub fn org(&self, name: &str) -> Result<i64, Answer> {
        let Some(org) = self.state.org_named(name) else {
            return Err(self.moved(name).unwrap_or_else(|| {
                let reason = format!("user redirect does not exist [name: {name}]");
                not_found(self.base, "GetOrgByName", Some(vec![reason]))
            }));
        };
        if self.state.sees_org(org, self.actor) {
            Ok(org.id)
        } else {
            Err(not_found(self.base, "HasOrgOrUserVisible", None))
        }
    }

    /// 307 to the same path under the new name of an account.
    pub fn moved(&self, name: &str) -> Option<Answer> {
        let id = self.state.old_names.get(&name.to_lowercase())?;
        let new = self.state.account_name(*id)?;
        Some(self.redirect(307, name, new))
    }

    /// A redirect to the same path with one name replaced.
    pub fn redirect(&self, status: u16, from: &str, to: &str) -> Answer {
        let (path, query) = match self.ask.target.split_once('?') {
            Some((path, query)) => (path, format!("?{query}")),
            None => (self.ask.target.as_str(), String::new()),
        };
        let mut parts: Vec<&str> = path.split('/').collect();
        // an account may be called `api` or `orgs`: names stand behind `/api/v1/<kind>`
        let name = parts.iter_mut().skip(4).find(|part| **part == from);
        if let Some(part) = name {
            *part = to;
        }
        Answer::redirect(self.ask, status, &format!("{}{query}", parts.join("/")))
    }

    /// The actor must own the organization (or be a site administrator).
    pub fn org_owner(&self, org: i64) -> Result<(), Answer> {
        let me = self.signed_in()?;
        if self.is_admin() || self.state.is_owner(org, me) {
            Ok(())
        } else {
            Err(error(self.base, 403, "Must be an organization owner"))
        }
    }
}
