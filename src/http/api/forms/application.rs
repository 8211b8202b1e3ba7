//! Applications and their routes in and out.

use super::Errors;
use crate::admin::ApplicationDraft;
use crate::http::Problem;
use crate::http::api::wire::application as wire;
use crate::http::api::wire::texts::{Id, Method, Permission};
use crate::model::{
    Application, AuditMode, AuthorizationOwner, GiteaTokens, IdentityHeader, MethodSet, ParseError,
    ProxySecret, RepositoryLevel, RepositoryRequirement, Requirement, Route, SigningAlgorithm,
    TokenSettings,
};
use std::time::Duration;

/// Reads a draft. `https` says that browsers reach Samovar by https.
pub(in crate::http::api) fn read(
    draft: &wire::ApplicationDraft,
    https: bool,
) -> Result<ApplicationDraft, Problem> {
    let mut errors = Errors::default();
    let name = errors.read("/name", &draft.name);
    let hosts = errors.read_each("/hosts", &draft.hosts);
    let places = draft.routes.iter().enumerate();
    let routes = places.filter_map(|(at, route)| read_route(&mut errors, at, route));
    let routes = routes.collect();
    let places = draft.origins.iter().enumerate();
    let origins = places
        .filter_map(|(at, text)| errors.keep(format_args!("/origins/{at}"), origin(text, https)));
    let origins = origins.collect();
    let tokens = read_tokens(&mut errors, &draft.tokens);
    let wanted = draft.identity_headers.as_deref();
    let identity_headers = match wanted {
        Some(wanted) => wanted.iter().map(|header| read_header(*header)).collect(),
        None => IdentityHeader::ALL.into_iter().collect(),
    };
    errors.unless_any(name.map(|name| ApplicationDraft {
        name,
        hosts,
        routes,
        identity_headers,
        authorization: read_authorization(draft.authorization),
        origins,
        audit: read_audit(draft.audit),
        tokens,
    }))
}

/// For how long the present proxy secret stays valid.
pub(in crate::http::api) fn read_overlap(
    sent: &wire::ProxySecretRotation,
) -> Result<Duration, Problem> {
    let (overlap, longest) = (
        Duration::from_secs(sent.overlap.into()),
        ProxySecret::LONGEST_OVERLAP,
    );
    let mut errors = Errors::default();
    if overlap > longest {
        let sentence = format!(
            "invalid overlap {}: use at most {} seconds",
            sent.overlap,
            longest.as_secs()
        );
        errors.note("/overlap", sentence);
    }
    errors.unless_any(Some(overlap))
}

fn read_tokens(errors: &mut Errors, sent: &wire::TokenSettingsDraft) -> TokenSettings {
    let (shortest, longest) = (TokenSettings::SHORTEST, TokenSettings::LONGEST);
    if !(shortest..=longest).contains(&sent.lifetime) {
        let sentence = format!("a token lives {shortest} to {longest} seconds");
        errors.note("/tokens/lifetime", sentence);
    }
    TokenSettings {
        signing: match sent.signing {
            wire::SigningAlgorithm::EdDsa => SigningAlgorithm::EdDsa,
            wire::SigningAlgorithm::Es256 => SigningAlgorithm::Es256,
            wire::SigningAlgorithm::Rs256 => SigningAlgorithm::Rs256,
        },
        lifetime: sent.lifetime,
        gitea_tokens: GiteaTokens {
            personal: sent.gitea_tokens.personal,
            oauth_clients: errors.read_each(
                "/tokens/gitea_tokens/oauth_clients",
                &sent.gitea_tokens.oauth_clients,
            ),
        },
        exchange_from: errors.read_each("/tokens/exchange_from", &sent.exchange_from),
        assertion: sent.assertion,
    }
}

fn show_tokens(tokens: &TokenSettings) -> wire::TokenSettings {
    let from = tokens.exchange_from.iter().map(Id::of);
    let clients = tokens.gitea_tokens.oauth_clients.iter().map(Id::of);
    wire::TokenSettings {
        signing: match tokens.signing {
            SigningAlgorithm::EdDsa => wire::SigningAlgorithm::EdDsa,
            SigningAlgorithm::Es256 => wire::SigningAlgorithm::Es256,
            SigningAlgorithm::Rs256 => wire::SigningAlgorithm::Rs256,
        },
        lifetime: tokens.lifetime,
        gitea_tokens: wire::GiteaTokens {
            personal: tokens.gitea_tokens.personal,
            oauth_clients: clients.collect(),
        },
        exchange_from: from.collect(),
        assertion: tokens.assertion,
    }
}

fn read_route(errors: &mut Errors, at: usize, route: &wire::RouteDraft) -> Option<Route> {
    let names = route.methods.iter().map(|method| &**method);
    let methods = errors.keep(
        format_args!("/routes/{at}/methods"),
        MethodSet::from_names(names),
    );
    let path = errors.read(format_args!("/routes/{at}/path"), &route.path);
    let requirement = match &route.requirement {
        wire::Requirement::Public(_) => Requirement::Public,
        wire::Requirement::SignedIn(_) => Requirement::SignedIn,
        wire::Requirement::Permissions(needed) => {
            let pointer = format!("/routes/{at}/requirement/permissions");
            Requirement::Permissions(errors.read_each(&pointer, &needed.permissions))
        }
    };
    Some(Route {
        methods: methods?,
        path: path?,
        requirement,
        repository: route.repository.map(|level| RepositoryRequirement {
            level: read_level(level),
        }),
        encoded_slash: route.encoded_slash,
        secret_parameters: route.secret_parameters.iter().cloned().collect(),
        semicolon: route.semicolon,
    })
}

