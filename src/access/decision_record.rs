//! A decision for the audit log; reasons and labels become text only when they are written.

use super::credentials::{AuthenticatedPrincipal, AuthenticationError};
use super::{Denial, RequestLine};
use crate::audit::{Action, Object, ObjectKind, Outcome, Versions};
use crate::audit_log::AnonymousKind;
use crate::model::{
    Application, ApplicationId, AuditMode, ClientId, DisplayText, MethodSet, Principal,
};
use crate::policy::{Decision, Policy, Reason};

/// The versions of the facts that a decision or an event rests on.
pub(crate) fn versions(policy: &Policy, directory_version: u64) -> Versions {
    Versions {
        policy: policy.version(),
        directory: directory_version,
    }
}

/// A decision, to be written or counted.
#[derive(Debug, Clone)]
pub(crate) struct DecisionRecord {
    /// `None` for an anonymous caller, and where no fresh facts were found.
    pub known: Option<AuthenticatedPrincipal>,
    /// Of a denial: the principal that a valid credential names, where no fresh facts were found.
    pub named: Option<Principal>,
    pub application: Option<ApplicationId>,
    pub object: DecisionObject,
    /// The client that asked about another principal.
    pub asked_by: Option<ClientId>,
    pub denial: Option<Denial>,
    pub decision: Option<Decision>,
    /// False for a method that may change something.
    pub safe: bool,
    pub mode: AuditMode,
    pub versions: Versions,
}

/// The object of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DecisionObject {
    /// A request to an application. Its route is in the decision; where no route matched, the target is not
    /// recorded, because it is text of the caller and may hold a secret.
    Request {
        /// A method of HTTP; `other` for any other.
        method: &'static str,
    },
    /// A permission or an operation that Samovar itself names.
    Named(ObjectKind, DisplayText),
    /// An unknown permission is text of the caller, so it is never used as a counting key.
    Unnamed(DisplayText),
}

impl DecisionObject {
    /// The kind of object.
    pub(crate) const fn kind(&self) -> ObjectKind {
        match self {
            Self::Request { .. } => ObjectKind::Route,
            Self::Named(kind, _) => *kind,
            Self::Unnamed(_) => ObjectKind::Permission,
        }
    }
}

impl DecisionRecord {
    /// An allowed and safe act of a principal on an object; repeats are counted.
    pub(crate) const fn allowed(
        known: Option<AuthenticatedPrincipal>,
        object: DecisionObject,
        versions: Versions,
    ) -> Self {
        Self {
            known,
            named: None,
            application: None,
            object,
            asked_by: None,
            denial: None,
            decision: None,
            safe: true,
            mode: AuditMode::FirstInWindow,
            versions,
        }
    }

    /// A request to an application, before its credential was read.
    pub(super) fn of_request(
        application: &Application,
        line: &RequestLine<'_>,
        versions: Versions,
    ) -> Self {
        let method = MethodSet::static_name(line.method).unwrap_or("other");
        Self {
            application: Some(application.id),
            // RFC 9110 section 9.2.1.
            safe: matches!(method, "GET" | "HEAD" | "OPTIONS"),
            mode: application.audit,
            ..Self::allowed(None, DecisionObject::Request { method }, versions)
        }
    }

    /// The same, denied before the policy was asked.
    pub(super) fn denied(self, denial: Denial) -> Self {
        Self {
            denial: Some(denial),
            ..self
        }
    }

    /// The same, decided by the policy. The error of the credential is the denial where sign-in is required.
    pub(super) fn decided(self, decision: Decision, error: Option<AuthenticationError>) -> Self {
        let named = error.as_ref().and_then(|error| error.named);
        let denial = Denial::of(&decision, error.map(Denial::from));
        Self {
            // A public route is allowed as for an anonymous caller, and so the application sees it.
            named: denial.as_ref().and(named),
            denial,
            decision: Some(decision),
            ..self
        }
    }

    pub(crate) fn principal(&self) -> Principal {
        let known = self.known.as_ref();
        let principal = known.map(|known| known.principal).or(self.named);
        principal.unwrap_or(Principal::Anonymous)
    }

    /// The login, for the erasable fields of an event.
    pub(crate) fn login(&self) -> Option<DisplayText> {
        self.known.as_ref().and_then(AuthenticatedPrincipal::login)
    }

    pub(crate) fn outcome(&self) -> Outcome {
        match self.denial {
            None => Outcome::Allowed,
            Some(_) => Outcome::Denied,
        }
    }

    /// `allowed`, or the code of the denial.
    pub(crate) fn code(&self) -> &'static str {
        self.denial
            .as_ref()
            .map_or("allowed", |denial| denial.code().as_str())
    }

    /// May repeats be counted instead of written? Not for an allowed request that may change something.
    pub(crate) fn may_be_counted(&self) -> bool {
        self.safe || self.denial.is_some()
    }

    /// The code of the denial first, so that the log can be searched by it; then the decision's reasons.
    pub(crate) fn reasons(&self) -> Vec<String> {
        let code = self.denial.as_ref().map(|denial| denial.code().to_string());
        let sentence = self.denial.as_ref().map(ToString::to_string);
        // The decision was made as for an anonymous caller, which a named principal is not.
        let stated = self.decision.as_ref().filter(|_| self.named.is_none());
        let because: Vec<String> = match stated {
            Some(decision) => decision.reasons.iter().map(ToString::to_string).collect(),
            None => sentence.into_iter().collect(),
        };
        code.into_iter().chain(because).collect()
    }

    /// The object of the event. Values of route parameters are recorded for authenticated principals only.
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
            let ambiguous = matches!(self.denial, Some(Denial::TargetAmbiguous(_)));
            let state = if ambiguous {
                "target not understood"
            } else {
                "not decided"
            };
            return format!("{method}, {state}");
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

    /// The kind by which repeats of an anonymous caller are counted.
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
