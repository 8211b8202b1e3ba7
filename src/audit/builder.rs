//! Builds audit events: an allowed action, then what differs from it.

use super::event::{Action, AuditEvent, Object, Outcome, PersonalFields, Repeats, Versions};
use crate::model::{ApplicationId, DisplayText, Principal, RequestId, Timestamp};

impl AuditEvent {
    /// An allowed action without a request, with version 0 of policy and directory.
    pub fn new(at: Timestamp, actor: Principal, action: Action, object: Object) -> Self {
        Self {
            at,
            actor,
            action,
            object,
            outcome: Outcome::Allowed,
            reasons: Vec::new(),
            application: None,
            request: None,
            policy_version: 0,
            directory_version: 0,
            repeats: None,
            personal: PersonalFields::default(),
        }
    }

    /// Sets the outcome to denied.
    #[must_use]
    pub fn denied(self) -> Self {
        self.with_outcome(Outcome::Denied)
    }

    /// Sets the outcome.
    #[must_use]
    pub fn with_outcome(self, outcome: Outcome) -> Self {
        Self { outcome, ..self }
    }

    /// Sets the reasons, each cut to the length of display text. They must not name a person.
    #[must_use]
    pub fn because<T: AsRef<str>>(self, reasons: impl IntoIterator<Item = T>) -> Self {
        let reasons = reasons.into_iter();
        Self {
            reasons: reasons
                .map(|text| DisplayText::lossy(text.as_ref()))
                .collect(),
            ..self
        }
    }

    /// Sets the application of the request.
    #[must_use]
    pub fn in_application(self, application: Option<ApplicationId>) -> Self {
        Self {
            application,
            ..self
        }
    }

    /// Sets the request and the personal fields of its caller.
    #[must_use]
    pub fn in_request(self, request: RequestId, personal: PersonalFields) -> Self {
        Self {
            request: Some(request),
            personal,
            ..self
        }
    }

    /// Sets the versions of the policy and the directory of the decision.
    #[must_use]
    pub fn under(self, versions: Versions) -> Self {
        Self {
            policy_version: versions.policy,
            directory_version: versions.directory,
            ..self
        }
    }

    /// Makes the event a count of repeats of an earlier one.
    #[must_use]
    pub fn repeated(self, repeats: Repeats) -> Self {
        Self {
            repeats: Some(repeats),
            ..self
        }
    }
}
