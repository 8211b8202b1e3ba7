//! The services behind every dialect: reading what the proxy forwards, checking its secret, and the forms of answers.
//!
//! Knows `access` and the forms of answers. Never decides, never reads a body.

use super::forwarded::{self, Dialect, Forwarded};
use super::snippets::PROXY_SECRET;
use crate::access::{AccessRequest, Denial, Gatekeeper, PolicyHolder, UpstreamIdentity};
use crate::http::{LogLimit, Problem, ProblemCode, RequestContext};
use crate::model::{Clock, HostName, IdentityHeader};
use crate::policy::Policy;
use crate::session::{Cookie, Cookies};
use crate::token::ProxySecrets;
use percent_encoding::{AsciiSet, CONTROLS, percent_encode};
use poem::http::{HeaderMap, HeaderName, HeaderValue};
use poem::web::Redirect;
use poem::{IntoResponse, Response};
use std::future::Future;
use std::sync::Arc;

/// Who decides: the gatekeeper; a table in the tests of the doors.
pub trait DecisionPoint: Send + Sync + 'static {
    /// Decides and records.
    fn check(
        &self,
        asked: &AccessRequest<'_>,
    ) -> impl Future<Output = Result<UpstreamIdentity, Denial>> + Send;

    /// Decides again about a request that was refused, and records nothing.
    fn answer(
        &self,
        asked: &AccessRequest<'_>,
    ) -> impl Future<Output = Result<UpstreamIdentity, Denial>> + Send;
}

impl DecisionPoint for Gatekeeper {
    async fn check(&self, asked: &AccessRequest<'_>) -> Result<UpstreamIdentity, Denial> {
        self.check(asked).await
    }

    async fn answer(&self, asked: &AccessRequest<'_>) -> Result<UpstreamIdentity, Denial> {
        self.answer(asked).await
    }
}

/// What the endpoints call.
pub struct Services<J> {
    /// Decides.
    pub decision_point: Arc<J>,
    /// Says which application answers to a host.
    pub policy: Arc<PolicyHolder>,
    /// Checks that a proxy on another machine asks for an application.
    pub secrets: ProxySecrets,
    /// For the overlap of two secrets.
    pub clock: Arc<dyn Clock>,
    /// Redirects and cookies follow the outside address: https or, on loopback, http.
    pub https: bool,
    /// Of checks without a valid secret.
    pub warnings: LogLimit,
}

