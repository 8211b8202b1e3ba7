//! The policy in parts, to change one of them and build the whole again.

use super::AdminError;
use crate::model::{Application, Role, RoleBinding};
use crate::policy::Policy;

/// Roles, bindings and applications, loose.
pub(super) struct Draft {
    version: u64,
    pub roles: Vec<Role>,
    pub role_bindings: Vec<RoleBinding>,
    pub applications: Vec<Application>,
}

impl Draft {
    /// A copy of a policy's parts.
    pub(super) fn of(policy: &Policy) -> Self {
        Self {
            version: policy.version(),
            roles: policy.roles().cloned().collect(),
            role_bindings: policy.role_bindings().cloned().collect(),
            applications: policy.applications().cloned().collect(),
        }
    }

    /// Version of the policy that it was copied from.
    pub(super) const fn version(&self) -> u64 {
        self.version
    }

    /// The policy that would be in force next, with every fault at once.
    pub(super) fn build(self) -> Result<Policy, AdminError> {
        Policy::build(
            self.version + 1,
            self.roles,
            self.role_bindings,
            self.applications,
        )
        .map_err(AdminError::Errors)
    }
}
