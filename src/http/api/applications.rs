//! `/applications` of the API.

use super::answer::{Created, Done, Versioned};
use super::body::Body;
use super::caller::Allowed;
use super::failure::{Failure, OfAll, OfChange, OfNew, OfOne};
use super::version::IfMatch;
use super::wire::application::{Application, ApplicationDraft};
use super::wire::page::{Page, Paging};
use super::wire::texts::Id;
use super::{Noun, errors, forms};
use crate::access::{ApplicationsRead, ApplicationsWrite};
use crate::model::ApplicationId;
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
        call: Allowed<ApplicationsRead>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Items on the page, 50 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u16>>,
    ) -> Result<Json<Page<Application>>, Failure<OfAll>> {
        let paging = Paging::read(cursor.0.as_deref(), limit.0)?;
        let policy = call.services.admin.policy();
        let items = policy.applications();
        Ok(Json(paging.cut(
            items,
            |application| application.name.to_string(),
            |application| forms::application::show(application),
        )))
    }

    /// Makes an application. Takes `samovar.applications:any` as well.
    #[oai(path = "/", method = "post", operation_id = "create_application")]
    async fn create_application(
        &self,
        call: Allowed<ApplicationsWrite>,
        body: Body<ApplicationDraft>,
    ) -> Result<Created<Application>, Failure<OfNew>> {
        let draft = forms::application::read(&body.0, call.services.snippets.https)?;
        let application = call
            .services
            .admin
            .create_application(call.permit, draft)
            .await?;
        Ok(Created {
            version: application.version,
            location: format!("applications/{}", application.id),
            object: forms::application::show(&application),
        })
    }

    /// One application.
    #[oai(path = "/:id", method = "get", operation_id = "get_application")]
    async fn get_application(
        &self,
        call: Allowed<ApplicationsRead>,
        /// Its id.
        id: Path<Id>,
    ) -> Result<Versioned<Application>, Failure<OfOne>> {
        let id = forms::id::<ApplicationId>(&id)?;
        let policy = call.services.admin.policy();
        let application = policy
            .application(id)
            .ok_or_else(|| forms::missing("application"))?;
        Ok(Versioned {
            version: application.version,
            object: forms::application::show(application),
        })
    }

    /// Replaces an application as a whole, within what the caller holds: for every request that moves from one route to
    /// another, all permissions that both routes ask for must be held in the application. Every other change takes
    /// `samovar.applications:any` as well: requests that no route lets through or that are public, before or after, and all
    /// members beside `routes`.
    #[oai(path = "/:id", method = "put", operation_id = "update_application")]
    async fn update_application(
        &self,
        call: Allowed<ApplicationsWrite>,
        /// Its id.
        id: Path<Id>,
        /// The `ETag` under which you saw the object.
        #[oai(name = "If-Match")]
        version: IfMatch,
        body: Body<ApplicationDraft>,
    ) -> Result<Versioned<Application>, Failure<OfChange>> {
        let id = forms::id(&id)?;
        let draft = forms::application::read(&body.0, call.services.snippets.https)?;
        let admin = &call.services.admin;
        let updated = admin.update_application(call.permit, (id, version.0), draft.clone());
        let application = updated.await.map_err(|error| {
            let policy = admin.policy();
            let changed = |now| forms::application::changed(&draft, now);
            errors::of_update(error, policy.application(id).map(changed))
        })?;
        Ok(Versioned {
            version: application.version,
            object: forms::application::show(&application),
        })
    }

    /// Deletes an application. Takes `samovar.applications:any` as well.
    #[oai(path = "/:id", method = "delete", operation_id = "delete_application")]
    async fn delete_application(
        &self,
        call: Allowed<ApplicationsWrite>,
        /// Its id.
        id: Path<Id>,
        /// The `ETag` under which you saw the object.
        #[oai(name = "If-Match")]
        version: IfMatch,
    ) -> Result<Done, Failure<OfChange>> {
        let id = forms::id(&id)?;
        call.services
            .admin
            .delete_application(call.permit, (id, version.0))
            .await?;
        Ok(Done)
    }
}
