//! `/roles` of the API.

use super::Noun;
use super::answer::{Created, Done, Versioned};
use super::body::Body;
use super::caller::Allowed;
use super::failure::{Failure, OfAll, OfChange, OfNew, OfOne};
use super::problem::Problem;
use super::version::IfMatch;
use super::wire::page::Page;
use super::wire::role::{Role, RoleDraft};
use crate::access::{RolesRead, RolesWrite};
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
        _permit: Allowed<RolesRead>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Items on the page, 50 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u16>>,
    ) -> Result<Json<Page<Role>>, Failure<OfAll>> {
        Err(Problem::new("store_unavailable", "").into())
    }

    /// Makes a role.
    #[oai(path = "/", method = "post", operation_id = "create_role")]
    async fn create_role(
        &self,
        _permit: Allowed<RolesWrite>,
        _body: Body<RoleDraft>,
    ) -> Result<Created<Role>, Failure<OfNew>> {
        Err(Problem::new("store_unavailable", "").into())
    }

    /// One role.
    #[oai(path = "/:id", method = "get", operation_id = "get_role")]
    async fn get_role(
        &self,
        _permit: Allowed<RolesRead>,
        /// Its id.
        id: Path<String>,
    ) -> Result<Versioned<Role>, Failure<OfOne>> {
        Err(Problem::new("store_unavailable", "").into())
    }

    /// Replaces a role as a whole.
    #[oai(path = "/:id", method = "put", operation_id = "update_role")]
    async fn update_role(
        &self,
        _permit: Allowed<RolesWrite>,
        /// Its id.
        id: Path<String>,
        /// The `ETag` under which you saw the object.
        #[oai(name = "If-Match")]
        version: IfMatch,
        _body: Body<RoleDraft>,
    ) -> Result<Versioned<Role>, Failure<OfChange>> {
        Err(Problem::new("store_unavailable", "").into())
    }

    /// Deletes a role.
    #[oai(path = "/:id", method = "delete", operation_id = "delete_role")]
    async fn delete_role(
        &self,
        _permit: Allowed<RolesWrite>,
        /// Its id.
        id: Path<String>,
        /// The `ETag` under which you saw the object.
        #[oai(name = "If-Match")]
        version: IfMatch,
    ) -> Result<Done, Failure<OfChange>> {
        Err(Problem::new("store_unavailable", "").into())
    }
}
