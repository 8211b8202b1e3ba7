//! The nouns of the API, by which the document groups the operations.
//!
//! Names every noun, and has no other content.

use poem_openapi::Tags;

/// Nouns of the API.
#[derive(Tags)]
pub enum Tag {
    /// The signed-in caller: its sessions, grants, tokens and service accounts.
    Me,
    /// The assignment of the first administrator.
    Administrator,
    /// Users, mirrored from Gitea or signed in at another provider.
    Users,
    /// Organizations, mirrored from Gitea.
    Organizations,
    /// Teams, mirrored from Gitea.
    Teams,
    /// Named sets of permissions.
    Roles,
    /// Assignments of roles to subjects, in a range and optionally until a date.
    RoleBindings,
    /// Protected applications.
    Applications,
    /// Explanations of decisions about requests.
    Decisions,
    /// Service accounts, the accounts of machines.
    ServiceAccounts,
    /// OAuth clients, which get tokens on behalf of users.
    Clients,
    /// The access that users have granted to clients.
    Grants,
    /// The keys that sign tokens.
    SigningKeys,
    /// Browser sessions.
    Sessions,
    /// The mirror: the copy of Gitea's users, organizations and teams.
    Mirror,
    /// Identity providers.
    Providers,
    /// The audit log.
    AuditEvents,
}
