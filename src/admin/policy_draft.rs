//! A copy of a policy's parts, to change one of them and build the next policy.

use super::AdminError;
use crate::model::{Application, Role, RoleBinding};
use crate::policy::Policy;

/// Roles, role bindings and applications that may become the next policy.
pub(super) struct PolicyDraft {
    version: u64,
    pub roles: Vec<Role>,
    pub role_bindings: Vec<RoleBinding>,
    pub applications: Vec<Application>,
}

impl PolicyDraft {
    /// A copy of a policy's parts.
    pub(super) fn of(policy: &Policy) -> Self {
        Self {
            version: policy.version(),
            roles: policy.roles().cloned().collect(),
            role_bindings: policy.role_bindings().cloned().collect(),
            applications: policy.applications().cloned().collect(),
        }
    }

    /// The next policy, or everything that is wrong with it.
    pub(super) fn build(self) -> Result<Policy, AdminError> {
        let version = self.version + 1;
        Policy::build(version, self.roles, self.role_bindings, self.applications)
            .map_err(AdminError::PolicyErrors)
    }
}
