//! What a caller must hold to change an application: a pure function of the old and the new one.
//!
//! For every request that moves from one route to another, the caller must hold every permission that the old and the new
//! route require. Every other change requires `samovar.applications:any`, because no permission of the application stands
//! for it. The change from A to B requires the same as the change from B to A.

use crate::model::{Application, Permission, Requirement, Route};
use crate::policy::{RouteChange, route_changes};
use std::collections::BTreeSet;
use std::fmt;

/// What a change requires.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Requirements {
    /// Permissions to hold in the application.
    pub permissions: BTreeSet<Permission>,
    /// Why the change requires `samovar.applications:any`; empty when it does not.
    pub any: BTreeSet<ApplicationPart>,
}

/// A part of an application that only a holder of `samovar.applications:any` changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ApplicationPart {
    /// It is created or deleted.
    Whole,
    /// Its name, which is the audience of its tokens.
    Name,
    /// Its hosts.
    Hosts,
    /// Its identity headers.
    IdentityHeaders,
    /// Who uses the `Authorization` header.
    Authorization,
    /// Origins whose scripts may call it with credentials.
    Origins,
    /// How much the audit log keeps.
    Audit,
    /// Its token settings.
    Tokens,
    /// Requests that match no route before or after the change.
    Unrouted,
    /// Requests that are public before or after the change.
    Public,
    /// Access to repositories, which Gitea decides and no role.
    Repository,
    /// How a route reads a path, and what the audit log records of it.
    RouteSettings,
    /// The lists of routes are too large to compare.
    TooLarge,
}

impl fmt::Display for ApplicationPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Whole => "it creates or deletes an application",
            Self::Name => "it changes `name`",
            Self::Hosts => "it changes `hosts`",
            Self::IdentityHeaders => "it changes `identity_headers`",
            Self::Authorization => "it changes `authorization`",
            Self::Origins => "it changes `origins`",
            Self::Audit => "it changes `audit`",
            Self::Tokens => "it changes `tokens`",
            Self::Unrouted => "it adds or removes requests that a route lets through",
            Self::Public => "it changes which requests are public",
            Self::Repository => "it changes which repository access a request needs",
            Self::RouteSettings => "it changes how a route reads a path or what is recorded of it",
            Self::TooLarge => "the lists of routes are too large to compare",
        })
    }
}

/// What it requires to create (no `before`), update or delete (no `after`) an application.
pub(super) fn requirements(
    before: Option<&Application>,
    after: Option<&Application>,
) -> Requirements {
    let (Some(before), Some(after)) = (before, after) else {
        return Requirements {
            permissions: BTreeSet::new(),
            any: [ApplicationPart::Whole].into(),
        };
    };
    let mut requirements = Requirements {
        permissions: BTreeSet::new(),
        any: parts(before, after),
    };
    match route_changes(&before.routes, &after.routes) {
        Ok(changes) => changes.iter().for_each(|change| requirements.add(change)),
        Err(_) => {
            requirements.any.insert(ApplicationPart::TooLarge);
        }
    }
    requirements
}

/// The parts beside the routes that change. Lists every member, so that a new one is not forgotten.
fn parts(before: &Application, after: &Application) -> BTreeSet<ApplicationPart> {
    use ApplicationPart as P;
    let Application {
        id: _,
        name,
        hosts,
        routes: _,
        identity_headers,
        authorization,
        origins,
        audit,
        tokens,
        named_at: _,
        // Changed by rotation alone.
        proxy_secret: _,
        version: _,
    } = before;
    let different = [
        (P::Name, *name != after.name),
        (P::Hosts, *hosts != after.hosts),
        (
            P::IdentityHeaders,
            *identity_headers != after.identity_headers,
        ),
        (P::Authorization, *authorization != after.authorization),
        (P::Origins, *origins != after.origins),
        (P::Audit, *audit != after.audit),
        (P::Tokens, *tokens != after.tokens),
    ];
    let parts = different.into_iter().filter(|(_, different)| *different);
    parts.map(|(part, _)| part).collect()
}

impl Requirements {
    fn add(&mut self, change: &RouteChange<'_>) {
        let (Some(before), Some(after)) = (change.before, change.after) else {
            self.any.insert(ApplicationPart::Unrouted);
            let either = change.before.or(change.after);
            self.permissions
                .extend(either.into_iter().flat_map(required).cloned());
            return;
        };
        let public = |route: &Route| route.requirement == Requirement::Public;
        if public(before) != public(after) {
            self.any.insert(ApplicationPart::Public);
        }
        if before.repository != after.repository {
            self.any.insert(ApplicationPart::Repository);
        }
        // Compared as a whole, without what was compared above, so that a new setting is not forgotten.
        let same = Route {
            methods: before.methods,
            path: before.path.clone(),
            requirement: before.requirement.clone(),
            repository: before.repository,
            ..after.clone()
        };
        if same != *before {
            self.any.insert(ApplicationPart::RouteSettings);
        }
        self.permissions
            .extend(required(before).chain(required(after)).cloned());
    }
}

/// The permissions that a route requires.
fn required(route: &Route) -> impl Iterator<Item = &Permission> {
    let permissions = match &route.requirement {
        Requirement::Permissions(permissions) => Some(permissions),
        Requirement::Public | Requirement::SignedIn => None,
    };
    permissions.into_iter().flatten()
}
