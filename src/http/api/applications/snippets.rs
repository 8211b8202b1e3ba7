//! `/applications/{id}/snippets` and `/applications/{id}/proxy-secret` of the API: generated proxy configuration and
//! the secret in it.
//!
//! The configuration itself comes from `forward_auth::snippets`. Must never show a proxy secret without an audit event.

use super::body::{Application, Dialect, Overlap, Snippet};
use crate::access::{ApplicationsAny, ApplicationsRead};
use crate::http::Problem;
use crate::http::api::prelude::*;
use crate::http::forward_auth::snippets::{self, SnippetSettings};
use crate::model::{self, ApplicationId};
use secrecy::SecretString;

/// Shown instead of the proxy secret to callers without `samovar.applications:any`.
const PLACEHOLDER: &str = "REPLACE_WITH_THE_PROXY_SECRET";

/// The operations.
pub struct SnippetsApi;

#[OpenApi(prefix_path = "/applications", tag = "Tag::Applications")]
impl SnippetsApi {
    /// Generates the proxy configuration that protects an application with Samovar.
    ///
    /// If the configuration needs the proxy secret, it contains a placeholder.
    #[oai(
        path = "/:id/snippets/:dialect",
        method = "get",
        operation_id = "get_snippet"
    )]
    async fn get_snippet(
        &self,
        call: Authorized<ApplicationsRead>,
        /// The id of the application.
        id: Path<Raw<ApplicationId>>,
        /// The proxy.
        dialect: Path<Dialect>,
        /// The address at which the application listens, such as `127.0.0.1:9000`; the configuration contains an
        /// example if absent.
        upstream: Query<Option<String>>,
    ) -> ApiResult<Json<Snippet>, OnObject> {
        let id = id.id()?;
        let needed = call.services.proxy_secrets.is_some();
        let secret = needed.then(|| PLACEHOLDER.into());
        let settings = settings(&call.services, upstream.0.as_deref(), secret)?;
        let policy = call.services.admin.policy();
        let application = policy.application(id);
        let application = application.ok_or_else(|| not_found("application"))?;
        Ok(Json(snippet(application, dialect.0, &settings)))
    }

    /// Generates the proxy configuration with the application's proxy secret.
    ///
    /// The audit log records this request.
    #[oai(
        path = "/:id/snippets/:dialect",
        method = "post",
        operation_id = "show_snippet_with_secret"
    )]
    async fn show_snippet_with_secret(
        &self,
        call: Authorized<ApplicationsAny>,
        /// The id of the application.
        id: Path<Raw<ApplicationId>>,
        /// The proxy.
        dialect: Path<Dialect>,
        /// The address at which the application listens, such as `127.0.0.1:9000`; the configuration contains an
        /// example if absent.
        upstream: Query<Option<String>>,
    ) -> ApiResult<Json<Snippet>, OnObject> {
        let (id, services) = (id.id()?, &call.services);
        let settings = settings(services, upstream.0.as_deref(), None)?;
        let application = services.admin.show_proxy_secret(&call.permit, id).await?;
        let secrets = services.proxy_secrets.as_ref();
        let secret = secrets.map(|secrets| secrets.reveal(&application));
        let settings = SnippetSettings { secret, ..settings };
        Ok(Json(snippet(&application, dialect.0, &settings)))
    }

    /// Rotates the proxy secret of an application.
    ///
    /// The current secret stays valid for the overlap. Install configuration with the new secret before the overlap
    /// ends.
    #[oai(
        path = "/:id/proxy-secret/rotate",
        method = "post",
        operation_id = "rotate_proxy_secret"
    )]
    async fn rotate_proxy_secret(
        &self,
        call: Authorized<ApplicationsAny>,
        /// The id of the application.
        id: Path<Raw<ApplicationId>>,
        body: Body<Overlap>,
    ) -> ApiResult<Json<Application>, OnObject> {
        let (id, admin) = (id.id()?, &call.services.admin);
        let rotated = admin.rotate_proxy_secret(call.permit, id, body.0.0).await?;
        Ok(Json(Application::new(&rotated)))
    }
}

fn settings(
    services: &Services,
    upstream: Option<&str>,
    secret: Option<SecretString>,
) -> Result<SnippetSettings, Problem> {
    let mut settings = services.snippets.clone();
    settings.secret = secret;
    if let Some(upstream) = upstream {
        let upstream = upstream.parse();
        settings.upstream = upstream.map_err(|error| invalid("upstream", error))?;
    }
    Ok(settings)
}

fn snippet(
    application: &model::Application,
    dialect: Dialect,
    settings: &SnippetSettings,
) -> Snippet {
    let text = match dialect {
        Dialect::Nginx => snippets::nginx(application, settings),
        Dialect::Caddy => snippets::caddy(application, settings),
    };
    Snippet::new(dialect, text, settings.secret.is_some())
}
