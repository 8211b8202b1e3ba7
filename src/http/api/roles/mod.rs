//! `/roles` of the API: the operations on roles.
//!
//! Calls `admin`, which decides whether a change is allowed. Must never change the policy itself.

pub mod body;

use super::prelude::*;
use crate::access::{RolesRead, RolesWrite};
use crate::admin::RoleDraft;
use crate::model::RoleId;
use body::Role;

/// The operations.
pub(super) struct RolesApi;

#[OpenApi(prefix_path = "/roles", tag = "Tag::Roles")]
impl RolesApi {
    /// Lists roles in the order of their names.
    #[oai(path = "/", method = "get", operation_id = "list_roles")]
    async fn list_roles(
        &self,
        call: Authorized<RolesRead>,
        paging: Paging,
    ) -> ApiResult<Json<Page<Role>>> {
        let policy = call.services.admin.policy();
        let name = |role: &&crate::model::Role| role.name.to_string();
        Ok(paging.page(policy.roles(), name, |role| Role::new(role, &policy)))
    }

    /// Creates a role.
    #[oai(path = "/", method = "post", operation_id = "create_role")]
    async fn create_role(
        &self,
        call: Authorized<RolesWrite>,
        body: Body<RoleDraft>,
    ) -> ApiResult<Created<Role>, OnCreate> {
        let admin = &call.services.admin;
        let role = admin.create_role(call.permit, body.0).await?;
        Ok(Created(Role::new(&role, &admin.policy())))
    }

    /// Gets a role.
    #[oai(path = "/:id", method = "get", operation_id = "get_role")]
    async fn get_role(
        &self,
        call: Authorized<RolesRead>,
        /// The id of the role.
        id: Path<Raw<RoleId>>,
    ) -> ApiResult<Versioned<Role>, OnObject> {
        let policy = call.services.admin.policy();
        let role = policy.role(id.id()?).ok_or_else(|| not_found("role"))?;
        Ok(Versioned(Role::new(role, &policy)))
    }

    /// Replaces a role.
    ///
    /// The caller must hold every added and every removed permission wherever the role is assigned; to change the name,
    /// every permission of the role.
    #[oai(path = "/:id", method = "put", operation_id = "update_role")]
    async fn update_role(
        &self,
        call: Authorized<RolesWrite>,
        /// The id of the role.
        id: Path<Raw<RoleId>>,
        if_match: IfMatch,
        body: Body<RoleDraft>,
    ) -> ApiResult<Versioned<Role>, OnChange> {
        let (id, draft, admin) = (id.id()?, body.0, &call.services.admin);
        let updated = admin.update_role(call.permit, if_match.of(id), draft.clone());
        let role = of_change(
            updated.await,
            admin.policy().role(id),
            |now| differences!(draft, now; name, description, permissions),
        )?;
        Ok(Versioned(Role::new(&role, &admin.policy())))
    }

    /// Deletes a role.
    #[oai(path = "/:id", method = "delete", operation_id = "delete_role")]
    async fn delete_role(
        &self,
        call: Authorized<RolesWrite>,
        /// The id of the role.
        id: Path<Raw<RoleId>>,
        if_match: IfMatch,
    ) -> ApiResult<NoContent, OnChange> {
        let admin = &call.services.admin;
        let deleted = admin.delete_role(call.permit, if_match.of(id.id()?));
        deleted.await?;
        Ok(NoContent)
    }
}
