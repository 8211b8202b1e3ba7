//! An application asks: may this principal do this now? Decided as at every door, with facts that are fresh, and recorded.
//!
//! Only about the application whose client asks. Must never say what anybody may do elsewhere.

use super::credentials::{ANONYMOUS, AuthenticatedPrincipal};
use super::decision_record::{DecisionObject, DecisionRecord};
use super::gatekeeper::{Case, Gatekeeper};
use super::outcome::{AccessOutcome, about_request};
use super::{Denial, RequestLine, RequestOrigin};
use crate::audit::{ObjectKind, Versions};
use crate::model::{
    Application, ApplicationId, ClientId, DisplayText, Permission, PermissionPattern, Principal,
    Requirement, Scope, Timestamp,
};
use crate::policy::{self, Policy};
use crate::token::{Audience, TokenError};
use std::collections::BTreeSet;

/// An authenticated client of an application that keeps a secret: it may ask about that application alone.
#[derive(Debug)]
pub struct ApplicationClient {
    client: ClientId,
    application: ApplicationId,
}

impl ApplicationClient {
    /// To be made by client authentication alone.
    pub(crate) const fn new(client: ClientId, application: ApplicationId) -> Self {
        Self {
            client,
            application,
        }
    }

    /// Which client.
    pub const fn id(&self) -> ClientId {
        self.client
    }

    /// Of which application.
    pub const fn application(&self) -> ApplicationId {
        self.application
    }
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct EvaluationRequest<'a> {
    /// About whom.
    pub principal: Principal,
    /// The access token that the principal came with; its scope narrows what it may do.
    pub token: Option<&'a str>,
    /// What the principal's credential is limited to, by the application's word; it narrows further what a token allows.
    pub scope: Option<Scope>,
    /// What it wants.
    pub sought: RequestedAccess<'a>,
}

/// What a principal wants of the application.
#[derive(Debug, Clone)]
pub enum RequestedAccess<'a> {
    /// A permission; which request needs it, the application knows.
    Permission(Permission),
    /// A request, to be decided by the application's routes.
    Request(RequestLine<'a>),
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvaluationResult {
    /// Why not, when it is denied.
    pub denial: Option<Denial>,
    /// What led to it, in the words of `explain`.
    pub reasons: Vec<String>,
    /// The instant before the facts about a person were asked of Gitea, or the last sign-in at another provider.
    pub freshness: Option<Timestamp>,
    /// The policy that was asked.
    pub policy_version: u64,
    /// The directory that was asked.
    pub directory_version: u64,
}

impl Gatekeeper {
    /// Decides and records. That the facts are not fresh enough to decide, or that it cannot be recorded, is an error and
    /// no answer.
    pub async fn evaluate(
        &self,
        client: &ApplicationClient,
        question: &EvaluationRequest<'_>,
        origin: &RequestOrigin,
    ) -> Result<EvaluationResult, Denial> {
        let policy = self.policy.load();
        let application = policy.application(client.application());
        let application = application.ok_or(Denial::HostUnknown)?;
        let (outcome, about) = self.judge_question(&policy, application, question).await;
        let freshness = self.freshness_of(&outcome);
        let versions = Versions {
            policy: policy.version(),
            directory: self.mirror().directory().version,
        };
        let decided = DecisionRecord {
            asked_by: Some(client.id()),
            ..outcome.decided(about, application, versions)
        };
        let evaluated = EvaluationResult::of(&decided, freshness);
        let recorded = self.recorder.record(&decided, origin);
        recorded
            .await
            .map_err(|error| Denial::not_recorded(&error))?;
        match evaluated.denial {
            Some(
                denial @ (Denial::MembershipStale { .. }
                | Denial::StorageLow
                | Denial::StoreUnavailable),
            ) => Err(denial),
            _ => Ok(evaluated),
        }
    }

    /// As *explain* says it.
    fn freshness_of(&self, outcome: &AccessOutcome) -> Option<Timestamp> {
        let known = outcome.known.as_ref()?;
        self.credentials
            .freshness_now(&self.mirror().directory(), known.principal)
    }

    async fn judge_question(
        &self,
        policy: &Policy,
        application: &Application,
        question: &EvaluationRequest<'_>,
    ) -> (AccessOutcome, (DecisionObject, bool)) {
        let known = self.known_of(question, application);
        match &question.sought {
            RequestedAccess::Request(line) => {
                let case = Case {
                    policy,
                    application,
                    line: *line,
                    now: self.now(),
                };
                let outcome = self.judge_case(&case, known).await;
                (outcome, about_request(line))
            }
            RequestedAccess::Permission(permission) => {
                let (known, error) = match known.await {
                    Ok(known) => (Some(known), None),
                    Err(error) => (None, Some(error)),
                };
                let facts = known
                    .as_ref()
                    .map_or(ANONYMOUS, AuthenticatedPrincipal::facts);
                let needed = (application.id, &BTreeSet::from([permission.clone()]));
                let decision = policy::decide_permissions(policy, &facts, needed, self.now());
                let outcome = AccessOutcome::by(decision, known, error);
                let text = DisplayText::lossy(permission.as_str());
                let about = if is_named(policy, application, permission) {
                    DecisionObject::Named(ObjectKind::Permission, text)
                } else {
                    DecisionObject::Unnamed(text)
                };
                // What comes of it is not seen here, so that it counts as something that may change something.
                (outcome, (about, false))
            }
        }
    }

    /// A token is for this application, and its subject's; otherwise the application's word counts.
    async fn known_of(
        &self,
        question: &EvaluationRequest<'_>,
        application: &Application,
    ) -> Result<AuthenticatedPrincipal, Denial> {
        let known = match question.token {
            None => self.credentials.principal(question.principal).await?,
            Some(token) => {
                let audience = Audience::of(application);
                self.credentials.of_token(token, audience).await?
            }
        };
        if known.principal == question.principal {
            return Ok(match &question.scope {
                None => known,
                Some(scope) => known.within(scope),
            });
        }
        let sentence = "claim `sub` names somebody else than the one who is asked about";
        Err(Denial::Token(TokenError::ClaimInvalid(sentence.to_owned())))
    }
}

/// Does a route of the application name it, or a role?
fn is_named(policy: &Policy, application: &Application, permission: &Permission) -> bool {
    let mut needed = application.routes.iter().map(|route| &route.requirement);
    let exact = PermissionPattern::Exact(permission.clone());
    needed.any(|needed| matches!(needed, Requirement::Permissions(all) if all.contains(permission)))
        || policy.roles().any(|role| role.permissions.contains(&exact))
}

impl EvaluationResult {
    fn of(decided: &DecisionRecord, freshness: Option<Timestamp>) -> Self {
        let reasons = decided.decision.iter().flat_map(|one| &one.reasons);
        Self {
            denial: decided.denial.clone(),
            reasons: reasons.map(ToString::to_string).collect(),
            freshness,
            policy_version: decided.versions.policy,
            directory_version: decided.versions.directory,
        }
    }
}
