//! `/teams` of the API.

use super::caller::Allowed;
use super::failure::{Failure, OfAll, OfOne};
use super::wire::directory::{Team, User};
use super::wire::page::{Page, Paging};
use super::wire::texts::GiteaId;
use super::{Noun, forms};
use crate::access::DirectoryRead;
use crate::model::{OrganizationId, TeamId};
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

/// The operations.
pub(super) struct Api;

#[OpenApi(prefix_path = "/teams", tag = "Noun::Teams")]
impl Api {
    /// Teams, in the order of their organizations' names and their own.
    #[oai(path = "/", method = "get", operation_id = "list_teams")]
    #[expect(
        clippy::too_many_arguments,
        reason = "each is a parameter of the address"
    )]
    async fn list_teams(
        &self,
        call: Allowed<DirectoryRead>,
        /// Gitea's numeric id of an organization: its teams alone.
        organization: Query<Option<GiteaId>>,
        /// Part of `organization/team`, letters compared without case.
        search: Query<Option<String>>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Items on the page, 50 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u16>>,
    ) -> Result<Json<Page<Team>>, Failure<OfAll>> {
        let paging = Paging::read(cursor.0.as_deref(), limit.0)?;
        let of = organization.0.as_deref();
        let of = of.map(|id| forms::parameter::<OrganizationId>("organization", id));
        let of = of.transpose()?;
        let sources = call.services.sources();
        let names = sources.names();
        let wanted = forms::Search::new(search.0.as_deref());
        let teams = names.directory.teams.values().filter(|team| {
            of.is_none_or(|of| of == team.team.organization)
                && wanted.finds(&names.team(&team.team))
        });
        Ok(Json(paging.cut(
            teams,
            |team| forms::directory::team_key(&team.team, names),
            |team| forms::directory::show_team(team, names.directory),
        )))
    }

    /// One team.
    #[oai(path = "/:id", method = "get", operation_id = "get_team")]
    async fn get_team(
        &self,
        call: Allowed<DirectoryRead>,
        /// Gitea's numeric id.
        id: Path<GiteaId>,
    ) -> Result<Json<Team>, Failure<OfOne>> {
        let id = forms::id::<TeamId>(&id)?;
        let directory = call.services.mirror.directory();
        let team = directory
            .teams
            .get(&id)
            .ok_or_else(|| forms::missing("team"))?;
        Ok(Json(forms::directory::show_team(team, &directory)))
    }

    /// People in the team.
    #[oai(
        path = "/:id/members",
        method = "get",
        operation_id = "list_members_of_team"
    )]
    async fn list_members_of_team(
        &self,
        call: Allowed<DirectoryRead>,
        /// Gitea's numeric id.
        id: Path<GiteaId>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Items on the page, 50 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u16>>,
    ) -> Result<Json<Page<User>>, Failure<OfOne>> {
        let paging = Paging::read(cursor.0.as_deref(), limit.0)?;
        let id = forms::id::<TeamId>(&id)?;
        let directory = call.services.mirror.directory();
        let team = directory
            .teams
            .get(&id)
            .ok_or_else(|| forms::missing("team"))?;
        let members = team.members.iter();
        Ok(Json(paging.cut(
            members.filter_map(|id| directory.user(*id)),
            |user| forms::directory::user_key(user),
            |user| forms::directory::show_user(user),
        )))
    }
}
