//! Builds audit events: an allowed action first, then what differs from that.

use super::event::{Action, AuditEvent, Object, Outcome, PersonalFields, Repeats, Versions};
use crate::model::{ApplicationId, DisplayText, Principal, RequestId, Timestamp};

impl AuditEvent {
    /// An allowed action, in no request, under no version of policy or directory.
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

    /// The action was denied.
    #[must_use]
    pub fn denied(self) -> Self {
        self.with_outcome(Outcome::Denied)
    }

    /// The action ended so.
    #[must_use]
    pub fn with_outcome(self, outcome: Outcome) -> Self {
        Self { outcome, ..self }
    }

    /// The reasons, each cut to the length of display text. They must not name a person.
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

    /// The application that was asked for, if one was.
    #[must_use]
    pub fn in_application(self, application: Option<ApplicationId>) -> Self {
        Self {
            application,
            ..self
        }
    }

    /// The request in which it happened, and what names the person behind it.
    #[must_use]
    pub fn in_request(self, request: RequestId, personal: PersonalFields) -> Self {
        Self {
            request: Some(request),
            personal,
            ..self
        }
    }

    /// The policy and the directory that decided.
    #[must_use]
    pub fn under(self, versions: Versions) -> Self {
        Self {
            policy_version: versions.policy,
            directory_version: versions.directory,
            ..self
        }
    }

    /// The event stands for repeats of an earlier one.
    #[must_use]
    pub fn repeated(self, repeats: Repeats) -> Self {
        Self {
            repeats: Some(repeats),
            ..self
        }
    }
}
