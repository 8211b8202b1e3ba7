//! The nouns of the API, by which the document groups the operations.

use poem_openapi::Tags;

/// Nouns of the API.
#[derive(Tags)]
pub enum Tag {
    /// The signed-in caller.
    Me,
    /// The first administrator.
    Administrator,
    /// People, mirrored from Gitea.
    Users,
    /// Organizations, mirrored from Gitea.
    Organizations,
    /// Teams, mirrored from Gitea.
    Teams,
    /// Named sets of permissions.
    Roles,
    /// Which subject has a role, in which range, and until when.
    RoleBindings,
    /// Protected applications.
    Applications,
    /// Decisions of the policy, explained.
    Decisions,
    /// Accounts of machines.
    ServiceAccounts,
    /// OAuth clients, which get tokens on behalf of people.
    Clients,
    /// What people have granted to clients.
    Grants,
    /// The keys that sign tokens.
    SigningKeys,
    /// Sessions of browsers.
    Sessions,
    /// The mirror of Gitea.
    Mirror,
    /// Identity providers.
    Providers,
    /// The audit log.
    AuditEvents,
}
