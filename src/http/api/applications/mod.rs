//! `/applications` of the API: the operations on applications.
//!
//! Calls `admin`, which decides whether a change is allowed. Must never change the policy itself.

pub mod body;
pub mod snippets;
mod warnings;

use super::prelude::*;
use crate::access::{ApplicationsRead, ApplicationsWrite};
use crate::model::{self, ApplicationId};
use body::{Application, ApplicationBody};

/// The operations.
pub(super) struct ApplicationsApi;

#[OpenApi(prefix_path = "/applications", tag = "Tag::Applications")]
impl ApplicationsApi {
    /// Lists applications in the order of their names.
    #[oai(path = "/", method = "get", operation_id = "list_applications")]
    async fn list_applications(
        &self,
        call: Authorized<ApplicationsRead>,
        paging: Paging,
    ) -> ApiResult<Json<Page<Application>>> {
        let policy = call.services.admin.policy();
        let name = |application: &&model::Application| application.name.to_string();
        Ok(paging.page(policy.applications(), name, |one| Application::new(one)))
    }

    /// Creates an application.
    ///
    /// Also requires `samovar.applications:any`.
    #[oai(path = "/", method = "post", operation_id = "create_application")]
    async fn create_application(
        &self,
        call: Authorized<ApplicationsWrite>,
        body: Body<ApplicationBody>,
    ) -> ApiResult<Created<Application>, OnCreate> {
        let draft = body.0.checked(call.services.snippets.https)?;
        let admin = &call.services.admin;
        let application = admin.create_application(call.permit, draft).await?;
        Ok(Created(Application::new(&application)))
    }

    /// Gets an application.
    #[oai(path = "/:id", method = "get", operation_id = "get_application")]
    async fn get_application(
        &self,
        call: Authorized<ApplicationsRead>,
        /// The id of the application.
        id: Path<Raw<ApplicationId>>,
    ) -> ApiResult<Versioned<Application>, OnObject> {
        let policy = call.services.admin.policy();
        let application = policy.application(id.id()?);
        let application = application.ok_or_else(|| not_found("application"))?;
        Ok(Versioned(Application::new(application)))
    }

    /// Replaces an application.
    ///
    /// For every request that moves from one route to another, the caller must hold in the application all permissions
    /// that both routes require. Every other change also requires `samovar.applications:any`: a change to a member
    /// other than `routes`, or to requests that are public or match no route before or after the change.
    #[oai(path = "/:id", method = "put", operation_id = "update_application")]
    async fn update_application(
        &self,
        call: Authorized<ApplicationsWrite>,
        /// The id of the application.
        id: Path<Raw<ApplicationId>>,
        if_match: IfMatch,
        body: Body<ApplicationBody>,
    ) -> ApiResult<Versioned<Application>, OnChange> {
        let (id, admin) = (id.id()?, &call.services.admin);
        let draft = body.0.checked(call.services.snippets.https)?;
        let updated = admin.update_application(call.permit, if_match.of(id), draft.clone());
        let application = of_change(updated.await, admin.policy().application(id), |now| {
            differences!(
                draft, now;
                name, hosts, routes, identity_headers, authorization, origins, audit, tokens
            )
        })?;
        Ok(Versioned(Application::new(&application)))
    }

    /// Deletes an application.
    ///
    /// Also requires `samovar.applications:any`.
    #[oai(path = "/:id", method = "delete", operation_id = "delete_application")]
    async fn delete_application(
        &self,
        call: Authorized<ApplicationsWrite>,
        /// The id of the application.
        id: Path<Raw<ApplicationId>>,
        if_match: IfMatch,
    ) -> ApiResult<NoContent, OnChange> {
        let admin = &call.services.admin;
        let deleted = admin.delete_application(call.permit, if_match.of(id.id()?));
        deleted.await?;
        Ok(NoContent)
    }
}
