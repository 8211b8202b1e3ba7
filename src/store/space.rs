//! The disk reserve: free space that only changes which end access, follow Gitea or concern the server may use.
//!
//! Free space is sampled before each batch and on a timer, never for a request. Below a quarter of the reserve nothing is
//! written, because a failed write closes the store until a restart.

use crate::audit::Action;
use std::path::Path;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

/// Measures the free space of the store's file system.
pub trait FreeSpace: Send + Sync + 'static {
    /// Bytes that this process may still write.
    fn bytes(&self) -> std::io::Result<u64>;
}

/// The file system of a folder, by statvfs(3): blocks for processes without privileges.
impl FreeSpace for Box<Path> {
    fn bytes(&self) -> std::io::Result<u64> {
        let system = rustix::fs::statvfs(&**self)?;
        Ok(system.f_bavail.saturating_mul(system.f_frsize))
    }
}

/// The bytes to keep free, and the probe that measures free space.
pub struct DiskReserve {
    bytes: u64,
    probe: Box<dyn FreeSpace>,
}

impl DiskReserve {
    /// Keeps `bytes` free on the folder's file system.
    pub fn of_folder(folder: &Path, bytes: u64) -> Self {
        Self::with_probe(bytes, Box::<Path>::from(folder))
    }

    /// Keeps `bytes` free by the measure of a probe.
    pub fn with_probe(bytes: u64, probe: impl FreeSpace) -> Self {
        Self {
            bytes,
            probe: Box::new(probe),
        }
    }
}

/// What may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// Everything.
    Enough,
    /// Only what may use the reserve.
    Reserve,
    /// Nothing.
    Exhausted,
}

impl Level {
    pub(super) fn admits(self, action: Action) -> bool {
        match self {
            Self::Enough => true,
            Self::Reserve => may_use_reserve(action),
            Self::Exhausted => false,
        }
    }
}

/// The disk is almost full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LowSpace {
    /// Bytes that were free at the last sample.
    pub free: u64,
    /// Bytes to keep free.
    pub reserve: u64,
}

impl std::fmt::Display for LowSpace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (free, reserve) = (mebibytes(self.free), mebibytes(self.reserve));
        write!(
            f,
            "the disk has {free} MiB free, less than the reserve of {reserve} MiB: sign-ins, grants and changes are refused, reads continue; free some space, no restart is needed"
        )
    }
}

const fn mebibytes(bytes: u64) -> u64 {
    bytes >> 20
}

/// The last sample.
pub(super) struct Space {
    reserve: DiskReserve,
    free: AtomicU64,
    level: AtomicU8,
}

impl Space {
    pub(super) fn new(reserve: DiskReserve) -> Self {
        let space = Self {
            reserve,
            free: AtomicU64::new(u64::MAX),
            level: AtomicU8::new(Level::Enough as u8),
        };
        space.sample();
        space
    }

    /// Samples the free space. If the probe fails, the last sample stays and the log has a warning.
    pub(super) fn sample(&self) -> Level {
        let before = self.level();
        if self.reserve.bytes == 0 {
            return before;
        }
        let free = match self.reserve.probe.bytes() {
            Ok(free) => free,
            Err(error) => {
                tracing::warn!(%error, "the free space of the disk could not be read");
                return before;
            }
        };
        let level = self.level_at(free, before);
        self.free.store(free, Ordering::Relaxed);
        self.level.store(level as u8, Ordering::Relaxed);
        match (before, level) {
            (Level::Enough, Level::Enough) => {}
            (_, Level::Enough) => {
                tracing::info!("the disk has enough space again; every change is accepted");
            }
            (before, level) if before != level => tracing::error!("{}", self.low()),
            _ => {}
        }
        level
    }

    /// The level returns to `Enough` only an eighth above the reserve, so that it does not alternate.
    fn level_at(&self, free: u64, before: Level) -> Level {
        let reserve = self.reserve.bytes;
        let spare = if before == Level::Enough {
            0
        } else {
            reserve / 8
        };
        if free < reserve / 4 {
            Level::Exhausted
        } else if free < reserve.saturating_add(spare) {
            Level::Reserve
        } else {
            Level::Enough
        }
    }

    /// The level at the last sample.
    pub(super) fn level(&self) -> Level {
        match self.level.load(Ordering::Relaxed) {
            level if level == Level::Enough as u8 => Level::Enough,
            level if level == Level::Reserve as u8 => Level::Reserve,
            _ => Level::Exhausted,
        }
    }

    pub(super) fn low(&self) -> LowSpace {
        LowSpace {
            free: self.free.load(Ordering::Relaxed),
            reserve: self.reserve.bytes,
        }
    }
}

/// Changes that end access, follow Gitea or concern the server may use the reserve. New access may not.
const fn may_use_reserve(action: Action) -> bool {
    use Action as A;
    match action {
        A::SessionEnd
        | A::RoleDelete
        | A::RoleBindingDelete
        | A::ApplicationDelete
        | A::ServiceAccountDelete
        | A::ClientDelete
        | A::SecretDelete
        | A::TokenRevoke
        | A::GrantEnd
        | A::GrantReplay
        | A::SigningKeyDelete
        | A::BreakGlassOff
        | A::DirectoryUpdate
        | A::DirectorySync
        | A::AuditLogRead
        | A::ServerStart
        | A::ServerStop => true,
        A::RequestDecide
        | A::SessionCreate
        | A::AdministratorClaim
        | A::RoleCreate
        | A::RoleUpdate
        | A::RoleBindingCreate
        | A::RoleBindingUpdate
        | A::ApplicationCreate
        | A::ApplicationUpdate
        | A::ProxySecretShow
        | A::ProxySecretRotate
        | A::ServiceAccountCreate
        | A::ServiceAccountUpdate
        | A::ClientCreate
        | A::ClientUpdate
        | A::SecretCreate
        | A::TokenIssue
        | A::TokenIntrospect
        | A::GrantAllow
        | A::GrantCreate
        | A::DeviceAnswer
        | A::GrantRefresh
        | A::SigningKeyCreate
        | A::BreakGlassSet
        | A::AuditLogLimit => false,
    }
}
