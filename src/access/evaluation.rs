//! An application asks: may this principal do this now? Decided as at every door, with facts that are fresh, and recorded.
//!
//! Only about the application whose client asks. Must never say what anybody may do elsewhere.

use super::Refusal;
use super::RequestLine;
use super::decided::{About, Decided};
use super::facts::{ANONYMOUS, Known};
use super::gatekeeper::{Case, Gatekeeper};
use super::judgement::{Judgement, about_request};
use super::oauth::{ApplicationClient, Requester};
use crate::audit::ObjectKind;
use crate::model::{
    Application, DisplayText, Permission, PermissionPattern, Principal, Requirement, Scope,
    Timestamp,
};
use crate::policy::{self, Policy};
use crate::token::{Audience, TokenFault};
use std::collections::BTreeSet;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Evaluation<'a> {
    /// About whom.
    pub principal: Principal,
    /// The access token that the principal came with; its scope narrows what it may do.
    pub token: Option<&'a str>,
    /// What the principal's credential is limited to, by the application's word; it narrows further what a token allows.
    pub scope: Option<Scope>,
    /// What it wants.
    pub sought: Sought<'a>,
}

/// What a principal wants of the application.
#[derive(Debug, Clone)]
pub enum Sought<'a> {
    /// A permission; which request needs it, the application knows.
    Permission(Permission),
    /// A request, to be decided by the application's routes.
    Request(RequestLine<'a>),
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluated {
    /// Why not, when it is denied.
    pub refusal: Option<Refusal>,
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
        question: &Evaluation<'_>,
        requester: &Requester,
    ) -> Result<Evaluated, Refusal> {
        let policy = self.policy.load();
        let application = policy.application(client.application());
        let application = application.ok_or(Refusal::HostUnknown)?;
        let (judgement, about) = self.judge_question(&policy, application, question).await;
        let freshness = self.freshness_of(&judgement);
        let versions = (policy.version(), self.mirror().directory().version);
        let decided = Decided {
            asked_by: Some(client.id()),
            ..judgement.decided(about, application, versions)
        };
        let evaluated = Evaluated::of(&decided, freshness);
        let recorded = self
            .recorder
            .record(decided, &requester.remote, requester.request);
        recorded
            .await
            .map_err(|error| Refusal::not_recorded(&error))?;
        match evaluated.refusal {
            Some(
                refusal @ (Refusal::MembershipStale { .. }
                | Refusal::StorageLow
                | Refusal::StoreUnavailable),
            ) => Err(refusal),
            _ => Ok(evaluated),
        }
    }

    /// As *explain* says it.
    fn freshness_of(&self, judgement: &Judgement) -> Option<Timestamp> {
        let known = judgement.known.as_ref()?;
        self.credentials
            .freshness_now(&self.mirror().directory(), known.principal)
    }

    async fn judge_question(
        &self,
        policy: &Policy,
        application: &Application,
        question: &Evaluation<'_>,
    ) -> (Judgement, (About, bool)) {
        let known = self.known_of(question, application);
        match &question.sought {
            Sought::Request(line) => {
                let case = Case {
                    policy,
                    application,
                    line: *line,
                    now: self.now(),
                };
                let judgement = self.judge_case(&case, known).await;
                (judgement, about_request(line))
            }
            Sought::Permission(permission) => {
                let (known, fault) = match known.await {
                    Ok(known) => (Some(known), None),
                    Err(fault) => (None, Some(fault)),
                };
                let facts = known.as_ref().map_or(ANONYMOUS, Known::facts);
                let needed = (application.id, &BTreeSet::from([permission.clone()]));
                let decision = policy::decide_permissions(policy, &facts, needed, self.now());
                let judgement = Judgement::by(decision, known, fault);
                let text = DisplayText::lossy(permission.as_str());
                let about = if is_named(policy, application, permission) {
                    About::Named(ObjectKind::Permission, text)
                } else {
                    About::Unnamed(text)
                };
                // What comes of it is not seen here, so that it counts as something that may change something.
                (judgement, (about, false))
            }
        }
    }

    /// A token is for this application, and its subject's; otherwise the application's word counts.
    async fn known_of(
        &self,
        question: &Evaluation<'_>,
        application: &Application,
    ) -> Result<Known, Refusal> {
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
        Err(Refusal::Token(TokenFault::ClaimInvalid(
            sentence.to_owned(),
        )))
    }
}

/// Does a route of the application name it, or a role?
fn is_named(policy: &Policy, application: &Application, permission: &Permission) -> bool {
    let mut needed = application.routes.iter().map(|route| &route.requirement);
    let exact = PermissionPattern::Exact(permission.clone());
    needed.any(|needed| matches!(needed, Requirement::Permissions(all) if all.contains(permission)))
        || policy.roles().any(|role| role.permissions.contains(&exact))
}

impl Evaluated {
    fn of(decided: &Decided, freshness: Option<Timestamp>) -> Self {
        let reasons = decided.decision.iter().flat_map(|one| &one.reasons);
        Self {
            refusal: decided.refusal.clone(),
            reasons: reasons.map(ToString::to_string).collect(),
            freshness,
            policy_version: decided.policy_version,
            directory_version: decided.directory_version,
        }
    }
}
