//! Samovar's own permissions as types, so that a method can ask for the right one and a caller cannot forget it.

/// One of Samovar's own permissions.
pub trait OwnPermission: Send + Sync + 'static {
    /// Its text, as roles hold it.
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
    /// Give and take roles, within what one holds.
    RoleBindingsWrite = "samovar.role-bindings:write";
    /// Give and take any role.
    RoleBindingsAny = "samovar.role-bindings:any";
    /// See applications, their routes and snippets.
    ApplicationsRead = "samovar.applications:read";
    /// Move requests of an application between routes, within what one holds there.
    ApplicationsWrite = "samovar.applications:write";
    /// Make, change and delete any application: full power over all of them.
    ApplicationsAny = "samovar.applications:any";
    /// Ask why somebody may or may not do something.
    DecisionsExplain = "samovar.decisions:explain";
    /// See everybody's sessions.
    SessionsRead = "samovar.sessions:read";
    /// End anybody's sessions.
    SessionsEnd = "samovar.sessions:end";
    /// See the state of the mirror.
    MirrorRead = "samovar.mirror:read";
    /// Have the mirror read everything now.
    MirrorSync = "samovar.mirror:sync";
    /// See service accounts.
    ServiceAccountsRead = "samovar.service-accounts:read";
    /// Make, change and delete service accounts and their secrets.
    ServiceAccountsWrite = "samovar.service-accounts:write";
    /// See clients of the authorization server.
    ClientsRead = "samovar.clients:read";
    /// Register, change and delete clients and their secrets.
    ClientsWrite = "samovar.clients:write";
    /// See what people allowed clients.
    GrantsRead = "samovar.grants:read";
    /// End what anybody allowed a client.
    GrantsEnd = "samovar.grants:end";
    /// See the keys that sign tokens.
    SigningKeysRead = "samovar.signing-keys:read";
    /// Have another key sign.
    SigningKeysRotate = "samovar.signing-keys:rotate";
    /// See how well the providers are got on with.
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
