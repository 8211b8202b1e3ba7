//! Explain: the same decision about the caller or another principal, with every witness, and how fresh the facts are.

use super::credentials::{ANONYMOUS, AuthenticatedPrincipal};
use super::gatekeeper::Gatekeeper;
use super::{Caller, DecisionsExplain, Denial, Permit};
use crate::model::{
    ApplicationId, Directory, Principal, Scope, ServiceAccount, ServiceAccountState, Timestamp,
};
use crate::policy::{self, CanonicalPath, Decision, RouteRequest};
use std::sync::Arc;

/// A question about a principal.
#[derive(Debug, Clone)]
pub struct Question {
    /// The principal; `Anonymous` for a caller without a credential.
    pub principal: Principal,
    /// The scope of the credential; `None` for a session.
    pub scope: Option<Scope>,
    /// Which application.
    pub application: ApplicationId,
    /// In capitals.
    pub method: String,
    /// The canonical path.
    pub path: CanonicalPath<'static>,
}

/// The answer to a [`Question`].
#[derive(Debug, Clone)]
pub struct Explanation {
    /// The decision with every witness.
    pub decision: Decision,
    /// The instant before the facts about the person, or about a service account's owner, were asked of Gitea; or the
    /// last sign-in at another provider.
    pub freshness: Option<Timestamp>,
    /// The directory that was used.
    pub directory_version: u64,
}

impl Gatekeeper {
    /// Whether a service account is active now, and why not.
    pub fn account_state(
        &self,
        directory: &Directory,
        account: &ServiceAccount,
    ) -> ServiceAccountState {
        self.credentials.state_of(directory, account)
    }

    /// Answers with the facts in memory; asks Gitea only about a repository that the path names.
    pub async fn explain(
        &self,
        _permit: Permit<DecisionsExplain>,
        question: &Question,
    ) -> Result<Explanation, Denial> {
        self.explained(question).await
    }

    /// Answers the question about the caller, whatever principal it names: a caller may know its own rights.
    pub async fn explain_own(
        &self,
        caller: &Caller,
        question: &Question,
    ) -> Result<Explanation, Denial> {
        let own = Question {
            principal: caller.principal(),
            ..question.clone()
        };
        self.explained(&own).await
    }

    async fn explained(&self, question: &Question) -> Result<Explanation, Denial> {
        let directory = self.mirror().directory();
        let principal = question.principal;
        let known = (principal != Principal::Anonymous).then(|| AuthenticatedPrincipal {
            scope: question.scope.clone().map(Arc::new),
            ..self.credentials.known_now(&directory, principal)
        });
        let policy = self.policy.load();
        let request = RouteRequest {
            application: question.application,
            method: &question.method,
            path: &question.path,
            repository: None,
        };
        let needs = policy::explain_needs_repository;
        let access = self.repository_access(&policy, &request, known.as_ref(), needs);
        let repository = access.await?;
        let request = RouteRequest {
            repository: repository.as_ref(),
            ..request
        };
        let facts = known
            .as_ref()
            .map_or(ANONYMOUS, AuthenticatedPrincipal::facts);
        Ok(Explanation {
            decision: policy::explain(&policy, &facts, &request, self.now()),
            freshness: self.credentials.freshness_now(&directory, principal),
            directory_version: directory.version,
        })
    }
}
