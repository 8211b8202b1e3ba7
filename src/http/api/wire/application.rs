//! Applications, their routes and snippets over the wire.

use super::texts::{Id, Method, Name, Permission};
use poem_openapi::{Enum, Object, Union};

/// Nothing is asked, not even to be signed in.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct PublicRequirement {}

/// The caller must be signed in.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct SignedInRequirement {}

/// The caller must hold all of these.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct PermissionsRequirement {
    /// `resource:action` each, at least one.
    #[oai(validator(min_items = 1))]
    pub permissions: Vec<Permission>,
}

/// What a route asks of its caller.
#[derive(Debug, Clone, PartialEq, Eq, Union, serde::Deserialize)]
#[oai(discriminator_name = "kind", one_of, rename_all = "kebab-case")]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(in crate::http::api) enum Requirement {
    /// Nothing.
    Public(PublicRequirement),
    /// To be signed in.
    SignedIn(SignedInRequirement),
    /// To hold permissions.
    Permissions(PermissionsRequirement),
}

/// A degree of access to a Gitea repository, each including the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, serde::Deserialize)]
#[oai(rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub(in crate::http::api) enum RepositoryLevel {
    /// May read the code.
    Read,
    /// May write the code.
    Write,
    /// Administers it.
    Admin,
}

/// Methods, path pattern and requirement.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub(in crate::http::api) struct Route {
    /// Empty for every method. HEAD is checked as GET.
    pub methods: Vec<Method>,
    /// Such as `/deploy/{owner}/{repo}` or `/admin/**`.
    pub path: String,
    /// What is asked of the caller.
    pub requirement: Requirement,
    /// What the caller must be allowed in the Gitea repository that `{owner}` and `{repo}` name.
    pub repository: Option<RepositoryLevel>,
    /// `%2F` inside one segment is data.
    pub encoded_slash: bool,
    /// Parameters of the path whose values are secret: they are in no event, log or answer.
    pub secret_parameters: Vec<String>,
    /// `;` inside one segment is data.
    pub semicolon: bool,
}

/// What a route is to be.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct RouteDraft {
    /// Absent or empty for every method. HEAD is checked as GET.
    #[oai(default)]
    #[serde(default)]
    pub methods: Vec<Method>,
    /// Such as `/deploy/{owner}/{repo}` or `/admin/**`.
    pub path: String,
    /// What is asked of the caller.
    pub requirement: Requirement,
    /// What the caller must be allowed in the Gitea repository that `{owner}` and `{repo}` name.
    #[serde(default)]
    pub repository: Option<RepositoryLevel>,
    /// `%2F` inside one segment is data; it is not when absent.
    #[oai(default)]
    #[serde(default)]
    pub encoded_slash: bool,
    /// Parameters of the path whose values are secret, such as `token` in `/reset/{token}`: they are in no event, log or
    /// answer; none when absent.
    #[oai(default)]
    #[serde(default)]
    pub secret_parameters: Vec<String>,
    /// `;` inside one segment is data; it is not when absent. For applications alone that do not cut a segment there.
    #[oai(default)]
    #[serde(default)]
    pub semicolon: bool,
}

/// A header in which the upstream learns who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, serde::Deserialize)]
pub(in crate::http::api) enum IdentityHeader {
    /// Login.
    #[oai(rename = "Remote-User")]
    #[serde(rename = "Remote-User")]
    User,
    /// Samovar's id of the user.
    #[oai(rename = "Remote-User-Id")]
    #[serde(rename = "Remote-User-Id")]
    UserId,
    /// Full name.
    #[oai(rename = "Remote-Name")]
    #[serde(rename = "Remote-Name")]
    Name,
    /// Address.
    #[oai(rename = "Remote-Email")]
    #[serde(rename = "Remote-Email")]
    Email,
    /// Organizations and teams that the application's role bindings speak of.
    #[oai(rename = "Remote-Groups")]
    #[serde(rename = "Remote-Groups")]
    Groups,
    /// Roles held in the application.
    #[oai(rename = "Remote-Roles")]
    #[serde(rename = "Remote-Roles")]
    Roles,
}

