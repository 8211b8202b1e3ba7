//! The policy: roles, bindings and applications; validated, indexed, immutable, with a version. A draft is the same type.

use super::routes::{Parameters, RouteIndex, parameters};
use super::target::CanonicalPath;
use crate::model::{
    Application, ApplicationId, BindingSubject, HostName, Name, Range, Requirement, Role,
    RoleBinding, RoleBindingId, RoleId, Route, Timestamp,
};
use foldhash::HashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The audience of tokens for Samovar's own API; no application may have this name.
pub const OWN_AUDIENCE: &str = "samovar";

/// Validated roles, role bindings and applications, with indexes.
#[derive(Debug)]
pub struct Policy {
    version: u64,
    roles: BTreeMap<RoleId, Arc<Role>>,
    bindings: BTreeMap<RoleBindingId, Arc<RoleBinding>>,
    applications: BTreeMap<ApplicationId, Application>,
    // In the order of the bindings' ids, each with its role.
    by_subject: HashMap<BindingSubject, Vec<Bound>>,
    by_host: HashMap<HostName, ApplicationId>,
    routes: HashMap<ApplicationId, RouteIndex>,
    ranges_over_repositories: bool,
    routes_ask_repositories: bool,
    // Sorted.
    ends: Vec<Timestamp>,
}

/// A binding with its role.
type Bound = (Arc<RoleBinding>, Arc<Role>);

/// Why a set of roles, bindings and applications is not a valid policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Two roles share a name.
    #[error("two roles are named `{0}`; rename one of them")]
    RoleNameTaken(Name),
    /// Two applications share a name.
    #[error("two applications are named `{0}`; rename one of them")]
    ApplicationNameTaken(Name),
    /// An application has the name of Samovar's own audience.
    #[error(
        "an application cannot be named `samovar`: that is the audience of Samovar's own API; choose another name"
    )]
    ApplicationNameReserved,
    /// A host belongs to two applications.
    #[error(
        "host `{host}` belongs to applications `{first}` and `{second}`; leave it to one of them"
    )]
    HostTaken {
        /// The host.
        host: HostName,
        /// The application that has it.
        first: Name,
        /// The other application.
        second: Name,
    },
    /// A binding names a role that does not exist.
    #[error(
        "role binding `{0}` names a role that does not exist; choose another role or delete the binding"
    )]
    RoleUnknown(RoleBindingId),
    /// A binding's range names an application that does not exist.
    #[error(
        "role binding `{0}` is limited to an application that does not exist; choose another range"
    )]
    RangeUnknown(RoleBindingId),
    /// A role with Samovar's own permissions is bound in a range other than everywhere.
    #[error(
        "role binding `{0}` gives Samovar's own permissions, which only hold everywhere; choose that range"
    )]
    OwnPermissionsLimited(RoleBindingId),
    /// A route requires an empty list of permissions.
    #[error(
        "route {place} of application `{application}` lists no permission; name one, or choose `signed-in`"
    )]
    NoPermission {
        /// The application.
        application: Name,
        /// Counted from 1.
        place: usize,
    },
    /// A route requires repository access, but its path names no repository or the route is public.
    #[error(
        "route {place} of application `{application}` requires repository access; its path needs `{{owner}}` and `{{repo}}`, and it cannot be public"
    )]
    NoRepository {
        /// The application.
        application: Name,
        /// Counted from 1.
        place: usize,
    },
    /// A route names a secret parameter that its path does not have.
    #[error(
        "route {place} of application `{application}` has no parameter `{}` in its path; write `{{{}}}` into the path, or remove it from the secret parameters", .name.escape_debug(), .name.escape_debug()
    )]
    SecretUnknown {
        /// The application.
        application: Name,
        /// Counted from 1.
        place: usize,
        /// Of the parameter.
        name: String,
    },
    /// A route that requires repository access marks `owner` or `repo` as secret.
    #[error(
        "route {place} of application `{application}` asks Gitea about the repository that `owner` and `repo` name; remove these from the secret parameters"
    )]
    SecretRepository {
        /// The application.
        application: Name,
        /// Counted from 1.
        place: usize,
    },
    /// A route allows encoded slashes and ends in `/**`.
    #[error(
        "route {place} of application `{application}` allows encoded slashes (`%2F`) and ends in `/**`, which cannot be combined; use parameters such as `{{name}}` instead of `/**`, or do not allow encoded slashes"
    )]
    EncodedSlashWithRest {
        /// The application.
        application: Name,
        /// Counted from 1.
        place: usize,
    },
    /// A route allows semicolons and ends in `/**`.
    #[error(
        "route {place} of application `{application}` allows semicolons and ends in `/**`, which cannot be combined; use parameters such as `{{name}}` instead of `/**`, or do not allow semicolons"
    )]
    SemicolonWithRest {
        /// The application.
        application: Name,
        /// Counted from 1.
        place: usize,
    },
}

