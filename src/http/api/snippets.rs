//! `/applications/{id}/snippets` and `/applications/{id}/proxy-secret` of the API: what is pasted into proxies.

use super::body::Body;
use super::caller::Allowed;
use super::failure::{Failure, OfOne};
use super::services::Services;
use super::wire::application::{Dialect, ProxySecretRotation, Snippet};
use super::wire::texts::Id;
use super::{Noun, forms};
use crate::access::{ApplicationsAny, ApplicationsRead};
use crate::http::Problem;
use crate::http::forward_auth::snippets::{self, SnippetSettings};
use crate::model::{Application, ApplicationId};
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

/// Stands in the place of the proxy secret for callers who may not change all of the application.
const PLACEHOLDER: &str = "REPLACE_WITH_THE_PROXY_SECRET";

/// The operations.
pub(super) struct Api;

#[OpenApi(prefix_path = "/applications", tag = "Noun::Applications")]
impl Api {
    /// The proxy configuration that puts Samovar in front of the application, to be pasted. A placeholder stands for the
    /// proxy secret, if the configuration needs one.
    #[oai(
        path = "/:id/snippets/:dialect",
        method = "get",
        operation_id = "get_snippet"
    )]
    async fn get_snippet(
        &self,
        call: Allowed<ApplicationsRead>,
        /// Its id.
        id: Path<Id>,
        /// For which proxy.
        dialect: Path<Dialect>,
        /// Where the application itself listens, such as `127.0.0.1:9000`.
        upstream: Query<Option<String>>,
    ) -> Result<Json<Snippet>, Failure<OfOne>> {
        let id = forms::id::<ApplicationId>(&id)?;
        let mut settings = settings(&call.services, upstream.0.as_deref())?;
        let needed = call.services.proxy_secrets.is_some();
        settings.secret = needed.then(|| PLACEHOLDER.to_owned().into());
        let policy = call.services.admin.policy();
        let application = policy
            .application(id)
            .ok_or_else(|| forms::missing("application"))?;
        Ok(Json(snippet(application, dialect.0, &settings)))
    }

    /// The same with the application's proxy secret, if the configuration needs one. The audit log records that it is shown.
    #[oai(
        path = "/:id/snippets/:dialect",
        method = "post",
        operation_id = "show_snippet_with_secret"
    )]
    async fn show_snippet_with_secret(
        &self,
        call: Allowed<ApplicationsAny>,
        /// Its id.
        id: Path<Id>,
        /// For which proxy.
        dialect: Path<Dialect>,
        /// Where the application itself listens, such as `127.0.0.1:9000`.
        upstream: Query<Option<String>>,
    ) -> Result<Json<Snippet>, Failure<OfOne>> {
        let id = forms::id::<ApplicationId>(&id)?;
        let mut settings = settings(&call.services, upstream.0.as_deref())?;
        let admin = &call.services.admin;
        let application = admin.show_proxy_secret(&call.permit, id).await?;
        let secrets = call.services.proxy_secrets.as_ref();
        settings.secret = secrets.map(|secrets| secrets.reveal(&application));
        Ok(Json(snippet(&application, dialect.0, &settings)))
    }

    /// Makes the next proxy secret of the application. The present one stays valid for the overlap; paste the
    /// configuration anew before it ends.
    #[oai(
        path = "/:id/proxy-secret/rotate",
        method = "post",
        operation_id = "rotate_proxy_secret"
    )]
    async fn rotate_proxy_secret(
        &self,
        call: Allowed<ApplicationsAny>,
        /// Its id.
        id: Path<Id>,
        body: Body<ProxySecretRotation>,
    ) -> Result<Json<super::wire::application::Application>, Failure<OfOne>> {
        let id = forms::id::<ApplicationId>(&id)?;
        let overlap = forms::application::read_overlap(&body.0)?;
        let admin = &call.services.admin;
        let rotated = admin.rotate_proxy_secret(call.permit, id, overlap).await?;
        Ok(Json(forms::application::show(&rotated)))
    }
}

fn settings(services: &Services, upstream: Option<&str>) -> Result<SnippetSettings, Problem> {
    let mut settings = services.snippets.clone();
    if let Some(upstream) = upstream {
        settings.upstream = forms::parameter("upstream", upstream)?;
    }
    Ok(settings)
}

fn snippet(application: &Application, dialect: Dialect, settings: &SnippetSettings) -> Snippet {
    Snippet {
        dialect,
        text: match dialect {
            Dialect::Nginx => snippets::nginx(application, settings),
            Dialect::Caddy => snippets::caddy(application, settings),
        },
        needs_secret: settings.secret.is_some(),
    }
}
