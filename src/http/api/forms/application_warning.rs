//! What is allowed in an application and could be a mistake, in sentences.

use super::application::is_loopback;
use super::count;
use crate::http::api::wire::application as wire;
use crate::model::Application;
use crate::policy::{RouteWarning, RouteWarningKind, route_warnings};

/// Every warning about an application.
pub(super) fn show(application: &Application) -> Vec<wire::ApplicationWarning> {
    let routes = route_warnings(&application.routes);
    let origins = application.origins.iter();
    let insecure = origins.filter(|url| url.scheme() != "https" && !is_loopback(url));
    let of_routes = routes.iter().map(of_route);
    of_routes.chain(insecure.map(of_origin)).collect()
}

fn of_route(warning: &RouteWarning) -> wire::ApplicationWarning {
    let (kind, upstream, remedy) = match warning.kind {
        RouteWarningKind::Case => (
            wire::ApplicationWarningKind::Case,
            "ignores case",
            "make the upstream case-sensitive, or add a route for the other spelling that asks the same",
        ),
        RouteWarningKind::TrailingSlash => (
            wire::ApplicationWarningKind::TrailingSlash,
            "ignores a trailing slash",
            "make the upstream treat both paths as different, or let both routes ask the same",
        ),
        RouteWarningKind::MethodOverride => (
            wire::ApplicationWarningKind::MethodOverride,
            "takes the method from `X-HTTP-Method-Override` or from a form field such as `_method`",
            "switch that off in the upstream; generated blocks remove the header, but not the form field",
        ),
    };
    let text = format!(
        "route {} lets `{}` through and asks less than route {}: an upstream that {upstream} handles it as a request of route {}; {remedy}",
        warning.other, warning.example, warning.route, warning.route
    );
    wire::ApplicationWarning {
        kind,
        text,
        route: Some(count(warning.route)),
        other_route: Some(count(warning.other)),
        example: Some(warning.example.clone()),
    }
}

fn of_origin(url: &url::Url) -> wire::ApplicationWarning {
    let origin = url.origin().ascii_serialization();
    wire::ApplicationWarning {
        kind: wire::ApplicationWarningKind::InsecureOrigin,
        text: format!(
            "origin `{origin}` is plain http, so anybody on the network can call with a person's credentials; change it to https"
        ),
        route: None,
        other_route: None,
        example: None,
    }
}