/// Who reads `Authorization`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Enum, serde::Deserialize)]
#[oai(rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub(in crate::http::api) enum AuthorizationOwner {
    /// Samovar looks for its own tokens there.
    #[default]
    Samovar,
    /// Only the application does.
    Application,
}

/// How much of the application's decisions is written to the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Enum, serde::Deserialize)]
#[oai(rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub(in crate::http::api) enum AuditMode {
    /// Every decision.
    Every,
    /// The first of its kind in a window, repeats counted.
    #[default]
    FirstInWindow,
    /// Refusals and unsafe requests only.
    #[oai(rename = "refusals")]
    #[serde(rename = "refusals")]
    Denials,
}

/// By which algorithm tokens are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Enum, serde::Deserialize)]
pub(in crate::http::api) enum SigningAlgorithm {
    /// Ed25519.
    #[default]
    #[oai(rename = "EdDSA")]
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// ECDSA on P-256.
    #[oai(rename = "ES256")]
    #[serde(rename = "ES256")]
    Es256,
    /// RSA, 2048 bits.
    #[oai(rename = "RS256")]
    #[serde(rename = "RS256")]
    Rs256,
}

/// Which of Gitea's own tokens are taken.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub(in crate::http::api) struct GiteaTokens {
    /// Personal access tokens with the scope `read:user`.
    pub personal: bool,
    /// OAuth access tokens that one of these OAuth applications of Gitea's got: their client ids.
    pub oauth_clients: Vec<Id>,
}

/// Which of Gitea's own tokens are to be taken.
#[derive(Debug, Clone, PartialEq, Eq, Default, Object, serde::Deserialize)]
#[oai(deny_unknown_fields)]
#[serde(deny_unknown_fields, default)]
pub(in crate::http::api) struct GiteaTokensDraft {
    /// Personal access tokens with the scope `read:user`; they are not when absent.
    #[oai(default)]
    pub personal: bool,
    /// OAuth access tokens that one of these OAuth applications of Gitea's got: their client ids.
    #[oai(default)]
    pub oauth_clients: Vec<Id>,
}

/// What an application's tokens are like, and what may be exchanged for one.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub(in crate::http::api) struct TokenSettings {
    /// By which algorithm they are signed.
    pub signing: SigningAlgorithm,
    /// Life of an access token in seconds.
    pub lifetime: u32,
    /// Which of Gitea's own tokens may be exchanged for one.
    pub gitea_tokens: GiteaTokens,
    /// Ids of applications whose clients may exchange a token that they were sent for one of this application's.
    pub exchange_from: Vec<Id>,
    /// Requests that pass carry a signed `Samovar-Assertion`.
    pub assertion: bool,
}

/// What an application's tokens are to be like, and what may be exchanged for one.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[oai(deny_unknown_fields)]
#[serde(deny_unknown_fields, default)]
pub(in crate::http::api) struct TokenSettingsDraft {
    /// By which algorithm they are signed; `EdDSA` when absent.
    #[oai(default)]
    pub signing: SigningAlgorithm,
    /// Life of an access token in seconds; 300 when absent.
    #[oai(
        default = "lifetime",
        validator(minimum(value = "60"), maximum(value = "600"))
    )]
    pub lifetime: u32,
    /// Which of Gitea's own tokens may be exchanged for one; none when absent.
    #[oai(default)]
    pub gitea_tokens: GiteaTokensDraft,
    /// Ids of applications whose clients may exchange a token that they were sent for one of this application's.
    #[oai(default)]
    pub exchange_from: Vec<Id>,
    /// Requests that pass carry a signed `Samovar-Assertion`; they do not when absent.
    #[oai(default)]
    pub assertion: bool,
}

const fn lifetime() -> u32 {
    300
}

impl Default for TokenSettingsDraft {
    fn default() -> Self {
        Self {
            signing: SigningAlgorithm::default(),
            lifetime: lifetime(),
            gitea_tokens: GiteaTokensDraft::default(),
            exchange_from: Vec::new(),
            assertion: false,
        }
    }
}

