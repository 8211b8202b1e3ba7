//! Explain: the same decision about somebody else, with every witness, and how fresh the facts are.

use super::facts::{ANONYMOUS, Known};
use super::gatekeeper::Gatekeeper;
use super::{DecisionsExplain, Permit, Refusal};
use crate::model::{ApplicationId, RepositoryAccess, Timestamp, UserId};
use crate::policy::{self, CanonicalPath, Decision, Request};

/// A question about somebody.
#[derive(Debug, Clone)]
pub struct Question {
    /// About whom; `None` asks about a stranger.
    pub user: Option<UserId>,
    /// Which application.
    pub application: ApplicationId,
    /// In capitals.
    pub method: String,
    /// The path in its one form.
    pub path: CanonicalPath,
}

/// The answer to a [`Question`].
#[derive(Debug, Clone)]
pub struct Explanation {
    /// What `decide` says, with every witness.
    pub decision: Decision,
    /// The instant before the facts about the person were asked of Gitea, or the last sign-in at another provider.
    pub freshness: Option<Timestamp>,
    /// The directory that was used.
    pub directory_version: u64,
}

impl Gatekeeper {
    /// Answers a question with the facts that are known now; asks Gitea only about a repository that the path names.
    pub async fn explain(
        &self,
        _permit: Permit<DecisionsExplain>,
        question: &Question,
    ) -> Result<Explanation, Refusal> {
        let directory = self.mirror().directory();
        let about = |id| self.credentials.known_now(&directory, id);
        let known = question.user.map(about);
        let repository = self.repository_of(question, known.as_ref()).await?;
        let policy = self.policy.load();
        let request = Request {
            application: question.application,
            method: &question.method,
            path: &question.path,
            repository: repository.as_ref(),
        };
        let facts = known.as_ref().map_or(ANONYMOUS, Known::facts);
        Ok(Explanation {
            decision: policy::explain(&policy, &facts, &request, self.now()),
            freshness: known.and_then(|k| k.user).map(|user| user.freshness),
            directory_version: directory.version,
        })
    }

    async fn repository_of(
        &self,
        question: &Question,
        known: Option<&Known>,
    ) -> Result<Option<RepositoryAccess>, Refusal> {
        let policy = self.policy.load();
        let named = super::repository::Named {
            policy: &policy,
            application: question.application,
            method: &question.method,
            path: &question.path,
        };
        self.repository(&named, known).await
    }
}
