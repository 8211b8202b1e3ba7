//! `/grants` of the API: what anybody allowed a client.

use super::answer::Done;
use super::caller::Allowed;
use super::failure::{Failure, OfAll, OfOne};
use super::wire::page::{Page, Paging};
use super::wire::texts::Id;
use super::wire::token::Grant;
use super::{Noun, forms};
use crate::access::{GrantsEnd, GrantsRead};
use crate::model::UserId;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

/// The operations.
pub(super) struct Api;

#[OpenApi(prefix_path = "/grants", tag = "Noun::Grants")]
impl Api {
    /// Everybody's grants, the newest first.
    #[oai(path = "/", method = "get", operation_id = "list_grants")]
    async fn list_grants(
        &self,
        call: Allowed<GrantsRead>,
        /// Id of a person: that person's alone.
        user: Query<Option<Id>>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Items on the page, 50 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u16>>,
    ) -> Result<Json<Page<Grant>>, Failure<OfAll>> {
        let paging = Paging::read(cursor.0.as_deref(), limit.0)?;
        let user = user.0.as_deref();
        let user = user.map(|id| forms::parameter::<UserId>("user", id));
        let user = user.transpose()?;
        let grants = call.services.admin.grants();
        let wanted = grants
            .iter()
            .filter(|g| user.is_none_or(|user| g.user == user));
        Ok(Json(call.services.page_of_grants(&paging, wanted)))
    }

    /// Ends a grant, and with it every token that rests on it.
    #[oai(path = "/:id", method = "delete", operation_id = "end_grant")]
    async fn end_grant(
        &self,
        call: Allowed<GrantsEnd>,
        /// Its id.
        id: Path<Id>,
    ) -> Result<Done, Failure<OfOne>> {
        let id = forms::id(&id)?;
        call.services.admin.end_grant(call.permit, id).await?;
        Ok(Done)
    }
}
