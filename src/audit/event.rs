//! The audit event: who did what to what, when, from where, with which outcome, on which facts.
//!
//! May name `model` alone. Must never contain a secret, a query string, a code or a `Referer`; must never name a person
//! outside [`PersonalFields`], which can be erased.

use crate::model::{ApplicationId, DisplayText, Principal, RequestId, Timestamp};
use std::net::IpAddr;

/// An event before it has a place in the log.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditEvent {
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Principal,
    /// What was done or requested.
    pub action: Action,
    /// To what.
    pub object: Object,
    /// Whether it was allowed and done.
    pub outcome: Outcome,
    /// The reasons in the order of the decision. They must not name a person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<DisplayText>,
    /// The application of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<ApplicationId>,
    /// The request; absent for jobs of Samovar itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestId>,
    /// Version of the policy that decided.
    pub policy_version: u64,
    /// Version of the directory that decided.
    pub directory_version: u64,
    /// Present if the event counts repeats of an earlier one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<Repeats>,
    /// Personal fields, which are not part of the leaf.
    #[serde(skip)]
    pub personal: PersonalFields,
}

/// Fields that identify a person. They can be erased, because the leaf has only a salted commitment to them.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonalFields {
    /// Login at that moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<DisplayText>,
    /// Full name at that moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<DisplayText>,
    /// The client's network address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// The client's `User-Agent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<DisplayText>,
}

/// The versions of policy and directory under which a decision was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Versions {
    /// Of the policy.
    pub policy: u64,
    /// Of the directory.
    pub directory: u64,
}

/// Repeats of an event in a window. The first occurrence has its own event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeats {
    /// When the window opened.
    pub since: Timestamp,
    /// The number of repeats without the first occurrence.
    pub count: u64,
}

/// Whether the action was allowed and done.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Allowed and done.
    Allowed,
    /// Denied.
    Denied,
    /// Allowed, but it could not be done.
    Failed,
}

/// The object of an action.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// Its kind.
    pub kind: ObjectKind,
    /// Its id; for a route its methods, pattern and parameters.
    pub id: DisplayText,
}

impl Object {
    /// The object with the display form of an id.
    pub fn new(kind: ObjectKind, id: impl std::fmt::Display) -> Self {
        Self {
            kind,
            id: DisplayText::lossy(&id.to_string()),
        }
    }
}

/// The kind of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectKind {
    /// A route of an application.
    Route,
    /// A permission.
    Permission,
    /// A role.
    Role,
    /// A role binding.
    RoleBinding,
    /// An application.
    Application,
    /// A person.
    User,
    /// A machine's account.
    ServiceAccount,
    /// A session of a browser.
    Session,
    /// A client of the authorization server.
    Client,
    /// A grant of a person to a client.
    Grant,
    /// An access token.
    Token,
    /// A key that signs tokens.
    SigningKey,
    /// The directory, as mirrored from Gitea.
    Directory,
    /// The audit log itself.
    AuditLog,
    /// The server.
    Server,
}

