//! `/clients` of the API.

use super::answer::{Created, Done, Shown, Versioned};
use super::body::Body;
use super::caller::Allowed;
use super::failure::{Failure, OfAll, OfChange, OfNew, OfOne, OfPart};
use super::version::IfMatch;
use super::wire::machine::{Client, ClientDraft, NewSecret, SecretDraft};
use super::wire::page::{Page, Paging};
use super::wire::texts::Id;
use super::{Noun, errors, forms};
use crate::access::{ClientsRead, ClientsWrite};
use crate::model::{ClientId, SecretId};
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

/// The operations.
pub(super) struct Api;

#[OpenApi(prefix_path = "/clients", tag = "Noun::Clients")]
impl Api {
    /// All clients, in the order of their names.
    #[oai(path = "/", method = "get", operation_id = "list_clients")]
    async fn list_clients(
        &self,
        call: Allowed<ClientsRead>,
        /// `true`: those alone that have a secret at which somebody should look.
        #[oai(default)]
        attention: Query<bool>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Items on the page, 50 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u16>>,
    ) -> Result<Json<Page<Client>>, Failure<OfAll>> {
        let paging = Paging::read(cursor.0.as_deref(), limit.0)?;
        let sources = call.services.sources();
        let items = call.services.admin.clients();
        Ok(Json(
            paging.cut(
                items
                    .iter()
                    .filter(|one| !attention.0 || sources.attention(&one.secrets)),
                |one| one.name.to_string(),
                |one| sources.show_client(one),
            ),
        ))
    }

    /// Registers a client of an application.
    #[oai(path = "/", method = "post", operation_id = "create_client")]
    async fn create_client(
        &self,
        call: Allowed<ClientsWrite>,
        body: Body<ClientDraft>,
    ) -> Result<Created<Client>, Failure<OfNew>> {
        let draft = forms::machine::read_client(&body.0)?;
        let admin = &call.services.admin;
        let made = admin.create_client(call.permit, draft).await?;
        Ok(Created {
            version: made.version,
            location: format!("clients/{}", made.id),
            object: call.services.sources().show_client(&made),
        })
    }

    /// One client.
    #[oai(path = "/:id", method = "get", operation_id = "get_client")]
    async fn get_client(
        &self,
        call: Allowed<ClientsRead>,
        /// Its id.
        id: Path<Id>,
    ) -> Result<Versioned<Client>, Failure<OfOne>> {
        let id = forms::id::<ClientId>(&id)?;
        let one = call.services.admin.client(id);
        let one = one.ok_or_else(|| forms::missing("client"))?;
        Ok(Versioned {
            version: one.version,
            object: call.services.sources().show_client(&one),
        })
    }

    /// Replaces a client as a whole; its secrets stay.
    #[oai(path = "/:id", method = "put", operation_id = "update_client")]
    async fn update_client(
        &self,
        call: Allowed<ClientsWrite>,
        /// Its id.
        id: Path<Id>,
        /// The `ETag` under which you saw the object.
        #[oai(name = "If-Match")]
        version: IfMatch,
        body: Body<ClientDraft>,
    ) -> Result<Versioned<Client>, Failure<OfChange>> {
        let id = forms::id(&id)?;
        let draft = forms::machine::read_client(&body.0)?;
        let admin = &call.services.admin;
        let updated = admin.update_client(call.permit, (id, version.0), draft.clone());
        let one = updated.await.map_err(|error| {
            let present = admin.client(id);
            let changed = present.map(|now| forms::machine::client_changed(&draft, &now));
            errors::of_update(error, changed)
        })?;
        Ok(Versioned {
            version: one.version,
            object: call.services.sources().show_client(&one),
        })
    }

    /// Deletes a client; what people allowed it ends.
    #[oai(path = "/:id", method = "delete", operation_id = "delete_client")]
    async fn delete_client(
        &self,
        call: Allowed<ClientsWrite>,
        /// Its id.
        id: Path<Id>,
        /// The `ETag` under which you saw the object.
        #[oai(name = "If-Match")]
        version: IfMatch,
    ) -> Result<Done, Failure<OfChange>> {
        let id = forms::id(&id)?;
        let admin = &call.services.admin;
        admin.delete_client(call.permit, (id, version.0)).await?;
        Ok(Done)
    }

    /// Makes another secret, shown this once; two live at a time.
    #[oai(
        path = "/:id/secrets",
        method = "post",
        operation_id = "create_client_secret"
    )]
    async fn create_client_secret(
        &self,
        call: Allowed<ClientsWrite>,
        /// Id of the client.
        id: Path<Id>,
        body: Body<SecretDraft>,
    ) -> Result<Shown<NewSecret>, Failure<OfPart>> {
        let id = forms::id(&id)?;
        let life = forms::machine::read_secret(&body.0)?;
        let admin = &call.services.admin;
        let made = admin.create_client_secret(call.permit, id, life).await?;
        Ok(Shown(forms::machine::show_new_secret(&made)))
    }

    /// Takes a secret away, at once.
    #[oai(
        path = "/:id/secrets/:secret",
        method = "delete",
        operation_id = "delete_client_secret"
    )]
    async fn delete_client_secret(
        &self,
        call: Allowed<ClientsWrite>,
        /// Id of the client.
        id: Path<Id>,
        /// Id of the secret.
        secret: Path<Id>,
    ) -> Result<Done, Failure<OfOne>> {
        let id = forms::id(&id)?;
        let secret = forms::parameter::<SecretId>("secret", &secret)?;
        let admin = &call.services.admin;
        admin.delete_client_secret(call.permit, id, secret).await?;
        Ok(Done)
    }
}
