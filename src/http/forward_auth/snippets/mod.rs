//! Configuration to paste into a proxy in front of an application; the tests run proxies with the same text.
//!
//! Pure: knows the application and a few addresses. Every inserted value has a type without characters that are special to
//! a proxy. Must never leave out an identity header: one that is not set here would come from the client.

use crate::model::{Application, AuthorizationOwner, HostName, IdentityHeader};
use crate::session::{Cookie, Cookies};
use secrecy::{ExposeSecret as _, SecretString};

/// The values of a block besides its application.
#[derive(Debug, Clone)]
pub struct SnippetSettings {
    /// The address of everything but forward-auth, such as `127.0.0.1:8700`.
    pub samovar: HostName,
    /// The address of checks.
    pub forward_auth: CheckAddress,
    /// The proxy secret, if other machines can reach the address of checks.
    pub secret: Option<SecretString>,
    /// Samovar's own host, as browsers know it.
    pub own: HostName,
    /// Is the external URL https?
    pub https: bool,
    /// A placeholder for the application's own address.
    pub upstream: HostName,
}

/// The address to which a proxy sends checks.
#[derive(Debug, Clone)]
pub enum CheckAddress {
    /// Host and port, such as `127.0.0.1:8701`.
    Tcp(HostName),
    /// The path of a Unix socket, without characters that are special to a proxy.
    Unix(String),
}

impl CheckAddress {
    /// In the form of `proxy_pass`, without `http://`; a path may follow.
    fn for_nginx(&self) -> String {
        match self {
            Self::Tcp(host) => host.to_string(),
            Self::Unix(path) => format!("unix:{path}:"),
        }
    }

    /// In the form of Caddy's network addresses.
    fn for_caddy(&self) -> String {
        match self {
            Self::Tcp(host) => host.to_string(),
            Self::Unix(path) => format!("unix/{path}"),
        }
    }
}

/// The content of an nginx server block, for each host of the application.
pub fn nginx(application: &Application, settings: &SnippetSettings) -> String {
    let blocks: Vec<String> = application
        .hosts
        .iter()
        .map(|host| nginx_at(application, host, settings))
        .collect();
    blocks.join("\n")
}

fn nginx_at(application: &Application, host: &HostName, settings: &SnippetSettings) -> String {
    let assertion = application.tokens.assertion;
    let value = if assertion {
        "$samovar_assertion"
    } else {
        "\"\""
    };
    let token = match application.authorization {
        AuthorizationOwner::Samovar => "Authorization $http_authorization",
        AuthorizationOwner::Application => "Samovar-Token $http_samovar_token",
    };
    let secret = settings.secret.as_ref().map_or_else(String::new, |secret| {
        format!(
            "    proxy_set_header {PROXY_SECRET} {};\n",
            secret.expose_secret()
        )
    });
    let block = include_str!("nginx.template")
        .replace("@QUESTION@", include_str!("nginx_question.template"))
        .replace("@SECRET@", &secret)
        .replace("@TOKEN@", token)
        .replace("@ASSERTION@", value)
        .replace(
            "@COOKIES@",
            &cookies(include_str!("nginx_cookie.template"), settings),
        )
        .replace("@CAPTURES@", &nginx_captures(application))
        .replace("@HEADERS@", &nginx_identity(application))
        .replace("@AUTHORIZATION@", nginx_authorization(application))
        .replace("@CLEARED@", &nginx_cleared())
        .replace("@CHECKS@", &settings.forward_auth.for_nginx())
        .replace("@HOST@", host.as_str());
    common(&block, application, settings)
}

fn is_chosen(application: &Application, header: IdentityHeader) -> bool {
    application.identity_headers.contains(&header)
}

fn nginx_variable(header: &str) -> String {
    header.to_ascii_lowercase().replace('-', "_")
}

/// Variables with the headers of the check's answer.
fn nginx_captures(application: &Application) -> String {
    let chosen = IdentityHeader::ALL
        .into_iter()
        .filter(|header| is_chosen(application, *header));
    let assertion = application.tokens.assertion.then_some("Samovar-Assertion");
    let owned = application.authorization == AuthorizationOwner::Samovar;
    let authorization = owned.then_some("Samovar-Authorization");
    let names = chosen
        .map(IdentityHeader::as_str)
        .chain(assertion)
        .chain(authorization);
    let line = |header: &str| {
        let source = nginx_variable(header);
        let variable = source.strip_prefix("samovar_").unwrap_or(&source);
        format!("    auth_request_set $samovar_{variable} $upstream_http_{source};\n")
    };
    names.map(line).collect()
}

