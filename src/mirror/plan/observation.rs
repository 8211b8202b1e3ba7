//! Complete answers of Gitea, each with the instant before its request was sent. Plain data. An answer that could not be
//! read (`null`, a single 404, a web page) is not an observation.

use crate::gitea::TimedAnswer;
use crate::model::{GiteaUser, GiteaUserId, Organization, OrganizationId, Team, TeamId};

/// One complete answer, as of the instant before the first request for it was sent.
pub type Observation = TimedAnswer<GiteaAnswer>;

/// One complete answer of Gitea.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GiteaAnswer {
    /// Every organization.
    Organizations(Vec<Organization>),
    /// Every team of an organization.
    OrganizationTeams(OrganizationId, Vec<Team>),
    /// Every member of a team. The flags are true only for a request of a site administrator.
    TeamMembers(TeamId, Vec<GiteaUser>),
    /// Every ordinary account. Bots are left out, so absence proves nothing.
    Users(Vec<GiteaUser>),
    /// Every team of a user, each with its organization; requested as that user.
    UserTeams(GiteaUserId, Vec<(Team, Organization)>),
    /// One account.
    User(GiteaUser),
    /// Gitea has no account with this id any more.
    UserDeleted(GiteaUserId),
}
