//! Sign-in and sign-out: joins providers, sessions and the mirror, and decides the next redirect of the browser.
//!
//! Knows cookies and Samovar's own addresses; no status code, no page. Access tokens of providers never reach it.
//! The start or end of a session is durable before the answer leaves.

mod at_application;
mod at_samovar;
mod back_channel;
mod break_glass;
mod callback;
mod error;
mod events;
mod flows;
mod id_token;
mod logouts;
pub mod providers;
mod return_to;
mod sign_out;

pub use at_application::WhoAmI;
pub use at_samovar::StartedSignIn;
pub use back_channel::LogoutNotice;
pub use callback::CallbackQuery;
pub use error::{FailedSignIn, SignInError};
pub use flows::FlowCookies;
pub use sign_out::{ProviderSignOut, SignedOut};

use crate::access::{PolicyHolder, RequestOrigin};
use crate::audit_log::Journal;
use crate::limits::{AddressBlock, RateLimiter};
use crate::mirror::Mirror;
use crate::model::{
    Capabilities, Clock, DisplayText, HostName, Principal, Random, Session, SessionPlace,
    SessionSecret,
};
use crate::session::{BreakGlass, Browser, Cookie, Cookies, HandOvers, NewSession, Sessions};
use crate::store::Store;
use crate::token::{Seal, Tokens};
use flows::Flows;
use logouts::Logouts;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use providers::Providers;
use return_to::ReturnTo;
use std::sync::Arc;
use std::time::Duration;

/// The configuration of sign-in.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Samovar's own host, as browsers know it.
    pub own: HostName,
    /// Is the outside address https?
    pub https: bool,
}

/// The services that sign-in uses.
pub struct SignInServices {
    /// Keeps the audit log.
    pub store: Store,
    /// Keeps sessions.
    pub sessions: Arc<Sessions>,
    /// Checks the break-glass password.
    pub break_glass: Arc<BreakGlass>,
    /// Has people and their teams.
    pub mirror: Arc<Mirror>,
    /// Has the hosts of applications.
    pub policy: Arc<PolicyHolder>,
    /// Writes and counts audit events.
    pub journal: Arc<Journal>,
    /// Verify identities.
    pub providers: Arc<Providers>,
    /// Remembers revocations and tokens that were used.
    pub tokens: Arc<Tokens>,
    /// Seals ID tokens.
    pub id_tokens: Seal,
}

/// Sign-in and sign-out.
pub struct SignIn {
    store: Store,
    sessions: Arc<Sessions>,
    break_glass: Arc<BreakGlass>,
    mirror: Arc<Mirror>,
    policy: Arc<PolicyHolder>,
    providers: Arc<Providers>,
    flows: Flows,
    /// Limits callbacks, each of which causes calls to the provider.
    finishing: RateLimiter<Option<AddressBlock>>,
    hand_overs: HandOvers,
    logouts: Logouts,
    journal: Arc<Journal>,
    break_glass_tries: RateLimiter<Option<AddressBlock>>,
    tokens: Arc<Tokens>,
    id_tokens: Seal,
    cookies: Cookies,
    settings: Settings,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

/// A request of a browser, with the cookies of that host.
#[derive(Debug, Clone)]
pub struct BrowserRequest {
    /// Where it came from.
    pub origin: RequestOrigin,
    /// The session cookie of that host.
    pub session: Option<SessionSecret>,
    /// The cookie that binds a hand-over to the browser, at an application's host.
    pub browser: Option<Browser>,
    /// The flow cookies, at Samovar's own host.
    pub flows: FlowCookies,
    /// Has the person signed out, and not signed in since?
    pub signed_out: bool,
}

/// A redirect with its cookies, which are secrets, so that it cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct BrowserRedirect {
    /// For `Location`.
    pub to: String,
    /// For `Set-Cookie`.
    pub cookies: Vec<String>,
}

impl BrowserRequest {
    fn block(&self) -> Option<AddressBlock> {
        self.origin.address.map(AddressBlock::of)
    }
}

impl BrowserRedirect {
    const fn to(to: String) -> Self {
        Self {
            to,
            cookies: Vec::new(),
        }
    }
}

/// Characters to encode in a query value.
const IN_QUERY: AsciiSet = CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'&')
    .add(b'+')
    .add(b'<')
    .add(b'>')
    .add(b'\\');

fn in_query(text: &str) -> String {
    utf8_percent_encode(text, &IN_QUERY).to_string()
}

impl SignIn {
    /// Over the services below.
    pub fn new(services: SignInServices, settings: Settings, capabilities: Capabilities) -> Self {
        let Capabilities { clock, random } = capabilities.clone();
        let cookies = Cookies::new(settings.https);
        Self {
            store: services.store,
            sessions: services.sessions,
            break_glass: services.break_glass,
            mirror: services.mirror,
            policy: services.policy,
            providers: services.providers,
            flows: Flows::new(Arc::clone(&clock), Arc::clone(&random), cookies),
            finishing: RateLimiter::new(120, Duration::from_millis(500)),
            hand_overs: HandOvers::new(capabilities),
            logouts: Logouts::default(),
            journal: services.journal,
            break_glass_tries: RateLimiter::new(10, Duration::from_secs(30)),
            tokens: services.tokens,
            id_tokens: services.id_tokens,
            cookies,
            settings,
            clock,
            random,
        }
    }

    /// How cookies are named and written here.
    pub const fn cookies(&self) -> Cookies {
        self.cookies
    }

    fn scheme(&self) -> &'static str {
        if self.settings.https { "https" } else { "http" }
    }

    fn address(&self, host: &HostName, rest: &str) -> String {
        format!("{}://{host}{rest}", self.scheme())
    }

    /// Scheme and host of Samovar itself, as browsers know it.
    pub fn own_origin(&self) -> String {
        self.address(&self.settings.own, "")
    }

    fn return_to(&self, text: Option<&str>) -> Result<ReturnTo, SignInError> {
        let policy = self.policy.load();
        let known = |host: &HostName| policy.application_at(host).is_some();
        let text = text.filter(|text| !text.is_empty()).unwrap_or("/");
        Ok(return_to::parse(text, self.scheme(), known)?)
    }

    /// The visitor's session at Samovar's own host.
    fn present(&self, visitor: &BrowserRequest) -> Option<Arc<Session>> {
        let session = self.sessions.find(visitor.session.as_ref()?).ok()?;
        (session.place == SessionPlace::Samovar).then_some(session)
    }

    /// A new session of a principal.
    fn new_session(
        principal: Principal,
        place: SessionPlace,
        visitor: &BrowserRequest,
    ) -> NewSession {
        NewSession {
            principal,
            place,
            provider: None,
            provider_session: None,
            address: visitor.origin.address,
            user_agent: visitor
                .origin
                .user_agent_text()
                .unwrap_or_else(|| DisplayText::lossy("")),
        }
    }

    /// The `Set-Cookie` value of a new session; the browser drops it when the session ends at the latest.
    fn session_cookie(&self, cookie: Cookie, session: &Session, secret: &SessionSecret) -> String {
        let age = session.ends_at.since(self.clock.now());
        self.cookies.set(cookie, &secret.reveal(), Some(age))
    }
}
