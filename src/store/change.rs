//! Changes: the operations of a commit on records, and their preconditions.

use super::error::CommitError;
use super::record::encode;
use super::records::BreakGlassRecord;
use super::tables::{Counter, Record, RecordTable, number};
use crate::model::{
    Application, ApplicationId, Client, ClientId, Grant, GrantId, KeyId, MirroredOrganization,
    MirroredTeam, MirroredUser, OrganizationId, Revocation, Role, RoleBinding, RoleBindingId,
    RoleId, ServiceAccount, ServiceAccountId, Session, SessionId, SigningKey, TeamId, User,
};
use secrecy::{ExposeSecret, SecretString};

/// The state of a record that a change requires. Checked before the first operation of the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precondition {
    /// Any state.
    None,
    /// Otherwise [`CommitError::AlreadyExists`].
    Absent,
    /// Otherwise [`CommitError::NotFound`].
    Present,
    /// Present at this version; otherwise [`CommitError::NotFound`] or [`CommitError::Stale`].
    Version(u64),
}

/// One operation on a record. A record is stored exactly as given, its version included.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each puts or deletes the record that it names")]
pub enum Operation {
    PutRole(Role, Precondition),
    DeleteRole(RoleId, Precondition),
    PutRoleBinding(RoleBinding, Precondition),
    DeleteRoleBinding(RoleBindingId, Precondition),
    PutApplication(Application, Precondition),
    DeleteApplication(ApplicationId, Precondition),
    PutUser(User),
    PutMirroredUser(MirroredUser),
    PutMirroredOrganization(MirroredOrganization),
    DeleteMirroredOrganization(OrganizationId),
    PutMirroredTeam(MirroredTeam),
    DeleteMirroredTeam(TeamId),
    PutSession(Session),
    DeleteSession(SessionId),
    PutServiceAccount(ServiceAccount, Precondition),
    DeleteServiceAccount(ServiceAccountId, Precondition),
    PutClient(Client, Precondition),
    DeleteClient(ClientId, Precondition),
    PutGrant(Grant, Precondition),
    DeleteGrant(GrantId),
    PutSigningKey(SigningKey),
    DeleteSigningKey(KeyId),
    PutRevocation(Revocation),
    /// The hash in PHC form.
    PutBreakGlass(SecretString),
    DeleteBreakGlass,
}

/// Operations that are made together or not at all.
#[derive(Debug, Clone, Default)]
pub struct Change {
    operations: Vec<Operation>,
    policy_version: Option<u64>,
}

impl Change {
    /// No operation: the event alone is recorded.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds an operation.
    #[must_use]
    pub fn with(mut self, operation: Operation) -> Self {
        self.operations.push(operation);
        self
    }

    /// Requires this version of the policy; otherwise [`CommitError::Stale`] of the `policy`. For a change that was checked
    /// against the whole policy (names, references, permissions).
    #[must_use]
    pub const fn at_policy_version(mut self, version: u64) -> Self {
        self.policy_version = Some(version);
        self
    }

    /// Serializes every record, so that the writer thread does not.
    pub(super) fn encode(self) -> Result<EncodedChange, CommitError> {
        let operations = self.operations.iter().map(encoded);
        Ok(EncodedChange {
            operations: operations.collect::<Result<_, _>>()?,
            policy_version: self.policy_version,
        })
    }
}

impl From<Operation> for Change {
    fn from(operation: Operation) -> Self {
        Self::none().with(operation)
    }
}

impl FromIterator<Operation> for Change {
    fn from_iter<I: IntoIterator<Item = Operation>>(operations: I) -> Self {
        Self {
            operations: operations.into_iter().collect(),
            policy_version: None,
        }
    }
}

/// The place of a committed event, and the versions after the commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommitReceipt {
    /// Place of the event in the audit log, from 0.
    pub sequence: u64,
    /// Grows by one with each change of a role, role binding or application.
    pub policy_version: u64,
    /// Grows by one with each change of a mirrored record or a user.
    pub directory_version: u64,
}

