//! Proxy secrets of applications: show, rotate.

use super::edit::ObjectChange;
use super::{Admin, AdminError};
use crate::access::{ApplicationsAny, Permit};
use crate::audit::{Action, Object, ObjectKind};
use crate::model::{Application, ApplicationId, DisplayText};
use crate::policy::Policy;
use crate::store::Change;
use std::time::Duration;

impl Admin {
    /// Records that the application's proxy secret is shown; returns the application.
    pub async fn show_proxy_secret(
        &self,
        permit: &Permit<ApplicationsAny>,
        id: ApplicationId,
    ) -> Result<Application, AdminError> {
        let policy = self.policy.load();
        let application = find(&policy, id)?.clone();
        let (now, object) = (self.clock.now(), Object::new(ObjectKind::Application, id));
        let caller = permit.caller();
        let event = caller.event(now, Action::ProxySecretShow, object, &policy);
        let recorded = self.store.commit(Change::none(), event).await;
        recorded.map_err(AdminError::Store)?;
        Ok(application)
    }

    /// Starts the next generation of the application's proxy secret. The previous one stays valid for the overlap.
    pub async fn rotate_proxy_secret(
        &self,
        permit: Permit<ApplicationsAny>,
        id: ApplicationId,
        overlap: Duration,
    ) -> Result<Application, AdminError> {
        let edit = self.edit(&permit).await?;
        let before = find(&edit.policy, id)?;
        let application = Application {
            proxy_secret: before.proxy_secret.rotated(edit.now, overlap),
            version: before.version + 1,
            ..before.clone()
        };
        let object = Object::new(ObjectKind::Application, id);
        let mut event = edit.event(Action::ProxySecretRotate, object);
        let until = application.proxy_secret.previous_until;
        let reason = format!("the previous secret is valid until {until}");
        event.reasons.push(DisplayText::lossy(&reason));
        let change = ObjectChange::Update(before, &application);
        edit.commit_as(&change, event).await?;
        Ok(application)
    }
}

fn find(policy: &Policy, id: ApplicationId) -> Result<&Application, AdminError> {
    let application = policy.application(id);
    application.ok_or(AdminError::Missing("application"))
}
