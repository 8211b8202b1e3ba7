//! Configuration to paste into a proxy that stands before an application: the very text that the tests run proxies with.
//!
//! Pure: knows the application and a few addresses. Every value put in is of a type whose characters mean nothing to a
//! proxy. Must never leave out an identity header: what is not set here would come from the client.

use crate::model::{Application, AuthorizationOwner, HostName, IdentityHeader};
use crate::session::{Cookie, Cookies};

/// What a block must know beside its application.
#[derive(Debug, Clone)]
pub struct SnippetSettings {
    /// Where proxies reach everything but forward-auth, such as `127.0.0.1:8700`.
    pub samovar: HostName,
    /// Where proxies ask for checks.
    pub forward_auth: CheckAddress,
    /// Samovar's own host, as browsers know it.
    pub own: HostName,
    /// Is the outside address https?
    pub https: bool,
    /// Where the application itself listens; people replace it.
    pub upstream: HostName,
}

/// Where a proxy asks for checks.
#[derive(Debug, Clone)]
pub enum CheckAddress {
    /// Host and port, such as `127.0.0.1:8701`.
    Tcp(HostName),
    /// The path of a Unix socket, of characters that mean nothing to a proxy.
    Unix(String),
}

impl CheckAddress {
    /// As `proxy_pass` takes it, without `http://`; a path may follow.
    fn for_nginx(&self) -> String {
        match self {
            Self::Tcp(host) => host.to_string(),
            Self::Unix(path) => format!("unix:{path}:"),
        }
    }

    /// As Caddy's network addresses are written.
    fn for_caddy(&self) -> String {
        match self {
            Self::Tcp(host) => host.to_string(),
            Self::Unix(path) => format!("unix/{path}"),
        }
    }
}

/// The inside of an nginx server block, for each host of the application.
pub fn nginx(application: &Application, settings: &SnippetSettings) -> String {
    let blocks: Vec<String> = application
        .hosts
        .iter()
        .map(|host| nginx_at(application, host, settings))
        .collect();
    blocks.join("\n")
}

fn nginx_at(application: &Application, host: &HostName, settings: &SnippetSettings) -> String {
    let variable = |header: &IdentityHeader| header.as_str().to_ascii_lowercase().replace('-', "_");
    let chosen = |header: &IdentityHeader| application.identity_headers.contains(header);
    let capture = |header: &IdentityHeader| {
        let variable = variable(header);
        format!("    auth_request_set $samovar_{variable} $upstream_http_{variable};\n")
    };
    let set = |header: &IdentityHeader| {
        let value = format!("$samovar_{}", variable(header));
        let value = if chosen(header) {
            value.as_str()
        } else {
            "\"\""
        };
        format!("    proxy_set_header {} {value};\n", header.as_str())
    };
    let every = IdentityHeader::ALL.iter();
    let captures: String = every
        .clone()
        .filter(|header| chosen(header))
        .map(capture)
        .collect();
    let headers: String = every.map(set).collect();
    let wanted = application.tokens.assertion;
    let (capture, value) = if wanted {
        let capture = "    auth_request_set $samovar_assertion $upstream_http_samovar_assertion;\n";
        (capture, "$samovar_assertion")
    } else {
        ("", "\"\"")
    };
    let captures = captures + capture;
    let token = match application.authorization {
        AuthorizationOwner::Samovar => "Authorization $http_authorization",
        AuthorizationOwner::Application => "Samovar-Token $http_samovar_token",
    };
    let block = include_str!("nginx.template")
        .replace("@QUESTION@", include_str!("nginx_question.template"))
        .replace("@TOKEN@", token)
        .replace("@ASSERTION@", value)
        .replace(
            "@COOKIES@",
            &cookies(include_str!("nginx_cookie.template"), settings),
        )
        .replace("@CAPTURES@", &captures)
        .replace("@HEADERS@", &headers)
        .replace("@CHECKS@", &settings.forward_auth.for_nginx())
        .replace("@HOST@", host.as_str());
    common(&block, application, settings)
}

/// A Caddy site block for all hosts of the application.
pub fn caddy(application: &Application, settings: &SnippetSettings) -> String {
    let scheme = if settings.https { "" } else { "http://" };
    let sites: Vec<String> = application
        .hosts
        .iter()
        .map(|host| format!("{scheme}{host}"))
        .collect();
    let copy: String = application
        .identity_headers
        .iter()
        .map(|header| header.as_str())
        .chain(application.tokens.assertion.then_some("Samovar-Assertion"))
        .flat_map(|header| ["\t\t\t\tcopy_headers ", header, "\n"])
        .collect();
    let preflight = if application.origins.is_empty() {
        ""
    } else {
        include_str!("caddy_preflight.template")
    };
    let block = include_str!("caddy.template")
        .replace("@SITES@", &sites.join(", "))
        .replace(
            "@COOKIES@",
            &cookies(include_str!("caddy_cookie.template"), settings),
        )
        .replace("@PREFLIGHT@", preflight)
        .replace("@COPY@", &copy)
        .replace("@CHECKS@", &settings.forward_auth.for_caddy());
    common(&block, application, settings)
}

/// The lines that take away each cookie of ours at an application's host.
fn cookies(template: &str, settings: &SnippetSettings) -> String {
    let names = Cookies::new(settings.https);
    let each = [Cookie::ApplicationSession, Cookie::ApplicationBrowser].into_iter();
    each.map(|cookie| template.replace("@COOKIE@", names.name(cookie)))
        .collect()
}

fn common(block: &str, application: &Application, settings: &SnippetSettings) -> String {
    block
        .replace("@NAME@", application.name.as_str())
        .replace("@SAMOVAR@", settings.samovar.as_str())
        .replace("@OWN@", settings.own.as_str())
        .replace("@UPSTREAM@", settings.upstream.as_str())
        .replace("@SCHEME@", if settings.https { "https" } else { "http" })
}
