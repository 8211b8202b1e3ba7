//! Changes as the store takes them: the records that they leave behind, people of ours for new accounts, and the audit
//! event that goes with them. Pure but for the ids that it makes.

use super::plan::{Change, Known, Plan};
use super::words::sentence;
use crate::audit::{Action, AuditEvent, Object, ObjectKind, Outcome, PersonalFields};
use crate::model::{
    Clock, DisplayText, GiteaUser, GiteaUserId, Identity, MirroredUser, OrganizationId, Principal,
    ProviderId, Random, SystemJob, TeamId, User, UserId,
};
use crate::store::{self, Operation};
use std::collections::{BTreeMap, BTreeSet};

/// What the writing of a batch needs from outside.
pub(super) struct Writing<'a> {
    pub(super) clock: &'a dyn Clock,
    pub(super) random: &'a dyn Random,
    pub(super) policy_version: u64,
    pub(super) directory_version: u64,
}

/// Changes in one event, so that no event grows past what a page can show.
const CHANGES_PER_EVENT: usize = 100;

/// A plan, ready to be committed in one step.
pub(super) struct Batch {
    /// Every record that the plan touches, once, as it is afterwards.
    pub(super) change: store::Change,
    /// What it changes in words; long plans need more events than one.
    pub(super) event: AuditEvent,
    pub(super) more: Vec<AuditEvent>,
    /// People who are new, or whose login changed.
    pub(super) people: Vec<User>,
}

impl Batch {
    /// From what is known of Gitea's accounts and of our people.
    pub(super) fn new(
        writing: &Writing<'_>,
        (known, people): (&Known, &BTreeMap<GiteaUserId, User>),
        plan: &Plan,
    ) -> Self {
        let changes = plan.changes.as_slice();
        let mut part = known.excerpt(changes);
        part.apply_changes(changes);
        part.renew(&plan.renewals);
        let mut named = people_named(changes, people);
        let new = changed_people(writing, &mut named, changes);
        let describe = |changes: &[Change]| {
            let reasons = changes.iter().map(|change| sentence(change, &named));
            event(writing, "gitea", reasons.collect())
        };
        let mut events = changes.chunks(CHANGES_PER_EVENT).map(describe);
        let users = new.iter().cloned().map(Operation::PutUser);
        Self {
            change: operations(&part, changes)
                .into_iter()
                .chain(users)
                .collect(),
            event: events.next().unwrap_or_else(|| describe(&[])),
            more: events.collect(),
            people: new,
        }
    }
}

/// People who are new or have another login after the changes, each once; `named` learns of them.
fn changed_people(
    writing: &Writing<'_>,
    named: &mut BTreeMap<GiteaUserId, User>,
    changes: &[Change],
) -> Vec<User> {
    let mut people = BTreeSet::new();
    for change in changes {
        if let Change::PutAccount(account) = change
            && let Some(user) = person(writing, named.get(&account.id), account)
        {
            people.insert(account.id);
            named.insert(account.id, user);
        }
    }
    let people = people.iter().filter_map(|id| named.get(id).cloned());
    people.collect()
}

/// The person of a changed account, when there is something new to keep of them.
fn person(writing: &Writing<'_>, before: Option<&User>, account: &GiteaUser) -> Option<User> {
    let login = DisplayText::lossy(account.login.as_str());
    if let Some(user) = before {
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
        id: UserId::generate(writing.clock, writing.random),
        identities: vec![identity],
        gitea: Some(account.id),
        login,
        claims: None,
        created_at: writing.clock.now(),
    })
}

fn people_named(
    changes: &[Change],
    people: &BTreeMap<GiteaUserId, User>,
) -> BTreeMap<GiteaUserId, User> {
    let ids = changes.iter().filter_map(|change| match change {
        Change::PutAccount(GiteaUser { id, .. })
        | Change::AccountGone(id)
        | Change::Joined(_, id)
        | Change::Left(_, id) => Some(*id),
        _ => None,
    });
    ids.filter_map(|id| Some((id, people.get(&id)?.clone())))
        .collect()
}

/// An event of the directory's. `what` is the provider whose word changed it.
pub(super) fn event(
    writing: &Writing<'_>,
    what: impl std::fmt::Display,
    reasons: Vec<DisplayText>,
) -> AuditEvent {
    AuditEvent {
        at: writing.clock.now(),
        actor: Principal::System(SystemJob::Mirror),
        action: Action::DirectoryUpdate,
        object: Object::new(ObjectKind::Directory, what),
        outcome: Outcome::Allowed,
        reasons,
        application: None,
        request: None,
        policy_version: writing.policy_version,
        directory_version: writing.directory_version,
        repeats: None,
        personal: PersonalFields::default(),
    }
}

/// The records as they are after the changes, each once.
fn operations(after: &Known, changes: &[Change]) -> Vec<Operation> {
    let mut accounts: BTreeSet<GiteaUserId> = BTreeSet::new();
    let mut organizations: BTreeSet<OrganizationId> = BTreeSet::new();
    let mut teams: BTreeSet<TeamId> = BTreeSet::new();
    for change in changes {
        match change {
            Change::PutAccount(GiteaUser { id, .. }) | Change::AccountGone(id) => {
                accounts.insert(*id);
            }
            Change::PutOrganization(crate::model::Organization { id, .. })
            | Change::OrganizationGone(id) => {
                organizations.insert(*id);
            }
            Change::PutTeam(crate::model::Team { id, .. })
            | Change::TeamGone(id)
            | Change::Joined(id, _)
            | Change::Left(id, _) => {
                teams.insert(*id);
            }
        }
    }
    let accounts = accounts.iter().filter_map(|id| after.accounts.get(id));
    let organizations = organizations.iter().map(|id| {
        after
            .organizations
            .get(id)
            .map_or(Operation::DeleteMirroredOrganization(*id), |record| {
                Operation::PutMirroredOrganization(record.clone())
            })
    });
    let teams = teams.iter().map(|id| {
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
