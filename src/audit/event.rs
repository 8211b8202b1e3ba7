//! The audit event: who did what to what, when, from where, with which outcome, on which facts.
//!
//! Knows the words of `model` alone. Must never hold a secret, a query string, a code or a `Referer`, and must never
//! hold what names a person outside [`PersonalFields`], which alone can be erased.

use crate::model::{ApplicationId, DisplayText, Principal, RequestId, Timestamp};
use std::net::IpAddr;

/// What happened, as a room reports it; the store gives it its place in the log.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditEvent {
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Principal,
    /// What was done or asked for.
    pub action: Action,
    /// To what.
    pub object: Object,
    /// How it ended.
    pub outcome: Outcome,
    /// Why, in the order in which the decision gives them; no text here names a person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<DisplayText>,
    /// The application that was asked for, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<ApplicationId>,
    /// The request in which it happened; absent for our own jobs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestId>,
    /// Version of the policy that decided.
    pub policy_version: u64,
    /// Version of the directory that decided.
    pub directory_version: u64,
    /// Set when this event stands for repeats of an earlier one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<Repeats>,
    /// What names a person; kept apart from the leaf.
    #[serde(skip)]
    pub personal: PersonalFields,
}

/// What names a person: erasable, because the leaf holds only a salted commitment to it.
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
    /// What the client calls itself.
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

/// How often the same thing happened again in a window, after the first time that has an event of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeats {
    /// When the window opened, which is when the first one was written.
    pub since: Timestamp,
    /// Repeats, the first one not among them.
    pub count: u64,
}

/// How it ended.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was allowed, and done if there was something to do.
    Allowed,
    /// It was refused.
    Denied,
    /// It was allowed and could not be done.
    Failed,
}

/// To what something was done.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// What kind of thing.
    pub kind: ObjectKind,
    /// Which one: its id, or for a route its methods, pattern and parameters.
    pub id: DisplayText,
}

impl Object {
    /// The thing of this kind with this id, as the id is printed.
    pub fn new(kind: ObjectKind, id: impl std::fmt::Display) -> Self {
        Self {
            kind,
            id: DisplayText::lossy(&id.to_string()),
        }
    }
}

/// Kinds of things that events speak of.
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
    /// A browser's sign-in.
    Session,
    /// A client of the authorization server.
    Client,
    /// What a person allowed a client.
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

/// What was done or asked for. A written word is never reused for something else.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum Action {
    /// A request to an application, or to Samovar's own API, was decided.
    #[serde(rename = "request.decide")]
    RequestDecide,
    /// A person signed in.
    #[serde(rename = "session.create")]
    SessionCreate,
    /// A session ended, by its person, an administrator or time.
    #[serde(rename = "session.end")]
    SessionEnd,
    /// The first administrator was claimed.
    #[serde(rename = "administrator.claim")]
    AdministratorClaim,
    /// A role was made.
    #[serde(rename = "role.create")]
    RoleCreate,
    /// A role was changed.
    #[serde(rename = "role.update")]
    RoleUpdate,
    /// A role was deleted.
    #[serde(rename = "role.delete")]
    RoleDelete,
    /// A role was given.
    #[serde(rename = "role-binding.create")]
    RoleBindingCreate,
    /// A role binding was changed.
    #[serde(rename = "role-binding.update")]
    RoleBindingUpdate,
    /// A role was taken away.
    #[serde(rename = "role-binding.delete")]
    RoleBindingDelete,
    /// An application was made.
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
    /// A service account was made.
    #[serde(rename = "service-account.create")]
    ServiceAccountCreate,
    /// A service account was changed.
    #[serde(rename = "service-account.update")]
    ServiceAccountUpdate,
    /// A service account was deleted.
    #[serde(rename = "service-account.delete")]
    ServiceAccountDelete,
    /// A client was made.
    #[serde(rename = "client.create")]
    ClientCreate,
    /// A client was changed.
    #[serde(rename = "client.update")]
    ClientUpdate,
    /// A client was deleted.
    #[serde(rename = "client.delete")]
    ClientDelete,
    /// A machine was given a secret.
    #[serde(rename = "secret.create")]
    SecretCreate,
    /// A machine's secret was taken away.
    #[serde(rename = "secret.delete")]
    SecretDelete,
    /// An access token was issued, or refused.
    #[serde(rename = "token.issue")]
    TokenIssue,
    /// Tokens were revoked.
    #[serde(rename = "token.revoke")]
    TokenRevoke,
    /// Somebody asked whether a token is valid.
    #[serde(rename = "token.introspect")]
    TokenIntrospect,
    /// A person let a client have a grant, asked or not, or was refused it, or declined.
    #[serde(rename = "grant.allow")]
    GrantAllow,
    /// A client took the grant that a person let it have.
    #[serde(rename = "grant.create")]
    GrantCreate,
    /// A person approved or declined a device, or entered a code of none.
    #[serde(rename = "device.answer")]
    DeviceAnswer,
    /// A refresh token was used.
    #[serde(rename = "grant.refresh")]
    GrantRefresh,
    /// A grant ended.
    #[serde(rename = "grant.end")]
    GrantEnd,
    /// A refresh token came a second time, so its grant ended.
    #[serde(rename = "grant.replay")]
    GrantReplay,
    /// A signing key was made.
    #[serde(rename = "signing-key.create")]
    SigningKeyCreate,
    /// A signing key was forgotten.
    #[serde(rename = "signing-key.delete")]
    SigningKeyDelete,
    /// Somebody had everything read from Gitea anew.
    #[serde(rename = "directory.sync")]
    DirectorySync,
    /// The break-glass password was set.
    #[serde(rename = "break-glass.set")]
    BreakGlassSet,
    /// The break-glass password was switched off.
    #[serde(rename = "break-glass.off")]
    BreakGlassOff,
    /// What Gitea said changed the directory.
    #[serde(rename = "directory.update")]
    DirectoryUpdate,
    /// Somebody read the audit log.
    #[serde(rename = "audit-log.read")]
    AuditLogRead,
    /// Events of anonymous callers were counted and not written: there were too many, or the disk was almost full.
    #[serde(rename = "audit-log.limit")]
    AuditLogLimit,
    /// The server started.
    #[serde(rename = "server.start")]
    ServerStart,
    /// The server stopped.
    #[serde(rename = "server.stop")]
    ServerStop,
}

/// Shows a unit variant as the word that it is written as.
macro_rules! shown_as_written {
    ($($type:ty),+) => {
        $(impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                serde::Serialize::serialize(self, f)
            }
        })+
    };
}

shown_as_written!(Outcome, ObjectKind, Action);
