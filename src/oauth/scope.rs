//! What a token may say: what was asked for, as far as its principal holds it now.

use super::{AuthorizationServer, OAuthError, Target};
use crate::access::AuthenticatedPrincipal;
use crate::model::{
    DirectoryUser, Permission, PermissionPattern, RepositoryLevel, Requirement, Scope,
};
use crate::policy::{Holdings, Policy, SubjectFacts};
use std::collections::BTreeSet;

impl AuthorizationServer {
    /// The scope of a token for somebody. Samovar's own permissions are for its own API and no other.
    pub(super) fn scope(
        &self,
        known: &AuthenticatedPrincipal,
        target: &Target,
        asked: Option<&Scope>,
    ) -> Result<Scope, OAuthError> {
        let policy = self.policy.load();
        let held = self.holdings(&policy, &known.facts(), target).permissions();
        let reach = reach(known, target);
        let Some(asked) = asked.filter(|asked| !asked.is_empty()) else {
            let all = Scope::new(nameable(&held, target), reach);
            return Ok(within(&all, (&held, reach), target));
        };
        let granted = within(asked, (&held, reach), target);
        if granted.is_empty() {
            let sentence = format!(
                "the principal holds no permission of `{asked}` there; ask for a role with it, or request another scope"
            );
            return Err(OAuthError::ScopeInvalid(sentence));
        }
        Ok(granted)
    }

    /// Of these words, those that are held now: what was allowed once is a bound, and never a default.
    pub(super) fn still_held(
        &self,
        known: &AuthenticatedPrincipal,
        target: &Target,
        allowed: &Scope,
    ) -> Scope {
        let policy = self.policy.load();
        let held = self.holdings(&policy, &known.facts(), target).permissions();
        within(allowed, (&held, reach(known, target)), target)
    }

    /// Names of the roles held there that the token's scope leaves whole, Samovar's own not among them.
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

/// Of this scope, what is held; Samovar's own permissions are for its own API, and others are not.
fn within(
    scope: &Scope,
    (held, reach): (&BTreeSet<PermissionPattern>, Option<RepositoryLevel>),
    target: &Target,
) -> Scope {
    let own = *target == Target::Own;
    let holds = |word: &Permission| word.is_own() == own && held.iter().any(|p| p.matches(word));
    scope.limited(holds, reach)
}

/// How far a token may reach into repositories: as far as a route of the application asks, and for nobody but those whom
/// Gitea knows. In which repository somebody has it is asked of Gitea at each request.
fn reach(known: &AuthenticatedPrincipal, target: &Target) -> Option<RepositoryLevel> {
    let user = known.user.as_deref();
    user.and_then(DirectoryUser::gitea)?;
    let routes = target.application().into_iter().flat_map(|one| &one.routes);
    routes
        .filter_map(|route| Some(route.repository?.level))
        .max()
}

/// What can be spelled out of the patterns: exact ones, and those words of the application's routes that they match.
fn nameable(
    held: &BTreeSet<PermissionPattern>,
    target: &Target,
) -> impl Iterator<Item = Permission> {
    let exact = held.iter().filter_map(|pattern| match pattern {
        PermissionPattern::Exact(word) => Some(word.clone()),
        PermissionPattern::EveryAction(_) => None,
    });
    let routes = target.application().into_iter().flat_map(|one| &one.routes);
    let asked = routes.filter_map(|route| match &route.requirement {
        Requirement::Permissions(words) => Some(words.iter().cloned()),
        _ => None,
    });
    exact.chain(asked.flatten())
}
