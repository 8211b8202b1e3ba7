//! Applications and their routes in requests and responses.

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
    /// What a route requires of its caller.
    Requirement for ModelRequirement {
        /// No requirement, not even to be signed in.
        Public = "public", PublicRequirement {}
        /// The caller must be signed in.
        SignedIn = "signed-in", SignedInRequirement {}
        /// The caller must hold all of these.
        Permissions = "permissions", PermissionsRequirement {
            /// `resource:action` each, at least one.
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
    /// Methods, path pattern and requirement.
    Route(route: &model::Route) {
        /// Empty for every method. HEAD is checked as GET.
        methods: Vec<Method> = route.methods.iter().map(Method).collect(),
        /// Such as `/deploy/{owner}/{repo}` or `/admin/**`.
        path: String = route.path.to_string(),
        /// What the caller must fulfill.
        requirement: Requirement = (&route.requirement).into(),
        /// The access that the caller needs to the Gitea repository that `{owner}` and `{repo}` name.
        repository: Option<RepositoryLevel> = route.repository.map(|needed| needed.level),
        /// `%2F` inside a segment is data.
        encoded_slash: bool = route.encoded_slash,
        /// Parameters of the path whose values are secret: no event, log or response shows them.
        secret_parameters: Vec<String> = texts(&route.secret_parameters),
        /// `;` inside a segment is data.
        semicolon: bool = route.semicolon,
    }
}

request! {
    /// A route of an application.
    RouteDraft for model::Route {
        /// Absent or empty for every method. HEAD is checked as GET.
        methods: MethodSet = MethodSet::default(),
        /// Such as `/deploy/{owner}/{repo}` or `/admin/**`.
        path: PathPattern,
        /// What the caller must fulfill.
        requirement: ModelRequirement,
        /// The access that the caller needs to the Gitea repository that `{owner}` and `{repo}` name.
        repository: Option<RepositoryLevel>,
        /// `%2F` inside a segment is data; false by default.
        encoded_slash: bool = false,
        /// Parameters of the path whose values are secret, such as `token` in `/reset/{token}`: no event, log or
        /// response shows them.
        secret_parameters: BTreeSet<String> = BTreeSet::new(),
        /// `;` inside a segment is data; false by default. Only for applications that do not cut a segment there.
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
    /// Which of Gitea's own tokens are accepted.
    GiteaTokens(tokens: &model::GiteaTokens) {
        /// Personal access tokens with the scope `read:user`.
        personal: bool = tokens.personal,
        /// OAuth access tokens of these OAuth applications in Gitea: their client ids.
        oauth_clients: Vec<GiteaClientId> = tokens.oauth_clients.iter().copied().collect(),
    }
}

request! {
    /// Which of Gitea's own tokens to accept.
    GiteaTokensDraft for model::GiteaTokens {
        /// Personal access tokens with the scope `read:user`; false by default.
        personal: bool = false,
        /// OAuth access tokens of these OAuth applications in Gitea: their client ids.
        oauth_clients: BTreeSet<GiteaClientId> = BTreeSet::new(),
    } => Self { personal, oauth_clients }
}

response! {
    /// The tokens of an application, and what may be exchanged for one.
    TokenSettings(tokens: &model::TokenSettings) {
        /// The algorithm that signs them.
        signing: SigningAlgorithm = tokens.signing,
        /// Lifetime of an access token in seconds.
        lifetime: u32 = tokens.lifetime,
        /// Which of Gitea's own tokens may be exchanged for one.
        gitea_tokens: GiteaTokens = GiteaTokens::new(&tokens.gitea_tokens),
        /// Ids of applications whose clients may exchange a token that they received for one of this application.
        exchange_from: Vec<ApplicationId> = tokens.exchange_from.iter().copied().collect(),
        /// Allowed requests carry a signed `Samovar-Assertion`.
        assertion: bool = tokens.assertion,
    }
}

/// Lifetime of an access token, in seconds.
type Lifetime = Bounded<{ model::TokenSettings::SHORTEST }, { model::TokenSettings::LONGEST }>;

request! {
    /// The tokens of an application, and what may be exchanged for one.
    TokenSettingsDraft for model::TokenSettings {
        /// The algorithm that signs them; `EdDSA` by default.
        signing: SigningAlgorithm = SigningAlgorithm::default(),
        /// Lifetime of an access token in seconds; 300 by default.
        #[oai(validator(minimum(value = "60"), maximum(value = "600")))]
        lifetime: Lifetime = Bounded(300),
        /// Which of Gitea's own tokens may be exchanged for one; none by default.
        gitea_tokens: model::GiteaTokens = model::GiteaTokens::default(),
        /// Ids of applications whose clients may exchange a token that they received for one of this application.
        exchange_from: BTreeSet<ApplicationId> = BTreeSet::new(),
        /// Allowed requests carry a signed `Samovar-Assertion`; false by default.
        assertion: bool = false,
    } => Self { signing, lifetime: lifetime.0, gitea_tokens, exchange_from, assertion }
}

response! {
    /// A protected application: hosts and an ordered list of routes.
    Application(application: &model::Application) {
        /// Its id.
        id: ApplicationId = application.id,
        /// Unique among applications.
        name: String = application.name.to_string(),
        /// Its hosts.
        hosts: Vec<String> = texts(&application.hosts),
        /// The first route that matches applies; a request that matches none is denied.
        routes: Vec<Route> = application.routes.iter().map(Route::new).collect(),
        /// The identity headers that it gets.
        identity_headers: Vec<IdentityHeader> = application.identity_headers.iter().copied().collect(),
        /// Who uses the `Authorization` header.
        authorization: AuthorizationOwner = application.authorization,
        /// Origins whose scripts may call it with credentials.
        origins: Vec<String> = texts(application.origins.iter().map(|url| url.origin().ascii_serialization())),
        /// Which of its decisions the audit log keeps.
        audit: AuditMode = application.audit,
        /// Its tokens, and what may be exchanged for one.
        tokens: TokenSettings = TokenSettings::new(&application.tokens),
        /// What an upstream could interpret differently from Samovar; nothing of it is denied.
        warnings: Vec<ApplicationWarning> = warnings(application),
        /// Grows by one with every change; also the `ETag`.
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
    /// An application to create, or the new state of one.
    ApplicationDraft for ApplicationBody {
        /// 1 to 64 of `a-z 0-9 -`, unique among applications.
        name: Name,
        /// Its hosts, each with a port unless it is the default of the scheme.
        hosts: BTreeSet<HostName>,
        /// In order.
        routes: Vec<model::Route>,
        /// The identity headers that it gets; all by default.
        identity_headers: Option<BTreeSet<IdentityHeader>>,
        /// Who uses the `Authorization` header; `samovar` by default.
        authorization: AuthorizationOwner = AuthorizationOwner::Samovar,
        /// Origins whose scripts may call it with credentials.
        origins: Vec<Origin> = Vec::new(),
        /// Which of its decisions the audit log keeps; `first-in-window` by default.
        audit: AuditMode = AuditMode::FirstInWindow,
        /// Its tokens, and what may be exchanged for one.
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
    /// The application to create, unless an origin is plain http: its scripts call with credentials, so anyone on the
    /// network could do so. If Samovar is reached without https, which is on this machine only, an origin on this
    /// machine is accepted.
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

/// An origin: scheme and host without anything after it.
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

/// A proxy for which configuration can be generated.
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
        /// For which proxy.
        dialect: Dialect = dialect,
        /// The text.
        text: String = text,
        /// The text has the application's proxy secret, or its placeholder, because other machines reach the address
        /// at which checks are answered.
        needs_secret: bool = needs_secret,
    }
}

/// How long the present proxy secret stays valid.
pub struct Overlap(pub Duration);

/// Seconds in [`ProxySecret::LONGEST_OVERLAP`].
const LONGEST_OVERLAP: u32 = 604_800;
const _: () = assert!(ProxySecret::LONGEST_OVERLAP.as_secs() == 604_800);

request! {
    /// How a proxy secret is rotated.
    ProxySecretRotation for Overlap {
        /// Seconds for which the present secret stays valid; a day by default, 0 if it may have leaked.
        #[oai(validator(minimum(value = "0"), maximum(value = "604800")))]
        overlap: Bounded<0, LONGEST_OVERLAP> = Bounded(24 * 60 * 60),
    } => Self(Duration::from_secs(overlap.0.into()))
}