/// `https://app.example.com` and nothing after it. Its scripts call with credentials, so anybody on the network could do so
/// if it were plain http; where Samovar itself is only on this machine, so may the origin be.
fn origin(text: &str, https: bool) -> Result<url::Url, ParseError> {
    let shown = || text.chars().take(80).collect::<String>();
    let wrong = || {
        ParseError::new(format!(
            "invalid origin `{}`: use scheme and host alone, such as `https://app.example.com`",
            shown().escape_debug()
        ))
    };
    let url = url::Url::parse(text).map_err(|_| wrong())?;
    let web = matches!(url.scheme(), "http" | "https");
    if !web || url.origin().ascii_serialization() != text {
        return Err(wrong());
    }
    if url.scheme() == "https" || (!https && is_loopback(&url)) {
        return Ok(url);
    }
    Err(ParseError::new(format!(
        "invalid origin `{}`: scripts of an origin call with credentials, so use `https://`",
        shown().escape_debug()
    )))
}

/// Does the address name this machine?
pub(super) fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// Shows an application.
pub(in crate::http::api) fn show(application: &Application) -> wire::Application {
    let headers = application.identity_headers.iter();
    let origins = application.origins.iter();
    wire::Application {
        id: Id::of(application.id),
        name: application.name.to_string(),
        hosts: application.hosts.iter().map(ToString::to_string).collect(),
        routes: application.routes.iter().map(show_route).collect(),
        identity_headers: headers.map(|header| show_header(*header)).collect(),
        authorization: match application.authorization {
            AuthorizationOwner::Samovar => wire::AuthorizationOwner::Samovar,
            AuthorizationOwner::Application => wire::AuthorizationOwner::Application,
        },
        origins: origins
            .map(|url| url.origin().ascii_serialization())
            .collect(),
        audit: match application.audit {
            AuditMode::Every => wire::AuditMode::Every,
            AuditMode::FirstInWindow => wire::AuditMode::FirstInWindow,
            AuditMode::Denials => wire::AuditMode::Denials,
        },
        tokens: show_tokens(&application.tokens),
        warnings: super::application_warning::show(application),
        version: application.version,
    }
}

fn show_route(route: &Route) -> wire::Route {
    wire::Route {
        methods: route.methods.iter().map(Method::of).collect(),
        path: route.path.to_string(),
        requirement: match &route.requirement {
            Requirement::Public => wire::Requirement::Public(wire::PublicRequirement {}),
            Requirement::SignedIn => wire::Requirement::SignedIn(wire::SignedInRequirement {}),
            Requirement::Permissions(needed) => {
                wire::Requirement::Permissions(wire::PermissionsRequirement {
                    permissions: needed.iter().map(Permission::of).collect(),
                })
            }
        },
        repository: route.repository.map(|needed| match needed.level {
            RepositoryLevel::Read => wire::RepositoryLevel::Read,
            RepositoryLevel::Write => wire::RepositoryLevel::Write,
            RepositoryLevel::Admin => wire::RepositoryLevel::Admin,
        }),
        encoded_slash: route.encoded_slash,
        secret_parameters: route.secret_parameters.iter().cloned().collect(),
        semicolon: route.semicolon,
    }
}

const fn read_level(level: wire::RepositoryLevel) -> RepositoryLevel {
    match level {
        wire::RepositoryLevel::Read => RepositoryLevel::Read,
        wire::RepositoryLevel::Write => RepositoryLevel::Write,
        wire::RepositoryLevel::Admin => RepositoryLevel::Admin,
    }
}

const fn read_authorization(owner: wire::AuthorizationOwner) -> AuthorizationOwner {
    match owner {
        wire::AuthorizationOwner::Samovar => AuthorizationOwner::Samovar,
        wire::AuthorizationOwner::Application => AuthorizationOwner::Application,
    }
}

const fn read_audit(mode: wire::AuditMode) -> AuditMode {
    match mode {
        wire::AuditMode::Every => AuditMode::Every,
        wire::AuditMode::FirstInWindow => AuditMode::FirstInWindow,
        wire::AuditMode::Denials => AuditMode::Denials,
    }
}

const fn read_header(header: wire::IdentityHeader) -> IdentityHeader {
    match header {
        wire::IdentityHeader::User => IdentityHeader::User,
        wire::IdentityHeader::UserId => IdentityHeader::UserId,
        wire::IdentityHeader::Name => IdentityHeader::Name,
        wire::IdentityHeader::Email => IdentityHeader::Email,
        wire::IdentityHeader::Groups => IdentityHeader::Groups,
        wire::IdentityHeader::Roles => IdentityHeader::Roles,
    }
}

const fn show_header(header: IdentityHeader) -> wire::IdentityHeader {
    match header {
        IdentityHeader::User => wire::IdentityHeader::User,
        IdentityHeader::UserId => wire::IdentityHeader::UserId,
        IdentityHeader::Name => wire::IdentityHeader::Name,
        IdentityHeader::Email => wire::IdentityHeader::Email,
        IdentityHeader::Groups => wire::IdentityHeader::Groups,
        IdentityHeader::Roles => wire::IdentityHeader::Roles,
    }
}

/// In which members the application that there is differs from what was sent.
pub(in crate::http::api) fn changed(
    sent: &ApplicationDraft,
    present: &Application,
) -> Vec<&'static str> {
    let headers = sent.identity_headers != present.identity_headers;
    let differs = [
        ("name", sent.name != present.name),
        ("hosts", sent.hosts != present.hosts),
        ("routes", sent.routes != present.routes),
        ("identity_headers", headers),
        ("authorization", sent.authorization != present.authorization),
        ("origins", sent.origins != present.origins),
        ("audit", sent.audit != present.audit),
        ("tokens", sent.tokens != present.tokens),
    ];
    super::those(&differs)
}
