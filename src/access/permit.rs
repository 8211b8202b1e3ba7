//! Samovar's own API: the caller, and a permit that proves the right to a call by its type.
//!
//! A [`Permit`] cannot be made elsewhere. Operations that change something take it by value, so that it cannot be forgotten or
//! used twice.

use super::credentials::{AuthenticatedPrincipal, AuthenticationError, ProtectedResource};
use super::decision_record::{DecisionObject, DecisionRecord, versions};
use super::gatekeeper::Gatekeeper;
use super::{Credential, Denial, OwnPermission, RequestOrigin};
use crate::audit::{Action, AuditEvent, Object, ObjectKind};
use crate::model::{
    ApplicationId, DirectoryUser, DisplayText, Permission, PermissionPattern, Principal, RequestId,
    Session, Timestamp,
};
use crate::policy::{Holdings, Policy};
use std::collections::BTreeSet;
use std::marker::PhantomData;
use std::sync::Arc;

/// The object of a denial before the needed permission is known.
const CALL: &str = "samovar";

/// A caller of Samovar's own API, with fresh facts.
#[derive(Debug, Clone)]
pub struct Caller {
    known: AuthenticatedPrincipal,
    session: Option<Arc<Session>>,
    origin: RequestOrigin,
    directory_version: u64,
}

impl Caller {
    /// The principal.
    pub fn principal(&self) -> Principal {
        self.known.principal
    }

    /// The directory's entry of a person.
    pub fn user(&self) -> Option<&DirectoryUser> {
        self.known.user.as_deref()
    }

    /// The session used; none with a token or through the administration socket.
    pub fn session(&self) -> Option<&Session> {
        self.session.as_deref()
    }

    /// An event of this caller, to be committed with the change that it describes.
    pub fn event(
        &self,
        at: Timestamp,
        action: Action,
        object: Object,
        policy: &Policy,
    ) -> AuditEvent {
        let versions = versions(policy, self.directory_version);
        let event = AuditEvent::new(at, self.known.principal, action, object).under(versions);
        self.origin.of(self.known.login(), event)
    }

    /// Permissions that the caller holds everywhere, Samovar's own included.
    pub fn permissions(&self, policy: &Policy, now: Timestamp) -> BTreeSet<PermissionPattern> {
        self.permissions_in(policy, None, now)
    }

    /// Permissions that the caller holds in one application, or everywhere. The local operator holds those of an administrator.
    pub fn permissions_in(
        &self,
        policy: &Policy,
        application: Option<ApplicationId>,
        now: Timestamp,
    ) -> BTreeSet<PermissionPattern> {
        if self.known.principal == Principal::LocalOperator {
            let administrator = policy.role(crate::policy::ADMINISTRATOR);
            return administrator.map_or_else(BTreeSet::new, |role| role.permissions.clone());
        }
        let facts = self.known.facts();
        let holdings = Holdings {
            policy,
            subject: &facts,
            application,
            repository: None,
            now,
        };
        holdings.within_scope()
    }

    /// Does the caller hold this one of Samovar's own permissions?
    pub fn holds<P: OwnPermission>(&self, policy: &Policy, now: Timestamp) -> bool {
        let wanted = P::PERMISSION.parse::<Permission>();
        wanted.is_ok_and(|wanted| {
            let held = self.permissions(policy, now);
            held.iter().any(|pattern| pattern.matches(&wanted))
        })
    }

    /// The same principal without a scope.
    fn without_scope(&self) -> Self {
        let mut whole = self.clone();
        whole.known.scope = None;
        whole
    }
}

/// Proof that the caller holds `P`.
#[derive(Debug)]
pub struct Permit<P> {
    caller: Caller,
    permission: PhantomData<P>,
}

impl<P: OwnPermission> Permit<P> {
    /// The permitted caller.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }
}

impl Gatekeeper {
    /// Authenticates a session of Samovar's own host, or a token for its own API. A credential that is not accepted is
    /// recorded (repeats counted); a missing one is not.
    pub async fn caller(
        &self,
        credential: Option<Credential<'_>>,
        origin: RequestOrigin,
    ) -> Result<Caller, Denial> {
        let found = self
            .credentials
            .known(credential, ProtectedResource::Samovar)
            .await;
        let (known, session, denial) = match found {
            Ok((session, known)) if known.enabled() => (known, session, None),
            Ok((session, known)) => (known, session, Some(Denial::PrincipalDisabled)),
            Err(AuthenticationError { denial, named }) => {
                let principal = named.unwrap_or(Principal::Anonymous);
                let known = AuthenticatedPrincipal::unlimited(principal, None);
                (known, None, Some(denial))
            }
        };
        let caller = Caller {
            known,
            session,
            origin,
            directory_version: self.mirror().directory().version,
        };
        match denial {
            None => Ok(caller),
            Some(denial) if credential.is_none() => Err(denial),
            Some(denial) => Err(self.refuse(&caller, denial, CALL).await),
        }
    }

    /// The caller at the administration socket, whose user the kernel has checked.
    pub fn local_operator(&self, request: RequestId) -> Caller {
        Caller {
            known: AuthenticatedPrincipal::unlimited(Principal::LocalOperator, None),
            session: None,
            origin: RequestOrigin {
                address: None,
                user_agent: None,
                request,
            },
            directory_version: self.mirror().directory().version,
        }
    }

    /// The permit for `P`; a denial is recorded (repeats counted).
    pub async fn permit<P: OwnPermission>(&self, caller: &Caller) -> Result<Permit<P>, Denial> {
        let policy = self.policy.load();
        if caller.holds::<P>(&policy, self.now()) {
            return Ok(Permit {
                caller: caller.clone(),
                permission: PhantomData,
            });
        }
        let whole = caller.without_scope();
        let denial = if whole.holds::<P>(&policy, self.now()) {
            Denial::OwnScopeInsufficient(P::PERMISSION)
        } else {
            Denial::OwnPermissionMissing(P::PERMISSION)
        };
        Err(self.refuse(caller, denial, P::PERMISSION).await)
    }

    /// Records the denial; the answer is another denial when it cannot be recorded.
    async fn refuse(&self, caller: &Caller, denial: Denial, object: &str) -> Denial {
        let object = DecisionObject::Named(ObjectKind::Permission, DisplayText::lossy(object));
        let versions = versions(&self.policy.load(), caller.directory_version);
        let decided = DecisionRecord::allowed(Some(caller.known.clone()), object, versions)
            .denied(denial.clone());
        match self.recorder.record(&decided, &caller.origin).await {
            Ok(()) => denial,
            Err(error) => Denial::not_recorded(&error),
        }
    }
}
