//! A decision ready to be written or counted; sentences and labels are made only when they are written.

use super::Denial;
use super::credentials::AuthenticatedPrincipal;
use crate::audit::{Action, Object, ObjectKind, Outcome, Versions};
use crate::audit_log::AnonymousKind;
use crate::model::{ApplicationId, AuditMode, ClientId, DisplayText, Principal};
use crate::policy::{Decision, Reason};

/// A decision ready to be written or counted.
#[derive(Debug, Clone)]
pub(crate) struct DecisionRecord {
    /// The principal with what is known of it; none for an anonymous caller.
    pub known: Option<AuthenticatedPrincipal>,
    pub application: Option<ApplicationId>,
    pub object: DecisionObject,
    /// The client that asked about somebody else.
    pub asked_by: Option<ClientId>,
    pub denial: Option<Denial>,
    pub decision: Option<Decision>,
    /// False for a method that may change something.
    pub safe: bool,
    pub mode: AuditMode,
    pub versions: Versions,
}

/// What a decision is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DecisionObject {
    /// A request to an application. Its route stands in the decision; where no route was found, the target is not
    /// recorded: its text is the caller's and may hold a secret.
    Request {
        /// One that HTTP knows; `other` for any other.
        method: &'static str,
    },
    /// A permission or an operation that Samovar itself names.
    Named(ObjectKind, DisplayText),
    /// A permission that no route or role names: text of the caller, under which nothing is counted.
    Unnamed(DisplayText),
}

impl DecisionObject {
    /// What kind of object it is.
    pub(crate) const fn kind(&self) -> ObjectKind {
        match self {
            Self::Request { .. } => ObjectKind::Route,
            Self::Named(kind, _) => *kind,
            Self::Unnamed(_) => ObjectKind::Permission,
        }
    }
}

impl DecisionRecord {
    pub(crate) fn principal(&self) -> Principal {
        let known = self.known.as_ref();
        known.map_or(Principal::Anonymous, |known| known.principal)
    }

    /// For the erasable part of an event.
    pub(crate) fn login(&self) -> Option<DisplayText> {
        self.known.as_ref().and_then(AuthenticatedPrincipal::login)
    }

    pub(crate) fn outcome(&self) -> Outcome {
        match self.denial {
            None => Outcome::Allowed,
            Some(_) => Outcome::Denied,
        }
    }

    /// `allowed`, or the refusal's code.
    pub(crate) fn code(&self) -> &'static str {
        self.denial
            .as_ref()
            .map_or("allowed", |denial| denial.code().as_str())
    }

    /// May a repeat be counted instead of written? An allowed request that may change something never is.
    pub(crate) fn may_be_counted(&self) -> bool {
        self.safe || self.denial.is_some()
    }

    /// A refusal's code first, so that the log can be searched by it; then the decision's reasons as sentences.
    pub(crate) fn reasons(&self) -> Vec<String> {
        let code = self.denial.as_ref().map(|denial| denial.code().to_string());
        let sentence = self.denial.as_ref().map(ToString::to_string);
        let because: Vec<String> = match &self.decision {
            Some(decision) => decision.reasons.iter().map(ToString::to_string).collect(),
            None => sentence.into_iter().collect(),
        };
        code.into_iter().chain(because).collect()
    }

    /// What the event is about. The values of a route's parameters are stated for callers who are known only.
    pub(crate) fn object(&self) -> Object {
        let text = match &self.object {
            DecisionObject::Named(_, text) | DecisionObject::Unnamed(text) => text.to_string(),
            DecisionObject::Request { method } => self.request(method),
        };
        let text = match self.asked_by {
            Some(client) => format!("{text}, asked by client {client}"),
            None => text,
        };
        Object::new(self.object.kind(), text)
    }

    /// `GET /deployments/{id} id=7`.
    fn request(&self, method: &str) -> String {
        let Some(decision) = &self.decision else {
            return format!("{method}, target not understood");
        };
        let route = decision.reasons.iter().find_map(|reason| match reason {
            Reason::Route { methods, path, .. } => Some(format!("{methods} {path}")),
            _ => None,
        });
        let Some(mut text) = route else {
            return format!("{method}, no route");
        };
        if self.principal() != Principal::Anonymous {
            for (name, value) in decision.parameters.iter() {
                text.extend([" ", name, "=", value]);
            }
        }
        text
    }

    /// Policy version and place of the route that matched.
    pub(crate) fn route(&self) -> Option<(u64, usize)> {
        let decision = self.decision.as_ref()?;
        let place = decision.reasons.iter().find_map(|reason| match reason {
            Reason::Route { place, .. } => Some(*place),
            _ => None,
        })?;
        Some((decision.policy_version, place))
    }

    /// What repeats of an anonymous caller are counted by.
    pub(crate) fn anonymous_kind(&self) -> AnonymousKind {
        AnonymousKind {
            action: Action::RequestDecide,
            application: self.application,
            route: self.route(),
            outcome: self.outcome(),
            code: self.code(),
        }
    }
}
