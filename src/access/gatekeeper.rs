//! The one function behind every endpoint: authenticates the caller, asks the policy and records the decision.

use super::credentials::{ANONYMOUS, AuthenticatedPrincipal, Credentials, ProtectedResource};
use super::decision_record::DecisionRecord;
use super::identity::{Assertions, Identities, Sources};
use super::outcome::{AccessOutcome, RecordedAccess};
use super::recorder::DecisionRecorder;
use super::repository::RepositoryLookup;
use super::{AccessRequest, Credential, Denial, IdentityHeaders, PolicyHolder, RequestLine};
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

    /// Is this a valid credential for Samovar itself? The facts about its principal are not checked.
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
        let case = Case {
            policy: &policy,
            application,
            line: asked.line,
            now: self.now(),
        };
        let place = ProtectedResource::Host(application, asked.host);
        let known = async { Ok(self.credentials.known(asked.credential, place).await?.1) };
        let outcome = self.judge_case(&case, known).await;
        let directory = self.mirror().directory();
        let sources = Sources {
            policy: &policy,
            directory: &directory,
            application,
            now: case.now,
        };
        let verdict = match &outcome.result {
            Ok(()) => self.passed(&sources, outcome.known.as_ref()),
            Err(denial) => Err(denial.clone()),
        };
        let access = RecordedAccess::of_request(&asked.line);
        let decided = outcome.decided(access, application, sources.versions());
        (verdict, Some(decided))
    }

    /// What the application learns. Without the signature that it relies on, the request is denied.
    fn passed(
        &self,
        sources: &Sources<'_>,
        known: Option<&AuthenticatedPrincipal>,
    ) -> Result<UpstreamIdentity, Denial> {
        let assertion = self.assertions.of(sources, known);
        let assertion = assertion.map_err(|error| {
            tracing::error!(%error, "an assertion could not be signed, so the request is refused");
            Denial::StoreUnavailable
        })?;
        Ok(UpstreamIdentity {
            identity: self.identities.headers(sources, known),
            assertion,
        })
    }

    /// Decides about a request. The caller is authenticated only after the target was parsed.
    pub(super) async fn judge_case(
        &self,
        case: &Case<'_>,
        known: impl Future<Output = Result<AuthenticatedPrincipal, Denial>>,
    ) -> AccessOutcome {
        let path = match CanonicalPath::parse(case.line.target) {
            Ok(path) => path,
            Err(error) => return AccessOutcome::early(Denial::TargetAmbiguous(error)),
        };
        let (known, error) = match known.await {
            Ok(known) => (Some(known), None),
            Err(error) => (None, Some(error)),
        };
        let named = RepositoryLookup {
            policy: case.policy,
            application: case.application.id,
            method: case.line.method,
            path: &path,
            now: case.now,
            every_witness: false,
        };
        let repository = match named.access(self.mirror(), known.as_ref()).await {
            Ok(repository) => repository,
            Err(denial) => return AccessOutcome::early(denial).of(known),
        };
        let request = RouteRequest {
            application: case.application.id,
            method: case.line.method,
            path: &path,
            repository: repository.as_ref(),
        };
        let facts = known
            .as_ref()
            .map_or(ANONYMOUS, AuthenticatedPrincipal::facts);
        let decision = policy::decide(case.policy, &facts, &request, case.now);
        AccessOutcome::by(decision, known, error)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn mirror(&self) -> &Mirror {
        &self.credentials.mirror
    }
}

/// One request with the policy that decides about it.
pub(super) struct Case<'a> {
    pub policy: &'a Policy,
    pub application: &'a Application,
    pub line: RequestLine<'a>,
    pub now: Timestamp,
}
