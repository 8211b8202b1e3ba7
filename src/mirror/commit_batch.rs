//! A plan as one commit of the store: the records after it, new users for new accounts, and its audit events. Pure but for
//! generated ids.

use super::data::MirrorData;
use super::describe::describe;
use super::plan::{ChangedIds, FactChange, GiteaFacts};
use crate::audit::{Action, AuditEvent, Object, ObjectKind, Versions};
use crate::model::{
    Clock, DisplayText, GiteaUser, GiteaUserId, Identity, MirroredUser, Principal, ProviderId,
    Random, SystemJob, User, UserId,
};
use crate::store::{Change, Operation};
use std::collections::BTreeMap;

/// A page of the audit log must be able to show every event.
const CHANGES_PER_EVENT: usize = 100;

/// What a commit is made from.
pub(super) struct CommitContext<'a> {
    pub(super) clock: &'a dyn Clock,
    pub(super) random: &'a dyn Random,
    /// Before the commit.
    pub(super) data: &'a MirrorData,
}

/// One commit.
pub(super) struct CommitBatch {
    /// Every record that the plan touches, once, as it is afterwards.
    pub(super) change: Change,
    pub(super) event: AuditEvent,
    /// Further events of a long plan.
    pub(super) more_events: Vec<AuditEvent>,
    /// New and renamed users.
    pub(super) users: BTreeMap<GiteaUserId, User>,
}

impl CommitBatch {
    /// For these changes, which result in the facts `after`.
    pub(super) fn new(
        context: &CommitContext<'_>,
        changes: &[FactChange],
        after: &GiteaFacts,
    ) -> Self {
        let ids = ChangedIds::of(changes);
        let users = context.changed_users(&ids, after);
        let user_id = |id| {
            let user = users.get(&id).or_else(|| context.data.users.get(&id));
            user.map(|user| user.id)
        };
        let event = |changes: &[FactChange]| {
            let reasons = changes.iter().map(|change| describe(change, user_id));
            context.event("gitea", reasons.collect())
        };
        let mut events = changes.chunks(CHANGES_PER_EVENT).map(event);
        let put_users = users.values().cloned().map(Operation::PutUser);
        let operations = operations(after, &ids).into_iter().chain(put_users);
        Self {
            change: operations.collect(),
            event: events.next().unwrap_or_else(|| event(&[])),
            more_events: events.collect(),
            users,
        }
    }
}

impl CommitContext<'_> {
    /// The users of new accounts and of accounts with another login.
    fn changed_users(&self, ids: &ChangedIds, after: &GiteaFacts) -> BTreeMap<GiteaUserId, User> {
        let records = ids.accounts.iter().filter_map(|id| after.accounts.get(id));
        let users = records.filter_map(|record| {
            let account = &record.account;
            Some((account.id, self.changed_user(account)?))
        });
        users.collect()
    }

    fn changed_user(&self, account: &GiteaUser) -> Option<User> {
        let login = DisplayText::lossy(account.login.as_str());
        if let Some(user) = self.data.users.get(&account.id) {
            let changed = user.login != login;
            return changed.then(|| User {
                login,
                ..user.clone()
            });
        }
        let identity = Identity {
            provider: ProviderId::gitea(),
            subject: account.id.into(),
        };
        Some(User {
            id: UserId::generate(self.clock, self.random),
            identities: vec![identity],
            gitea: Some(account.id),
            login,
            claims: None,
            created_at: self.clock.now(),
        })
    }

    /// An event of the directory; `provider` is the source of the change.
    pub(super) fn event(
        &self,
        provider: impl std::fmt::Display,
        reasons: Vec<DisplayText>,
    ) -> AuditEvent {
        let actor = Principal::System(SystemJob::Mirror);
        let object = Object::new(ObjectKind::Directory, provider);
        let versions = Versions {
            policy: self.data.policy_version,
            directory: self.data.version,
        };
        let event = AuditEvent::new(self.clock.now(), actor, Action::DirectoryUpdate, object);
        AuditEvent {
            reasons,
            ..event.under(versions)
        }
    }
}

/// The changed records as they are afterwards.
fn operations(after: &GiteaFacts, ids: &ChangedIds) -> Vec<Operation> {
    let accounts = ids.accounts.iter().filter_map(|id| after.accounts.get(id));
    let organizations = ids.organizations.iter().map(|id| {
        let record = after.organizations.get(id).cloned();
        record.map_or(
            Operation::DeleteMirroredOrganization(*id),
            Operation::PutMirroredOrganization,
        )
    });
    let teams = ids.teams.iter().map(|id| {
        after.record_of_team(*id).map_or(
            Operation::DeleteMirroredTeam(*id),
            Operation::PutMirroredTeam,
        )
    });
    accounts
        .map(|record| Operation::PutMirroredUser(MirroredUser::clone(record)))
        .chain(organizations)
        .chain(teams)
        .collect()
}