/// Every identity header, empty where the application did not choose it.
fn nginx_identity(application: &Application) -> String {
    let value = |header: IdentityHeader| {
        if is_chosen(application, header) {
            format!("$samovar_{}", nginx_variable(header.as_str()))
        } else {
            "\"\"".to_owned()
        }
    };
    let line = |header: IdentityHeader| {
        let value = value(header);
        format!("    proxy_set_header {} {value};\n", header.as_str())
    };
    IdentityHeader::ALL.into_iter().map(line).collect()
}

/// If Samovar uses `Authorization`, the application gets the values that are not Samovar's tokens.
const fn nginx_authorization(application: &Application) -> &'static str {
    match application.authorization {
        AuthorizationOwner::Samovar => {
            "    proxy_set_header Authorization $samovar_authorization;\n"
        }
        AuthorizationOwner::Application => "",
    }
}

/// The header with the proxy secret of an application, from a proxy on another machine.
pub(super) const PROXY_SECRET: &str = "Samovar-Proxy-Secret";

/// Headers of the client that never reach the application.
const CLEARED: [&str; 8] = [
    "Samovar-Token",
    PROXY_SECRET,
    "HTTP2-Settings",
    "X-HTTP-Method",
    "X-HTTP-Method-Override",
    "X-Method-Override",
    "X-Original-URL",
    "X-Rewrite-URL",
];

/// Headers that a block sets besides the identity headers, and that an application may read in another spelling.
const SET: [&str; 4] = [
    "Samovar-Assertion",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
];

fn nginx_cleared() -> String {
    let identity = IdentityHeader::ALL.into_iter().map(IdentityHeader::as_str);
    let twins = CLEARED
        .into_iter()
        .chain(SET)
        .chain(identity)
        .flat_map(twins);
    let names = CLEARED.into_iter().map(str::to_owned).chain(twins);
    let line = |name: String| format!("    proxy_set_header {name} \"\";\n");
    names.map(line).collect()
}

/// Every spelling with at least one `_` in place of a `-`.
fn twins(name: &'static str) -> Vec<String> {
    let mut spellings = vec![String::new()];
    for (at, part) in name.split('-').enumerate() {
        let joints: &[&str] = if at == 0 { &[""] } else { &["-", "_"] };
        spellings = spellings
            .iter()
            .flat_map(|start| {
                joints
                    .iter()
                    .map(move |joint| format!("{start}{joint}{part}"))
            })
            .collect();
    }
    spellings.retain(|spelling| spelling.contains('_'));
    spellings
}

/// A Caddy site block for all hosts of the application.
pub fn caddy(application: &Application, settings: &SnippetSettings) -> String {
    let scheme = if settings.https { "" } else { "http://" };
    let sites: Vec<String> = application
        .hosts
        .iter()
        .map(|host| format!("{scheme}{host}"))
        .collect();
    let preflight = if application.origins.is_empty() {
        ""
    } else {
        include_str!("caddy_preflight.template")
    };
    let secret = settings.secret.as_ref().map_or_else(String::new, |secret| {
        format!(
            "\t\t\t\theader_up {PROXY_SECRET} {}\n",
            secret.expose_secret()
        )
    });
    let block = include_str!("caddy.template")
        .replace("@SITES@", &sites.join(", "))
        .replace(
            "@COOKIES@",
            &cookies(include_str!("caddy_cookie.template"), settings),
        )
        .replace("@PREFLIGHT@", preflight)
        .replace("@SECRET@", &secret)
        .replace("@COPY@", &caddy_copies(application))
        .replace("@CHECKS@", &settings.forward_auth.for_caddy());
    common(&block, application, settings)
}

/// The headers of the check's answer that the application gets.
fn caddy_copies(application: &Application) -> String {
    let owned = application.authorization == AuthorizationOwner::Samovar;
    application
        .identity_headers
        .iter()
        .map(|header| header.as_str())
        .chain(application.tokens.assertion.then_some("Samovar-Assertion"))
        .chain(owned.then_some("Samovar-Authorization>Authorization"))
        .flat_map(|header| ["\t\t\t\tcopy_headers ", header, "\n"])
        .collect()
}

/// The lines that remove each of Samovar's cookies at an application's host.
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

#[cfg(test)]
mod tests {
    use super::twins;

    #[test]
    fn every_spelling_with_an_underscore_is_listed_once() {
        assert_eq!(twins("Remote-User"), ["Remote_User"]);
        assert_eq!(
            twins("Remote-User-Id"),
            ["Remote-User_Id", "Remote_User-Id", "Remote_User_Id"]
        );
        assert!(twins("Host").is_empty());
    }
}
