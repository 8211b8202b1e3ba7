//! `/role-bindings` of the API.

use super::answer::{Created, Done, Versioned};
use super::body::Body;
use super::caller::Allowed;
use super::failure::{Failure, OfAll, OfChange, OfNew, OfOne};
use super::version::IfMatch;
use super::wire::page::{Page, Paging};
use super::wire::role_binding::{Impact, ImpactQuestion, RoleBinding, RoleBindingDraft};
use super::wire::texts::Id;
use super::{Noun, errors, forms};
use crate::access::{RoleBindingsRead, RoleBindingsWrite};
use crate::model::{self, RoleBindingId, RoleId};
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

/// The operations.
pub(super) struct Api;

#[OpenApi(prefix_path = "/role-bindings", tag = "Noun::RoleBindings")]
impl Api {
    /// All role bindings, in the order of their making.
    #[oai(path = "/", method = "get", operation_id = "list_role_bindings")]
    async fn list_role_bindings(
        &self,
        call: Allowed<RoleBindingsRead>,
        /// Id of a role: its bindings alone.
        role: Query<Option<Id>>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Items on the page, 50 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u16>>,
    ) -> Result<Json<Page<RoleBinding>>, Failure<OfAll>> {
        let paging = Paging::read(cursor.0.as_deref(), limit.0)?;
        let role = role.0.as_deref();
        let role = role
            .map(|id| forms::parameter::<RoleId>("role", id))
            .transpose()?;
        let of_role = |b: &&model::RoleBinding| role.is_none_or(|role| role == b.role);
        let sources = call.services.sources();
        let names = sources.names();
        let items = names.policy.role_bindings().filter(of_role);
        Ok(Json(paging.cut(
            items,
            |binding| binding.id.to_string(),
            |role_binding| forms::role_binding::show(role_binding, names),
        )))
    }

    /// Makes a role binding. What the role gives must be held in that range.
    #[oai(path = "/", method = "post", operation_id = "create_role_binding")]
    async fn create_role_binding(
        &self,
        call: Allowed<RoleBindingsWrite>,
        body: Body<RoleBindingDraft>,
    ) -> Result<Created<RoleBinding>, Failure<OfNew>> {
        let draft = forms::role_binding::read(&body.0)?;
        let role_binding = call
            .services
            .admin
            .create_role_binding(call.permit, draft)
            .await?;
        let sources = call.services.sources();
        let names = sources.names();
        Ok(Created {
            version: role_binding.version,
            location: format!("role-bindings/{}", role_binding.id),
            object: forms::role_binding::show(&role_binding, names),
        })
    }

    /// One role binding.
    #[oai(path = "/:id", method = "get", operation_id = "get_role_binding")]
    async fn get_role_binding(
        &self,
        call: Allowed<RoleBindingsRead>,
        /// Its id.
        id: Path<Id>,
    ) -> Result<Versioned<RoleBinding>, Failure<OfOne>> {
        let id = forms::id::<RoleBindingId>(&id)?;
        let sources = call.services.sources();
        let names = sources.names();
        let role_binding = names
            .policy
            .role_binding(id)
            .ok_or_else(|| forms::missing("role binding"))?;
        Ok(Versioned {
            version: role_binding.version,
            object: forms::role_binding::show(role_binding, names),
        })
    }

    /// Replaces a role binding as a whole. What it gave and what it gives must be held there.
    #[oai(path = "/:id", method = "put", operation_id = "update_role_binding")]
    async fn update_role_binding(
        &self,
        call: Allowed<RoleBindingsWrite>,
        /// Its id.
        id: Path<Id>,
        /// The `ETag` under which you saw the object.
        #[oai(name = "If-Match")]
        version: IfMatch,
        body: Body<RoleBindingDraft>,
    ) -> Result<Versioned<RoleBinding>, Failure<OfChange>> {
        let id = forms::id(&id)?;
        let draft = forms::role_binding::read(&body.0)?;
        let admin = &call.services.admin;
        let updated = admin.update_role_binding(call.permit, (id, version.0), draft.clone());
        let role_binding = updated.await.map_err(|error| {
            let policy = admin.policy();
            let changed = |now| forms::role_binding::changed(&draft, now);
            errors::of_update(error, policy.role_binding(id).map(changed))
        })?;
        let sources = call.services.sources();
        let names = sources.names();
        Ok(Versioned {
            version: role_binding.version,
            object: forms::role_binding::show(&role_binding, names),
        })
    }

    /// Deletes a role binding. What it gave must be held there.
    #[oai(path = "/:id", method = "delete", operation_id = "delete_role_binding")]
    async fn delete_role_binding(
        &self,
        call: Allowed<RoleBindingsWrite>,
        /// Its id.
        id: Path<Id>,
        /// The `ETag` under which you saw the object.
        #[oai(name = "If-Match")]
        version: IfMatch,
    ) -> Result<Done, Failure<OfChange>> {
        let id = forms::id(&id)?;
        call.services
            .admin
            .delete_role_binding(call.permit, (id, version.0))
            .await?;
        Ok(Done)
    }

    /// Whose access a change would give or take, before it is made.
    #[oai(
        path = "/impact",
        method = "post",
        operation_id = "preview_role_binding"
    )]
    async fn preview_role_binding(
        &self,
        call: Allowed<RoleBindingsRead>,
        body: Body<ImpactQuestion>,
    ) -> Result<Json<Impact>, Failure<OfOne>> {
        let (replaced, draft) = forms::role_binding::read_question(&body.0)?;
        let impact = call.services.admin.impact(call.permit, replaced, draft)?;
        let sources = call.services.sources();
        Ok(Json(forms::role_binding::show_impact(
            &impact,
            sources.names(),
        )))
    }
}