impl Policy {
    /// Validates and indexes. Reports every error at once.
    pub fn build(
        version: u64,
        roles: Vec<Role>,
        bindings: Vec<RoleBinding>,
        applications: Vec<Application>,
    ) -> Result<Self, Vec<PolicyError>> {
        let mut policy = Self {
            version,
            roles: roles
                .into_iter()
                .map(|role| (role.id, Arc::new(role)))
                .collect(),
            bindings: bindings
                .into_iter()
                .map(|binding| (binding.id, Arc::new(binding)))
                .collect(),
            applications: applications.into_iter().map(|app| (app.id, app)).collect(),
            by_subject: HashMap::default(),
            by_host: HashMap::default(),
            routes: HashMap::default(),
            ranges_over_repositories: false,
            routes_ask_repositories: false,
            ends: Vec::new(),
        };
        let errors = policy.errors();
        if !errors.is_empty() {
            return Err(errors);
        }
        policy.index();
        Ok(policy)
    }

    /// Grows by one with every change.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// By id.
    pub fn role(&self, id: RoleId) -> Option<&Role> {
        self.roles.get(&id).map(Arc::as_ref)
    }

    /// By id.
    pub fn application(&self, id: ApplicationId) -> Option<&Application> {
        self.applications.get(&id)
    }

    /// By id.
    pub fn role_binding(&self, id: RoleBindingId) -> Option<&RoleBinding> {
        self.bindings.get(&id).map(Arc::as_ref)
    }

    /// In the order of their ids.
    pub fn roles(&self) -> impl Iterator<Item = &Role> {
        self.roles.values().map(Arc::as_ref)
    }

    /// In the order of their ids.
    pub fn role_bindings(&self) -> impl Iterator<Item = &RoleBinding> {
        self.bindings.values().map(Arc::as_ref)
    }

    /// In the order of their ids.
    pub fn applications(&self) -> impl Iterator<Item = &Application> {
        self.applications.values()
    }

    /// Can any binding of the subject apply in the application?
    pub fn has_binding_for(&self, subject: &BindingSubject, application: ApplicationId) -> bool {
        self.bindings_of(subject)
            .any(|(binding, _)| match &binding.range {
                Range::Everywhere | Range::Repositories { .. } => true,
                Range::Application { id } => *id == application,
            })
    }

    /// Does any binding have a range of repositories?
    pub fn ranges_over_repositories(&self) -> bool {
        self.ranges_over_repositories
    }

    /// The earliest end date of a role binding after `now`; until then time alone changes no decision.
    pub fn next_end(&self, now: Timestamp) -> Option<Timestamp> {
        let after = self.ends.partition_point(|end| *end <= now);
        self.ends.get(after).copied()
    }

    /// Can Gitea's answer about a repository change any decision?
    pub fn depends_on_repositories(&self) -> bool {
        self.ranges_over_repositories || self.routes_ask_repositories
    }

    /// The host of this spelling, and its application. The spelling that an application is registered with is found without
    /// parsing.
    pub fn host(&self, spelling: &str) -> Option<(HostName, Option<&Application>)> {
        if let Some((host, id)) = self.by_host.get_key_value(spelling) {
            return Some((host.clone(), self.applications.get(id)));
        }
        let host: HostName = spelling.parse().ok()?;
        let application = self.application_at(&host);
        Some((host, application))
    }

    /// The application of a host.
    pub fn application_at(&self, host: &HostName) -> Option<&Application> {
        self.by_host
            .get(host)
            .and_then(|id| self.applications.get(id))
    }

    /// The first matching route of an application with its place in the list and the values of its parameters.
    pub fn route(
        &self,
        id: ApplicationId,
        method: &str,
        path: &CanonicalPath<'_>,
    ) -> Option<(usize, &Route, Parameters)> {
        let application = self.applications.get(&id)?;
        let place = self
            .routes
            .get(&id)?
            .first(&application.routes, method, path)?;
        let route = application.routes.get(place)?;
        Some((place, route, parameters(route, path)))
    }

    /// Does the route of this request have a secret parameter? Then the target must not be repeated.
    pub fn keeps_secret(&self, id: ApplicationId, method: &str, target: &[u8]) -> bool {
        let Ok(path) = CanonicalPath::parse(target) else {
            return false;
        };
        self.route(id, method, &path)
            .is_some_and(|(_, route, _)| !route.secret_parameters.is_empty())
    }

    /// The bindings of a subject, in the order of their ids, each with its role.
    pub(super) fn bindings_of(
        &self,
        subject: &BindingSubject,
    ) -> impl Iterator<Item = (&RoleBinding, &Role)> {
        let bound = self.by_subject.get(subject).map_or(&[][..], Vec::as_slice);
        bound.iter().map(|(binding, role)| (&**binding, &**role))
    }

