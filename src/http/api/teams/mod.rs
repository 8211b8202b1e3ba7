//! `/teams` of the API: the teams of the directory.
//!
//! Reads the directory in memory. Must never change it: Gitea is its source.

pub mod body;

use super::prelude::*;
use super::users::{self, body::User};
use crate::access::DirectoryRead;
use crate::model::{DirectoryTeam, OrganizationId, TeamId};
use body::Team;
use std::sync::Arc;

/// The operations.
pub(super) struct TeamsApi;

#[OpenApi(prefix_path = "/teams", tag = "Tag::Teams")]
impl TeamsApi {
    /// Lists teams in the order of `organization/team`.
    #[oai(path = "/", method = "get", operation_id = "list_teams")]
    async fn list_teams(
        &self,
        call: Authorized<DirectoryRead>,
        /// Only teams of the organization with this numeric id in Gitea.
        organization: Query<Option<Raw<OrganizationId>>>,
        /// Only teams with this text in `organization/team`, compared without case.
        search: Query<Option<String>>,
        paging: Paging,
    ) -> ApiResult<Json<Page<Team>>> {
        let organization = optional("organization", organization.0.as_ref())?;
        let names = call.services.names();
        let search = Search::new(search.0.as_deref());
        let teams = names.directory.teams.values().filter(|team| {
            organization.is_none_or(|id| id == team.team.organization)
                && search.is_in(&names.team(&team.team))
        });
        let key = |team: &&Arc<DirectoryTeam>| by_name(&names.team(&team.team), team.team.id);
        Ok(paging.page(teams, key, |team| Team::new(team, &names.directory)))
    }

    /// Gets a team.
    #[oai(path = "/:id", method = "get", operation_id = "get_team")]
    async fn get_team(
        &self,
        call: Authorized<DirectoryRead>,
        /// The numeric id of the team in Gitea.
        id: Path<Raw<TeamId>>,
    ) -> ApiResult<Json<Team>, OnObject> {
        let directory = call.services.mirror.directory();
        let team = directory.teams.get(&id.id()?);
        let team = team.ok_or_else(|| not_found("team"))?;
        Ok(Json(Team::new(team, &directory)))
    }

    /// Lists the users in a team, in the order of their logins.
    #[oai(
        path = "/:id/members",
        method = "get",
        operation_id = "list_members_of_team"
    )]
    async fn list_members_of_team(
        &self,
        call: Authorized<DirectoryRead>,
        /// The numeric id of the team in Gitea.
        id: Path<Raw<TeamId>>,
        paging: Paging,
    ) -> ApiResult<Json<Page<User>>, OnObject> {
        let directory = call.services.mirror.directory();
        let team = directory.teams.get(&id.id()?);
        let team = team.ok_or_else(|| not_found("team"))?;
        let members = team.members.iter();
        let members = members.filter_map(|id| directory.user(*id).map(AsRef::as_ref));
        Ok(users::page(&paging, members))
    }
}
