//! Applications: make, change, delete.

use super::differences::with_differences;
use super::draft::Draft;
use super::{Admin, AdminError};
use crate::access::{ApplicationsWrite, Permit};
use crate::audit::{Action, Object, ObjectKind};
use crate::model::{
    Application, ApplicationId, AuditMode, AuthorizationOwner, HostName, IdentityHeader, Name,
    ProxySecret, Range, Route, Timestamp, TokenSettings,
};
use crate::policy::Policy;
use crate::store::{Change, Operation, Precondition};
use std::collections::BTreeSet;

/// What a person says of an application.
#[derive(Debug, Clone)]
pub struct ApplicationDraft {
    /// Unique among applications.
    pub name: Name,
    /// Hosts that it answers to.
    pub hosts: BTreeSet<HostName>,
    /// In order.
    pub routes: Vec<Route>,
    /// Identity headers it wants.
    pub identity_headers: BTreeSet<IdentityHeader>,
    /// Who reads `Authorization`.
    pub authorization: AuthorizationOwner,
    /// Origins whose scripts may call it with credentials.
    pub origins: BTreeSet<url::Url>,
    /// How much the audit log keeps.
    pub audit: AuditMode,
    /// What its tokens are like.
    pub tokens: TokenSettings,
}

impl ApplicationDraft {
    fn application(
        self,
        id: ApplicationId,
        (named_at, proxy_secret): (Timestamp, ProxySecret),
        version: u64,
    ) -> Application {
        Application {
            id,
            name: self.name,
            hosts: self.hosts,
            routes: self.routes,
            identity_headers: self.identity_headers,
            authorization: self.authorization,
            origins: self.origins,
            audit: self.audit,
            tokens: self.tokens,
            named_at,
            proxy_secret,
            version,
        }
    }
}

impl Admin {
    /// Makes an application, for callers who hold `samovar.applications:any`.
    pub async fn create_application(
        &self,
        permit: Permit<ApplicationsWrite>,
        draft: ApplicationDraft,
    ) -> Result<Application, AdminError> {
        let turn = self.turn().await;
        let policy = self.policy.load();
        let id = ApplicationId::generate(&*self.clock, &*self.random);
        let application = draft.application(id, (self.clock.now(), ProxySecret::default()), 1);
        let mut next = Draft::of(&policy);
        next.applications.push(application.clone());
        let change = Change::from(Operation::PutApplication(
            application.clone(),
            Precondition::Absent,
        ));
        let (now, action) = (self.clock.now(), Action::ApplicationCreate);
        let event = permit.caller().event(
            now,
            action,
            Object::new(ObjectKind::Application, id),
            &policy,
        );
        let event = with_differences(event, None, Some(&application));
        let allowed = self
            .grantor(&permit, &policy)
            .may_change(None, Some(&application));
        self.unless_refused(allowed, &event).await?;
        self.put_in_force(&turn, next, change, event).await?;
        Ok(application)
    }

    /// Changes an application from the version that the caller has seen, within what the caller holds there.
    pub async fn update_application(
        &self,
        permit: Permit<ApplicationsWrite>,
        (id, version): (ApplicationId, u64),
        draft: ApplicationDraft,
    ) -> Result<Application, AdminError> {
        let turn = self.turn().await;
        let policy = self.policy.load();
        let before = present(&policy, id, version)?;
        let named_at = if draft.name == before.name {
            before.named_at
        } else {
            self.clock.now()
        };
        let application = draft.application(id, (named_at, before.proxy_secret), version + 1);
        let mut next = Draft::of(&policy);
        next.applications.retain(|a| a.id != id);
        next.applications.push(application.clone());
        let expect = Precondition::Version(version);
        let change = Change::from(Operation::PutApplication(application.clone(), expect));
        let (now, action) = (self.clock.now(), Action::ApplicationUpdate);
        let event = permit.caller().event(
            now,
            action,
            Object::new(ObjectKind::Application, id),
            &policy,
        );
        let event = with_differences(event, Some(before), Some(&application));
        let grantor = self.grantor(&permit, &policy);
        let allowed = grantor.may_change(Some(before), Some(&application));
        self.unless_refused(allowed, &event).await?;
        self.put_in_force(&turn, next, change, event).await?;
        Ok(application)
    }

    /// Deletes an application that no role binding is limited to, for callers who hold `samovar.applications:any`.
    pub async fn delete_application(
        &self,
        permit: Permit<ApplicationsWrite>,
        (id, version): (ApplicationId, u64),
    ) -> Result<(), AdminError> {
        let turn = self.turn().await;
        let policy = self.policy.load();
        let before = present(&policy, id, version)?;
        let limited = |range: &Range| matches!(range, Range::Application { id: at } if *at == id);
        let uses = policy.role_bindings().filter(|b| limited(&b.range)).count();
        if uses > 0 {
            return Err(AdminError::ApplicationInUse(uses));
        }
        let clients = self.clients.list();
        let own = clients
            .iter()
            .filter(|client| client.application == Some(id));
        match own.count() {
            0 => {}
            clients => return Err(AdminError::ApplicationHasClients(clients)),
        }
        let mut next = Draft::of(&policy);
        next.applications.retain(|a| a.id != id);
        let change = Change::from(Operation::DeleteApplication(
            id,
            Precondition::Version(version),
        ));
        let (now, action) = (self.clock.now(), Action::ApplicationDelete);
        let event = permit.caller().event(
            now,
            action,
            Object::new(ObjectKind::Application, id),
            &policy,
        );
        let event = with_differences(event, Some(before), None);
        let allowed = self
            .grantor(&permit, &policy)
            .may_change(Some(before), None);
        self.unless_refused(allowed, &event).await?;
        self.put_in_force(&turn, next, change, event).await
    }
}

fn present(policy: &Policy, id: ApplicationId, given: u64) -> Result<&Application, AdminError> {
    let missing = AdminError::Missing("application");
    let application = policy.application(id).ok_or(missing)?;
    if application.version == given {
        return Ok(application);
    }
    Err(AdminError::Stale {
        what: "application",
        present: application.version,
        given,
    })
}
