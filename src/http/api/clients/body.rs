//! OAuth clients in requests and responses.
//!
//! May read the model. Must never show the value or hash of a secret.

use crate::admin::ClientDraft;
use crate::http::api::prelude::*;
use crate::model::{self, ApplicationId, ClientId, ClientKind, Name, RedirectUri, Timestamp};
use std::collections::BTreeSet;

response! {
    /// An OAuth client, which gets tokens for one application on behalf of users.
    // Generated clients have a class `Client` of their own.
    #[oai(rename = "OAuthClient")]
    Client(client: &model::Client, names: &Names, now: Timestamp) {
        /// The `client_id`.
        id: ClientId = client.id,
        /// The name, unique among clients, which the consent page shows.
        name: String = client.name.to_string(),
        /// The application for which the client gets tokens; absent if each token request names one.
        application: Option<Reference> = client.application.map(|id| names.application(id)),
        /// Whether the client can keep a secret.
        kind: ClientKind = client.kind,
        /// The redirect URIs, compared byte for byte.
        redirect_uris: Vec<String> = texts(&client.redirect_uris),
        /// True if the client needs no consent of users. A public client with a loopback redirect URI always needs it
        /// (RFC 8252 section 8.6).
        first_party: bool = client.first_party,
        /// True if the client gets refresh tokens.
        refresh_tokens: bool = client.refresh_tokens,
        /// The secrets of a confidential client: at most two valid ones, and the expired ones. Empty for a public
        /// client.
        secrets: Vec<Secret> = secrets(&client.secrets, now),
        /// The version, also sent as `ETag`; it increases by one with every change.
        version: u64 = client.version,
    }
}

resource!(Client, "clients");

request! {
    /// A client to create, or the new state of an existing one.
    OAuthClientDraft for ClientDraft {
        /// The name, unique among clients: 1 to 64 characters of `a-z`, `0-9` and `-`.
        name: Name,
        /// The id of the application for which the client gets tokens.
        application_id: ApplicationId,
        /// Whether the client can keep a secret.
        kind: ClientKind,
        /// The redirect URIs: `https://…`, or `http://127.0.0.1/…` for programs on the user's machine. Empty by
        /// default.
        redirect_uris: BTreeSet<RedirectUri> = BTreeSet::new(),
        /// True if the client needs no consent of users; false by default. A public client with a loopback redirect URI
        /// always needs it (RFC 8252 section 8.6).
        first_party: bool = false,
        /// True if the client gets refresh tokens; false by default.
        refresh_tokens: bool = false,
    } => Self { name, application: application_id, kind, redirect_uris, first_party, refresh_tokens }
}
