//! Grants in responses.
//!
//! May read the model. Must never show a refresh token.

use crate::http::api::prelude::*;
use crate::model::{self, Client, GrantId, Principal, Timestamp};
use std::sync::Arc;

response! {
    /// The access that a user has granted to a client.
    Grant(grant: &model::Grant, clients: &[Arc<Client>], names: &Names) {
        /// The id of the grant, which is not a credential.
        id: GrantId = grant.id,
        /// The user.
        user: Reference = Reference::new(grant.user, names.login(Principal::User(grant.user))),
        /// The client.
        client: Reference = Reference::new(grant.client, client_name(grant, clients)),
        /// The application of the tokens; absent for Samovar's command line, whose token requests name one.
        application: Option<Reference> = grant.application.map(|id| names.application(id)),
        /// The widest scope of the tokens.
        scope: Vec<String> = grant.scope.clone().into(),
        /// When the user granted the access.
        created_at: Timestamp = grant.created_at,
        /// When the current refresh token was issued, at the start or at the last use of the grant.
        last_used_at: Timestamp = grant.rotated_at,
        /// When the grant ends at the latest.
        ends_at: Timestamp = grant.ends_at,
        /// The IP address of the client when the grant began; absent if unknown.
        address: Option<String> = grant.address.map(|address| address.to_string()),
        /// The `User-Agent` of the client when the grant began; may be empty.
        user_agent: String = grant.user_agent.to_string(),
    }
}

fn client_name(grant: &model::Grant, clients: &[Arc<Client>]) -> Option<String> {
    let client = clients.iter().find(|client| client.id == grant.client);
    let own = (grant.client == Client::COMMAND_LINE_ID).then_some(Client::COMMAND_LINE);
    client
        .map(|client| client.name.as_str())
        .or(own)
        .map(str::to_owned)
}
