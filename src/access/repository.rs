//! The repository that a path names: asked of Gitea as the caller, and only where the answer can change the decision.
//!
//! Must never ask Gitea for an anonymous or disabled caller, nor for one who is refused whatever Gitea answers.

use super::Denial;
use super::credentials::AuthenticatedPrincipal;
use super::gatekeeper::Gatekeeper;
use crate::model::{
    ApplicationId, Login, RepositoryAccess, RepositoryName, Requirement, Timestamp,
};
use crate::policy::{self, CanonicalPath, Policy, RouteRequest};

/// A request, as far as it can name a repository.
pub(super) struct Named<'a> {
    pub policy: &'a Policy,
    pub application: ApplicationId,
    pub method: &'a str,
    pub path: &'a CanonicalPath<'a>,
    pub now: Timestamp,
    /// Is every witness wanted, or the decision alone?
    pub every_witness: bool,
}

impl Named<'_> {
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
        if !self.policy.speaks_of_repositories() {
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
}

impl Gatekeeper {
    /// What Gitea says; `None` when its answer cannot change the decision, no repository is named or Gitea shows none.
    pub(super) async fn repository(
        &self,
        named: &Named<'_>,
        known: Option<&AuthenticatedPrincipal>,
    ) -> Result<Option<RepositoryAccess>, Denial> {
        let enabled = known.filter(|known| known.enabled());
        let user = enabled.and_then(|known| Some((known, known.user.as_ref()?)));
        let user = user.filter(|(_, user)| user.gitea().is_some());
        let (Some((known, user)), Some((owner, name))) = (user, named.repository()) else {
            return Ok(None);
        };
        if !named.matters(known) {
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
