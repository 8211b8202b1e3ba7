//! The one function behind every endpoint: authenticates the caller, asks the policy and records the decision.

use super::credentials::{
    ANONYMOUS, AuthenticatedPrincipal, AuthenticationError, Credentials, ProtectedResource,
};
use super::decision_record::{DecisionRecord, versions};
use super::identity::{Assertions, Identities, Sources};
use super::recorder::DecisionRecorder;
use super::{AccessRequest, Credential, Denial, IdentityHeaders, PolicyHolder, RequestLine};
use crate::audit::Versions;
use crate::mirror::Mirror;
use crate::model::{Application, Clock, Timestamp};
use crate::policy::{self, CanonicalPath, Policy, RouteRequest};
use crate::token::Audience;
use http::HeaderValue;
use std::sync::Arc;

/// What an application learns of the caller of an allowed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamIdentity {
    /// The identity headers that it chose.
    pub identity: IdentityHeaders,
    /// `Samovar-Assertion`, if the application uses it; empty for an anonymous caller.
    pub assertion: Option<HeaderValue>,
}

/// Checks requests to applications and calls of Samovar's own API.
pub struct Gatekeeper {
    pub(super) policy: Arc<PolicyHolder>,
    pub(super) credentials: Credentials,
    pub(super) recorder: Arc<DecisionRecorder>,
    identities: Identities,
    assertions: Assertions,
    clock: Arc<dyn Clock>,
}

impl Gatekeeper {
    /// Over the services below.
    pub fn new(
        policy: Arc<PolicyHolder>,
        credentials: Credentials,
        recorder: Arc<DecisionRecorder>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            assertions: Assertions::new(Arc::clone(&credentials.tokens)),
            policy,
            credentials,
            recorder,
            identities: Identities::default(),
            clock,
        }
    }

    /// Decides and records. An event that is due is durable before this returns; if it cannot be, nothing is allowed.
    pub async fn check(&self, asked: &AccessRequest<'_>) -> Result<UpstreamIdentity, Denial> {
        let (verdict, decided) = self.judge(asked).await;
        let sent_to_sign_in = asked.navigation
            && matches!(
                verdict,
                Err(Denial::CredentialsMissing | Denial::SessionEnded)
            );
        let Some(decided) = decided.filter(|_| !sent_to_sign_in) else {
            return verdict;
        };
        match self.recorder.record(&decided, asked.origin).await {
            Ok(()) => verdict,
            Err(error) => Err(Denial::not_recorded(&error)),
        }
    }

    /// Decides again without recording: for an endpoint that is asked twice about one request.
    pub async fn answer(&self, asked: &AccessRequest<'_>) -> Result<UpstreamIdentity, Denial> {
        self.judge(asked).await.0
    }

    /// Is this a token for Samovar itself, or a session at any host, that is valid now? The facts about its principal are
    /// not checked.
    pub fn recognizes(&self, credential: Credential<'_>) -> bool {
        match credential {
            Credential::Session(secret) => self.credentials.sessions.find(secret).is_ok(),
            Credential::Token(text) => {
                let token = self.credentials.tokens.verify(text, Audience::OWN);
                token.is_ok()
            }
        }
    }

    async fn judge(
        &self,
        asked: &AccessRequest<'_>,
    ) -> (Result<UpstreamIdentity, Denial>, Option<DecisionRecord>) {
        let policy = self.policy.load();
        let Some(application) = policy.application_at(asked.host) else {
            return (Err(Denial::HostUnknown), None);
        };
        let place = ProtectedResource::Host(application, asked.host);
        let known = async { Ok(self.credentials.known(asked.credential, place).await?.1) };
        let record = self.decide(&policy, application, asked.line, known).await;
        let directory = self.mirror().directory();
        let sources = Sources {
            policy: &policy,
            directory: &directory,
            application,
            now: self.now(),
        };
        let verdict = match &record.denial {
            None => self.passed(&sources, record.known.as_ref()),
            Some(denial) => Err(denial.clone()),
        };
        let denial = verdict.as_ref().err().cloned();
        (verdict, Some(DecisionRecord { denial, ..record }))
    }

    /// What the application learns. Without the signature that it relies on, the request is denied.
    fn passed(
        &self,
        sources: &Sources<'_>,
        known: Option<&AuthenticatedPrincipal>,
    ) -> Result<UpstreamIdentity, Denial> {
        let assertion = self.assertions.of(sources, known);
        let assertion = assertion.map_err(|error| {
            tracing::error!(%error, "an assertion could not be signed, so the request is denied");
            Denial::AssertionUnavailable
        })?;
        Ok(UpstreamIdentity {
            identity: self.identities.headers(sources, known),
            assertion,
        })
    }

    /// Decides about a request. The caller is authenticated only after the target was parsed.
    pub(super) async fn decide(
        &self,
        policy: &Policy,
        application: &Application,
        line: RequestLine<'_>,
        known: impl Future<Output = Result<AuthenticatedPrincipal, AuthenticationError>>,
    ) -> DecisionRecord {
        let record = || DecisionRecord::of_request(application, &line, self.versions(policy));
        let path = match CanonicalPath::parse(line.target) {
            Ok(path) => path,
            Err(error) => return record().denied(Denial::TargetAmbiguous(error)),
        };
        let (known, error) = known_or_error(known.await);
        let record = DecisionRecord { known, ..record() };
        let request = RouteRequest {
            application: application.id,
            method: line.method,
            path: &path,
            repository: None,
        };
        let known = record.known.as_ref();
        let access = self.repository_access(policy, &request, known, policy::needs_repository);
        let repository = match access.await {
            Ok(repository) => repository,
            Err(denial) => return record.denied(denial),
        };
        let request = RouteRequest {
            repository: repository.as_ref(),
            ..request
        };
        let facts = known.map_or(ANONYMOUS, AuthenticatedPrincipal::facts);
        let decision = policy::decide(policy, &facts, &request, self.now());
        record.decided(decision, error)
    }

    /// The versions of the policy and of the present directory.
    pub(crate) fn versions(&self, policy: &Policy) -> Versions {
        versions(policy, self.mirror().directory().version)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn mirror(&self) -> &Mirror {
        &self.credentials.mirror
    }
}

/// The principal, or the error of its credential.
pub(super) fn known_or_error(
    known: Result<AuthenticatedPrincipal, AuthenticationError>,
) -> (Option<AuthenticatedPrincipal>, Option<AuthenticationError>) {
    match known {
        Ok(known) => (Some(known), None),
        Err(error) => (None, Some(error)),
    }
}
