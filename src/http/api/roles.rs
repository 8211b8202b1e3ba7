//! `/roles` of the API.

use super::answer::{Created, Done, Versioned};
use super::body::Body;
use super::caller::Allowed;
use super::failure::{Failure, OfAll, OfChange, OfNew, OfOne};
use super::version::IfMatch;
use super::wire::page::{Page, Paging};
use super::wire::role::{Role, RoleDraft};
use super::wire::texts::Id;
use super::{Noun, errors, forms};
use crate::access::{RolesRead, RolesWrite};
use crate::model::RoleId;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

/// The operations.
pub(super) struct Api;

#[OpenApi(prefix_path = "/roles", tag = "Noun::Roles")]
impl Api {
    /// All roles, in the order of their names.
    #[oai(path = "/", method = "get", operation_id = "list_roles")]
    async fn list_roles(
        &self,
        call: Allowed<RolesRead>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Items on the page, 50 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u16>>,
    ) -> Result<Json<Page<Role>>, Failure<OfAll>> {
        let paging = Paging::read(cursor.0.as_deref(), limit.0)?;
        let policy = call.services.admin.policy();
        let items = policy.roles();
        Ok(Json(paging.cut(
            items,
            |role| role.name.to_string(),
            |role| forms::role::show(role, &policy),
        )))
    }

    /// Makes a role.
    #[oai(path = "/", method = "post", operation_id = "create_role")]
    async fn create_role(
        &self,
        call: Allowed<RolesWrite>,
        body: Body<RoleDraft>,
    ) -> Result<Created<Role>, Failure<OfNew>> {
        let draft = forms::role::read(&body.0)?;
        let role = call.services.admin.create_role(call.permit, draft).await?;
        let policy = call.services.admin.policy();
        Ok(Created {
            version: role.version,
            location: format!("roles/{}", role.id),
            object: forms::role::show(&role, &policy),
        })
    }

    /// One role.
    #[oai(path = "/:id", method = "get", operation_id = "get_role")]
    async fn get_role(
        &self,
        call: Allowed<RolesRead>,
        /// Its id.
        id: Path<Id>,
    ) -> Result<Versioned<Role>, Failure<OfOne>> {
        let id = forms::id::<RoleId>(&id)?;
        let policy = call.services.admin.policy();
        let role = policy.role(id).ok_or_else(|| forms::missing("role"))?;
        Ok(Versioned {
            version: role.version,
            object: forms::role::show(role, &policy),
        })
    }

    /// Replaces a role as a whole. What it newly gives or gives no more must be held wherever the role is assigned; with
    /// another name, all of it must be.
    #[oai(path = "/:id", method = "put", operation_id = "update_role")]
    async fn update_role(
        &self,
        call: Allowed<RolesWrite>,
        /// Its id.
        id: Path<Id>,
        /// The `ETag` under which you saw the object.
        #[oai(name = "If-Match")]
        version: IfMatch,
        body: Body<RoleDraft>,
    ) -> Result<Versioned<Role>, Failure<OfChange>> {
        let id = forms::id(&id)?;
        let draft = forms::role::read(&body.0)?;
        let admin = &call.services.admin;
        let updated = admin.update_role(call.permit, (id, version.0), draft.clone());
        let role = updated.await.map_err(|error| {
            let policy = admin.policy();
            let changed = |now| forms::role::changed(&draft, now);
            errors::of_update(error, policy.role(id).map(changed))
        })?;
        let policy = call.services.admin.policy();
        Ok(Versioned {
            version: role.version,
            object: forms::role::show(&role, &policy),
        })
    }

    /// Deletes a role.
    #[oai(path = "/:id", method = "delete", operation_id = "delete_role")]
    async fn delete_role(
        &self,
        call: Allowed<RolesWrite>,
        /// Its id.
        id: Path<Id>,
        /// The `ETag` under which you saw the object.
        #[oai(name = "If-Match")]
        version: IfMatch,
    ) -> Result<Done, Failure<OfChange>> {
        let id = forms::id(&id)?;
        call.services
            .admin
            .delete_role(call.permit, (id, version.0))
            .await?;
        Ok(Done)
    }
}