    fn index(&mut self) {
        self.ends = self.bindings.values().filter_map(|b| b.until).collect();
        self.ends.sort_unstable();
        for binding in self.bindings.values() {
            self.ranges_over_repositories |= matches!(binding.range, Range::Repositories { .. });
            if let Some(role) = self.roles.get(&binding.role) {
                let subject = binding.subject.clone();
                let bound = self.by_subject.entry(subject).or_default();
                bound.push((Arc::clone(binding), Arc::clone(role)));
            }
        }
        for application in self.applications.values() {
            self.routes_ask_repositories |=
                application.routes.iter().any(|r| r.repository.is_some());
            self.by_host.extend(
                application
                    .hosts
                    .iter()
                    .map(|host| (host.clone(), application.id)),
            );
            self.routes
                .insert(application.id, RouteIndex::build(&application.routes));
        }
    }

    fn errors(&self) -> Vec<PolicyError> {
        let mut errors = self.name_errors();
        errors.extend(
            self.bindings
                .values()
                .filter_map(|binding| self.binding_error(binding)),
        );
        for application in self.applications.values() {
            let routes = application.routes.iter().enumerate();
            errors.extend(
                routes.filter_map(|(at, route)| route_error(&application.name, at + 1, route)),
            );
        }
        errors
    }

    fn name_errors(&self) -> Vec<PolicyError> {
        let mut errors = Vec::new();
        let mut roles = std::collections::BTreeSet::new();
        errors.extend(
            self.roles
                .values()
                .filter(|role| !roles.insert(&role.name))
                .map(|role| PolicyError::RoleNameTaken(role.name.clone())),
        );
        let mut names = std::collections::BTreeSet::new();
        let mut hosts: BTreeMap<&HostName, &Name> = BTreeMap::new();
        for application in self.applications.values() {
            if !names.insert(&application.name) {
                errors.push(PolicyError::ApplicationNameTaken(application.name.clone()));
            }
            if application.name.as_str() == OWN_AUDIENCE {
                errors.push(PolicyError::ApplicationNameReserved);
            }
            for host in &application.hosts {
                if let Some(first) = hosts.insert(host, &application.name) {
                    let (first, second) = (first.clone(), application.name.clone());
                    errors.push(PolicyError::HostTaken {
                        host: host.clone(),
                        first,
                        second,
                    });
                }
            }
        }
        errors
    }

    fn binding_error(&self, binding: &RoleBinding) -> Option<PolicyError> {
        let Some(role) = self.roles.get(&binding.role) else {
            return Some(PolicyError::RoleUnknown(binding.id));
        };
        let own = role
            .permissions
            .iter()
            .any(crate::model::PermissionPattern::is_own);
        match &binding.range {
            Range::Application { id } if !self.applications.contains_key(id) => {
                Some(PolicyError::RangeUnknown(binding.id))
            }
            Range::Everywhere => None,
            _ if own => Some(PolicyError::OwnPermissionsLimited(binding.id)),
            _ => None,
        }
    }
}

fn secret_error(application: &Name, place: usize, route: &Route) -> Option<PolicyError> {
    let mut secrets = route.secret_parameters.iter();
    if let Some(name) = secrets.find(|name| !route.path.has_parameter(name)) {
        return Some(PolicyError::SecretUnknown {
            application: application.clone(),
            place,
            name: name.chars().take(64).collect(),
        });
    }
    let secret = |name: &str| route.secret_parameters.contains(name);
    let repository = secret("owner") || secret("repo");
    (route.repository.is_some() && repository).then(|| PolicyError::SecretRepository {
        application: application.clone(),
        place,
    })
}

fn route_error(name: &Name, place: usize, route: &Route) -> Option<PolicyError> {
    let application = || name.clone();
    if matches!(&route.requirement, Requirement::Permissions(list) if list.is_empty()) {
        return Some(PolicyError::NoPermission {
            application: application(),
            place,
        });
    }
    let names_repository = route.path.has_parameter("owner") && route.path.has_parameter("repo");
    if route.repository.is_some() && (!names_repository || route.requirement == Requirement::Public)
    {
        return Some(PolicyError::NoRepository {
            application: application(),
            place,
        });
    }
    if let Some(error) = secret_error(name, place, route) {
        return Some(error);
    }
    let rest = route.path.matches_rest();
    if rest && route.encoded_slash {
        return Some(PolicyError::EncodedSlashWithRest {
            application: application(),
            place,
        });
    }
    (rest && route.semicolon).then(|| PolicyError::SemicolonWithRest {
        application: application(),
        place,
    })
}
