//! Applications: create, update, delete.

use super::edit::{Editable, ObjectChange, ObjectVersion, PolicyObject};
use super::policy_draft::PolicyDraft;
use super::{Admin, AdminError};
use crate::access::{ApplicationsWrite, Permit};
use crate::audit::{Action, ObjectKind};
use crate::model::{
    Application, ApplicationId, AuditMode, AuthorizationOwner, HostName, IdentityHeader, Name,
    ProxySecret, Range, RoleBinding, Route, Timestamp, TokenSettings,
};
use crate::policy::Policy;
use crate::store::{Operation, Precondition};
use std::collections::BTreeSet;

/// An application as a caller describes it.
#[derive(Debug, Clone)]
pub struct ApplicationDraft {
    /// Unique among applications.
    pub name: Name,
    /// Its hosts.
    pub hosts: BTreeSet<HostName>,
    /// The first that matches a request decides it.
    pub routes: Vec<Route>,
    /// Identity headers that it is sent.
    pub identity_headers: BTreeSet<IdentityHeader>,
    /// Who uses the `Authorization` header.
    pub authorization: AuthorizationOwner,
    /// Origins whose scripts may call it with credentials.
    pub origins: BTreeSet<url::Url>,
    /// How much the audit log keeps.
    pub audit: AuditMode,
    /// Settings of its tokens.
    pub tokens: TokenSettings,
}

impl ApplicationDraft {
    fn application(
        self,
        id: ApplicationId,
        named_at: Timestamp,
        proxy_secret: ProxySecret,
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

impl Editable for Application {
    type Id = ApplicationId;
    const KIND: ObjectKind = ObjectKind::Application;
    const LABEL: &'static str = "application";
    const ACTIONS: [Action; 3] = [
        Action::ApplicationCreate,
        Action::ApplicationUpdate,
        Action::ApplicationDelete,
    ];

    fn id(&self) -> ApplicationId {
        self.id
    }

    fn version(&self) -> u64 {
        self.version
    }
}

impl PolicyObject for Application {
    fn find(policy: &Policy, id: ApplicationId) -> Option<&Self> {
        policy.application(id)
    }

    fn list(draft: &mut PolicyDraft) -> &mut Vec<Self> {
        &mut draft.applications
    }

    fn put(self, expect: Precondition) -> Operation {
        Operation::PutApplication(self, expect)
    }

    fn delete(id: ApplicationId, expect: Precondition) -> Operation {
        Operation::DeleteApplication(id, expect)
    }
}

impl Admin {
    /// Creates an application, for callers who hold `samovar.applications:any`.
    pub async fn create_application(
        &self,
        permit: Permit<ApplicationsWrite>,
        draft: ApplicationDraft,
    ) -> Result<Application, AdminError> {
        let edit = self.edit(&permit).await?;
        let id = ApplicationId::generate(&*self.clock, &*self.random);
        let application = draft.application(id, edit.now, ProxySecret::default(), 1);
        let change = ObjectChange::Create(&application);
        let allowed = edit.delegation().may_change(None, Some(&application));
        edit.authorize(&change, allowed).await?;
        edit.commit(&change).await?;
        Ok(application)
    }

    /// Updates an application from the version that the caller has seen, within what the caller holds there.
    pub async fn update_application(
        &self,
        permit: Permit<ApplicationsWrite>,
        object: ObjectVersion<ApplicationId>,
        draft: ApplicationDraft,
    ) -> Result<Application, AdminError> {
        let edit = self.edit(&permit).await?;
        let before = edit.current::<Application>(object)?;
        let renamed = draft.name != before.name;
        let named_at = if renamed { edit.now } else { before.named_at };
        let application =
            draft.application(before.id, named_at, before.proxy_secret, before.version + 1);
        let change = ObjectChange::Update(before, &application);
        let delegation = edit.delegation();
        let allowed = delegation.may_change(Some(before), Some(&application));
        edit.authorize(&change, allowed).await?;
        edit.commit(&change).await?;
        Ok(application)
    }

    /// Deletes an application to which no role binding is limited, for callers who hold `samovar.applications:any`.
    pub async fn delete_application(
        &self,
        permit: Permit<ApplicationsWrite>,
        object: ObjectVersion<ApplicationId>,
    ) -> Result<(), AdminError> {
        let edit = self.edit(&permit).await?;
        let application = edit.current::<Application>(object)?;
        let id = application.id;
        let limited = |binding: &&RoleBinding| binding.range == Range::Application { id };
        match edit.policy.role_bindings().filter(limited).count() {
            0 => {}
            bindings => return Err(AdminError::ApplicationInUse(bindings)),
        }
        let clients = self.clients.list();
        let own = clients.iter().filter(|one| one.application == Some(id));
        match own.count() {
            0 => {}
            clients => return Err(AdminError::ApplicationHasClients(clients)),
        }
        let change = ObjectChange::Delete(application);
        let allowed = edit.delegation().may_change(Some(application), None);
        edit.authorize(&change, allowed).await?;
        edit.commit(&change).await
    }
}
