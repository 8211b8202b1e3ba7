//! The types of the domain (layer 0): ids, names, permissions, roles, role bindings, applications, the directory.
//!
//! Pure: no I/O, no clock, no randomness, no async. May name no other module. Every value is valid by construction: callers
//! parse input with `FromStr` or `TryFrom` and pass the type on. Types have no form on disk or on the wire, except those that
//! are a single JSON string or number, and `Principal`.

mod application;
mod client;
mod clock;
mod digest;
mod directory;
mod display_text;
mod gitea;
mod grant;
mod groups_source;
mod host;
mod id;
mod issuer;
mod listen_address;
mod machine_secret;
mod mirrored;
mod name;
mod path_pattern;
mod permission;
mod principal;
mod problem_code;
mod proxy_secret;
mod request_ids;
mod revocation;
mod role;
mod role_binding;
mod scope;
mod secret;
mod service_account;
mod session;
mod signing_key;
#[cfg(test)]
pub(crate) mod testing;
mod user;

pub use application::{
    Application, AuditMode, AuthorizationOwner, GiteaTokens, IdentityHeader, MethodSet,
    RepositoryLevel, RepositoryRequirement, Requirement, Route, TokenSettings,
};
pub use client::{Client, ClientKind, RedirectUri};
pub use clock::{Capabilities, Clock, MAX_CLOCK_CORRECTION, Random, Timestamp};
pub use digest::sha256;
pub use directory::{Directory, DirectoryTeam, DirectoryUser, ExternalUser, UserAccount};
pub use display_text::DisplayText;
pub use gitea::{
    GiteaUser, GiteaUserId, Organization, OrganizationId, RepositoryAccess, RepositoryId, Team,
    TeamId,
};
pub use grant::Grant;
pub use groups_source::GroupsSource;
pub use host::HostName;
pub use id::{
    ApplicationId, ClientId, GiteaClientId, GrantId, KeyId, RequestId, RoleBindingId, RoleId,
    SecretId, ServiceAccountId, SessionId, TokenId, UserId,
};
pub use issuer::Issuer;
pub use listen_address::ListenAddress;
pub use machine_secret::{
    MachineKey, MachineSecret, MachineSecretKind, SecretAttention, StoredSecret,
};
pub use mirrored::{MirroredOrganization, MirroredTeam, MirroredUser};
pub use name::{GroupName, Login, Name, ProviderId, RepositoryName};
pub use path_pattern::{PathPattern, Segment};
pub use permission::{Permission, PermissionPattern};
pub use principal::{Principal, SystemJob};
pub use problem_code::ProblemCode;
pub use proxy_secret::ProxySecret;
pub use request_ids::RequestIds;
pub use revocation::{Revocation, RevokedObject};
pub use role::Role;
pub use role_binding::{BindingSubject, Range, RepositoryGlob, RoleBinding};
pub use scope::{Scope, ScopeWord};
pub use secret::SessionSecret;
pub use service_account::{Owner, ServiceAccount, ServiceAccountState, WorkloadTrust};
pub use session::{ProviderSession, Session, SessionKey, SessionPlace};
pub use signing_key::{Sealed, SigningAlgorithm, SigningKey};
pub use user::{Claims, Identity, Subject, User};

/// A text that its type does not accept. The message says what is wrong and what is accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ParseError(pub String);

impl ParseError {
    /// An error with this message: lower case, no final period, says what to do.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

/// Implements serde by `FromStr` and `Display`.
macro_rules! serde_as_text {
    ($type:ty) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use serde_as_text;
