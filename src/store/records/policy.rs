//! Records of roles, role bindings and applications.

use super::super::record::{Stored, stored};
use crate::model::{
    Application, ApplicationId, AuditMode, AuthorizationOwner, BindingSubject, DisplayText,
    GiteaClientId, GiteaTokens, GroupName, HostName, IdentityHeader, MethodSet, Name,
    OrganizationId, PathPattern, Permission, PermissionPattern, ProviderId, ProxySecret, Range,
    RepositoryGlob, RepositoryLevel, RepositoryRequirement, Requirement, Role, RoleBinding,
    RoleBindingId, RoleId, Route, ServiceAccountId, SigningAlgorithm, TeamId, Timestamp,
    TokenSettings, UserId,
};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeSet;

stored! {
    Role as RoleRecord,
    RoleBinding as RoleBindingRecord,
    BindingSubject as BindingSubjectRecord,
    Range as RangeRecord,
    Application as ApplicationRecord,
    TokenSettings as TokenSettingsRecord,
    GiteaTokens as GiteaTokensRecord,
    ProxySecret as ProxySecretRecord,
    Route as RouteRecord,
    Requirement as RequirementRecord,
    RepositoryRequirement as RepositoryRequirementRecord,
    RepositoryLevel as RepositoryLevelRecord,
    IdentityHeader as IdentityHeaderRecord,
    AuthorizationOwner as AuthorizationOwnerRecord,
    AuditMode as AuditModeRecord,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Role")]
struct RoleRecord {
    id: RoleId,
    name: Name,
    description: DisplayText,
    permissions: BTreeSet<PermissionPattern>,
    built_in: bool,
    version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "RoleBinding")]
struct RoleBindingRecord {
    id: RoleBindingId,
    role: RoleId,
    #[serde(with = "Stored")]
    subject: BindingSubject,
    #[serde(with = "Stored")]
    range: Range,
    until: Option<Timestamp>,
    version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "BindingSubject", tag = "kind", rename_all = "kebab-case")]
enum BindingSubjectRecord {
    Organization {
        id: OrganizationId,
    },
    OrganizationOwners {
        id: OrganizationId,
    },
    Team {
        id: TeamId,
    },
    ProviderGroup {
        provider: ProviderId,
        name: GroupName,
    },
    User {
        id: UserId,
    },
    ServiceAccount {
        id: ServiceAccountId,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Range", tag = "kind", rename_all = "kebab-case")]
enum RangeRecord {
    Everywhere,
    Application {
        id: ApplicationId,
    },
    Repositories {
        organization: OrganizationId,
        repositories: RepositoryGlob,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Application")]
struct ApplicationRecord {
    id: ApplicationId,
    name: Name,
    hosts: BTreeSet<HostName>,
    #[serde(with = "Stored")]
    routes: Vec<Route>,
    #[serde(with = "Stored")]
    identity_headers: BTreeSet<IdentityHeader>,
    #[serde(with = "Stored")]
    authorization: AuthorizationOwner,
    origins: BTreeSet<url::Url>,
    #[serde(with = "Stored")]
    audit: AuditMode,
    #[serde(with = "Stored", default)]
    tokens: TokenSettings,
    #[serde(default)]
    named_at: Timestamp,
    #[serde(with = "Stored", default)]
    proxy_secret: ProxySecret,
    version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "TokenSettings")]
struct TokenSettingsRecord {
    signing: SigningAlgorithm,
    lifetime: u32,
    #[serde(
        serialize_with = "Stored::serialize",
        deserialize_with = "gitea_tokens"
    )]
    gitea_tokens: GiteaTokens,
    exchange_from: BTreeSet<ApplicationId>,
    assertion: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "GiteaTokens")]
struct GiteaTokensRecord {
    personal: bool,
    oauth_clients: BTreeSet<GiteaClientId>,
}

/// Earlier versions stored whether tokens of any client were accepted. Which clients were meant is unknown, so such a
/// record accepts none.
fn gitea_tokens<'de, D: Deserializer<'de>>(deserializer: D) -> Result<GiteaTokens, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Versions {
        Present(#[serde(with = "Stored")] GiteaTokens),
        Earlier(#[expect(dead_code, reason = "neither value names a client")] bool),
    }
    Ok(match Versions::deserialize(deserializer)? {
        Versions::Present(tokens) => tokens,
        Versions::Earlier(_) => GiteaTokens::default(),
    })
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "ProxySecret")]
struct ProxySecretRecord {
    generation: u32,
    previous_until: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Route")]
struct RouteRecord {
    methods: MethodSet,
    path: PathPattern,
    #[serde(with = "Stored")]
    requirement: Requirement,
    #[serde(with = "Stored", default)]
    repository: Option<RepositoryRequirement>,
    encoded_slash: bool,
    #[serde(default)]
    secret_parameters: BTreeSet<String>,
    #[serde(default)]
    semicolon: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Requirement", rename_all = "kebab-case")]
enum RequirementRecord {
    Public,
    SignedIn,
    Permissions(BTreeSet<Permission>),
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "RepositoryRequirement")]
struct RepositoryRequirementRecord {
    #[serde(with = "Stored")]
    level: RepositoryLevel,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "RepositoryLevel", rename_all = "kebab-case")]
enum RepositoryLevelRecord {
    Read,
    Write,
    Admin,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "IdentityHeader")]
enum IdentityHeaderRecord {
    #[serde(rename = "Remote-User")]
    User,
    #[serde(rename = "Remote-User-Id")]
    UserId,
    #[serde(rename = "Remote-Name")]
    Name,
    #[serde(rename = "Remote-Email")]
    Email,
    #[serde(rename = "Remote-Groups")]
    Groups,
    #[serde(rename = "Remote-Roles")]
    Roles,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "AuthorizationOwner", rename_all = "kebab-case")]
enum AuthorizationOwnerRecord {
    Samovar,
    Application,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "AuditMode", rename_all = "kebab-case")]
enum AuditModeRecord {
    Every,
    FirstInWindow,
    #[serde(rename = "refusals")]
    Denials,
}
