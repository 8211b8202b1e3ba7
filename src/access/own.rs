//! Samovar's own permissions as types, so that a method can ask for the right one and a caller cannot forget it.

/// One of Samovar's own permissions.
pub trait OwnPermission: Send + Sync + 'static {
    /// Its text in roles.
    const PERMISSION: &'static str;
}

macro_rules! own {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq)]
            pub struct $name;

            impl OwnPermission for $name {
                const PERMISSION: &'static str = $text;
            }
        )*

        #[cfg(test)]
        const EVERY: &[&str] = &[$($text),*];
    };
}

own! {
    /// See people, organizations, teams and members.
    DirectoryRead = "samovar.directory:read";
    /// See roles.
    RolesRead = "samovar.roles:read";
    /// Make, change and delete roles.
    RolesWrite = "samovar.roles:write";
    /// See role bindings.
    RoleBindingsRead = "samovar.role-bindings:read";
    /// Assign and remove roles, within the caller's own permissions.
    RoleBindingsWrite = "samovar.role-bindings:write";
    /// Assign and remove any role.
    RoleBindingsAny = "samovar.role-bindings:any";
    /// See applications, their routes and snippets.
    ApplicationsRead = "samovar.applications:read";
    /// Move requests of an application between routes, within the caller's own permissions there.
    ApplicationsWrite = "samovar.applications:write";
    /// Make, change and delete any application: full power over all of them.
    ApplicationsAny = "samovar.applications:any";
    /// Explain decisions about any principal.
    DecisionsExplain = "samovar.decisions:explain";
    /// See all sessions.
    SessionsRead = "samovar.sessions:read";
    /// End any session.
    SessionsEnd = "samovar.sessions:end";
    /// See the state of the mirror.
    MirrorRead = "samovar.mirror:read";
    /// Start a full sync.
    MirrorSync = "samovar.mirror:sync";
    /// See service accounts.
    ServiceAccountsRead = "samovar.service-accounts:read";
    /// Make, change and delete service accounts and their secrets.
    ServiceAccountsWrite = "samovar.service-accounts:write";
    /// See clients of the authorization server.
    ClientsRead = "samovar.clients:read";
    /// Register, change and delete clients and their secrets.
    ClientsWrite = "samovar.clients:write";
    /// See grants.
    GrantsRead = "samovar.grants:read";
    /// End any grant.
    GrantsEnd = "samovar.grants:end";
    /// See the keys that sign tokens.
    SigningKeysRead = "samovar.signing-keys:read";
    /// Rotate signing keys.
    SigningKeysRotate = "samovar.signing-keys:rotate";
    /// See the state of the providers.
    ProvidersRead = "samovar.providers:read";
    /// Read the audit log.
    AuditEventsRead = "samovar.audit-events:read";
}

#[cfg(test)]
mod tests {
    use super::EVERY;
    use crate::model::PermissionPattern;
    use crate::policy::{ADMINISTRATOR, built_in_roles};

    #[test]
    fn an_administrator_holds_exactly_the_permissions_that_exist() {
        let roles = built_in_roles().unwrap();
        let administrator = roles.iter().find(|r| r.id == ADMINISTRATOR).unwrap();
        let every = EVERY
            .iter()
            .map(|text| text.parse::<PermissionPattern>().unwrap());
        assert_eq!(administrator.permissions, every.collect());
    }
}
