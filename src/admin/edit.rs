//! One edit: its turn, the policy that it starts from, the caller's right to make it, its event, and its commit.
//!
//! Every change of a role, role binding, application, client or service account is made by an [`Edit`], so that each kind of
//! object states its own rules alone. Must never put in force what was not committed with its event.

use super::delegation::Delegation;
use super::differences::with_differences;
use super::policy_draft::PolicyDraft;
use super::{Admin, AdminError};
use crate::access::{Caller, OwnPermission, Permit};
use crate::audit::{Action, AuditEvent, Object, ObjectKind, Outcome};
use crate::model::{DisplayText, MachineSecretKind, Name, Timestamp};
use crate::policy::Policy;
use crate::store::{Change, Operation, Precondition, Stored};
use crate::token::{Machine, Registry};
use std::fmt::Display;
use std::sync::Arc;
use tokio::sync::MutexGuard;

/// The object to update or delete, and the version of it that the caller has seen.
#[derive(Debug, Clone, Copy)]
pub struct ObjectVersion<I> {
    /// The object.
    pub id: I,
    /// The version that the caller has seen.
    pub version: u64,
}

/// An object that can be created, updated and deleted.
pub(super) trait Editable: Clone + Stored {
    type Id: Copy + Eq + Display;
    /// In the audit log.
    const KIND: ObjectKind;
    /// In messages.
    const LABEL: &'static str;
    /// Creating, updating and deleting it.
    const ACTIONS: [Action; 3];

    fn id(&self) -> Self::Id;
    fn version(&self) -> u64;
}

/// Clients and service accounts.
impl<M: Machine + Stored> Editable for M {
    type Id = <M as Machine>::Id;
    const KIND: ObjectKind = match <M as Machine>::KIND {
        MachineSecretKind::Client => ObjectKind::Client,
        MachineSecretKind::ServiceAccount => ObjectKind::ServiceAccount,
    };
    const LABEL: &'static str = <M as Machine>::LABEL;
    const ACTIONS: [Action; 3] = match <M as Machine>::KIND {
        MachineSecretKind::Client => [
            Action::ClientCreate,
            Action::ClientUpdate,
            Action::ClientDelete,
        ],
        MachineSecretKind::ServiceAccount => [
            Action::ServiceAccountCreate,
            Action::ServiceAccountUpdate,
            Action::ServiceAccountDelete,
        ],
    };

    fn id(&self) -> Self::Id {
        Machine::id(self)
    }

    fn version(&self) -> u64 {
        Machine::version(self)
    }
}

/// An object that is a part of the policy.
pub(super) trait PolicyObject: Editable {
    fn find(policy: &Policy, id: Self::Id) -> Option<&Self>;
    /// Fails for an object that comes with Samovar.
    fn check_editable(&self) -> Result<(), AdminError> {
        Ok(())
    }
    /// Where it stands in a draft.
    fn list(draft: &mut PolicyDraft) -> &mut Vec<Self>;
    fn put(self, expect: Precondition) -> Operation;
    fn delete(id: Self::Id, expect: Precondition) -> Operation;
}

/// A change of one object.
pub(super) enum ObjectChange<'a, T> {
    Create(&'a T),
    /// From the first to the second.
    Update(&'a T, &'a T),
    Delete(&'a T),
}

impl<T: Editable> ObjectChange<'_, T> {
    const fn before(&self) -> Option<&T> {
        match self {
            Self::Create(_) => None,
            Self::Update(before, _) | Self::Delete(before) => Some(before),
        }
    }

    const fn after(&self) -> Option<&T> {
        match self {
            Self::Create(after) | Self::Update(_, after) => Some(after),
            Self::Delete(_) => None,
        }
    }

    fn id(&self) -> T::Id {
        match self {
            Self::Create(object) | Self::Update(object, _) | Self::Delete(object) => object.id(),
        }
    }

    const fn action(&self) -> Action {
        let [create, update, delete] = T::ACTIONS;
        match self {
            Self::Create(_) => create,
            Self::Update(..) => update,
            Self::Delete(_) => delete,
        }
    }

    /// What the store must have, so that the change is made.
    fn expect(&self) -> Precondition {
        let version = self.before().map(T::version);
        version.map_or(Precondition::Absent, Precondition::Version)
    }
}

/// An edit that has its turn: nothing else is changed until it is dropped.
pub(super) struct Edit<'a> {
    admin: &'a Admin,
    caller: &'a Caller,
    pub now: Timestamp,
    pub policy: Arc<Policy>,
    _turn: MutexGuard<'a, ()>,
}

impl Admin {
    /// Waits for the turn of the permit's edit. An edit before it may have withdrawn the permission; that denial is recorded.
    pub(super) async fn edit<'a, P: OwnPermission>(
        &'a self,
        permit: &'a Permit<P>,
    ) -> Result<Edit<'a>, AdminError> {
        let edit = self.edit_of(permit.caller()).await;
        if permit.caller().holds::<P>(&edit.policy, edit.now) {
            return Ok(edit);
        }
        let error = AdminError::PermissionWithdrawn(P::PERMISSION);
        let object = Object::new(ObjectKind::Permission, P::PERMISSION);
        let event = edit.event(Action::RequestDecide, object);
        edit.record_denial(event, &error).await?;
        Err(error)
    }

    /// Waits for the turn of an edit that needs no permission.
    pub(super) async fn edit_of<'a>(&'a self, caller: &'a Caller) -> Edit<'a> {
        let turn = self.turn.lock().await;
        Edit {
            admin: self,
            caller,
            now: self.clock.now(),
            policy: self.policy.load(),
            _turn: turn,
        }
    }
}

