//! The code that all dialects share: reading the forwarded request, checking the proxy's secret, building answers.
//!
//! Knows `access` and the form of answers. Must never decide or read a body.

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

/// Makes the decision: the gatekeeper, or a table in the tests of the endpoints.
pub trait DecisionPoint: Send + Sync + 'static {
    /// Decides and records.
    fn check(
        &self,
        request: &AccessRequest<'_>,
    ) -> impl Future<Output = Result<UpstreamIdentity, Denial>> + Send;

    /// Decides again about a denied request, without recording it.
    fn answer(
        &self,
        request: &AccessRequest<'_>,
    ) -> impl Future<Output = Result<UpstreamIdentity, Denial>> + Send;
}

impl DecisionPoint for Gatekeeper {
    async fn check(&self, request: &AccessRequest<'_>) -> Result<UpstreamIdentity, Denial> {
        self.check(request).await
    }

    async fn answer(&self, request: &AccessRequest<'_>) -> Result<UpstreamIdentity, Denial> {
        self.answer(request).await
    }
}

/// The services that the endpoints call.
pub struct CheckServices<J> {
    /// Makes and records decisions.
    pub decision_point: Arc<J>,
    /// Finds the application of a host.
    pub policy: Arc<PolicyHolder>,
    /// Verifies the proxy secret of an application.
    pub secrets: ProxySecrets,
    /// The time, for the overlap of two secrets.
    pub clock: Arc<dyn Clock>,
    /// Is the external URL https? Determines redirects and cookies.
    pub https: bool,
    /// Limits warnings about checks without a valid secret.
    pub warnings: LogLimit,
}

impl<J: DecisionPoint> CheckServices<J> {
    /// Reads the forwarded request, after checking the peer and the proxy secret.
    pub(super) fn read<'h>(
        &self,
        context: &RequestContext,
        headers: &'h HeaderMap,
        dialect: &Dialect,
    ) -> Result<Forwarded<'h>, Problem> {
        forwarded::check_peer(context)?;
        let name = Cookies::new(self.https).name(Cookie::ApplicationSession);
        let policy = self.policy.load();
        let forwarded = forwarded::read(headers, dialect, name, &policy)?;
        if context.secret_needed {
            self.check_secret(&policy, &forwarded.host, headers)?;
        }
        Ok(forwarded)
    }

    /// For a check on an address that other machines can reach: requires a proxy secret of the application.
    fn check_secret(
        &self,
        policy: &Policy,
        host: &HostName,
        headers: &HeaderMap,
    ) -> Result<(), Problem> {
        let mut secrets = headers.get_all(PROXY_SECRET).iter();
        let secret = secrets.next().filter(|_| secrets.next().is_none());
        let application = policy.application_at(host);
        let valid = secret
            .zip(application)
            .is_some_and(|(secret, application)| {
                let now = self.clock.now();
                self.secrets.matches(application, secret.as_bytes(), now)
            });
        if valid {
            return Ok(());
        }
        if self.warnings.take(self.clock.now()) {
            tracing::warn!(
                %host,
                "a check without a valid proxy secret was denied; paste the block from the application's page into the proxy's configuration again"
            );
        }
        let detail = format!(
            "a check at this address must carry a valid proxy secret of the application at `{host}`; paste the block from the application's page again, or send checks to a loopback address or a Unix socket"
        );
        Err(Problem::new(ProblemCode::ProxySecretInvalid, detail))
    }

    /// The answer to a denied request: a redirect to sign-in for a navigation, otherwise the problem.
    pub(super) fn deny(
        &self,
        forwarded: &Forwarded<'_>,
        context: &RequestContext,
        denial: Denial,
    ) -> Response {
        let problem = match denial {
            Denial::CredentialsMissing if forwarded.has_other_token() => {
                self.other_token(forwarded)
            }
            denial => Problem::from(denial).of_bearer(forwarded.has_token()),
        };
        if problem.asks_for_sign_in() && forwarded.navigation {
            return Redirect::see_other(
                self.sign_in(&forwarded.host, self.return_target(forwarded)),
            )
            .into_response();
        }
        self.problem_response(forwarded, context, &problem)
    }

    /// The answer to a bearer token that is not one of Samovar's.
    fn other_token(&self, forwarded: &Forwarded<'_>) -> Problem {
        let policy = self.policy.load();
        let application = policy.application_at(&forwarded.host);
        let name = application.map_or("", |application| application.name.as_str());
        let detail = format!(
            "the bearer token is not an access token of Samovar; get one with `audience={name}`"
        );
        Problem::new(ProblemCode::CredentialsMissing, detail)
    }

    /// The target to which the browser returns after sign-in. A target with a secret parameter is replaced by `/`, so that
    /// the secret does not get into URLs and logs of another host.
    fn return_target<'h>(&self, forwarded: &Forwarded<'h>) -> &'h [u8] {
        let policy = self.policy.load();
        let application = policy.application_at(&forwarded.host);
        let (method, target) = (forwarded.method.as_str(), forwarded.target);
        let secret = application
            .is_some_and(|application| policy.keeps_secret(application.id, method, target));
        if secret { b"/" } else { target }
    }

    /// The problem, readable by scripts of the origins that the application lists.
    pub(super) fn problem_response(
        &self,
        forwarded: &Forwarded<'_>,
        context: &RequestContext,
        problem: &Problem,
    ) -> Response {
        let mut response = problem.respond(&forwarded.answer_target(context));
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

    /// The sign-in address at the application's host. It returns to exactly the requested address, unless that is too long
    /// for proxies or not ASCII, which browsers never send.
    fn sign_in(&self, host: &HostName, target: &[u8]) -> String {
        let scheme = if self.https { "https" } else { "http" };
        let encoded = percent_encode(target, &IN_QUERY).to_string();
        let fits = encoded.len() <= MAX_RETURN_BYTES && target.is_ascii();
        let target = if fits { encoded.as_str() } else { "/" };
        format!("{scheme}://{host}/.samovar/sign-in?rd={scheme}://{host}{target}")
    }
}

/// Proxies accept request lines of 8 KiB, including the rest of the sign-in address.
const MAX_RETURN_BYTES: usize = 7 * 1024;

/// Characters with a meaning in a query's value or not allowed in one (RFC 3986 section 3.4); `+` would mean a space.
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

/// A signed assertion of the caller's identity.
const ASSERTION: HeaderName = HeaderName::from_static("samovar-assertion");

/// The client's `Authorization` for the application; empty if it contains a token of Samovar's.
const AUTHORIZATION: HeaderName = HeaderName::from_static("samovar-authorization");

/// The answer to an allowed request, with the caller's identity for the application.
pub(super) fn allow(upstream: &UpstreamIdentity, authorization: Option<&HeaderValue>) -> Response {
    let mut response = Response::default();
    let headers = response.headers_mut();
    headers.reserve(upstream.identity.len() + 2);
    if let Some(authorization) = authorization {
        headers.insert(AUTHORIZATION, authorization.clone());
    }
    for (header, value) in upstream.identity.iter() {
        headers.insert(name(*header), value.clone());
    }
    if let Some(assertion) = &upstream.assertion {
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
