//! The repository that a path names: asked of Gitea as the caller, and only where the answer can change the decision.
//!
//! Must never ask Gitea for an anonymous or disabled caller, nor for one that is denied whatever Gitea answers.

use super::credentials::AuthenticatedPrincipal;
use super::{Denial, Gatekeeper};
use crate::model::{Login, RepositoryAccess, RepositoryName, Requirement, Timestamp};
use crate::policy::{Policy, RouteRequest, SubjectFacts};

/// Can Gitea's answer about the repository change the decision, or an explanation with every witness?
type NeedsRepository = fn(&Policy, &SubjectFacts<'_>, &RouteRequest<'_>, Timestamp) -> bool;

impl Gatekeeper {
    /// Gitea's answer about the repository that the path names; `None` when it cannot change what is decided, no
    /// repository is named or Gitea shows none.
    pub(super) async fn repository_access(
        &self,
        policy: &Policy,
        request: &RouteRequest<'_>,
        principal: Option<&AuthenticatedPrincipal>,
        needs: NeedsRepository,
    ) -> Result<Option<RepositoryAccess>, Denial> {
        let enabled = principal.filter(|principal| principal.enabled());
        let user = enabled.and_then(|principal| Some((principal, principal.user.as_ref()?)));
        let user = user.filter(|(_, user)| user.gitea().is_some());
        let (Some((principal, user)), Some((owner, name))) = (user, named(policy, request)) else {
            return Ok(None);
        };
        if !needs(policy, &principal.facts(), request, self.now()) {
            return Ok(None);
        }
        let access = self
            .mirror()
            .repository_access(user.id, &owner, &name)
            .await;
        access.map_err(|error| {
            tracing::warn!(%error, "repository access could not be read");
            Denial::MembershipStale {
                since: user.freshness,
            }
        })
    }
}

/// Owner and name, when the first matching route names a repository and asks for it, or a binding's range may.
fn named(policy: &Policy, request: &RouteRequest<'_>) -> Option<(Login, RepositoryName)> {
    if !policy.depends_on_repositories() {
        return None;
    }
    let (_, route, parameters) = policy.route(request.application, request.method, request.path)?;
    let by_range = policy.ranges_over_repositories()
        && matches!(route.requirement, Requirement::Permissions(_));
    if route.repository.is_none() && !by_range {
        return None;
    }
    let owner = parameters.get("owner")?.parse().ok()?;
    let name = parameters.get("repo")?.parse().ok()?;
    Some((owner, name))
}
