//! OAuth clients in requests and responses.

use crate::admin::ClientDraft;
use crate::http::api::prelude::*;
use crate::model::{self, ApplicationId, ClientId, ClientKind, Name, RedirectUri, Timestamp};
use std::collections::BTreeSet;

response! {
    /// An OAuth client, which gets tokens for one application on behalf of people.
    // Generated clients have a class `Client` of their own.
    #[oai(rename = "OAuthClient")]
    Client(client: &model::Client, names: &Names, now: Timestamp) {
        /// `client_id`.
        id: ClientId = client.id,
        /// Unique among clients; people see it when they are asked for consent.
        name: String = client.name.to_string(),
        /// Its tokens are for this application.
        application: Option<Reference> = client.application.map(|id| names.application(id)),
        /// Whether it can keep a secret.
        kind: ClientKind = client.kind,
        /// Where authorization responses may be sent, exactly.
        redirect_uris: Vec<String> = texts(&client.redirect_uris),
        /// People are not asked for consent, unless the client is a program on their own machine without a secret.
        first_party: bool = client.first_party,
        /// Gets refresh tokens.
        refresh_tokens: bool = client.refresh_tokens,
        /// Of a confidential client: at most two that are valid, and those that have expired.
        secrets: Vec<Secret> = secrets(&client.secrets, now),
        /// Grows by one with every change; also the `ETag`.
        version: u64 = client.version,
    }
}

resource!(Client, "clients");

request! {
    /// A client to create, or the new state of one.
    OAuthClientDraft for ClientDraft {
        /// 1 to 64 of `a-z 0-9 -`, unique among clients.
        name: Name,
        /// Id of the application.
        application_id: ApplicationId,
        /// Whether it can keep a secret.
        kind: ClientKind,
        /// Where authorization responses may be sent: `https://…`, or `http://127.0.0.1/…` for programs on people's
        /// machines.
        redirect_uris: BTreeSet<RedirectUri> = BTreeSet::new(),
        /// People are not asked for consent, unless the client is a program on their own machine without a secret.
        first_party: bool = false,
        /// Gets refresh tokens.
        refresh_tokens: bool = false,
    } => Self { name, application: application_id, kind, redirect_uris, first_party, refresh_tokens }
}
