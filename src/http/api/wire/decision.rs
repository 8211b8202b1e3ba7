//! Questions to the policy, and decisions with their reasons, over the wire.

use super::Named;
use super::role_binding::Subject;
use super::texts::{Id, Permission, Time};
use poem_openapi::{Enum, Object};

/// May this person or service account make this request? Nothing is done, and nothing is asked of the application.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct Question {
    /// Id of the person; without this and `service_account` the question is about somebody who is not signed in.
    #[serde(default)]
    pub user: Option<Id>,
    /// Id of the service account, in the place of `user`.
    #[serde(default)]
    pub service_account: Option<Id>,
    /// Words of the scope of the token that would be sent: permissions, `gitea.repository:read` and the like; absent for a
    /// session, or for a token with all that is held.
    #[serde(default)]
    pub scope: Option<Vec<Permission>>,
    /// In capitals.
    pub method: String,
    /// Host of the application.
    pub host: String,
    /// Path as it would be sent.
    pub path: String,
}

/// Allowed or denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename_all = "kebab-case")]
pub(in crate::http::api) enum Verdict {
    /// Something allows it.
    Allow,
    /// Nothing allows it.
    Deny,
}

/// What a reason speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename_all = "kebab-case")]
pub(in crate::http::api) enum ReasonKind {
    /// No application answers to the host.
    NoApplication,
    /// Two parties could read the path differently.
    Ambiguous,
    /// No route has this method and path.
    NoRoute,
    /// This route is the first that matches.
    Route,
    /// The route asks for nothing.
    Public,
    /// A slash sent as `%2F`, which the route does not take as data.
    EncodedSlash,
    /// A semicolon, which the route does not take as data.
    Semicolon,
    /// The route wants somebody signed in, and nobody is.
    NotSignedIn,
    /// The account is disabled or gone, or nobody answers for it.
    Disabled,
    /// Somebody is signed in; the route asks for no more.
    SignedIn,
    /// A permission is held, by this grant.
    Granted,
    /// A permission is not held.
    Missing,
    /// It is held, but the credential's scope leaves it out.
    OutsideScope,
    /// What the repository gives beside what the route needs.
    Repository,
}

/// One step of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub(in crate::http::api) struct Reason {
    /// What it speaks of.
    pub kind: ReasonKind,
    /// The same as a sentence.
    pub text: String,
    /// The permission held or missing.
    pub permission: Option<String>,
    /// The role through which it is held.
    pub role: Option<Named>,
    /// Id of the role binding by which it is held.
    pub role_binding: Option<Id>,
    /// To whom that binding gives the role.
    pub subject: Option<Subject>,
    /// What that subject is called now.
    pub subject_name: Option<String>,
}

/// The route that a decision rests on.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub(in crate::http::api) struct MatchedRoute {
    /// Its place in the list, counted from 1.
    pub place: u32,
    /// Its methods, `*` for all.
    pub methods: String,
    /// Its pattern.
    pub path: String,
}

/// The answer with its reasons.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub(in crate::http::api) struct Decision {
    /// Allowed or denied.
    pub verdict: Verdict,
    /// Why it is denied, as the problem document's `code` would say.
    pub code: Option<String>,
    /// The application at that host.
    pub application: Option<Named>,
    /// The route that matched.
    pub route: Option<MatchedRoute>,
    /// What led to it, in the order in which it was looked at; every grant is named.
    pub reasons: Vec<Reason>,
    /// How fresh the person's memberships, or those of the service account's owner, are: the instant before Gitea was asked.
    pub freshness: Option<Time>,
    /// Version of the policy that was asked.
    pub policy_version: u64,
    /// Version of the directory that was asked.
    pub directory_version: u64,
}
