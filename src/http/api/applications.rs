//! `/applications` of the API.

use super::Noun;
use super::answer::{Created, Done, Versioned};
use super::body::Body;
use super::caller::Allowed;
use super::failure::{Failure, OfAll, OfChange, OfNew, OfOne};
use super::problem::Problem;
use super::version::IfMatch;
use super::wire::application::{Application, ApplicationDraft, Dialect, Snippet};
use super::wire::page::Page;
use crate::access::{ApplicationsRead, ApplicationsWrite};
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

/// The operations.
pub(super) struct Api;

#[OpenApi(prefix_path = "/applications", tag = "Noun::Applications")]
impl Api {
    /// All applications, in the order of their names.
    #[oai(path = "/", method = "get", operation_id = "list_applications")]
    async fn list_applications(
        &self,
        _permit: Allowed<ApplicationsRead>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Items on the page, 50 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u16>>,
    ) -> Result<Json<Page<Application>>, Failure<OfAll>> {
        Err(Problem::new("store_unavailable", "").into())
    }

    /// Makes an application.
    #[oai(path = "/", method = "post", operation_id = "create_application")]
    async fn create_application(
        &self,
        _permit: Allowed<ApplicationsWrite>,
        _body: Body<ApplicationDraft>,
    ) -> Result<Created<Application>, Failure<OfNew>> {
        Err(Problem::new("store_unavailable", "").into())
    }

    /// One application.
    #[oai(path = "/:id", method = "get", operation_id = "get_application")]
    async fn get_application(
        &self,
        _permit: Allowed<ApplicationsRead>,
        /// Its id.
        id: Path<String>,
    ) -> Result<Versioned<Application>, Failure<OfOne>> {
        Err(Problem::new("store_unavailable", "").into())
    }

    /// Replaces an application as a whole.
    #[oai(path = "/:id", method = "put", operation_id = "update_application")]
    async fn update_application(
        &self,
        _permit: Allowed<ApplicationsWrite>,
        /// Its id.
        id: Path<String>,
        /// The `ETag` under which you saw the object.
        #[oai(name = "If-Match")]
        version: IfMatch,
        _body: Body<ApplicationDraft>,
    ) -> Result<Versioned<Application>, Failure<OfChange>> {
        Err(Problem::new("store_unavailable", "").into())
    }

    /// Deletes an application.
    #[oai(path = "/:id", method = "delete", operation_id = "delete_application")]
    async fn delete_application(
        &self,
        _permit: Allowed<ApplicationsWrite>,
        /// Its id.
        id: Path<String>,
        /// The `ETag` under which you saw the object.
        #[oai(name = "If-Match")]
        version: IfMatch,
    ) -> Result<Done, Failure<OfChange>> {
        Err(Problem::new("store_unavailable", "").into())
    }

    /// The proxy configuration that puts Samovar in front of the application, to be pasted.
    #[oai(
        path = "/:id/snippets/:dialect",
        method = "get",
        operation_id = "get_snippet"
    )]
    async fn get_snippet(
        &self,
        _permit: Allowed<ApplicationsRead>,
        /// Its id.
        id: Path<String>,
        /// For which proxy.
        dialect: Path<Dialect>,
    ) -> Result<Json<Snippet>, Failure<OfOne>> {
        Err(Problem::new("store_unavailable", "").into())
    }
}