/// The action of an event. The text of an action is never reused for another one.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum Action {
    /// A request to an application or to Samovar's API was allowed or denied.
    #[serde(rename = "request.decide")]
    RequestDecide,
    /// A person signed in.
    #[serde(rename = "session.create")]
    SessionCreate,
    /// A session ended, by its person, an administrator or expiry.
    #[serde(rename = "session.end")]
    SessionEnd,
    /// The first administrator was set (bootstrap).
    #[serde(rename = "administrator.claim")]
    AdministratorClaim,
    /// A role was created.
    #[serde(rename = "role.create")]
    RoleCreate,
    /// A role was changed.
    #[serde(rename = "role.update")]
    RoleUpdate,
    /// A role was deleted.
    #[serde(rename = "role.delete")]
    RoleDelete,
    /// A role was assigned.
    #[serde(rename = "role-binding.create")]
    RoleBindingCreate,
    /// A role binding was changed.
    #[serde(rename = "role-binding.update")]
    RoleBindingUpdate,
    /// A role assignment was removed.
    #[serde(rename = "role-binding.delete")]
    RoleBindingDelete,
    /// An application was created.
    #[serde(rename = "application.create")]
    ApplicationCreate,
    /// An application was changed.
    #[serde(rename = "application.update")]
    ApplicationUpdate,
    /// An application was deleted.
    #[serde(rename = "application.delete")]
    ApplicationDelete,
    /// An application's proxy secret was shown.
    #[serde(rename = "proxy-secret.show")]
    ProxySecretShow,
    /// An application's proxy secret was rotated.
    #[serde(rename = "proxy-secret.rotate")]
    ProxySecretRotate,
    /// A service account was created.
    #[serde(rename = "service-account.create")]
    ServiceAccountCreate,
    /// A service account was changed.
    #[serde(rename = "service-account.update")]
    ServiceAccountUpdate,
    /// A service account was deleted.
    #[serde(rename = "service-account.delete")]
    ServiceAccountDelete,
    /// A client was created.
    #[serde(rename = "client.create")]
    ClientCreate,
    /// A client was changed.
    #[serde(rename = "client.update")]
    ClientUpdate,
    /// A client was deleted.
    #[serde(rename = "client.delete")]
    ClientDelete,
    /// A secret of a machine was created.
    #[serde(rename = "secret.create")]
    SecretCreate,
    /// A secret of a machine was deleted.
    #[serde(rename = "secret.delete")]
    SecretDelete,
    /// An access token was issued or denied.
    #[serde(rename = "token.issue")]
    TokenIssue,
    /// Tokens were revoked.
    #[serde(rename = "token.revoke")]
    TokenRevoke,
    /// A client introspected a token.
    #[serde(rename = "token.introspect")]
    TokenIntrospect,
    /// A grant for a client was allowed (with or without asking the person), denied, or declined by the person.
    #[serde(rename = "grant.allow")]
    GrantAllow,
    /// A client redeemed an allowed grant.
    #[serde(rename = "grant.create")]
    GrantCreate,
    /// A person approved or declined a device, or entered an unknown code.
    #[serde(rename = "device.answer")]
    DeviceAnswer,
    /// A refresh token was used.
    #[serde(rename = "grant.refresh")]
    GrantRefresh,
    /// A grant ended.
    #[serde(rename = "grant.end")]
    GrantEnd,
    /// A refresh token was used twice, which ended its grant.
    #[serde(rename = "grant.replay")]
    GrantReplay,
    /// A signing key was created.
    #[serde(rename = "signing-key.create")]
    SigningKeyCreate,
    /// A signing key was deleted.
    #[serde(rename = "signing-key.delete")]
    SigningKeyDelete,
    /// A full sync with Gitea was requested.
    #[serde(rename = "directory.sync")]
    DirectorySync,
    /// The break-glass password was set.
    #[serde(rename = "break-glass.set")]
    BreakGlassSet,
    /// The break-glass password was switched off.
    #[serde(rename = "break-glass.off")]
    BreakGlassOff,
    /// The directory changed after a change in Gitea.
    #[serde(rename = "directory.update")]
    DirectoryUpdate,
    /// The audit log was read.
    #[serde(rename = "audit-log.read")]
    AuditLogRead,
    /// Events of anonymous callers were counted instead of written, by the rate limit or the disk reserve.
    #[serde(rename = "audit-log.limit")]
    AuditLogLimit,
    /// The server started.
    #[serde(rename = "server.start")]
    ServerStart,
    /// The server stopped.
    #[serde(rename = "server.stop")]
    ServerStop,
}

/// Implements `Display` by the text of serde.
macro_rules! display_as_serialized {
    ($($type:ty),+) => {
        $(impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                serde::Serialize::serialize(self, f)
            }
        })+
    };
}

display_as_serialized!(Outcome, ObjectKind, Action);
