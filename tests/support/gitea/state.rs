//! What the stand-in Gitea remembers: its tables and how a row is found. Knows no HTTP and never refuses anything;
//! what a change drags along is in `changes.rs`, who may do it in `caller.rs` and `api/`.

use super::keys::{self, SigningKey, avatar_hash};
use super::scope::Scope;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Settings of `app.ini` that a test may turn.
pub struct Settings {
    /// Answer of `/version`.
    pub version: String,
    /// Issuer that discovery names in place of the server's address.
    pub discovery_issuer: Option<String>,
    /// Issuer that ID tokens and introspection name in place of the server's address.
    pub token_issuer: Option<String>,
    /// `[oauth2] ACCESS_TOKEN_EXPIRATION_TIME`, in seconds.
    pub access_token_seconds: i64,
    /// `[oauth2] INVALIDATE_REFRESH_TOKENS`.
    pub invalidate_refresh_tokens: bool,
    /// `[security] DISABLE_QUERY_AUTH_TOKEN`.
    pub disable_query_auth_token: bool,
    /// `[service] REQUIRE_SIGNIN_VIEW`.
    pub require_signin: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            version: "1.26.3".to_owned(),
            discovery_issuer: None,
            token_issuer: None,
            access_token_seconds: 3600,
            invalidate_refresh_tokens: false,
            disable_query_auth_token: false,
            require_signin: false,
        }
    }
}

/// An account of a person or a bot.
#[expect(
    clippy::struct_excessive_bools,
    reason = "the flags of Gitea's own table"
)]
#[derive(Debug, Clone, Default)]
pub struct User {
    pub id: i64,
    pub login: String,
    pub login_name: String,
    pub source_id: i64,
    pub full_name: String,
    pub email: String,
    pub password: String,
    pub avatar: String,
    pub language: String,
    pub is_admin: bool,
    /// Unix seconds, 0 for never.
    pub last_login: i64,
    pub created: i64,
    pub restricted: bool,
    pub active: bool,
    pub prohibit_login: bool,
    pub must_change_password: bool,
    pub is_bot: bool,
}

/// An organization; shares the numbers of users.
#[derive(Debug, Clone, Default)]
pub struct Org {
    pub id: i64,
    pub name: String,
    pub full_name: String,
    pub description: String,
    pub avatar: String,
    /// `public`, `limited` or `private`.
    pub visibility: String,
    pub created: i64,
}

/// A team.
#[derive(Debug, Clone, Default)]
pub struct Team {
    pub id: i64,
    pub org: i64,
    pub name: String,
    pub description: String,
    /// `none`, `admin` or `owner`.
    pub permission: String,
    pub units: BTreeMap<String, String>,
    pub includes_all: bool,
    pub can_create: bool,
    pub members: BTreeSet<i64>,
    pub repos: BTreeSet<i64>,
}

/// A repository.
#[derive(Debug, Clone, Default)]
pub struct Repo {
    pub id: i64,
    pub owner: i64,
    pub name: String,
    pub private: bool,
    pub empty: bool,
    pub archived: bool,
    pub created: i64,
    /// Direct collaborators: user id to `read`, `write` or `admin`.
    pub collaborators: BTreeMap<i64, String>,
}

/// An OAuth application.
#[derive(Debug, Clone)]
pub struct App {
    pub id: i64,
    pub owner: i64,
    pub name: String,
    pub client_id: String,
    pub secret: String,
    pub confidential: bool,
    pub skip: bool,
    pub redirect_uris: Vec<String>,
    pub created: i64,
}

/// What a user granted to an application: one row each, whatever the number of browsers.
#[derive(Debug, Clone)]
pub struct Grant {
    pub id: i64,
    pub user: i64,
    pub app: i64,
    pub scope: String,
    pub nonce: String,
    pub counter: i64,
}

/// An authorization code.
#[derive(Debug, Clone)]
pub struct Code {
    pub grant: i64,
    pub redirect_uri: String,
    pub challenge: String,
    pub method: String,
    pub created: i64,
}

/// A personal access token.
#[derive(Debug, Clone)]
pub struct Pat {
    pub id: i64,
    pub user: i64,
    pub name: String,
    pub token: String,
    pub scope: Scope,
    pub created: i64,
}

/// The authorize request that a browser session is asked to consent to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pending {
    pub client_id: String,
    pub redirect_uri: String,
    pub state: String,
    pub scope: String,
    pub nonce: String,
    pub challenge: String,
    pub method: String,
}

/// A browser session.
#[derive(Debug, Clone, Default)]
pub struct WebSession {
    pub user: Option<i64>,
    pub pending: Pending,
}

/// Where a webhook hangs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookPlace {
    System,
    Default,
    Org(i64),
    Repo(i64),
}

/// A webhook.
#[derive(Debug, Clone)]
pub struct Hook {
    pub id: i64,
    pub place: HookPlace,
    pub kind: String,
    pub url: String,
    pub content_type: String,
    pub events: BTreeSet<String>,
    pub branch_filter: String,
    pub authorization: String,
    pub active: bool,
    pub created: i64,
}

/// One counter per table.
#[derive(Debug, Default)]
pub struct Counters {
    pub accounts: i64,
    pub teams: i64,
    pub repos: i64,
    pub apps: i64,
    pub grants: i64,
    pub pats: i64,
    pub hooks: i64,
}

/// The next number of a counter.
pub fn next(counter: &mut i64) -> i64 {
    *counter += 1;
    *counter
}

