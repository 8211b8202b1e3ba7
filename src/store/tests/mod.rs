//! Tests of the store by subject, with shared samples, a random source and a temporary state folder.

mod batches;
mod commits;
mod disk;
mod folders;
mod queries;
mod record_samples;
mod records;
mod space;

use super::{Change, CommitError, Operation, Precondition, Store, StoreError, UnauditedWrite};
use crate::audit::{Action, AuditEvent, EventQuery, Object, ObjectKind, Outcome, PersonalFields};
use crate::model::{
    DisplayText, GiteaUser, MirroredTeam, MirroredUser, Principal, Random, Role, RoleId, Session,
    SessionId, SessionKey, SessionPlace, Team, Timestamp, UserId,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A random source that never repeats.
#[derive(Default)]
struct CountingRandom(AtomicU64);

impl Random for CountingRandom {
    fn fill(&self, bytes: &mut [u8]) {
        let number = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        bytes
            .iter_mut()
            .zip(number.iter().cycle())
            .for_each(|(to, from)| *to = *from);
    }
}

fn random() -> Arc<dyn Random> {
    Arc::new(CountingRandom::default())
}

/// A temporary state folder.
struct StateFolder(tempfile::TempDir);

impl StateFolder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn open(&self) -> Store {
        self.try_open().unwrap()
    }

    fn try_open(&self) -> Result<Store, StoreError> {
        Store::open(self.0.path(), random())
    }
}

fn user(number: u8) -> UserId {
    UserId::from_bytes([number; 16])
}

fn role(number: u8, version: u64) -> Role {
    Role {
        id: RoleId::from_bytes([number; 16]),
        name: format!("role-{number}").parse().unwrap(),
        description: DisplayText::lossy(""),
        permissions: ["deployments:*".parse().unwrap()].into(),
        built_in: false,
        version,
    }
}

fn session(number: u8) -> Session {
    Session {
        id: SessionId::from_bytes([number; 16]),
        key: SessionKey::from_digest([number; 32]),
        principal: Principal::User(user(1)),
        place: SessionPlace::Samovar,
        provider: None,
        provider_session: None,
        created_at: Timestamp::from_seconds(10),
        last_seen_at: Timestamp::from_seconds(10),
        ends_at: Timestamp::from_seconds(1000),
        address: None,
        user_agent: DisplayText::lossy("browser"),
    }
}

fn mirrored_user(number: i64) -> MirroredUser {
    MirroredUser {
        account: GiteaUser {
            id: number.try_into().unwrap(),
            login: format!("user{number}").parse().unwrap(),
            full_name: DisplayText::lossy(""),
            email: DisplayText::lossy(""),
            active: true,
            prohibit_login: false,
            is_admin: false,
            source_id: 0,
            login_name: DisplayText::lossy(""),
        },
        gone: false,
        asked_at: Timestamp::from_seconds(10),
    }
}

fn mirrored_team(number: i64) -> MirroredTeam {
    MirroredTeam {
        team: Team {
            id: number.try_into().unwrap(),
            organization: 1.try_into().unwrap(),
            name: DisplayText::lossy("Deployers"),
            owners: false,
        },
        members: [7.try_into().unwrap()].into(),
        asked_at: Timestamp::from_seconds(10),
    }
}

fn event(actor: u8, seconds: i64) -> AuditEvent {
    AuditEvent {
        at: Timestamp::from_seconds(seconds),
        actor: Principal::User(user(actor)),
        action: Action::RoleCreate,
        object: Object::new(ObjectKind::Role, "r"),
        outcome: Outcome::Allowed,
        reasons: Vec::new(),
        application: None,
        request: None,
        policy_version: 4,
        directory_version: 5,
        repeats: None,
        personal: PersonalFields {
            login: Some(DisplayText::lossy("alice")),
            ..PersonalFields::default()
        },
    }
}

/// One page that holds every event of a test.
fn everything() -> EventQuery {
    EventQuery {
        limit: 99,
        ..EventQuery::default()
    }
}
