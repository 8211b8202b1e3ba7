//! `/role-bindings` of the API: the operations on role bindings.
//!
//! Calls `admin`, which decides whether a change is allowed. Must never change the policy itself.

pub mod body;

use super::prelude::*;
use crate::access::{RoleBindingsRead, RoleBindingsWrite};
use crate::admin::RoleBindingDraft;
use crate::model::{self, RoleBindingId, RoleId};
use body::{Impact, ImpactRequest, RoleBinding};

/// The operations.
pub(super) struct RoleBindingsApi;

#[OpenApi(prefix_path = "/role-bindings", tag = "Tag::RoleBindings")]
impl RoleBindingsApi {
    /// Lists role bindings in the order of their creation.
    #[oai(path = "/", method = "get", operation_id = "list_role_bindings")]
    async fn list_role_bindings(
        &self,
        call: Authorized<RoleBindingsRead>,
        /// Only role bindings of the role with this id.
        role: Query<Option<Raw<RoleId>>>,
        paging: Paging,
    ) -> ApiResult<Json<Page<RoleBinding>>> {
        let role = optional("role", role.0.as_ref())?;
        let names = call.services.names();
        let bindings = names.policy.role_bindings();
        let bindings = bindings.filter(|binding| role.is_none_or(|role| role == binding.role));
        let key = |binding: &&model::RoleBinding| binding.id.to_string();
        Ok(paging.page(bindings, key, |one| RoleBinding::new(one, &names)))
    }

    /// Creates a role binding.
    ///
    /// The caller must hold the role's permissions in the range.
    #[oai(path = "/", method = "post", operation_id = "create_role_binding")]
    async fn create_role_binding(
        &self,
        call: Authorized<RoleBindingsWrite>,
        body: Body<RoleBindingDraft>,
    ) -> ApiResult<Created<RoleBinding>, OnCreate> {
        let admin = &call.services.admin;
        let binding = admin.create_role_binding(call.permit, body.0).await?;
        Ok(Created(RoleBinding::new(&binding, &call.services.names())))
    }

    /// Gets a role binding.
    #[oai(path = "/:id", method = "get", operation_id = "get_role_binding")]
    async fn get_role_binding(
        &self,
        call: Authorized<RoleBindingsRead>,
        /// The id of the role binding.
        id: Path<Raw<RoleBindingId>>,
    ) -> ApiResult<Versioned<RoleBinding>, OnObject> {
        let names = call.services.names();
        let binding = names.policy.role_binding(id.id()?);
        let binding = binding.ok_or_else(|| not_found("role binding"))?;
        Ok(Versioned(RoleBinding::new(binding, &names)))
    }

    /// Replaces a role binding.
    ///
    /// The caller must hold the permissions of the old role in the old range, and those of the new role in the new
    /// range.
    #[oai(path = "/:id", method = "put", operation_id = "update_role_binding")]
    async fn update_role_binding(
        &self,
        call: Authorized<RoleBindingsWrite>,
        /// The id of the role binding.
        id: Path<Raw<RoleBindingId>>,
        if_match: IfMatch,
        body: Body<RoleBindingDraft>,
    ) -> ApiResult<Versioned<RoleBinding>, OnChange> {
        let (id, draft, admin) = (id.id()?, body.0, &call.services.admin);
        let updated = admin.update_role_binding(call.permit, if_match.of(id), draft.clone());
        let binding = of_change(
            updated.await,
            admin.policy().role_binding(id),
            |now| differences!(draft, now; role, subject, range, until),
        )?;
        let names = call.services.names();
        Ok(Versioned(RoleBinding::new(&binding, &names)))
    }

    /// Deletes a role binding.
    ///
    /// The caller must hold the role's permissions in the range.
    #[oai(path = "/:id", method = "delete", operation_id = "delete_role_binding")]
    async fn delete_role_binding(
        &self,
        call: Authorized<RoleBindingsWrite>,
        /// The id of the role binding.
        id: Path<Raw<RoleBindingId>>,
        if_match: IfMatch,
    ) -> ApiResult<NoContent, OnChange> {
        let admin = &call.services.admin;
        let deleted = admin.delete_role_binding(call.permit, if_match.of(id.id()?));
        deleted.await?;
        Ok(NoContent)
    }

    /// Previews which users and service accounts would gain or lose access by a change of a role binding.
    #[oai(
        path = "/impact",
        method = "post",
        operation_id = "preview_role_binding"
    )]
    async fn preview_role_binding(
        &self,
        call: Authorized<RoleBindingsRead>,
        body: Body<ImpactRequest>,
    ) -> ApiResult<Json<Impact>, OnObject> {
        let (change, admin) = (body.0, &call.services.admin);
        if change.role_binding.is_none() && change.draft.is_none() {
            return Err(invalid("", "name a `role_binding`, a `draft`, or both").into());
        }
        let impact = admin.impact(call.permit, change.role_binding, change.draft)?;
        Ok(Json(Impact::new(&impact, &call.services.names())))
    }
}
