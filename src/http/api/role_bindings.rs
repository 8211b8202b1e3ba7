//! `/role-bindings` of the API.

use super::Noun;
use super::answer::{Created, Done, Versioned};
use super::body::Body;
use super::caller::Allowed;
use super::failure::{Failure, OfAll, OfChange, OfNew, OfOne};
use super::problem::Problem;
use super::version::IfMatch;
use super::wire::page::Page;
use super::wire::role_binding::{Impact, ImpactQuestion, RoleBinding, RoleBindingDraft};
use crate::access::{RoleBindingsRead, RoleBindingsWrite};
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
        _permit: Allowed<RoleBindingsRead>,
        /// Id of a role: its bindings alone.
        role: Query<Option<String>>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Items on the page, 50 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u16>>,
    ) -> Result<Json<Page<RoleBinding>>, Failure<OfAll>> {
        Err(Problem::new("store_unavailable", "").into())
    }

    /// Makes a role binding.
    #[oai(path = "/", method = "post", operation_id = "create_role_binding")]
    async fn create_role_binding(
        &self,
        _permit: Allowed<RoleBindingsWrite>,
        _body: Body<RoleBindingDraft>,
    ) -> Result<Created<RoleBinding>, Failure<OfNew>> {
        Err(Problem::new("store_unavailable", "").into())
    }

    /// One role binding.
    #[oai(path = "/:id", method = "get", operation_id = "get_role_binding")]
    async fn get_role_binding(
        &self,
        _permit: Allowed<RoleBindingsRead>,
        /// Its id.
        id: Path<String>,
    ) -> Result<Versioned<RoleBinding>, Failure<OfOne>> {
        Err(Problem::new("store_unavailable", "").into())
    }

    /// Replaces a role binding as a whole.
    #[oai(path = "/:id", method = "put", operation_id = "update_role_binding")]
    async fn update_role_binding(
        &self,
        _permit: Allowed<RoleBindingsWrite>,
        /// Its id.
        id: Path<String>,
        /// The `ETag` under which you saw the object.
        #[oai(name = "If-Match")]
        version: IfMatch,
        _body: Body<RoleBindingDraft>,
    ) -> Result<Versioned<RoleBinding>, Failure<OfChange>> {
        Err(Problem::new("store_unavailable", "").into())
    }

    /// Deletes a role binding.
    #[oai(path = "/:id", method = "delete", operation_id = "delete_role_binding")]
    async fn delete_role_binding(
        &self,
        _permit: Allowed<RoleBindingsWrite>,
        /// Its id.
        id: Path<String>,
        /// The `ETag` under which you saw the object.
        #[oai(name = "If-Match")]
        version: IfMatch,
    ) -> Result<Done, Failure<OfChange>> {
        Err(Problem::new("store_unavailable", "").into())
    }

    /// Whose access a change would give or take, before it is made.
    #[oai(
        path = "/impact",
        method = "post",
        operation_id = "preview_role_binding"
    )]
    async fn preview_role_binding(
        &self,
        _permit: Allowed<RoleBindingsRead>,
        _body: Body<ImpactQuestion>,
    ) -> Result<Json<Impact>, Failure<OfOne>> {
        Err(Problem::new("store_unavailable", "").into())
    }
}
