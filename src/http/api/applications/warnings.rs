//! Warnings about an application: settings that are allowed and could be mistakes.
//!
//! May read the model and `policy::route_warnings`. Must never deny anything: a warning only informs.

use crate::http::api::prelude::*;
use crate::model::Application;
use crate::policy::{RouteWarning, RouteWarningKind, route_warnings};
use url::Url;

/// The kind of a warning.
#[derive(Clone, Copy, Enum)]
#[oai(rename_all = "kebab-case")]
pub enum ApplicationWarningKind {
    /// An upstream that ignores case would handle the example as a request of the stricter route.
    Case,
    /// An upstream that ignores a trailing slash would handle the example as a request of the stricter route.
    TrailingSlash,
    /// An upstream that honors `X-HTTP-Method-Override` would handle the example as a request of the stricter route.
    MethodOverride,
    /// An origin may call with credentials over plain http.
    InsecureOrigin,
}

response! {
    /// A warning about a setting that is allowed and could be a mistake.
    ApplicationWarning(kind: ApplicationWarningKind, text: String, warning: Option<&RouteWarning>) {
        /// The kind of the warning.
        kind: ApplicationWarningKind = kind,
        /// The problem and what to do about it, as text for display.
        text: String = text,
        /// The position of the stricter route, counted from 1; absent for a warning about an origin.
        route: Option<u32> = warning.map(|warning| count(warning.route)),
        /// The position of the less strict route, counted from 1; absent for a warning about an origin.
        other_route: Option<u32> = warning.map(|warning| count(warning.other)),
        /// Method and path of a request that the less strict route allows; absent for a warning about an origin.
        example: Option<String> = warning.map(|warning| warning.example.clone()),
    }
}

/// Every warning about an application.
pub fn warnings(application: &Application) -> Vec<ApplicationWarning> {
    let routes = route_warnings(&application.routes);
    let origins = application.origins.iter();
    let insecure = origins.filter(|url| url.scheme() != "https" && !is_loopback(url));
    let of_routes = routes.iter().map(of_route);
    of_routes.chain(insecure.map(of_origin)).collect()
}

fn of_route(warning: &RouteWarning) -> ApplicationWarning {
    let (kind, upstream, remedy) = match warning.kind {
        RouteWarningKind::Case => (
            ApplicationWarningKind::Case,
            "ignores case",
            "make the upstream case-sensitive, or add a route for the other spelling with the same requirement",
        ),
        RouteWarningKind::TrailingSlash => (
            ApplicationWarningKind::TrailingSlash,
            "ignores a trailing slash",
            "make the upstream treat both paths as different, or give both routes the same requirement",
        ),
        RouteWarningKind::MethodOverride => (
            ApplicationWarningKind::MethodOverride,
            "takes the method from `X-HTTP-Method-Override` or from a form field such as `_method`",
            "disable that in the upstream; generated blocks remove the header, but not the form field",
        ),
    };
    let text = format!(
        "route {} allows `{}` and is less strict than route {}: an upstream that {upstream} handles it as a request of route {}; {remedy}",
        warning.other, warning.example, warning.route, warning.route
    );
    ApplicationWarning::new(kind, text, Some(warning))
}

fn of_origin(url: &Url) -> ApplicationWarning {
    let origin = url.origin().ascii_serialization();
    let text = format!(
        "origin `{origin}` is plain http, so anyone on the network can call with a person's credentials; change it to https"
    );
    ApplicationWarning::new(ApplicationWarningKind::InsecureOrigin, text, None)
}

/// Whether the host of the URL is this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}
