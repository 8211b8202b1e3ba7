//! Records of what was last read from Gitea.

use super::super::record::{Stored, stored};
use crate::model::{
    DisplayText, GiteaUser, GiteaUserId, Login, MirroredOrganization, MirroredTeam, MirroredUser,
    Organization, OrganizationId, Team, TeamId, Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

stored! {
    MirroredUser as MirroredUserRecord,
    GiteaUser as GiteaUserRecord,
    MirroredOrganization as MirroredOrganizationRecord,
    Organization as OrganizationRecord,
    MirroredTeam as MirroredTeamRecord,
    Team as TeamRecord,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "MirroredUser")]
struct MirroredUserRecord {
    #[serde(with = "Stored")]
    account: GiteaUser,
    gone: bool,
    asked_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "GiteaUser")]
struct GiteaUserRecord {
    id: GiteaUserId,
    login: Login,
    full_name: DisplayText,
    email: DisplayText,
    active: bool,
    prohibit_login: bool,
    is_admin: bool,
    source_id: i64,
    login_name: DisplayText,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "MirroredOrganization")]
struct MirroredOrganizationRecord {
    #[serde(with = "Stored")]
    organization: Organization,
    asked_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Organization")]
struct OrganizationRecord {
    id: OrganizationId,
    name: Login,
    full_name: DisplayText,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "MirroredTeam")]
struct MirroredTeamRecord {
    #[serde(with = "Stored")]
    team: Team,
    members: BTreeSet<GiteaUserId>,
    asked_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Team")]
struct TeamRecord {
    id: TeamId,
    organization: OrganizationId,
    name: DisplayText,
    owners: bool,
}