impl<J: DecisionPoint> Services<J> {
    /// What the proxy says about the request, if it may say anything.
    pub(super) fn read<'h>(
        &self,
        exchange: &RequestContext,
        headers: &'h HeaderMap,
        dialect: &Dialect,
    ) -> Result<Forwarded<'h>, Problem> {
        forwarded::check_peer(exchange)?;
        let name = Cookies::new(self.https).name(Cookie::ApplicationSession);
        let policy = self.policy.load();
        let forwarded = forwarded::read(headers, dialect, name, &policy)?;
        if exchange.secret_needed {
            self.check_secret(&policy, &forwarded.host, headers)?;
        }
        Ok(forwarded)
    }

    /// The check came to an address that other machines reach: it must carry a secret of the application it asks about.
    fn check_secret(
        &self,
        policy: &Policy,
        host: &HostName,
        headers: &HeaderMap,
    ) -> Result<(), Problem> {
        let mut sent = headers.get_all(PROXY_SECRET).iter();
        let sent = sent.next().filter(|_| sent.next().is_none());
        let application = policy.application_at(host);
        let valid = sent.zip(application).is_some_and(|(sent, application)| {
            let now = self.clock.now();
            self.secrets.matches(application, sent.as_bytes(), now)
        });
        if valid {
            return Ok(());
        }
        if self.warnings.take(self.clock.now()) {
            tracing::warn!(
                %host,
                "a check came without a valid proxy secret and was refused; paste the block from the application's page into the proxy's configuration again"
            );
        }
        let detail = format!(
            "a check at this address must carry a valid proxy secret of the application at `{host}`; paste the block from the application's page again, or ask at a loopback address or Unix socket"
        );
        Err(Problem::new(ProblemCode::ProxySecretInvalid, detail))
    }

    /// The answer to somebody who may not pass: a browser on its way is sent to sign in.
    pub(super) fn refuse(
        &self,
        forwarded: &Forwarded<'_>,
        exchange: &RequestContext,
        denial: Denial,
    ) -> Response {
        let problem = Problem::from(denial).of_bearer(forwarded.has_token());
        if problem.asks_for_sign_in() && forwarded.navigation {
            return Redirect::see_other(self.sign_in(&forwarded.host, self.way_back(forwarded)))
                .into_response();
        }
        self.tell(forwarded, exchange, &problem)
    }

    /// Where the browser comes back to: the target, unless a part of it is secret, which must not travel through another
    /// host and its log; then the start of the application.
    fn way_back<'h>(&self, forwarded: &Forwarded<'h>) -> &'h [u8] {
        let policy = self.policy.load();
        let application = policy.application_at(&forwarded.host);
        let (method, target) = (forwarded.method.as_str(), forwarded.target);
        let secret = application.is_some_and(|one| policy.keeps_secret(one.id, method, target));
        if secret { b"/" } else { target }
    }

    /// The problem, readable by scripts of the application's own origins.
    pub(super) fn tell(
        &self,
        forwarded: &Forwarded<'_>,
        exchange: &RequestContext,
        problem: &Problem,
    ) -> Response {
        let mut response = problem.respond(&forwarded.asker(exchange));
        let policy = self.policy.load();
        let application = policy.application_at(&forwarded.host);
        if let Some((cross, application)) = forwarded.cross.as_ref().zip(application) {
            cross.mark(application, &mut response);
        }
        response
    }

    /// The answer to a preflight that Samovar answers for the application.
    pub(super) fn preflight(&self, forwarded: &Forwarded<'_>) -> Option<Result<Response, Problem>> {
        let cross = forwarded.cross.as_ref()?;
        let policy = self.policy.load();
        cross.preflight(policy.application_at(&forwarded.host)?)
    }

    /// The hand-over's address at the application's host; it leads back to the address asked for, byte for byte, unless
    /// that is too long for proxies or not ASCII, which browsers never send.
    fn sign_in(&self, host: &HostName, target: &[u8]) -> String {
        let scheme = if self.https { "https" } else { "http" };
        let encoded = percent_encode(target, &IN_QUERY).to_string();
        let fits = encoded.len() <= LONGEST_BACK && target.is_ascii();
        let target = if fits { encoded.as_str() } else { "/" };
        format!("{scheme}://{host}/.samovar/sign-in?rd={scheme}://{host}{target}")
    }
}

/// Proxies take request lines of 8 KiB; the rest of the hand-over's address needs some of it.
const LONGEST_BACK: usize = 7 * 1024;

/// What means something in a query's value or does not belong into one (RFC 3986 section 3.4); `+` would be a blank.
const IN_QUERY: AsciiSet = CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'&')
    .add(b'+')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Who calls, signed.
const ASSERTION: HeaderName = HeaderName::from_static("samovar-assertion");

/// What of the client's `Authorization` is the application's; empty for a token of Samovar's.
const AUTHORIZATION: HeaderName = HeaderName::from_static("samovar-authorization");

/// It may pass, and the application learns who calls.
pub(super) fn allow(passed: &UpstreamIdentity, authorization: Option<&HeaderValue>) -> Response {
    let mut response = Response::default();
    let headers = response.headers_mut();
    headers.reserve(passed.identity.len() + 2);
    if let Some(authorization) = authorization {
        headers.insert(AUTHORIZATION, authorization.clone());
    }
    for (header, value) in passed.identity.iter() {
        headers.insert(name(*header), value.clone());
    }
    if let Some(assertion) = &passed.assertion {
        headers.insert(ASSERTION, assertion.clone());
    }
    response
}

const fn name(header: IdentityHeader) -> HeaderName {
    HeaderName::from_static(match header {
        IdentityHeader::User => "remote-user",
        IdentityHeader::UserId => "remote-user-id",
        IdentityHeader::Name => "remote-name",
        IdentityHeader::Email => "remote-email",
        IdentityHeader::Groups => "remote-groups",
        IdentityHeader::Roles => "remote-roles",
    })
}
