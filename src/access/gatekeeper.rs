//! The one function behind every door: who asks, what the policy says, and that it was recorded.

use super::assertion::Assertions;
use super::decided::Decided;
use super::facts::{ANONYMOUS, Credentials, Known, Place};
use super::identity::{Identities, Sources};
use super::judgement::{Judgement, refusal};
use super::recorder::Recorder;
use super::repository::Named;
use super::{Asked, IdentityHeaders, PolicyHolder, Refusal};
use crate::mirror::Mirror;
use crate::model::{Application, Clock, Timestamp};
use crate::policy::{self, CanonicalPath, Outcome, Policy, Request};
use std::sync::Arc;

/// What an application learns of whoever passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// The identity headers that it chose.
    pub identity: IdentityHeaders,
    /// `Samovar-Assertion`, when it wants one; empty for nobody.
    pub assertion: Option<Arc<str>>,
}

/// Checks requests to applications and calls of Samovar's own API.
pub struct Gatekeeper {
    pub(super) policy: Arc<PolicyHolder>,
    pub(super) credentials: Credentials,
    pub(super) recorder: Arc<Recorder>,
    identities: Identities,
    assertions: Assertions,
    clock: Arc<dyn Clock>,
}

impl Gatekeeper {
    /// Over the services below.
    pub fn new(
        policy: Arc<PolicyHolder>,
        credentials: Credentials,
        recorder: Arc<Recorder>,
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

    /// Decides and records. An event that is owed is durable before this returns; if it cannot be, nothing is allowed.
    pub async fn check(&self, asked: &Asked<'_>) -> Result<Passed, Refusal> {
        let (verdict, decided) = self.judge(asked).await;
        let sent_to_sign_in = asked.navigation
            && matches!(
                verdict,
                Err(Refusal::CredentialsMissing | Refusal::SessionEnded)
            );
        let Some(decided) = decided.filter(|_| !sent_to_sign_in) else {
            return verdict;
        };
        match self
            .recorder
            .record(decided, asked.client, asked.request)
            .await
        {
            Ok(()) => verdict,
            Err(error) => {
                tracing::error!(%error, "a decision could not be recorded, so it is refused");
                Err(Refusal::StoreUnavailable)
            }
        }
    }

    /// Decides again without recording: for a door that must ask twice about one request.
    pub async fn answer(&self, asked: &Asked<'_>) -> Result<Passed, Refusal> {
        self.judge(asked).await.0
    }

    async fn judge(&self, asked: &Asked<'_>) -> (Result<Passed, Refusal>, Option<Decided>) {
        let policy = self.policy.load();
        let Some(application) = policy.application_at(asked.host) else {
            return (Err(Refusal::HostUnknown), None);
        };
        let case = Case {
            policy: &policy,
            application,
            asked,
            now: self.now(),
        };
        let judgement = self.judge_case(&case).await;
        let directory = self.mirror().directory();
        let sources = Sources {
            policy: &policy,
            directory: &directory,
            application,
            now: case.now,
        };
        let verdict = match &judgement.result {
            Ok(()) => self.passed(&sources, judgement.known.as_ref()).await,
            Err(refusal) => Err(refusal.clone()),
        };
        let versions = (policy.version(), directory.version);
        (
            verdict,
            Some(judgement.decided(asked, application, versions)),
        )
    }

    /// What the application learns. Without a signature that it counts on nobody passes.
    async fn passed(
        &self,
        sources: &Sources<'_>,
        known: Option<&Known>,
    ) -> Result<Passed, Refusal> {
        let assertion = self.assertions.of(sources, known).await;
        let assertion = assertion.map_err(|error| {
            tracing::error!(%error, "an assertion could not be signed, so the request is refused");
            Refusal::StoreUnavailable
        })?;
        Ok(Passed {
            identity: self.identities.headers(sources, known),
            assertion,
        })
    }

    async fn judge_case(&self, case: &Case<'_>) -> Judgement {
        let path = match CanonicalPath::parse(case.asked.target) {
            Ok(path) => path,
            Err(fault) => return Judgement::early(Refusal::TargetAmbiguous(fault)),
        };
        let place = Place::Host(case.application, case.asked.host);
        let found = self.credentials.known(case.asked.credential, place).await;
        let (known, fault) = match found {
            Ok((_, known)) => (Some(known), None),
            Err(fault) => (None, Some(fault)),
        };
        let named = Named {
            policy: case.policy,
            application: case.application.id,
            method: case.asked.method,
            path: &path,
        };
        let repository = match self.repository(&named, known.as_ref()).await {
            Ok(repository) => repository,
            Err(refusal) => return Judgement::early(refusal).of(known),
        };
        let request = Request {
            application: case.application.id,
            method: case.asked.method,
            path: &path,
            repository: repository.as_ref(),
        };
        let facts = known.as_ref().map_or(ANONYMOUS, Known::facts);
        let decision = policy::decide(case.policy, &facts, &request, case.now);
        let result = match decision.outcome {
            Outcome::Allow => Ok(()),
            Outcome::Deny(denial) => Err(refusal(denial, &decision, fault)),
        };
        Judgement {
            known,
            result,
            decision: Some(decision),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn mirror(&self) -> &Mirror {
        &self.credentials.mirror
    }
}

/// One request beside the policy that decides about it.
struct Case<'a> {
    policy: &'a Policy,
    application: &'a Application,
    asked: &'a Asked<'a>,
    now: Timestamp,
}
