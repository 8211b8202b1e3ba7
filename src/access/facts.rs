//! From a credential to a principal with facts that are fresh enough to decide on.
//!
//! Must never let through what Gitea has not confirmed within the bound, but for the grace while Gitea is away.

use super::{Client, Refusal};
use crate::mirror::{Mirror, MirrorError};
use crate::model::{
    ApplicationId, DirectoryUser, DisplayText, HostName, Principal, Session, SessionPlace,
    SessionSecret, UserId,
};
use crate::policy::SubjectFacts;
use crate::session::Sessions;
use std::sync::Arc;

/// A principal with what is known of it.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub principal: Principal,
    pub user: Option<Arc<DirectoryUser>>,
}

impl Known {
    /// What `decide` is given.
    pub(super) fn facts(&self) -> SubjectFacts<'_> {
        SubjectFacts {
            principal: self.principal,
            enabled: self.enabled(),
            user: self.user.as_deref(),
            groups: &[],
            scope: None,
        }
    }

    pub(super) fn enabled(&self) -> bool {
        match self.principal {
            Principal::User(_) => self.user.as_ref().is_some_and(|user| user.enabled),
            Principal::LocalOperator | Principal::System(_) => true,
            Principal::ServiceAccount(_) | Principal::Anonymous => false,
        }
    }

    pub(super) fn login(&self) -> Option<DisplayText> {
        let user = self.user.as_ref()?;
        Some(DisplayText::lossy(user.login.as_str()))
    }
}

/// Facts of nobody.
pub(super) const ANONYMOUS: SubjectFacts<'static> = SubjectFacts {
    principal: Principal::Anonymous,
    enabled: false,
    user: None,
    groups: &[],
    scope: None,
};

/// Where a session is presented.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'a> {
    Samovar,
    Host(ApplicationId, &'a HostName),
}

impl Place<'_> {
    fn is(self, place: &SessionPlace) -> bool {
        match (self, place) {
            (Self::Samovar, SessionPlace::Samovar) => true,
            (
                Self::Host(id, at),
                SessionPlace::Application {
                    application, host, ..
                },
            ) => id == *application && at == host,
            _ => false,
        }
    }
}

/// Finds who presents a credential.
pub(super) struct Credentials {
    pub sessions: Arc<Sessions>,
    pub mirror: Arc<Mirror>,
}

impl Credentials {
    /// The session and its principal, fresh; a session from another place is no session here.
    pub(super) async fn known(
        &self,
        credential: Option<&SessionSecret>,
        place: Place<'_>,
    ) -> Result<(Arc<Session>, Known), Refusal> {
        let secret = credential.ok_or(Refusal::CredentialsMissing)?;
        let session = self
            .sessions
            .find(secret)
            .map_err(|_| Refusal::SessionEnded)?;
        if !place.is(&session.place) {
            return Err(Refusal::SessionEnded);
        }
        let user = match session.principal {
            Principal::User(id) => Some(self.fresh(id).await?),
            _ => None,
        };
        let principal = session.principal;
        Ok((session, Known { principal, user }))
    }

    /// The directory's entry once it is fresh enough to decide on; older, up to the grace, while Gitea is away.
    async fn fresh(&self, id: UserId) -> Result<Arc<DirectoryUser>, Refusal> {
        match self.mirror.fresh(id).await {
            Ok(()) => {}
            Err(MirrorError::Unknown) => return Err(Refusal::PrincipalDisabled),
            Err(MirrorError::Stale { since }) => return Err(Refusal::MembershipStale { since }),
            Err(error) => {
                tracing::warn!(%error, user = %id, "what is known of somebody could not be renewed");
                let since = self.mirror.freshness(id).unwrap_or_default();
                return Err(Refusal::MembershipStale { since });
            }
        }
        let directory = self.mirror.directory();
        directory
            .user(id)
            .cloned()
            .ok_or(Refusal::PrincipalDisabled)
    }
}

/// What of a client belongs into the erasable part of an event.
pub(super) fn personal(
    login: Option<DisplayText>,
    client: &Client,
) -> crate::audit::PersonalFields {
    crate::audit::PersonalFields {
        login,
        name: None,
        address: client.address,
        user_agent: client.user_agent.clone(),
    }
}
