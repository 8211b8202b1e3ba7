//! What a reader saw at Gitea, each with the instant before its question was sent; and what follows from it.
//! Plain data. An answer that could not be read (`null`, one 404, a page where data is owed) is no observation.

use crate::model::{GiteaUser, GiteaUserId, Organization, OrganizationId, Team, TeamId, Timestamp};

/// One complete answer of Gitea.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// What Gitea said.
    pub seen: Seen,
    /// The instant before the first question for it was sent.
    pub asked_at: Timestamp,
}

/// What Gitea said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// Every organization there is.
    Organizations(Vec<Organization>),
    /// Every team of an organization.
    OrganizationTeams(OrganizationId, Vec<Team>),
    /// Every member of a team, with true flags because the asker is a site administrator.
    TeamMembers(TeamId, Vec<GiteaUser>),
    /// Every ordinary account. Bots are not among them, so absence here proves nothing.
    Users(Vec<GiteaUser>),
    /// Every team that a user is in, asked as that user.
    UserTeams(GiteaUserId, Vec<SeenTeam>),
    /// One account looked up by its id.
    User(GiteaUser),
    /// Gitea has no account of this id any more.
    UserGone(GiteaUserId),
}

/// A team with the organization that it belongs to, as `/user/teams` tells both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenTeam {
    /// The team.
    pub team: Team,
    /// Its organization.
    pub organization: Organization,
}

/// What an observation changes. Nothing cascades: an organization's end names the end of each of its teams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A new account, or new facts about one; one that was gone is back.
    PutAccount(GiteaUser),
    /// The account is gone; its record stays, so that its id keeps its person.
    AccountGone(GiteaUserId),
    /// A new organization, or another name of one.
    PutOrganization(Organization),
    /// The organization is gone.
    OrganizationGone(OrganizationId),
    /// A new team, or another name of one.
    PutTeam(Team),
    /// The team is gone with all its memberships.
    TeamGone(TeamId),
    /// A membership began.
    Joined(TeamId, GiteaUserId),
    /// A membership ended.
    Left(TeamId, GiteaUserId),
}

/// Which stamp an observation renews, changed or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// The list of all organizations.
    Organizations,
    /// What is known of one organization itself.
    Organization(OrganizationId),
    /// The list of one organization's teams.
    OrganizationTeams(OrganizationId),
    /// What is known of one team itself.
    Team(TeamId),
    /// The members of a team.
    TeamMembers(TeamId),
    /// The flags of an account.
    Flags(GiteaUserId),
    /// The teams of a user.
    UserTeams(GiteaUserId),
}

/// What follows from one observation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// In the order in which they are to be applied.
    pub changes: Vec<Change>,
    /// Stamps to raise once every change is applied; a stamp never goes down.
    pub renewals: Vec<(Renewal, Timestamp)>,
    /// How much the changes take away.
    pub loss: Loss,
}

/// Whether an observation may be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Apply it.
    Apply(Plan),
    /// It would take away so much that the question is to be asked once more; the second answer is applied whatever it says.
    LookAgain(Loss),
}

/// How much an observation would take away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Loss {
    /// Memberships that end and accounts that are disabled.
    pub memberships: usize,
    /// Organizations that vanish, or lose their last team.
    pub organizations: usize,
}

impl std::ops::AddAssign for Loss {
    fn add_assign(&mut self, other: Self) {
        self.memberships += other.memberships;
        self.organizations += other.organizations;
    }
}

/// What a pass has taken away so far, measured against what there was at its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Memberships at the start of the pass.
    pub memberships: usize,
    /// Taken away by what was applied so far.
    pub lost: Loss,
}

impl Tally {
    /// Would `more` make the pass lose a whole organization, or more than 20 memberships that are more than a fifth?
    pub fn too_much(&self, more: Loss) -> bool {
        let lost = self.lost.memberships.saturating_add(more.memberships);
        let many = more.memberships > 0 && lost > 20 && lost.saturating_mul(5) > self.memberships;
        more.organizations > 0 || many
    }
}

/// Which reading of a question this is.
#[derive(Debug, Clone, Copy)]
pub enum Look {
    /// The first, in a pass that has lost so much.
    First(Tally),
    /// The second, after `LookAgain`.
    Second,
}
