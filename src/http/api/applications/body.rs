//! Applications and their routes in requests and responses.
//!
//! May read the model. Must never show a proxy secret, nor decide whether a change is allowed.

use super::warnings::{ApplicationWarning, is_loopback, warnings};
use crate::admin;
use crate::http::Problem;
use crate::http::api::prelude::*;
use crate::http::api::shared::json::Json;
use crate::http::api::shared::schema::Method;
use crate::model::{
    self, ApplicationId, AuditMode, AuthorizationOwner, GiteaClientId, HostName, IdentityHeader,
    MethodSet, Name, ParseError, PathPattern, Permission, ProxySecret, RepositoryLevel,
    RepositoryRequirement, Requirement as ModelRequirement, SigningAlgorithm,
};
use std::collections::BTreeSet;
use std::time::Duration;
use url::Url;

union! {
    /// The requirement of a route on the caller.
    Requirement for ModelRequirement {
        /// The route is public: anonymous callers are allowed.
        Public = "public", PublicRequirement {}
        /// The caller must be signed in.
        SignedIn = "signed-in", SignedInRequirement {}
        /// The caller must hold every listed permission.
        Permissions = "permissions", PermissionsRequirement {
            /// The permissions as `resource:action`; at least one.
            #[oai(validator(min_items = 1))]
            permissions as 0: Vec<Permission>,
        }
    }
}

impl Decode for MethodSet {
    type Schema = Vec<Method>;

    fn decode(json: &Json, pointer: &str, errors: &mut FieldErrors) -> Option<Self> {
        let names = Vec::<String>::decode(json, pointer, errors)?;
        errors.keep(pointer, Self::from_names(names.iter().map(String::as_str)))
    }
}

response! {
    /// A route of an application.
    Route(route: &model::Route) {
        /// The methods; empty for every method. HEAD is checked as GET.
        methods: Vec<Method> = route.methods.iter().map(Method).collect(),
        /// The path pattern, such as `/deploy/{owner}/{repo}` or `/admin/**`.
        path: String = route.path.to_string(),
        /// The requirement on the caller.
        requirement: Requirement = (&route.requirement).into(),
        /// The required level of access to the Gitea repository that `{owner}` and `{repo}` in the path name; absent if
        /// none is required.
        repository: Option<RepositoryLevel> = route.repository.map(|needed| needed.level),
        /// True if `%2F` inside a path segment is data; otherwise such a request is denied.
        encoded_slash: bool = route.encoded_slash,
        /// The path parameters with secret values, which no event, log or response shows.
        secret_parameters: Vec<String> = texts(&route.secret_parameters),
        /// True if `;` inside a path segment is data; otherwise such a request is denied.
        semicolon: bool = route.semicolon,
    }
}

request! {
    /// A route of an application.
    RouteDraft for model::Route {
        /// The methods; absent or empty for every method. HEAD is checked as GET.
        methods: MethodSet = MethodSet::default(),
        /// The path pattern, such as `/deploy/{owner}/{repo}` or `/admin/**`.
        path: PathPattern,
        /// The requirement on the caller.
        requirement: ModelRequirement,
        /// The required level of access to the Gitea repository that `{owner}` and `{repo}` in the path name; absent if
        /// none is required.
        repository: Option<RepositoryLevel>,
        /// True if `%2F` inside a path segment is data; otherwise such a request is denied. False by default.
        encoded_slash: bool = false,
        /// The path parameters with secret values, such as `token` in `/reset/{token}`, which no event, log or response
        /// shows; empty by default.
        secret_parameters: BTreeSet<String> = BTreeSet::new(),
        /// True if `;` inside a path segment is data; otherwise such a request is denied. False by default. Use it only
        /// if the application does not end a segment at `;`.
        semicolon: bool = false,
    } => Self {
        methods,
        path,
        requirement,
        repository: repository.map(|level| RepositoryRequirement { level }),
        encoded_slash,
        secret_parameters,
        semicolon,
    }
}

response! {
    /// The kinds of Gitea tokens that are accepted.
    GiteaTokens(tokens: &model::GiteaTokens) {
        /// True if personal access tokens with the scope `read:user` are accepted.
        personal: bool = tokens.personal,
        /// The client ids of the OAuth applications in Gitea whose access tokens are accepted.
        oauth_clients: Vec<GiteaClientId> = tokens.oauth_clients.iter().copied().collect(),
    }
}

