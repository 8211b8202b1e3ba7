//! The built-in roles, which consist of Samovar's own permissions; the same engine decides about them.

use crate::model::{DisplayText, ParseError, PermissionPattern, Role, RoleId};
use std::collections::BTreeSet;

/// Id of the role `administrator`.
pub const ADMINISTRATOR: RoleId = fixed(1);
/// Id of the role `policy-editor`.
pub const POLICY_EDITOR: RoleId = fixed(2);
/// Id of the role `auditor`.
pub const AUDITOR: RoleId = fixed(3);

/// Id, name, description and permissions of each role. `role-bindings:any` and `applications:any` exempt from the rule
/// that a caller assigns and removes only what it holds (`admin::delegation`).
const ROLES: [(RoleId, &str, &str, &[&str]); 3] = [
    (
        ADMINISTRATOR,
        "administrator",
        "everything in Samovar itself",
        &[
            "samovar.directory:read",
            "samovar.roles:read",
            "samovar.roles:write",
            "samovar.role-bindings:read",
            "samovar.role-bindings:write",
            "samovar.role-bindings:any",
            "samovar.applications:read",
            "samovar.applications:write",
            "samovar.applications:any",
            "samovar.decisions:explain",
            "samovar.sessions:read",
            "samovar.sessions:end",
            "samovar.mirror:read",
            "samovar.mirror:sync",
            "samovar.service-accounts:read",
            "samovar.service-accounts:write",
            "samovar.clients:read",
            "samovar.clients:write",
            "samovar.grants:read",
            "samovar.grants:end",
            "samovar.signing-keys:read",
            "samovar.signing-keys:rotate",
            "samovar.providers:read",
            "samovar.audit-events:read",
        ],
    ),
    (
        POLICY_EDITOR,
        "policy-editor",
        "assigns and removes roles and moves requests between routes, within what the editor holds; all else of an application needs samovar.applications:any",
        &[
            "samovar.directory:read",
            "samovar.roles:read",
            "samovar.roles:write",
            "samovar.role-bindings:read",
            "samovar.role-bindings:write",
            "samovar.applications:read",
            "samovar.applications:write",
            "samovar.decisions:explain",
            "samovar.mirror:read",
            "samovar.mirror:sync",
            "samovar.service-accounts:read",
            "samovar.clients:read",
        ],
    ),
    (
        AUDITOR,
        "auditor",
        "reads everything, changes nothing",
        &[
            "samovar.directory:read",
            "samovar.roles:read",
            "samovar.role-bindings:read",
            "samovar.applications:read",
            "samovar.decisions:explain",
            "samovar.sessions:read",
            "samovar.mirror:read",
            "samovar.service-accounts:read",
            "samovar.clients:read",
            "samovar.grants:read",
            "samovar.signing-keys:read",
            "samovar.providers:read",
            "samovar.audit-events:read",
        ],
    ),
];

const fn fixed(last: u8) -> RoleId {
    RoleId::from_bytes([0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, last])
}

/// The built-in roles.
///
/// # Errors
/// When the table above is misspelled, which a test excludes.
pub fn built_in_roles() -> Result<Vec<Role>, ParseError> {
    ROLES.iter().map(role).collect()
}

fn role((id, name, description, list): &(RoleId, &str, &str, &[&str])) -> Result<Role, ParseError> {
    let permissions: BTreeSet<PermissionPattern> =
        list.iter().map(|p| p.parse()).collect::<Result<_, _>>()?;
    Ok(Role {
        id: *id,
        name: name.parse()?,
        description: DisplayText::lossy(description),
        permissions,
        built_in: true,
        version: 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_permissions_are_samovars_own_and_auditors_only_read() {
        let roles = built_in_roles().unwrap();
        assert_eq!(roles.len(), 3);
        assert!(
            roles
                .iter()
                .flat_map(|r| &r.permissions)
                .all(PermissionPattern::is_own)
        );
        let auditor = roles.iter().find(|r| r.id == AUDITOR).unwrap();
        let reads = |p: &PermissionPattern| {
            let text = p.to_string();
            text.ends_with(":read") || text.ends_with(":explain")
        };
        assert!(auditor.permissions.iter().all(reads));
    }
}