/// A change in the form for the writer.
pub(super) struct EncodedChange {
    pub(super) operations: Vec<EncodedOperation>,
    pub(super) policy_version: Option<u64>,
}

/// A row to insert (with a value) or to remove (without).
pub(super) struct EncodedOperation {
    pub(super) table: RecordTable,
    pub(super) what: &'static str,
    pub(super) counter: Counter,
    pub(super) key: Vec<u8>,
    pub(super) value: Option<Vec<u8>>,
    pub(super) precondition: Precondition,
}

fn encoded(operation: &Operation) -> Result<EncodedOperation, CommitError> {
    use Operation as O;
    match operation {
        O::PutRole(role, precondition) => put(role, *precondition),
        O::DeleteRole(id, precondition) => delete::<Role>(id.as_bytes(), *precondition),
        O::PutRoleBinding(binding, precondition) => put(binding, *precondition),
        O::DeleteRoleBinding(id, precondition) => {
            delete::<RoleBinding>(id.as_bytes(), *precondition)
        }
        O::PutApplication(application, precondition) => put(application, *precondition),
        O::DeleteApplication(id, precondition) => {
            delete::<Application>(id.as_bytes(), *precondition)
        }
        O::PutUser(user) => put(user, Precondition::None),
        O::PutMirroredUser(user) => put(user, Precondition::None),
        O::PutMirroredOrganization(organization) => put(organization, Precondition::None),
        O::DeleteMirroredOrganization(id) => {
            delete::<MirroredOrganization>(&number(*id), Precondition::None)
        }
        O::PutMirroredTeam(team) => put(team, Precondition::None),
        O::DeleteMirroredTeam(id) => delete::<MirroredTeam>(&number(*id), Precondition::None),
        O::PutSession(session) => put(session, Precondition::None),
        O::DeleteSession(id) => delete::<Session>(id.as_bytes(), Precondition::None),
        O::PutServiceAccount(account, precondition) => put(account, *precondition),
        O::DeleteServiceAccount(id, precondition) => {
            delete::<ServiceAccount>(id.as_bytes(), *precondition)
        }
        O::PutClient(client, precondition) => put(client, *precondition),
        O::DeleteClient(id, precondition) => delete::<Client>(id.as_bytes(), *precondition),
        O::PutGrant(grant, precondition) => put(grant, *precondition),
        O::DeleteGrant(id) => delete::<Grant>(id.as_bytes(), Precondition::None),
        O::PutSigningKey(key) => put(key, Precondition::Absent),
        O::DeleteSigningKey(id) => delete::<SigningKey>(id.as_bytes(), Precondition::None),
        O::PutRevocation(revocation) => put(revocation, Precondition::None),
        O::PutBreakGlass(hash) => {
            let hash = hash.expose_secret().to_owned();
            put(&BreakGlassRecord { hash }, Precondition::None)
        }
        O::DeleteBreakGlass => {
            delete::<BreakGlassRecord>(BreakGlassRecord::KEY, Precondition::None)
        }
    }
}

fn put<R: Record>(record: &R, precondition: Precondition) -> Result<EncodedOperation, CommitError> {
    Ok(EncodedOperation {
        table: R::TABLE,
        what: R::WHAT,
        counter: R::COUNTER,
        key: record.key(),
        value: Some(encode(record)?),
        precondition,
    })
}

#[expect(clippy::unnecessary_wraps, reason = "same signature as `put`")]
fn delete<R: Record>(
    key: &[u8],
    precondition: Precondition,
) -> Result<EncodedOperation, CommitError> {
    Ok(EncodedOperation {
        table: R::TABLE,
        what: R::WHAT,
        counter: R::COUNTER,
        key: key.to_vec(),
        value: None,
        precondition,
    })
}
