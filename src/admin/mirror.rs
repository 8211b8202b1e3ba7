//! Reading everything from Gitea now, because somebody asked for it.

use super::{Admin, AdminError};
use crate::access::{MirrorSync, Permit};
use crate::audit::{Action, Object, ObjectKind};
use crate::mirror::{FullSyncReport, MirrorError};
use crate::store::Change;

/// Why not everything was read.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The wish could not be recorded.
    #[error(transparent)]
    Admin(#[from] AdminError),
    /// Gitea gave no answer.
    #[error(transparent)]
    Mirror(#[from] MirrorError),
}

impl Admin {
    /// Records who asked, then reads everything; returns when what Gitea said is in force.
    pub async fn sync_mirror(
        &self,
        permit: Permit<MirrorSync>,
    ) -> Result<FullSyncReport, SyncError> {
        let object = Object::new(ObjectKind::Directory, "gitea");
        let (now, policy) = (self.clock.now(), self.policy());
        let event = permit
            .caller()
            .event(now, Action::DirectorySync, object, &policy);
        let recorded = self.store.commit(Change::none(), event).await;
        recorded.map_err(AdminError::Unavailable)?;
        Ok(self.mirror.sync_now().await?)
    }
}
