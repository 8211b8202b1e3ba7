//! The services of this module over a real store and a test clock, for the tests of this module.

use super::{KeyError, SealKey, Settings, TokenServices, open};
use crate::audit::{Action, AuditEvent, Object, ObjectKind};
use crate::model::testing::TestClock;
use crate::model::{Principal, SystemJob, Timestamp};
use crate::store::Store;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

pub(super) const ISSUER: &str = "https://samovar.example.test";
pub(super) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A server's tokens, with what they rest on.
pub(super) struct TestServer {
    pub clock: Arc<TestClock>,
    pub store: Store,
    pub services: TokenServices,
    folder: TempDir,
}

impl TestServer {
    pub(super) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::open(TestClock::new(), folder)
    }

    fn open(clock: Arc<TestClock>, folder: TempDir) -> Self {
        let store = Store::open(folder.path(), Arc::clone(&clock) as _).unwrap();
        Self {
            services: services(&store, &clock, ISSUER, 7).unwrap(),
            clock,
            store,
            folder,
        }
    }

    /// Further services over the same store, with another issuer or seal key.
    pub(super) fn services_with(&self, issuer: &str, seal: u8) -> Result<TokenServices, KeyError> {
        services(&self.store, &self.clock, issuer, seal)
    }

    /// The same server after its process was started again.
    pub(super) fn restart(self) -> Self {
        drop((self.services, self.store));
        Self::open(self.clock, self.folder)
    }
}

fn services(
    store: &Store,
    clock: &Arc<TestClock>,
    issuer: &str,
    seal: u8,
) -> Result<TokenServices, KeyError> {
    let settings = Settings {
        issuer: issuer.to_owned(),
        key_rotation: DAY,
        workload_issuers: BTreeSet::new(),
    };
    let snapshot = store.load().unwrap();
    let key = SealKey::new([seal; 32]);
    open(store, &clock.capabilities(), &key, settings, &snapshot)
}

/// An event of the server, for tests that are not about events.
pub(crate) fn event(at: Timestamp) -> AuditEvent {
    let actor = Principal::System(SystemJob::Server);
    let object = Object::new(ObjectKind::SigningKey, "test");
    AuditEvent::new(at, actor, Action::SigningKeyCreate, object)
}