/// Something protected: hosts and an ordered list of routes.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub(in crate::http::api) struct Application {
    /// Its id.
    pub id: Id,
    /// Unique among applications.
    pub name: String,
    /// Hosts that it answers to.
    pub hosts: Vec<String>,
    /// The first that matches is the route; what none matches is denied.
    pub routes: Vec<Route>,
    /// Identity headers that it wants.
    pub identity_headers: Vec<IdentityHeader>,
    /// Who reads `Authorization`.
    pub authorization: AuthorizationOwner,
    /// Origins whose scripts may call it with credentials.
    pub origins: Vec<String>,
    /// How much of its decisions the audit log keeps.
    pub audit: AuditMode,
    /// What its tokens are like, and what may be exchanged for one.
    pub tokens: TokenSettings,
    /// What an upstream could read differently than Samovar; nothing of it is refused.
    pub warnings: Vec<ApplicationWarning>,
    /// Grows by one with every change; also the `ETag`.
    pub version: u64,
}

/// What kind of warning it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename_all = "kebab-case")]
pub(in crate::http::api) enum ApplicationWarningKind {
    /// An upstream that ignores case would take the example for a request of the stricter route.
    Case,
    /// An upstream that ignores a last slash would take the example for a request of the stricter route.
    TrailingSlash,
    /// An upstream that honours `X-HTTP-Method-Override` would take the example for a request of the stricter route.
    MethodOverride,
    /// An origin may call with credentials over plain http.
    InsecureOrigin,
}

/// Something about an application that is allowed and could be a mistake.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub(in crate::http::api) struct ApplicationWarning {
    /// What kind of warning it is.
    pub kind: ApplicationWarningKind,
    /// What is the matter and what to do, for people.
    pub text: String,
    /// The stricter route, by its place, counted from 1.
    pub route: Option<u32>,
    /// The route that asks less, by its place, counted from 1.
    pub other_route: Option<u32>,
    /// A request that the route that asks less lets through: method and path.
    pub example: Option<String>,
}

/// What an application is to be.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct ApplicationDraft {
    /// 1 to 64 of `a-z 0-9 -`, unique among applications.
    pub name: Name,
    /// Hosts that it answers to, with a port if it is not the scheme's own.
    pub hosts: Vec<String>,
    /// In order.
    pub routes: Vec<RouteDraft>,
    /// Identity headers that it wants; all of them when absent.
    #[serde(default)]
    pub identity_headers: Option<Vec<IdentityHeader>>,
    /// Who reads `Authorization`; `samovar` when absent.
    #[oai(default)]
    #[serde(default)]
    pub authorization: AuthorizationOwner,
    /// Origins whose scripts may call it with credentials.
    #[oai(default)]
    #[serde(default)]
    pub origins: Vec<String>,
    /// How much of its decisions the audit log keeps; `first-in-window` when absent.
    #[oai(default)]
    #[serde(default)]
    pub audit: AuditMode,
    /// What its tokens are like, and what may be exchanged for one.
    #[oai(default)]
    #[serde(default)]
    pub tokens: TokenSettingsDraft,
}

/// A proxy for which a configuration can be generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename_all = "kebab-case")]
pub(in crate::http::api) enum Dialect {
    /// nginx with `auth_request`.
    Nginx,
    /// Caddy with `forward_auth`.
    Caddy,
}

/// A piece of proxy configuration, to be pasted.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub(in crate::http::api) struct Snippet {
    /// For which proxy.
    pub dialect: Dialect,
    /// The text.
    pub text: String,
    /// Does it hold the application's proxy secret, or its placeholder? True if proxies ask for checks at an address that
    /// other machines reach.
    pub needs_secret: bool,
}

/// How a proxy secret is rotated.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[oai(deny_unknown_fields)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct ProxySecretRotation {
    /// Seconds for which the present secret stays valid; a day when absent, 0 if somebody else may know it.
    #[oai(
        default = "a_day",
        validator(minimum(value = "0"), maximum(value = "604800"))
    )]
    #[serde(default = "a_day")]
    pub overlap: u32,
}

const fn a_day() -> u32 {
    24 * 60 * 60
}
