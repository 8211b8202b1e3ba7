//! The people who are administrators: how many there are, and the rule that no change removes the last one.

use super::policy_draft::PolicyDraft;
use super::{Admin, AdminError};
use crate::policy::{AdministratorState, Administrators, Policy};

impl Admin {
    /// How many people are administrators now.
    pub fn administrators(&self) -> Administrators {
        self.count(&self.policy.load())
    }

    fn count(&self, policy: &Policy) -> Administrators {
        let (directory, now) = (self.mirror.directory(), self.clock.now());
        Administrators::count(policy.role_bindings(), &directory, now)
    }

    /// Fails when a change removes the last administrator, or the last one without an end date.
    pub(super) fn check_administrators(
        &self,
        policy: &Policy,
        next: &PolicyDraft,
    ) -> Result<(), AdminError> {
        let (directory, now) = (self.mirror.directory(), self.clock.now());
        let left = Administrators::count(next.role_bindings.iter(), &directory, now);
        if self.count(policy).loses_the_last(left) {
            return Err(AdminError::LastAdministrator);
        }
        Ok(())
    }
}

/// What to do when no person is administrator, or none without an end date. For logs, probes and the command line.
pub const fn administrator_problem(state: AdministratorState) -> Option<&'static str> {
    match state {
        AdministratorState::Lasting => None,
        AdministratorState::Ending => Some(
            "every binding that makes a person administrator has an end date; assign `administrator` to a person or a team without an end date",
        ),
        AdministratorState::None => Some(
            "no person administers Samovar; run `sudo samovar claim-code` on the server and enter the code as a site administrator of Gitea, or run `sudo samovar break-glass set`, sign in with that password at `/auth/break-glass` and assign `administrator` to a person",
        ),
    }
}
