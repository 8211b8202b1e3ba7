//! Grants in responses.

use crate::http::api::prelude::*;
use crate::model::{self, Client, GrantId, Principal, Timestamp};
use std::sync::Arc;

response! {
    /// What a person has granted to a client.
    Grant(grant: &model::Grant, clients: &[Arc<Client>], names: &Names) {
        /// Its id; not a credential.
        id: GrantId = grant.id,
        /// The person.
        user: Reference = Reference::new(grant.user, names.login(Principal::User(grant.user))),
        /// The client.
        client: Reference = Reference::new(grant.client, client_name(grant, clients)),
        /// For which application; absent for Samovar's own command line.
        application: Option<Reference> = grant.application.map(|id| names.application(id)),
        /// The scope that limits its tokens.
        scope: Vec<String> = grant.scope.clone().into(),
        /// When it began.
        created_at: Timestamp = grant.created_at,
        /// Last use of its refresh token.
        last_used_at: Timestamp = grant.rotated_at,
        /// When it ends at the latest.
        ends_at: Timestamp = grant.ends_at,
        /// The client's address at the start.
        address: Option<String> = grant.address.map(|address| address.to_string()),
        /// The client's user agent at the start.
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
