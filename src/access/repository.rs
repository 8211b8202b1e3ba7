//! The repository that a path names: asked of Gitea as the caller, and only where the answer can change the decision.
//!
//! Must never ask Gitea for an anonymous or disabled caller, nor for one that is denied whatever Gitea answers.

use super::Denial;
use super::credentials::AuthenticatedPrincipal;
use crate::mirror::Mirror;
use crate::model::{
    ApplicationId, Login, RepositoryAccess, RepositoryName, Requirement, Timestamp,
};
use crate::policy::{self, CanonicalPath, Policy, RouteRequest};

/// A request whose path may name a repository.
pub(super) struct RepositoryLookup<'a> {
    pub policy: &'a Policy,
    pub application: ApplicationId,
    pub method: &'a str,
    pub path: &'a CanonicalPath<'a>,
    pub now: Timestamp,
    /// Collect every witness, or decide only?
    pub every_witness: bool,
}

impl RepositoryLookup<'_> {
    /// Can Gitea's answer change what is decided about this caller?
    fn matters(&self, known: &AuthenticatedPrincipal) -> bool {
        let request = RouteRequest {
            application: self.application,
            method: self.method,
            path: self.path,
            repository: None,
        };
        let needs = if self.every_witness {
            policy::explain_needs_repository
        } else {
            policy::needs_repository
        };
        needs(self.policy, &known.facts(), &request, self.now)
    }

    /// Owner and name, when the first matching route names a repository and asks for it, or a binding's range may.
    fn repository(&self) -> Option<(Login, RepositoryName)> {
        if !self.policy.depends_on_repositories() {
            return None;
        }
        let (_, route, parameters) = self
            .policy
            .route(self.application, self.method, self.path)?;
        let by_range = self.policy.ranges_over_repositories()
            && matches!(route.requirement, Requirement::Permissions(_));
        if route.repository.is_none() && !by_range {
            return None;
        }
        let owner = parameters.get("owner")?.parse().ok()?;
        let name = parameters.get("repo")?.parse().ok()?;
        Some((owner, name))
    }

    /// Gitea's answer; `None` when it cannot change the decision, no repository is named or Gitea shows none.
    pub(super) async fn access(
        &self,
        mirror: &Mirror,
        principal: Option<&AuthenticatedPrincipal>,
    ) -> Result<Option<RepositoryAccess>, Denial> {
        let enabled = principal.filter(|principal| principal.enabled());
        let user = enabled.and_then(|principal| Some((principal, principal.user.as_ref()?)));
        let user = user.filter(|(_, user)| user.gitea().is_some());
        let (Some((principal, user)), Some((owner, name))) = (user, self.repository()) else {
            return Ok(None);
        };
        if !self.matters(principal) {
            return Ok(None);
        }
        let access = mirror.repository_access(user.id, &owner, &name).await;
        access.map_err(|error| {
            tracing::warn!(%error, "repository access could not be read");
            Denial::MembershipStale {
                since: user.freshness,
            }
        })
    }
}