request! {
    /// The kinds of Gitea tokens to accept.
    GiteaTokensDraft for model::GiteaTokens {
        /// True to accept personal access tokens with the scope `read:user`; false by default.
        personal: bool = false,
        /// The client ids of the OAuth applications in Gitea whose access tokens to accept; empty by default.
        oauth_clients: BTreeSet<GiteaClientId> = BTreeSet::new(),
    } => Self { personal, oauth_clients }
}

response! {
    /// The settings of an application's access tokens.
    TokenSettings(tokens: &model::TokenSettings) {
        /// The algorithm that signs the tokens.
        signing: SigningAlgorithm = tokens.signing,
        /// The lifetime of an access token in seconds.
        lifetime: u32 = tokens.lifetime,
        /// The Gitea tokens that may be exchanged for an access token of the application (RFC 8693).
        gitea_tokens: GiteaTokens = GiteaTokens::new(&tokens.gitea_tokens),
        /// The ids of the applications whose clients may exchange a received token for a token of this application (RFC
        /// 8693).
        exchange_from: Vec<ApplicationId> = tokens.exchange_from.iter().copied().collect(),
        /// True if allowed requests carry a signed `Samovar-Assertion` header.
        assertion: bool = tokens.assertion,
    }
}

/// The lifetime of an access token in seconds.
type Lifetime = Bounded<{ model::TokenSettings::SHORTEST }, { model::TokenSettings::LONGEST }>;

request! {
    /// The settings of an application's access tokens.
    TokenSettingsDraft for model::TokenSettings {
        /// The algorithm that signs the tokens; `EdDSA` by default.
        signing: SigningAlgorithm = SigningAlgorithm::default(),
        /// The lifetime of an access token in seconds, 60 to 600; 300 by default.
        #[oai(validator(minimum(value = "60"), maximum(value = "600")))]
        lifetime: Lifetime = Bounded(300),
        /// The Gitea tokens that may be exchanged for an access token of the application (RFC 8693); none by default.
        gitea_tokens: model::GiteaTokens = model::GiteaTokens::default(),
        /// The ids of the applications whose clients may exchange a received token for a token of this application (RFC
        /// 8693); empty by default.
        exchange_from: BTreeSet<ApplicationId> = BTreeSet::new(),
        /// True if allowed requests carry a signed `Samovar-Assertion` header; false by default.
        assertion: bool = false,
    } => Self { signing, lifetime: lifetime.0, gitea_tokens, exchange_from, assertion }
}

response! {
    /// A protected application: hosts and an ordered list of routes.
    Application(application: &model::Application) {
        /// The id of the application.
        id: ApplicationId = application.id,
        /// The name, unique among applications.
        name: String = application.name.to_string(),
        /// The hosts, each with a port unless it is the default of the scheme.
        hosts: Vec<String> = texts(&application.hosts),
        /// The routes in their order. The first route that matches applies; a request that matches none is denied.
        routes: Vec<Route> = application.routes.iter().map(Route::new).collect(),
        /// The identity headers that the application receives.
        identity_headers: Vec<IdentityHeader> = application.identity_headers.iter().copied().collect(),
        /// Which server uses the `Authorization` header.
        authorization: AuthorizationOwner = application.authorization,
        /// The origins whose scripts may call the application with credentials.
        origins: Vec<String> = texts(application.origins.iter().map(|url| url.origin().ascii_serialization())),
        /// Which decisions of the application are written to the audit log.
        audit: AuditMode = application.audit,
        /// The settings of the application's access tokens.
        tokens: TokenSettings = TokenSettings::new(&application.tokens),
        /// Settings that are allowed and could be mistakes.
        warnings: Vec<ApplicationWarning> = warnings(application),
        /// The version, also sent as `ETag`; it increases by one with every change.
        version: u64 = application.version,
    }
}

resource!(Application, "applications");

/// An application in a request, before its origins are checked.
pub struct ApplicationBody {
    draft: admin::ApplicationDraft,
    origins: Vec<Origin>,
}

