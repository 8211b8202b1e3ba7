//! `/service-accounts` of the API.

use super::answer::{Created, Done, Shown, Versioned};
use super::body::Body;
use super::caller::Allowed;
use super::failure::{Failure, OfAll, OfChange, OfNew, OfOne, OfPart};
use super::version::IfMatch;
use super::wire::machine::{NewSecret, SecretDraft, ServiceAccount, ServiceAccountDraft};
use super::wire::page::{Page, Paging};
use super::wire::texts::Id;
use super::{Noun, errors, forms};
use crate::access::{ServiceAccountsRead, ServiceAccountsWrite};
use crate::model::{SecretId, ServiceAccountId};
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

/// The operations.
pub(super) struct Api;

#[OpenApi(prefix_path = "/service-accounts", tag = "Noun::ServiceAccounts")]
impl Api {
    /// All service accounts, in the order of their names.
    #[oai(path = "/", method = "get", operation_id = "list_service_accounts")]
    async fn list_service_accounts(
        &self,
        call: Allowed<ServiceAccountsRead>,
        /// `true`: those alone that have a secret at which somebody should look.
        #[oai(default)]
        attention: Query<bool>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Items on the page, 50 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u16>>,
    ) -> Result<Json<Page<ServiceAccount>>, Failure<OfAll>> {
        let paging = Paging::read(cursor.0.as_deref(), limit.0)?;
        let sources = call.services.sources();
        let items = call.services.admin.service_accounts();
        Ok(Json(
            paging.cut(
                items
                    .iter()
                    .filter(|one| !attention.0 || sources.attention(&one.secrets)),
                |one| one.name.to_string(),
                |one| sources.show_account(one),
            ),
        ))
    }

    /// Makes a service account, which holds nothing until a role is bound to it.
    #[oai(path = "/", method = "post", operation_id = "create_service_account")]
    async fn create_service_account(
        &self,
        call: Allowed<ServiceAccountsWrite>,
        body: Body<ServiceAccountDraft>,
    ) -> Result<Created<ServiceAccount>, Failure<OfNew>> {
        let draft = forms::machine::read_account(&body.0)?;
        let admin = &call.services.admin;
        let made = admin.create_service_account(call.permit, draft).await?;
        Ok(Created {
            version: made.version,
            location: format!("service-accounts/{}", made.id),
            object: call.services.sources().show_account(&made),
        })
    }

    /// One service account.
    #[oai(path = "/:id", method = "get", operation_id = "get_service_account")]
    async fn get_service_account(
        &self,
        call: Allowed<ServiceAccountsRead>,
        /// Its id.
        id: Path<Id>,
    ) -> Result<Versioned<ServiceAccount>, Failure<OfOne>> {
        let id = forms::id::<ServiceAccountId>(&id)?;
        let one = call.services.admin.service_account(id);
        let one = one.ok_or_else(|| forms::missing("service account"))?;
        Ok(Versioned {
            version: one.version,
            object: call.services.sources().show_account(&one),
        })
    }

    /// Replaces a service account as a whole; its secrets stay.
    #[oai(path = "/:id", method = "put", operation_id = "update_service_account")]
    async fn update_service_account(
        &self,
        call: Allowed<ServiceAccountsWrite>,
        /// Its id.
        id: Path<Id>,
        /// The `ETag` under which you saw the object.
        #[oai(name = "If-Match")]
        version: IfMatch,
        body: Body<ServiceAccountDraft>,
    ) -> Result<Versioned<ServiceAccount>, Failure<OfChange>> {
        let id = forms::id(&id)?;
        let draft = forms::machine::read_account(&body.0)?;
        let admin = &call.services.admin;
        let updated = admin.update_service_account(call.permit, (id, version.0), draft.clone());
        let one = updated.await.map_err(|error| {
            let present = admin.service_account(id);
            let changed = present.map(|now| forms::machine::account_changed(&draft, &now));
            errors::of_update(error, changed)
        })?;
        Ok(Versioned {
            version: one.version,
            object: call.services.sources().show_account(&one),
        })
    }

    /// Deletes a service account to which no role is bound.
    #[oai(
        path = "/:id",
        method = "delete",
        operation_id = "delete_service_account"
    )]
    async fn delete_service_account(
        &self,
        call: Allowed<ServiceAccountsWrite>,
        /// Its id.
        id: Path<Id>,
        /// The `ETag` under which you saw the object.
        #[oai(name = "If-Match")]
        version: IfMatch,
    ) -> Result<Done, Failure<OfChange>> {
        let id = forms::id(&id)?;
        let admin = &call.services.admin;
        admin
            .delete_service_account(call.permit, (id, version.0))
            .await?;
        Ok(Done)
    }

    /// Makes another secret, shown this once; two live at a time.
    #[oai(
        path = "/:id/secrets",
        method = "post",
        operation_id = "create_service_account_secret"
    )]
    async fn create_service_account_secret(
        &self,
        call: Allowed<ServiceAccountsWrite>,
        /// Id of the service account.
        id: Path<Id>,
        body: Body<SecretDraft>,
    ) -> Result<Shown<NewSecret>, Failure<OfPart>> {
        let id = forms::id(&id)?;
        let life = forms::machine::read_secret(&body.0)?;
        let admin = &call.services.admin;
        let made = admin
            .create_service_account_secret(call.permit, id, life)
            .await?;
        Ok(Shown(forms::machine::show_new_secret(&made)))
    }

    /// Refuses every token of the service account that was issued up to now; its secrets get new ones.
    #[oai(
        path = "/:id/tokens",
        method = "delete",
        operation_id = "revoke_tokens_of_service_account"
    )]
    async fn revoke_tokens_of_service_account(
        &self,
        call: Allowed<ServiceAccountsWrite>,
        /// Its id.
        id: Path<Id>,
    ) -> Result<Done, Failure<OfOne>> {
        let id = forms::id(&id)?;
        let admin = &call.services.admin;
        admin
            .revoke_tokens_of_service_account(call.permit, id)
            .await?;
        Ok(Done)
    }

    /// Takes a secret away, at once.
    #[oai(
        path = "/:id/secrets/:secret",
        method = "delete",
        operation_id = "delete_service_account_secret"
    )]
    async fn delete_service_account_secret(
        &self,
        call: Allowed<ServiceAccountsWrite>,
        /// Id of the service account.
        id: Path<Id>,
        /// Id of the secret.
        secret: Path<Id>,
    ) -> Result<Done, Failure<OfOne>> {
        let id = forms::id(&id)?;
        let secret = forms::parameter::<SecretId>("secret", &secret)?;
        let admin = &call.services.admin;
        admin
            .delete_service_account_secret(call.permit, id, secret)
            .await?;
        Ok(Done)
    }
}
