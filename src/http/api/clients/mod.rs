//! `/clients` of the API: the operations on OAuth clients and their secrets.
//!
//! Calls `admin`, which decides whether a change is allowed. Must never keep a secret.

pub mod body;

use super::prelude::*;
use crate::access::{ClientsRead, ClientsWrite};
use crate::admin::{ClientDraft, SecretLifetime};
use crate::model::{self, ClientId, SecretId};
use body::Client;
use std::sync::Arc;

/// The operations.
pub(super) struct ClientsApi;

#[OpenApi(prefix_path = "/clients", tag = "Tag::Clients")]
impl ClientsApi {
    /// Lists clients in the order of their names.
    #[oai(path = "/", method = "get", operation_id = "list_clients")]
    async fn list_clients(
        &self,
        call: Authorized<ClientsRead>,
        /// `true` to list only those with a secret that needs attention; `false` by default.
        #[oai(default)]
        attention: Query<bool>,
        paging: Paging,
    ) -> ApiResult<Json<Page<Client>>> {
        let (names, now) = (call.services.names(), call.services.now());
        let clients = call.services.admin.clients();
        let clients = clients.iter();
        let listed = clients.filter(|one| !attention.0 || needs_attention(&one.secrets, now));
        let name = |client: &&Arc<model::Client>| client.name.to_string();
        Ok(paging.page(listed, name, |one| Client::new(one, &names, now)))
    }

    /// Creates a client of an application.
    #[oai(path = "/", method = "post", operation_id = "create_client")]
    async fn create_client(
        &self,
        call: Authorized<ClientsWrite>,
        body: Body<ClientDraft>,
    ) -> ApiResult<Created<Client>, OnCreate> {
        let admin = &call.services.admin;
        let client = admin.create_client(call.permit, body.0).await?;
        Ok(Created(show(&call.services, &client)))
    }

    /// Gets a client.
    #[oai(path = "/:id", method = "get", operation_id = "get_client")]
    async fn get_client(
        &self,
        call: Authorized<ClientsRead>,
        /// The id of the client.
        id: Path<Raw<ClientId>>,
    ) -> ApiResult<Versioned<Client>, OnObject> {
        let client = call.services.admin.client(id.id()?);
        let client = client.ok_or_else(|| not_found("client"))?;
        Ok(Versioned(show(&call.services, &client)))
    }

    /// Replaces a client, except its secrets.
    #[oai(path = "/:id", method = "put", operation_id = "update_client")]
    async fn update_client(
        &self,
        call: Authorized<ClientsWrite>,
        /// The id of the client.
        id: Path<Raw<ClientId>>,
        if_match: IfMatch,
        body: Body<ClientDraft>,
    ) -> ApiResult<Versioned<Client>, OnChange> {
        let (id, draft, admin) = (id.id()?, body.0, &call.services.admin);
        let updated = admin.update_client(call.permit, if_match.of(id), draft.clone());
        let client = of_change(updated.await, admin.client(id), |now| {
            differences(&draft, &now)
        })?;
        Ok(Versioned(show(&call.services, &client)))
    }

    /// Deletes a client and ends the grants to it.
    #[oai(path = "/:id", method = "delete", operation_id = "delete_client")]
    async fn delete_client(
        &self,
        call: Authorized<ClientsWrite>,
        /// The id of the client.
        id: Path<Raw<ClientId>>,
        if_match: IfMatch,
    ) -> ApiResult<NoContent, OnChange> {
        let admin = &call.services.admin;
        let deleted = admin.delete_client(call.permit, if_match.of(id.id()?));
        deleted.await?;
        Ok(NoContent)
    }

    /// Creates a secret of a client.
    ///
    /// The secret is shown only once. At most two secrets are valid at a time.
    #[oai(
        path = "/:id/secrets",
        method = "post",
        operation_id = "create_client_secret"
    )]
    async fn create_client_secret(
        &self,
        call: Authorized<ClientsWrite>,
        /// The id of the client.
        id: Path<Raw<ClientId>>,
        body: Body<SecretLifetime>,
    ) -> ApiResult<Issued<NewSecret>, OnCreatePart> {
        let (id, admin) = (id.id()?, &call.services.admin);
        let (record, secret) = admin.create_client_secret(call.permit, id, body.0).await?;
        Ok(Issued(NewSecret::new(&record, &secret)))
    }

    /// Deletes a secret of a client.
    ///
    /// The secret is invalid at once.
    #[oai(
        path = "/:id/secrets/:secret",
        method = "delete",
        operation_id = "delete_client_secret"
    )]
    async fn delete_client_secret(
        &self,
        call: Authorized<ClientsWrite>,
        /// The id of the client.
        id: Path<Raw<ClientId>>,
        /// The id of the secret.
        secret: Path<Raw<SecretId>>,
    ) -> ApiResult<NoContent, OnObject> {
        let (id, secret) = (id.id()?, secret.parse("secret")?);
        let admin = &call.services.admin;
        admin.delete_client_secret(call.permit, id, secret).await?;
        Ok(NoContent)
    }
}

fn show(services: &Services, client: &model::Client) -> Client {
    Client::new(client, &services.names(), services.now())
}

fn differences(draft: &ClientDraft, now: &model::Client) -> Vec<&'static str> {
    let mut changed =
        differences!(draft, now; name, kind, redirect_uris, first_party, refresh_tokens);
    if Some(draft.application) != now.application {
        changed.push("application_id");
    }
    changed
}
