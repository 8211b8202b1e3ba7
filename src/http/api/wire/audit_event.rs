//! Audit events over the wire.

use super::Named;
use super::principal::Actor;
use super::texts::{Id, Time};
use poem_openapi::{Enum, Object};

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename_all = "kebab-case")]
pub(in crate::http::api) enum Outcome {
    /// It was allowed, and done if there was something to do.
    Allowed,
    /// It was refused.
    Denied,
    /// It was allowed and could not be done.
    Failed,
}

/// To what something was done.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub(in crate::http::api) struct AuditObject {
    /// Such as `role-binding` or `route`.
    pub kind: String,
    /// Its id, or for a route its methods, pattern and parameters.
    pub id: String,
}

/// How often the same happened again in a window.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub(in crate::http::api) struct Repeats {
    /// When the window opened.
    pub since: Time,
    /// Repeats, the first one not among them.
    pub count: u64,
}

/// Who did what to what, when, from where, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub(in crate::http::api) struct AuditEvent {
    /// Its place in the log, from 0.
    pub sequence: u64,
    /// When.
    pub at: Time,
    /// Who.
    pub actor: Actor,
    /// What, such as `role-binding.create`.
    pub action: String,
    /// To what.
    pub object: AuditObject,
    /// How it ended.
    pub outcome: Outcome,
    /// Why.
    pub reasons: Vec<String>,
    /// The application that was asked for.
    pub application: Option<Named>,
    /// Id of the request in which it happened.
    pub request: Option<Id>,
    /// The client's address.
    pub address: Option<String>,
    /// What the client called itself.
    pub user_agent: Option<String>,
    /// Set when the event stands for repeats of an earlier one.
    pub repeats: Option<Repeats>,
    /// Version of the policy that decided.
    pub policy_version: u64,
    /// Version of the directory that decided.
    pub directory_version: u64,
}
