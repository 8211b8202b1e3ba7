//! `/service-accounts` of the API: the operations on service accounts and their secrets.
//!
//! Calls `admin`, which decides whether a change is allowed. Must never keep a secret.

pub mod body;

use super::prelude::*;
use crate::access::{ServiceAccountsRead, ServiceAccountsWrite};
use crate::admin::{SecretLifetime, ServiceAccountDraft};
use crate::model::{self, SecretId, ServiceAccountId};
use body::ServiceAccount;
use std::sync::Arc;

/// A page of these service accounts in the order of their names; with `attention`, only of those with a secret that
/// needs attention.
pub(super) fn page<'a>(
    services: &Services,
    paging: &Paging,
    accounts: impl Iterator<Item = &'a Arc<model::ServiceAccount>>,
    attention: bool,
) -> Json<Page<ServiceAccount>> {
    let (names, now) = (services.names(), services.now());
    let listed = accounts.filter(|one| !attention || needs_attention(&one.secrets, now));
    let name = |account: &&Arc<model::ServiceAccount>| account.name.to_string();
    paging.page(listed, name, |account| {
        ServiceAccount::new(account, services, &names)
    })
}

fn show(services: &Services, account: &model::ServiceAccount) -> ServiceAccount {
    ServiceAccount::new(account, services, &services.names())
}

/// The operations.
pub(super) struct ServiceAccountsApi;

#[OpenApi(prefix_path = "/service-accounts", tag = "Tag::ServiceAccounts")]
impl ServiceAccountsApi {
    /// Lists service accounts in the order of their names.
    #[oai(path = "/", method = "get", operation_id = "list_service_accounts")]
    async fn list_service_accounts(
        &self,
        call: Authorized<ServiceAccountsRead>,
        /// `true` to list only those with a secret that needs attention; `false` by default.
        #[oai(default)]
        attention: Query<bool>,
        paging: Paging,
    ) -> ApiResult<Json<Page<ServiceAccount>>> {
        let accounts = call.services.admin.service_accounts();
        let (services, accounts) = (&call.services, accounts.iter());
        Ok(page(services, &paging, accounts, attention.0))
    }

    /// Creates a service account.
    ///
    /// It has no role until a role binding assigns one.
    #[oai(path = "/", method = "post", operation_id = "create_service_account")]
    async fn create_service_account(
        &self,
        call: Authorized<ServiceAccountsWrite>,
        body: Body<ServiceAccountDraft>,
    ) -> ApiResult<Created<ServiceAccount>, OnCreate> {
        let admin = &call.services.admin;
        let account = admin.create_service_account(call.permit, body.0).await?;
        Ok(Created(show(&call.services, &account)))
    }

    /// Gets a service account.
    #[oai(path = "/:id", method = "get", operation_id = "get_service_account")]
    async fn get_service_account(
        &self,
        call: Authorized<ServiceAccountsRead>,
        /// The id of the service account.
        id: Path<Raw<ServiceAccountId>>,
    ) -> ApiResult<Versioned<ServiceAccount>, OnObject> {
        let account = call.services.admin.service_account(id.id()?);
        let account = account.ok_or_else(|| not_found("service account"))?;
        Ok(Versioned(show(&call.services, &account)))
    }

    /// Replaces a service account, except its secrets.
    #[oai(path = "/:id", method = "put", operation_id = "update_service_account")]
    async fn update_service_account(
        &self,
        call: Authorized<ServiceAccountsWrite>,
        /// The id of the service account.
        id: Path<Raw<ServiceAccountId>>,
        if_match: IfMatch,
        body: Body<ServiceAccountDraft>,
    ) -> ApiResult<Versioned<ServiceAccount>, OnChange> {
        let (id, draft, admin) = (id.id()?, body.0, &call.services.admin);
        let updated = admin.update_service_account(call.permit, if_match.of(id), draft.clone());
        let account = of_change(
            updated.await,
            admin.service_account(id),
            |now| differences!(draft, now; name, description, owner, enabled, trusts),
        )?;
        Ok(Versioned(show(&call.services, &account)))
    }

    /// Deletes a service account to which no role is assigned.
    #[oai(
        path = "/:id",
        method = "delete",
        operation_id = "delete_service_account"
    )]
    async fn delete_service_account(
        &self,
        call: Authorized<ServiceAccountsWrite>,
        /// The id of the service account.
        id: Path<Raw<ServiceAccountId>>,
        if_match: IfMatch,
    ) -> ApiResult<NoContent, OnChange> {
        let admin = &call.services.admin;
        let deleted = admin.delete_service_account(call.permit, if_match.of(id.id()?));
        deleted.await?;
        Ok(NoContent)
    }

    /// Creates a secret of a service account.
    ///
    /// The secret is shown only once. At most two secrets are valid at a time.
    #[oai(
        path = "/:id/secrets",
        method = "post",
        operation_id = "create_service_account_secret"
    )]
    async fn create_service_account_secret(
        &self,
        call: Authorized<ServiceAccountsWrite>,
        /// The id of the service account.
        id: Path<Raw<ServiceAccountId>>,
        body: Body<SecretLifetime>,
    ) -> ApiResult<Issued<NewSecret>, OnCreatePart> {
        let (id, admin) = (id.id()?, &call.services.admin);
        let created = admin.create_service_account_secret(call.permit, id, body.0);
        let (record, secret) = created.await?;
        Ok(Issued(NewSecret::new(&record, &secret)))
    }

    /// Revokes all tokens issued to a service account until now.
    ///
    /// Its secrets stay valid and can obtain new tokens.
    #[oai(
        path = "/:id/tokens",
        method = "delete",
        operation_id = "revoke_tokens_of_service_account"
    )]
    async fn revoke_tokens_of_service_account(
        &self,
        call: Authorized<ServiceAccountsWrite>,
        /// The id of the service account.
        id: Path<Raw<ServiceAccountId>>,
    ) -> ApiResult<NoContent, OnObject> {
        let (id, admin) = (id.id()?, &call.services.admin);
        let revoked = admin.revoke_tokens_of_service_account(call.permit, id);
        revoked.await?;
        Ok(NoContent)
    }

    /// Deletes a secret of a service account.
    ///
    /// The secret is invalid at once.
    #[oai(
        path = "/:id/secrets/:secret",
        method = "delete",
        operation_id = "delete_service_account_secret"
    )]
    async fn delete_service_account_secret(
        &self,
        call: Authorized<ServiceAccountsWrite>,
        /// The id of the service account.
        id: Path<Raw<ServiceAccountId>>,
        /// The id of the secret.
        secret: Path<Raw<SecretId>>,
    ) -> ApiResult<NoContent, OnObject> {
        let (id, secret) = (id.id()?, secret.parse("secret")?);
        let admin = &call.services.admin;
        let deleted = admin.delete_service_account_secret(call.permit, id, secret);
        deleted.await?;
        Ok(NoContent)
    }
}