request! {
    /// An application to create, or the new state of an existing one.
    ApplicationDraft for ApplicationBody {
        /// The name, unique among applications: 1 to 64 characters of `a-z`, `0-9` and `-`.
        name: Name,
        /// The hosts, each with a port unless it is the default of the scheme.
        hosts: BTreeSet<HostName>,
        /// The routes in their order. The first route that matches applies; a request that matches none is denied.
        routes: Vec<model::Route>,
        /// The identity headers that the application receives; all by default.
        identity_headers: Option<BTreeSet<IdentityHeader>>,
        /// Which server uses the `Authorization` header; `samovar` by default.
        authorization: AuthorizationOwner = AuthorizationOwner::Samovar,
        /// The origins whose scripts may call the application with credentials; empty by default.
        origins: Vec<Origin> = Vec::new(),
        /// Which decisions of the application are written to the audit log; `first-in-window` by default.
        audit: AuditMode = AuditMode::FirstInWindow,
        /// The settings of the application's access tokens; the default of each setting if absent.
        tokens: model::TokenSettings = model::TokenSettings::default(),
    } => Self {
        draft: admin::ApplicationDraft {
            name,
            hosts,
            routes,
            identity_headers: identity_headers.unwrap_or_else(|| IdentityHeader::ALL.into()),
            authorization,
            origins: BTreeSet::new(),
            audit,
            tokens,
        },
        origins,
    }
}

impl ApplicationBody {
    /// The draft, unless an origin is plain http: its scripts send credentials, which an attacker on the network could
    /// misuse. A loopback origin is accepted if Samovar itself is reached without https, which is possible on loopback
    /// only.
    pub fn checked(self, https: bool) -> Result<admin::ApplicationDraft, Problem> {
        let mut errors = FieldErrors::default();
        for (at, Origin(url)) in self.origins.iter().enumerate() {
            if url.scheme() != "https" && (https || !is_loopback(url)) {
                let origin = url.origin().ascii_serialization();
                let detail = format!(
                    "invalid origin `{origin}`: scripts of an origin call with credentials, so use `https://`"
                );
                errors.note(format_args!("/origins/{at}"), detail);
            }
        }
        errors.finish(Some(admin::ApplicationDraft {
            origins: self.origins.into_iter().map(|origin| origin.0).collect(),
            ..self.draft
        }))
    }
}

/// An origin: scheme, host and port, without a path.
struct Origin(Url);

impl Decode for Origin {
    type Schema = String;

    fn decode(json: &Json, pointer: &str, errors: &mut FieldErrors) -> Option<Self> {
        let text = String::decode(json, pointer, errors)?;
        let url = Url::parse(&text).ok();
        let url = url.filter(|url| {
            matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == text
        });
        let error = || {
            let shown: String = text.chars().take(80).collect();
            ParseError::new(format!(
                "invalid origin `{}`: use scheme and host alone, such as `https://app.example.com`",
                shown.escape_debug()
            ))
        };
        errors.keep(pointer, url.map(Self).ok_or_else(error))
    }
}

/// A proxy whose configuration Samovar generates.
#[derive(Clone, Copy, Enum)]
#[oai(rename_all = "kebab-case")]
pub enum Dialect {
    /// nginx with `auth_request`.
    Nginx,
    /// Caddy with `forward_auth`.
    Caddy,
}

response! {
    /// Generated proxy configuration.
    Snippet(dialect: Dialect, text: String, needs_secret: bool) {
        /// The proxy.
        dialect: Dialect = dialect,
        /// The configuration.
        text: String = text,
        /// True if the configuration contains the application's proxy secret or a placeholder for it. It does if other
        /// machines can reach the address for forward-auth requests.
        needs_secret: bool = needs_secret,
    }
}

/// How long the current proxy secret stays valid.
pub struct Overlap(pub Duration);

/// Seconds in [`ProxySecret::LONGEST_OVERLAP`].
const LONGEST_OVERLAP: u32 = 604_800;
const _: () = assert!(ProxySecret::LONGEST_OVERLAP.as_secs() == 604_800);

request! {
    /// A rotation of a proxy secret.
    ProxySecretRotation for Overlap {
        /// How long the current secret stays valid, in seconds, 0 to 604800; 86400 (one day) by default. Use 0 if the
        /// secret may have leaked.
        #[oai(validator(minimum(value = "0"), maximum(value = "604800")))]
        overlap: Bounded<0, LONGEST_OVERLAP> = Bounded(24 * 60 * 60),
    } => Self(Duration::from_secs(overlap.0.into()))
}
