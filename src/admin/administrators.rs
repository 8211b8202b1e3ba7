//! The people who administer Samovar: how many there are, and the rule that a change never takes the last one.

use super::draft::Draft;
use super::{Admin, AdminError};
use crate::policy::{AdministratorState, Administrators, Policy};

impl Admin {
    /// How many people administer Samovar now.
    pub fn administrators(&self) -> Administrators {
        self.count(&self.policy.load())
    }

    fn count(&self, policy: &Policy) -> Administrators {
        let (directory, now) = (self.mirror.directory(), self.clock.now());
        Administrators::count(policy.role_bindings(), &directory, now)
    }

    /// Refuses a change that takes the last person who administers, or the last one who does so without an end.
    pub(super) fn keeps_an_administrator(
        &self,
        policy: &Policy,
        next: &Draft,
    ) -> Result<(), AdminError> {
        let (directory, now) = (self.mirror.directory(), self.clock.now());
        let left = Administrators::count(next.role_bindings.iter(), &directory, now);
        if self.count(policy).loses_the_last(left) {
            return Err(AdminError::LastAdministrator);
        }
        Ok(())
    }
}

/// What to do when no person administers, or none without an end; `None` when all is well. For logs, probes and the
/// command line.
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