impl Edit<'_> {
    /// The policy object at the version that the caller has seen.
    pub(super) fn current<T: PolicyObject>(
        &self,
        wanted: ObjectVersion<T::Id>,
    ) -> Result<&T, AdminError> {
        let object = T::find(&self.policy, wanted.id).ok_or(AdminError::Missing(T::LABEL))?;
        object.check_editable()?;
        check_version(object, wanted.version)?;
        Ok(object)
    }

    /// What the caller may delegate.
    pub(super) fn delegation(&self) -> Delegation<'_> {
        Delegation::new(&self.policy, |application| {
            self.caller
                .permissions_in(&self.policy, application, self.now)
        })
    }

    /// An event of the caller's.
    pub(super) fn event(&self, action: Action, object: Object) -> AuditEvent {
        self.caller.event(self.now, action, object, &self.policy)
    }

    fn event_of<T: Editable>(&self, change: &ObjectChange<'_, T>) -> AuditEvent {
        let event = self.event(change.action(), Object::new(T::KIND, change.id()));
        with_differences(event, change.before(), change.after())
    }

    /// Passes on whether the caller may make the change. A denial is recorded first.
    pub(super) async fn authorize<T: Editable>(
        &self,
        change: &ObjectChange<'_, T>,
        allowed: Result<(), AdminError>,
    ) -> Result<(), AdminError> {
        if let Err(error) = &allowed
            && error.is_denial()
        {
            self.record_denial(self.event_of(change), error).await?;
        }
        allowed
    }

    /// Records that the caller may not do what the event describes. Beyond the limit of such events of the principal, the
    /// error is about the limit.
    pub(super) async fn record_denial(
        &self,
        mut event: AuditEvent,
        denial: &impl Display,
    ) -> Result<(), AdminError> {
        let limited = self.admin.denials.take(self.caller.principal(), self.now);
        limited.map_err(AdminError::TooManyDenials)?;
        event.outcome = Outcome::Denied;
        let reason = DisplayText::lossy(&denial.to_string());
        event.reasons.insert(0, reason);
        let recorded = self.admin.store.commit(Change::none(), event).await;
        recorded.map(|_| ()).map_err(AdminError::Store)
    }

    /// The draft of the next policy.
    pub(super) fn draft<T: PolicyObject>(&self, change: &ObjectChange<'_, T>) -> PolicyDraft {
        let mut draft = PolicyDraft::of(&self.policy);
        let objects = T::list(&mut draft);
        objects.retain(|object| object.id() != change.id());
        objects.extend(change.after().cloned());
        draft
    }

    /// Validates, commits and puts in force a change of a policy object.
    pub(super) async fn commit<T: PolicyObject>(
        &self,
        change: &ObjectChange<'_, T>,
    ) -> Result<(), AdminError> {
        self.commit_as(change, self.event_of(change)).await
    }

    /// The same, recorded as another event.
    pub(super) async fn commit_as<T: PolicyObject>(
        &self,
        change: &ObjectChange<'_, T>,
        event: AuditEvent,
    ) -> Result<(), AdminError> {
        let next = self.draft(change).build()?;
        let operation = match change.after() {
            Some(after) => after.clone().put(change.expect()),
            None => T::delete(change.id(), change.expect()),
        };
        // The store compares the policy's version as well, so that what was validated is what is written.
        let operations = Change::from(operation).at_policy_version(self.policy.version());
        let committed = self.admin.store.commit(operations, event).await;
        committed.map_err(AdminError::Store)?;
        self.admin.name_to_mirror(&next);
        self.admin.policy.swap(next);
        Ok(())
    }

    /// Commits and puts in force a change of a client or service account.
    pub(super) async fn register<M: Machine + Stored>(
        &self,
        registry: &Registry<M>,
        change: &ObjectChange<'_, M>,
    ) -> Result<(), AdminError> {
        let (event, expect) = (self.event_of(change), change.expect());
        let committed = match change.after() {
            Some(after) => registry.put(after.clone(), expect, event).await,
            None => registry.delete(change.id(), expect, event).await,
        };
        committed.map_err(AdminError::Store)?;
        self.admin.name_to_mirror(&self.policy);
        Ok(())
    }
}

/// The client or service account at the version that the caller has seen.
pub(super) fn registered<M: Machine + Stored>(
    registry: &Registry<M>,
    wanted: ObjectVersion<<M as Machine>::Id>,
) -> Result<Arc<M>, AdminError> {
    let machine = registry
        .get(wanted.id)
        .ok_or(AdminError::Missing(<M as Machine>::LABEL))?;
    check_version(&*machine, wanted.version)?;
    Ok(machine)
}

/// No other client, or no other service account, may have the name.
pub(super) fn check_name<M: Machine>(
    registry: &Registry<M>,
    name: &Name,
    own: Option<M::Id>,
) -> Result<(), AdminError> {
    let others = registry.list().into_iter();
    let mut others = others.filter(|other| Some(other.id()) != own);
    if others.any(|other| other.name() == name) {
        Err(AdminError::NameTaken(<M as Machine>::LABEL))
    } else {
        Ok(())
    }
}

fn check_version<T: Editable>(object: &T, given: u64) -> Result<(), AdminError> {
    let current = object.version();
    if current == given {
        return Ok(());
    }
    Err(AdminError::Stale {
        object: T::LABEL,
        current,
        given,
    })
}
