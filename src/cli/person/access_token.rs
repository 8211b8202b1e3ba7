//! `samovar token`: gets an access token with the stored refresh token, and stores the next refresh token.

use super::arguments::{CommonArguments, TokenArguments};
use super::credential_store::{CredentialStore, LockedStore, StoredCredentials};
use super::server_client::{ServerClient, text};
use crate::cli::error::{CliError, CliResult};
use crate::token::ROTATION_GRACE;
use reqwest::StatusCode;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// Longest time of the first request for the next refresh token. A second request within the server's grace gets the same
/// token; a later one counts as theft and ends the sign-in. So the second request begins well within the grace. It may take
/// as long as any other, because the server may be waiting for Gitea.
const FIRST_TIMEOUT: Duration = Duration::from_secs(4);
const _: () = assert!(2 * FIRST_TIMEOUT.as_secs() < ROTATION_GRACE.as_secs());

/// A server with an access token for it.
pub(super) struct ApiAccess {
    pub server: ServerClient,
    pub token: SecretString,
    /// The token response without the refresh token.
    pub response: Value,
}

/// The token alone, or the token response as JSON.
pub(super) async fn print(store: &CredentialStore, arguments: &TokenArguments) -> CliResult {
    let scope = arguments.scope.join(" ");
    let access = get(store, &arguments.common, &arguments.audience, &scope).await?;
    if arguments.common.json {
        return Ok(format!("{}\n", access.response));
    }
    Ok(format!("{}\n", access.token.expose_secret()))
}

/// A token for the audience, with the scope. An empty scope means every permission of the person.
pub(super) async fn get(
    store: &CredentialStore,
    common: &CommonArguments,
    audience: &str,
    scope: &str,
) -> Result<ApiAccess, CliError> {
    let locked = store.lock()?;
    // A signal between the response and the write to disk would lose the refresh token.
    let _ignored_signals = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::hangup()),
        signal(SignalKind::terminate()),
    );
    let credentials = locked.read()?;
    let ca_file = common.ca_file.as_deref().or(credentials.ca_file.as_deref());
    let server = ServerClient::new(credentials.server.clone(), ca_file)?;
    let (status, mut response) = refresh(&server, &credentials, audience, scope).await?;
    if status != StatusCode::OK {
        return Err(server.oauth_error(&response));
    }
    store_next(&locked, credentials, &mut response)?;
    let token = text(&response, "/access_token").map(SecretString::from);
    let token = token.ok_or_else(|| server.invalid_response())?;
    Ok(ApiAccess {
        server,
        token,
        response,
    })
}

/// Repeats the request once if there is no response: the server then sends the same refresh token again.
async fn refresh(
    server: &ServerClient,
    credentials: &StoredCredentials,
    audience: &str,
    scope: &str,
) -> Result<(StatusCode, Value), CliError> {
    let mut pairs = vec![
        ("grant_type", "refresh_token"),
        ("refresh_token", credentials.refresh_token.expose_secret()),
        ("audience", audience),
    ];
    if !scope.is_empty() {
        pairs.push(("scope", scope));
    }
    match server
        .form_within(FIRST_TIMEOUT, "/oauth/token", &pairs)
        .await
    {
        Err(_) => server.form("/oauth/token", &pairs).await,
        response => response,
    }
}

fn store_next(
    locked: &LockedStore<'_>,
    credentials: StoredCredentials,
    response: &mut Value,
) -> Result<(), CliError> {
    let members = response.as_object_mut();
    let next = members.and_then(|members| members.remove("refresh_token"));
    let Some(next) = next.as_ref().and_then(Value::as_str) else {
        return Ok(());
    };
    locked.write(&StoredCredentials {
        refresh_token: next.into(),
        ..credentials
    })
}
