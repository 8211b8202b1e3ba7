//! Proxy secrets of applications: shown to those who may change all of an application, and rotated.

use super::draft::Draft;
use super::{Admin, AdminError};
use crate::access::{ApplicationsAny, Permit};
use crate::audit::{Action, AuditEvent, Object, ObjectKind};
use crate::model::{Application, ApplicationId, DisplayText};
use crate::policy::Policy;
use crate::store::{Change, Operation, Precondition};
use std::time::Duration;

impl Admin {
    /// Records that the application's proxy secret is shown; gives the application whose secret it is.
    pub async fn show_proxy_secret(
        &self,
        permit: &Permit<ApplicationsAny>,
        id: ApplicationId,
    ) -> Result<Application, AdminError> {
        let policy = self.policy.load();
        let application = present(&policy, id)?.clone();
        let event = self.proxy_secret_event(permit, Action::ProxySecretShow, id, &policy);
        let written = self.store.commit(Change::none(), event).await;
        written.map_err(AdminError::Unavailable)?;
        Ok(application)
    }

    /// The next generation of the application's proxy secret. The present one stays valid for the overlap.
    pub async fn rotate_proxy_secret(
        &self,
        permit: Permit<ApplicationsAny>,
        id: ApplicationId,
        overlap: Duration,
    ) -> Result<Application, AdminError> {
        let turn = self.turn().await;
        let policy = self.policy.load();
        let mut application = present(&policy, id)?.clone();
        let before = application.version;
        let rotated = application.proxy_secret.rotated(self.clock.now(), overlap);
        application.proxy_secret = rotated;
        application.version = before + 1;
        let mut next = Draft::of(&policy);
        next.applications.retain(|other| other.id != id);
        next.applications.push(application.clone());
        let expect = Precondition::Version(before);
        let change = Change::from(Operation::PutApplication(application.clone(), expect));
        let mut event = self.proxy_secret_event(&permit, Action::ProxySecretRotate, id, &policy);
        let until = format!(
            "the previous secret is valid until {}",
            rotated.previous_until
        );
        event.reasons.push(DisplayText::lossy(&until));
        self.put_in_force(&turn, next, change, event).await?;
        Ok(application)
    }

    fn proxy_secret_event(
        &self,
        permit: &Permit<ApplicationsAny>,
        action: Action,
        id: ApplicationId,
        policy: &Policy,
    ) -> AuditEvent {
        let object = Object::new(ObjectKind::Application, id);
        permit
            .caller()
            .event(self.clock.now(), action, object, policy)
    }
}

fn present(policy: &Policy, id: ApplicationId) -> Result<&Application, AdminError> {
    let missing = AdminError::Missing("application");
    policy.application(id).ok_or(missing)
}
