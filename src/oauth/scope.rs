//! The scope of a token: the requested scope, as far as its principal holds it now.

use super::{AuthorizationServer, OAuthError, Target};
use crate::access::AuthenticatedPrincipal;
use crate::model::{
    DirectoryUser, Permission, PermissionPattern, RepositoryLevel, Requirement, Scope,
};
use crate::policy::{Holdings, Policy, SubjectFacts};
use std::collections::BTreeSet;

/// What a principal holds at a target now.
struct HeldRights {
    permissions: BTreeSet<PermissionPattern>,
    /// The highest level at which a route of the application requires access to a repository; `None` for principals
    /// without a Gitea account. Which repositories it applies to is asked of Gitea at each request.
    repositories: Option<RepositoryLevel>,
    /// Whether the target is Samovar's own API. Samovar's own permissions are for that API, and others are not.
    own: bool,
}

impl HeldRights {
    /// The part of the scope that is held.
    fn limit(&self, scope: &Scope) -> Scope {
        let held = |word: &Permission| {
            word.is_own() == self.own && self.permissions.iter().any(|held| held.matches(word))
        };
        scope.limited(held, self.repositories)
    }

    /// Everything that is held, as far as a scope can express it: exact permissions, and those of the application's
    /// routes that a pattern matches.
    fn all(&self, target: &Target) -> Scope {
        let exact = self.permissions.iter().filter_map(|pattern| match pattern {
            PermissionPattern::Exact(word) => Some(word.clone()),
            PermissionPattern::EveryAction(_) => None,
        });
        let routes = target.application().into_iter().flat_map(|one| &one.routes);
        let required = routes.filter_map(|route| match &route.requirement {
            Requirement::Permissions(words) => Some(words.iter().cloned()),
            _ => None,
        });
        let words = exact.chain(required.flatten());
        self.limit(&Scope::new(words, self.repositories))
    }
}

impl AuthorizationServer {
    /// The scope of a new token: the requested scope as far as the principal holds it, or everything that it holds.
    pub(super) fn scope(
        &self,
        known: &AuthenticatedPrincipal,
        target: &Target,
        requested: Option<&Scope>,
    ) -> Result<Scope, OAuthError> {
        let held = self.held(known, target);
        let Some(requested) = requested.filter(|requested| !requested.is_empty()) else {
            return Ok(held.all(target));
        };
        let granted = held.limit(requested);
        if granted.is_empty() {
            let sentence = format!(
                "the principal holds no permission of `{requested}` there; ask for a role with it, or request another scope"
            );
            return Err(OAuthError::ScopeInvalid(sentence));
        }
        Ok(granted)
    }

    /// The part of this scope that the principal holds now.
    pub(super) fn still_held(
        &self,
        known: &AuthenticatedPrincipal,
        target: &Target,
        scope: &Scope,
    ) -> Scope {
        self.held(known, target).limit(scope)
    }

    fn held(&self, known: &AuthenticatedPrincipal, target: &Target) -> HeldRights {
        let policy = self.policy.load();
        let user = known.user.as_deref();
        let has_gitea_account = user.and_then(DirectoryUser::gitea).is_some();
        let routes = target.application().into_iter().flat_map(|one| &one.routes);
        let levels = routes.filter_map(|route| Some(route.repository?.level));
        HeldRights {
            permissions: self.holdings(&policy, &known.facts(), target).permissions(),
            repositories: levels.max().filter(|_| has_gitea_account),
            own: *target == Target::Own,
        }
    }

    /// Names of the roles held there that the scope contains completely, without Samovar's own.
    pub(super) fn roles(
        &self,
        known: &AuthenticatedPrincipal,
        target: &Target,
        scope: &Scope,
    ) -> Vec<String> {
        let policy = self.policy.load();
        let facts = SubjectFacts {
            scope: Some(scope),
            ..known.facts()
        };
        self.holdings(&policy, &facts, target)
            .role_names()
            .collect()
    }

    fn holdings<'a>(
        &self,
        policy: &'a Policy,
        subject: &'a SubjectFacts<'a>,
        target: &Target,
    ) -> Holdings<'a> {
        Holdings {
            policy,
            subject,
            application: target.application().map(|application| application.id),
            repository: None,
            now: self.clock.now(),
        }
    }
}
