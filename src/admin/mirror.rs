//! A full sync with Gitea that a caller requests.

use super::{Admin, AdminError};
use crate::access::{MirrorSync, Permit};
use crate::audit::{Action, Object, ObjectKind};
use crate::mirror::{FullSyncReport, MirrorError};
use crate::store::Change;

/// Why a full sync was not made.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The request could not be recorded.
    #[error(transparent)]
    Admin(#[from] AdminError),
    /// Gitea did not answer.
    #[error(transparent)]
    Mirror(#[from] MirrorError),
}

impl Admin {
    /// Records the request, then makes a full sync; returns when its result is in force.
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
        recorded.map_err(AdminError::Store)?;
        Ok(self.mirror.sync_now().await?)
    }
}
