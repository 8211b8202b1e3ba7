//! Access evaluation (OpenID AuthZEN): may this principal do this now? Decided with fresh facts and recorded, as every request.
//!
//! Only about the application of the client that asks. Must never answer about another application.

use super::credentials::{ANONYMOUS, AuthenticatedPrincipal, AuthenticationError};
use super::decision_record::{DecisionObject, DecisionRecord};
use super::gatekeeper::{Gatekeeper, known_or_error};
use super::{Denial, RequestLine, RequestOrigin};
use crate::audit::ObjectKind;
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

/// The question.
#[derive(Debug, Clone)]
pub struct EvaluationRequest<'a> {
    /// The principal.
    pub principal: Principal,
    /// The access token that the principal presented; its scope narrows the answer.
    pub token: Option<&'a str>,
    /// The scope of the principal's credential, as the application states it; it narrows the answer further.
    pub scope: Option<Scope>,
    /// What the principal asks to do.
    pub sought: RequestedAccess<'a>,
}

/// What a principal asks to do in the application.
#[derive(Debug, Clone)]
pub enum RequestedAccess<'a> {
    /// A permission.
    Permission(Permission),
    /// A request, to be decided by the application's routes.
    Request(RequestLine<'a>),
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvaluationResult {
    /// The denial, if it is denied.
    pub denial: Option<Denial>,
    /// The reasons, as `explain` states them.
    pub reasons: Vec<String>,
    /// The instant before the facts about a person were asked of Gitea, or the last sign-in at another provider.
    pub freshness: Option<Timestamp>,
    /// The policy that was asked.
    pub policy_version: u64,
    /// The directory that was asked.
    pub directory_version: u64,
}

impl Gatekeeper {
    /// Decides and records. Facts that are not fresh enough, or a decision that cannot be recorded, are an error and
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
        let decided = DecisionRecord {
            asked_by: Some(client.id()),
            ..self.decide_question(&policy, application, question).await
        };
        let freshness = self.freshness_of(&decided);
        let evaluated = EvaluationResult::of(&decided, freshness);
        let recorded = self.recorder.record(&decided, origin);
        recorded
            .await
            .map_err(|error| Denial::not_recorded(&error))?;
        match evaluated.denial {
            Some(denial @ Denial::MembershipStale { .. }) => Err(denial),
            _ => Ok(evaluated),
        }
    }

    /// The result as *explain* states it.
    fn freshness_of(&self, decided: &DecisionRecord) -> Option<Timestamp> {
        let known = decided.known.as_ref()?;
        self.credentials
            .freshness_now(&self.mirror().directory(), known.principal)
    }

    async fn decide_question(
        &self,
        policy: &Policy,
        application: &Application,
        question: &EvaluationRequest<'_>,
    ) -> DecisionRecord {
        let known = self.known_of(question, application);
        match &question.sought {
            RequestedAccess::Request(line) => self.decide(policy, application, *line, known).await,
            RequestedAccess::Permission(permission) => {
                let known = known_or_error(known.await);
                self.decide_permission(policy, application, permission, known)
            }
        }
    }

    fn decide_permission(
        &self,
        policy: &Policy,
        application: &Application,
        permission: &Permission,
        known: (Option<AuthenticatedPrincipal>, Option<AuthenticationError>),
    ) -> DecisionRecord {
        let (known, error) = known;
        let facts = known
            .as_ref()
            .map_or(ANONYMOUS, AuthenticatedPrincipal::facts);
        let needed = BTreeSet::from([permission.clone()]);
        let decision =
            policy::decide_permissions(policy, &facts, application.id, &needed, self.now());
        let text = DisplayText::lossy(permission.as_str());
        let object = if is_named(policy, application, permission) {
            DecisionObject::Named(ObjectKind::Permission, text)
        } else {
            DecisionObject::Unnamed(text)
        };
        let record = DecisionRecord {
            application: Some(application.id),
            // Its effect is unknown here, so that it counts as a request that may change something.
            safe: false,
            mode: application.audit,
            ..DecisionRecord::allowed(known, object, self.versions(policy))
        };
        record.decided(decision, error)
    }

    /// A token must be for this application and this subject; without one the application's statement is used.
    async fn known_of(
        &self,
        question: &EvaluationRequest<'_>,
        application: &Application,
    ) -> Result<AuthenticatedPrincipal, AuthenticationError> {
        let known = match question.token {
            None => self.credentials.named(question.principal).await?,
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
        let sentence = "claim `sub` is not the principal of the request";
        Err(Denial::Token(TokenError::ClaimInvalid(sentence.to_owned())).into())
    }
}

/// Does a route of the application or a role name the permission?
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
