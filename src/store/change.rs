//! Changes: what a commit does to the records, and what it expects of them before it does anything.

use super::error::CommitError;
use super::record::encode;
use super::tables::{BreakGlass, Counter, Record, RecordTable, number};
use crate::model::{
    Application, ApplicationId, Client, ClientId, Grant, GrantId, KeyId, MirroredOrganization,
    MirroredTeam, MirroredUser, OrganizationId, Revocation, Role, RoleBinding, RoleBindingId,
    RoleId, ServiceAccount, ServiceAccountId, Session, SessionId, SigningKey, TeamId, User,
};
use secrecy::{ExposeSecret, SecretString};

/// What must hold of a record, before the change, for the change to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Nothing.
    Any,
    /// It is not there; otherwise [`CommitError::Taken`].
    Absent,
    /// It is there; otherwise [`CommitError::Missing`].
    Present,
    /// It is there at this version; otherwise [`CommitError::Missing`] or [`CommitError::Stale`].
    Version(u64),
}

/// One step of a change. What is put is kept exactly as given, its version included.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each name says it: put or delete that record")]
pub enum Operation {
    PutRole(Role, Expect),
    DeleteRole(RoleId, Expect),
    PutRoleBinding(RoleBinding, Expect),
    DeleteRoleBinding(RoleBindingId, Expect),
    PutApplication(Application, Expect),
    DeleteApplication(ApplicationId, Expect),
    PutUser(User),
    PutMirroredUser(MirroredUser),
    PutMirroredOrganization(MirroredOrganization),
    DeleteMirroredOrganization(OrganizationId),
    PutMirroredTeam(MirroredTeam),
    DeleteMirroredTeam(TeamId),
    PutSession(Session),
    DeleteSession(SessionId),
    PutServiceAccount(ServiceAccount, Expect),
    DeleteServiceAccount(ServiceAccountId, Expect),
    PutClient(Client, Expect),
    DeleteClient(ClientId, Expect),
    PutGrant(Grant, Expect),
    DeleteGrant(GrantId),
    PutSigningKey(SigningKey),
    DeleteSigningKey(KeyId),
    PutRevocation(Revocation),
    /// The hash in PHC form.
    PutBreakGlass(SecretString),
    DeleteBreakGlass,
}

/// Steps that are made together or not at all. All expectations speak of the state before the first step.
#[derive(Debug, Clone, Default)]
pub struct Change {
    operations: Vec<Operation>,
    policy_version: Option<u64>,
}

impl Change {
    /// No step: the event alone is recorded.
    pub fn none() -> Self {
        Self::default()
    }

    /// This step as well.
    #[must_use]
    pub fn with(mut self, operation: Operation) -> Self {
        self.operations.push(operation);
        self
    }

    /// Only if the policy is still at this version; otherwise [`CommitError::Stale`] of the `policy`. What was
    /// checked against a whole policy (names, references, who holds what) thereby still holds when it is written.
    #[must_use]
    pub const fn at_policy_version(mut self, version: u64) -> Self {
        self.policy_version = Some(version);
        self
    }

    /// Written down, so that the writer has only to compare and to put.
    pub(super) fn encode(self) -> Result<EncodedChange, CommitError> {
        let rows = self.operations.iter().map(row).collect::<Result<_, _>>()?;
        Ok(EncodedChange {
            rows,
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

/// A change as the writer takes it.
pub(super) struct EncodedChange {
    pub(super) rows: Vec<Row>,
    pub(super) policy_version: Option<u64>,
}

/// One record to put (a value) or to delete (none).
pub(super) struct Row {
    pub(super) table: RecordTable,
    pub(super) what: &'static str,
    pub(super) counter: Counter,
    pub(super) key: Vec<u8>,
    pub(super) value: Option<Vec<u8>>,
    pub(super) expect: Expect,
}

fn row(operation: &Operation) -> Result<Row, CommitError> {
    use Operation as O;
    match operation {
        O::PutRole(role, expect) => put(role, *expect),
        O::DeleteRole(id, expect) => delete::<Role>(id.as_bytes(), *expect),
        O::PutRoleBinding(binding, expect) => put(binding, *expect),
        O::DeleteRoleBinding(id, expect) => delete::<RoleBinding>(id.as_bytes(), *expect),
        O::PutApplication(application, expect) => put(application, *expect),
        O::DeleteApplication(id, expect) => delete::<Application>(id.as_bytes(), *expect),
        O::PutUser(user) => put(user, Expect::Any),
        O::PutMirroredUser(user) => put(user, Expect::Any),
        O::PutMirroredOrganization(organization) => put(organization, Expect::Any),
        O::DeleteMirroredOrganization(id) => {
            delete::<MirroredOrganization>(&number(*id), Expect::Any)
        }
        O::PutMirroredTeam(team) => put(team, Expect::Any),
        O::DeleteMirroredTeam(id) => delete::<MirroredTeam>(&number(*id), Expect::Any),
        O::PutSession(session) => put(session, Expect::Any),
        O::DeleteSession(id) => delete::<Session>(id.as_bytes(), Expect::Any),
        O::PutServiceAccount(account, expect) => put(account, *expect),
        O::DeleteServiceAccount(id, expect) => delete::<ServiceAccount>(id.as_bytes(), *expect),
        O::PutClient(client, expect) => put(client, *expect),
        O::DeleteClient(id, expect) => delete::<Client>(id.as_bytes(), *expect),
        O::PutGrant(grant, expect) => put(grant, *expect),
        O::DeleteGrant(id) => delete::<Grant>(id.as_bytes(), Expect::Any),
        O::PutSigningKey(key) => put(key, Expect::Absent),
        O::DeleteSigningKey(id) => delete::<SigningKey>(id.as_bytes(), Expect::Any),
        O::PutRevocation(revocation) => put(revocation, Expect::Any),
        O::PutBreakGlass(hash) => {
            let hash = hash.expose_secret().to_owned();
            put(&BreakGlass { hash }, Expect::Any)
        }
        O::DeleteBreakGlass => delete::<BreakGlass>(BreakGlass::KEY, Expect::Any),
    }
}

fn put<R: Record>(record: &R, expect: Expect) -> Result<Row, CommitError> {
    Ok(Row {
        table: R::TABLE,
        what: R::WHAT,
        counter: R::COUNTER,
        key: record.key(),
        value: Some(encode(record)?),
        expect,
    })
}

#[expect(clippy::unnecessary_wraps, reason = "one form with `put`")]
fn delete<R: Record>(key: &[u8], expect: Expect) -> Result<Row, CommitError> {
    Ok(Row {
        table: R::TABLE,
        what: R::WHAT,
        counter: R::COUNTER,
        key: key.to_vec(),
        value: None,
        expect,
    })
}
