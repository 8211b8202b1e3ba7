//! What a caller must hold to change an application: a pure function of the old and the new one.
//!
//! For every request that moves from one route to another, the caller needs every permission that the old route and the
//! new one ask for. All else needs `samovar.applications:any`, because it is held by no permission of the application.
//! Giving and taking are one rule: the change from A to B needs what the change from B to A needs.

use crate::model::{Application, Permission, Requirement, Route};
use crate::policy::{RouteChange, route_changes};
use std::collections::BTreeSet;
use std::fmt;

/// What a change needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Needs {
    /// Permissions to hold in the application.
    pub held: BTreeSet<Permission>,
    /// Why it needs `samovar.applications:any`; empty when it does not.
    pub any: BTreeSet<ApplicationPart>,
}

/// A part of an application that only a holder of `samovar.applications:any` changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ApplicationPart {
    /// It is made or deleted.
    Whole,
    /// Its name is the audience of its tokens.
    Name,
    /// Its hosts.
    Hosts,
    /// Its identity headers.
    IdentityHeaders,
    /// Who reads `Authorization`.
    Authorization,
    /// Origins whose scripts may call it with credentials.
    Origins,
    /// How much the audit log keeps.
    Audit,
    /// Its token settings.
    Tokens,
    /// Requests that no route lets through, before or after.
    Unrouted,
    /// Requests that anonymous callers may send, before or after.
    Public,
    /// Access to repositories, which Gitea gives and no role.
    Repository,
    /// How a route reads a path, and what the audit log keeps of it.
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

/// What it needs to make (no `before`), change or delete (no `after`) an application.
pub(super) fn needs(before: Option<&Application>, after: Option<&Application>) -> Needs {
    let (Some(before), Some(after)) = (before, after) else {
        return Needs {
            held: BTreeSet::new(),
            any: [ApplicationPart::Whole].into(),
        };
    };
    let mut needs = Needs {
        held: BTreeSet::new(),
        any: parts(before, after),
    };
    match route_changes(&before.routes, &after.routes) {
        Ok(changes) => changes.iter().for_each(|change| needs.add(change)),
        Err(_) => {
            needs.any.insert(ApplicationPart::TooLarge);
        }
    }
    needs
}

/// Which parts beside the routes are different. Names every member, so that a new one is not forgotten.
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
        // Changes by rotation alone.
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

impl Needs {
    fn add(&mut self, change: &RouteChange<'_>) {
        let (Some(before), Some(after)) = (change.before, change.after) else {
            self.any.insert(ApplicationPart::Unrouted);
            let either = change.before.or(change.after);
            self.held
                .extend(either.into_iter().flat_map(asked).cloned());
            return;
        };
        let public = |route: &Route| route.requirement == Requirement::Public;
        if public(before) != public(after) {
            self.any.insert(ApplicationPart::Public);
        }
        if before.repository != after.repository {
            self.any.insert(ApplicationPart::Repository);
        }
        // Compared as a whole but for what was looked at already, so that a new setting is not forgotten.
        let alike = Route {
            methods: before.methods,
            path: before.path.clone(),
            requirement: before.requirement.clone(),
            repository: before.repository,
            ..after.clone()
        };
        if alike != *before {
            self.any.insert(ApplicationPart::RouteSettings);
        }
        self.held.extend(asked(before).chain(asked(after)).cloned());
    }
}

/// The permissions that a route asks for.
fn asked(route: &Route) -> impl Iterator<Item = &Permission> {
    let permissions = match &route.requirement {
        Requirement::Permissions(permissions) => Some(permissions),
        Requirement::Public | Requirement::SignedIn => None,
    };
    permissions.into_iter().flatten()
}