/// Everything.
pub struct State {
    pub settings: Settings,
    pub key: SigningKey,
    pub counters: Counters,
    pub users: BTreeMap<i64, User>,
    pub orgs: BTreeMap<i64, Org>,
    pub teams: BTreeMap<i64, Team>,
    pub repos: BTreeMap<i64, Repo>,
    pub apps: BTreeMap<i64, App>,
    pub grants: BTreeMap<i64, Grant>,
    pub codes: HashMap<String, Code>,
    pub pats: BTreeMap<i64, Pat>,
    pub sessions: HashMap<String, WebSession>,
    pub hooks: BTreeMap<i64, Hook>,
    /// Old account names (lower case) to the account that left them.
    pub old_names: HashMap<String, i64>,
    /// Old repository names: (owner, lower-case name) to the repository.
    pub old_repos: HashMap<(i64, String), i64>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            key: SigningKey::generate(),
            // three applications are built in: git-credential-oauth, Git Credential Manager, tea
            counters: Counters {
                apps: 3,
                ..Counters::default()
            },
            users: BTreeMap::new(),
            orgs: BTreeMap::new(),
            teams: BTreeMap::new(),
            repos: BTreeMap::new(),
            apps: BTreeMap::new(),
            grants: BTreeMap::new(),
            codes: HashMap::new(),
            pats: BTreeMap::new(),
            sessions: HashMap::new(),
            hooks: BTreeMap::new(),
            old_names: HashMap::new(),
            old_repos: HashMap::new(),
        }
    }
}

impl State {
    pub fn user_named(&self, login: &str) -> Option<&User> {
        let mut all = self.users.values();
        all.find(|user| user.login.eq_ignore_ascii_case(login))
    }

    pub fn org_named(&self, name: &str) -> Option<&Org> {
        let mut all = self.orgs.values();
        all.find(|org| org.name.eq_ignore_ascii_case(name))
    }

    /// Id of the user or organization of that name.
    pub fn account_named(&self, name: &str) -> Option<i64> {
        let user = self.user_named(name).map(|user| user.id);
        user.or_else(|| self.org_named(name).map(|org| org.id))
    }

    /// Present name of a user or organization.
    pub fn account_name(&self, id: i64) -> Option<&str> {
        let user = self.users.get(&id).map(|user| user.login.as_str());
        user.or_else(|| self.orgs.get(&id).map(|org| org.name.as_str()))
    }

    pub fn repo_named(&self, owner: i64, name: &str) -> Option<&Repo> {
        let mut all = self.repos.values();
        all.find(|repo| repo.owner == owner && repo.name.eq_ignore_ascii_case(name))
    }

    /// Teams of an organization, ordered by lower-case name.
    pub fn teams_of(&self, org: i64) -> Vec<&Team> {
        let mut teams: Vec<_> = self.teams.values().filter(|team| team.org == org).collect();
        teams.sort_by_key(|team| team.name.to_lowercase());
        teams
    }

    /// Teams of an organization that the user is in.
    pub fn memberships(&self, org: i64, user: i64) -> Vec<&Team> {
        let mut teams = self.teams_of(org);
        teams.retain(|team| team.members.contains(&user));
        teams
    }

    /// In an organization is who is in one of its teams.
    pub fn is_member(&self, org: i64, user: i64) -> bool {
        !self.memberships(org, user).is_empty()
    }

    /// Routes that ask for an owner go by the name of the team, not by its permission.
    pub fn is_owner(&self, org: i64, user: i64) -> bool {
        let teams = self.memberships(org, user);
        teams
            .iter()
            .any(|team| team.name.eq_ignore_ascii_case("owners"))
    }

    /// Organizations of a user, ordered by name.
    pub fn orgs_of(&self, user: i64) -> Vec<&Org> {
        let mut orgs: Vec<_> = self.orgs.values().collect();
        orgs.retain(|org| self.is_member(org.id, user));
        orgs.sort_by_key(|org| org.name.to_lowercase());
        orgs
    }

    /// Whether the viewer (anonymous when signed out) may know that the organization exists.
    pub fn sees_org(&self, org: &Org, viewer: Option<i64>) -> bool {
        let Some(viewer) = viewer else {
            return org.visibility == "public";
        };
        let user = self.users.get(&viewer);
        let (admin, restricted) = user.map_or((false, false), |u| (u.is_admin, u.restricted));
        let open = match org.visibility.as_str() {
            "public" => !restricted || !self.settings.require_signin,
            "limited" => !restricted,
            _ => false,
        };
        open || admin || self.is_member(org.id, viewer)
    }

    pub fn grant_of(&self, user: i64, app: i64) -> Option<&Grant> {
        let mut all = self.grants.values();
        all.find(|grant| grant.user == user && grant.app == app)
    }

    pub fn app_of_client(&self, client_id: &str) -> Option<&App> {
        self.apps.values().find(|app| app.client_id == client_id)
    }

    /// Adds a user with the next number.
    pub fn insert_user(&mut self, mut user: User) -> i64 {
        user.id = next(&mut self.counters.accounts);
        user.avatar = avatar_hash(&user.email);
        self.old_names.remove(&user.login.to_lowercase());
        self.users.insert(user.id, user.clone());
        user.id
    }

    /// A personal access token made without the API, as the administrator's command line does.
    pub fn new_pat(&mut self, login: &str, name: &str, scopes: &[String], now: i64) -> String {
        let id = next(&mut self.counters.pats);
        let token = keys::pat();
        let pat = Pat {
            id,
            user: self.user_named(login).unwrap().id,
            name: name.to_owned(),
            token: token.clone(),
            scope: Scope::parse(scopes).unwrap(),
            created: now,
        };
        self.pats.insert(id, pat);
        token
    }
}
