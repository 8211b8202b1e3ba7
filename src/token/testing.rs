//! A store, a clock that is turned by hand, and the services of this room over them: for this room's tests.

use super::{SealKey, Settings, TokenServices, open};
use crate::audit::{Action, AuditEvent, Object, ObjectKind};
use crate::model::{Clock, Principal, Random, SystemJob, Timestamp};
use crate::store::Store;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tempfile::TempDir;

pub(super) const ISSUER: &str = "https://samovar.example.test";
pub(super) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) struct Hands {
    millis: AtomicI64,
    count: AtomicI64,
}

impl Hands {
    pub(super) fn turn(&self, span: Duration) {
        let millis = i64::try_from(span.as_millis()).unwrap();
        self.millis.fetch_add(millis, Ordering::SeqCst);
    }

    pub(super) fn turn_back(&self, span: Duration) {
        let millis = i64::try_from(span.as_millis()).unwrap();
        self.millis.fetch_sub(millis, Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.millis.load(Ordering::SeqCst))
    }
}

impl Random for Hands {
    fn fill(&self, bytes: &mut [u8]) {
        let number = self.count.fetch_add(1, Ordering::SeqCst).to_be_bytes();
        let pattern = number.iter().rev().cycle();
        bytes
            .iter_mut()
            .rev()
            .zip(pattern)
            .for_each(|(to, from)| *to = *from);
    }
}

pub(super) struct Stage {
    pub hands: Arc<Hands>,
    pub store: Store,
    pub opened: TokenServices,
    folder: TempDir,
}

impl Stage {
    pub(super) fn set() -> Self {
        let hands = Arc::new(Hands {
            millis: AtomicI64::new(1_790_000_000_000),
            count: AtomicI64::new(1),
        });
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), Arc::clone(&hands) as _).unwrap();
        Self {
            opened: opened(&store, &hands, (ISSUER, 7)).unwrap(),
            hands,
            store,
            folder,
        }
    }

    /// The services anew over what the store has, as another issuer or with another seal key.
    pub(super) fn again(&self, as_whom: (&str, u8)) -> Result<TokenServices, super::KeyError> {
        opened(&self.store, &self.hands, as_whom)
    }

    /// The same world after the process was started again.
    pub(super) fn restart(self) -> Self {
        let Self {
            hands,
            store,
            opened: before,
            folder,
        } = self;
        drop(before);
        drop(store);
        let store = Store::open(folder.path(), Arc::clone(&hands) as _).unwrap();
        Self {
            opened: opened(&store, &hands, (ISSUER, 7)).unwrap(),
            hands,
            store,
            folder,
        }
    }
}

fn opened(
    store: &Store,
    hands: &Arc<Hands>,
    (issuer, seal): (&str, u8),
) -> Result<TokenServices, super::KeyError> {
    let (clock, random): (Arc<dyn Clock>, Arc<dyn Random>) =
        (Arc::clone(hands) as _, Arc::clone(hands) as _);
    let settings = Settings {
        issuer: issuer.to_owned(),
        key_rotation: DAY,
        workload_issuers: BTreeSet::new(),
    };
    let snapshot = store.load().unwrap();
    open(
        store,
        (&clock, &random),
        &SealKey::new([seal; 32]),
        settings,
        &snapshot,
    )
}

/// An event of ours, for what is not about events.
pub(crate) fn event(at: Timestamp) -> AuditEvent {
    let object = Object::new(ObjectKind::SigningKey, "test");
    let actor = Principal::System(SystemJob::Server);
    AuditEvent::new(at, actor, Action::SigningKeyCreate, object)
}
