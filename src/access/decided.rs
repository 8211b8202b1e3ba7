//! Something that was decided, ready to be written or counted; sentences are made only when they are written.

use super::Refusal;
use crate::audit::{ObjectKind, Outcome};
use crate::model::{ApplicationId, AuditMode, DisplayText, Principal};
use crate::policy::Decision;

/// Something that was decided, ready to be written or counted.
#[derive(Debug, Clone)]
pub(super) struct Decided {
    pub principal: Principal,
    pub login: Option<DisplayText>,
    pub application: Option<ApplicationId>,
    pub kind: ObjectKind,
    /// Route with its parameters, or what was asked for where there is no route.
    pub object: DisplayText,
    /// What repeats are counted by: the object, but never text that a stranger chooses.
    pub counted_by: Option<DisplayText>,
    pub refusal: Option<Refusal>,
    pub decision: Option<Decision>,
    /// False for a method that may change something.
    pub safe: bool,
    pub mode: AuditMode,
    pub policy_version: u64,
    pub directory_version: u64,
}

impl Decided {
    pub(super) fn outcome(&self) -> Outcome {
        match self.refusal {
            None => Outcome::Allowed,
            Some(_) => Outcome::Denied,
        }
    }

    /// `allowed`, or the refusal's code.
    pub(super) fn code(&self) -> &'static str {
        self.refusal.as_ref().map_or("allowed", Refusal::code)
    }

    /// A refusal's code first, so that the log can be searched by it; then the decision's reasons as sentences.
    pub(super) fn sentences(&self) -> Vec<DisplayText> {
        let code = self.refusal.as_ref().map(|r| r.code().to_owned());
        let spoken = self.refusal.as_ref().map(ToString::to_string);
        let because: Vec<String> = match &self.decision {
            Some(decision) => decision.reasons.iter().map(ToString::to_string).collect(),
            None => spoken.into_iter().collect(),
        };
        let all = code.into_iter().chain(because);
        all.map(|text| DisplayText::lossy(&text)).collect()
    }
}
