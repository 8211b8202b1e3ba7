//! `samovar token`: an access token by the refresh token that is kept, which becomes another one each time.

use super::credentials::{Credentials, Keeper, Locked};
use super::server::{Server, text};
use super::{Common, Token};
use crate::cli::failure::Failure;
use crate::token::GRACE;
use reqwest::StatusCode;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// How long the first try to get the next refresh token may take. Whoever asks again within the server's grace gets the same
/// one; later than that the question looks like a thief's and ends the sign-in. So the second begins well within the grace;
/// it may take as long as any answer, for the server may be waiting for Gitea.
const TRY: Duration = Duration::from_secs(4);
const _: () = assert!(2 * TRY.as_secs() < GRACE.as_secs());

/// What was got, and from where.
pub(super) struct Got {
    pub server: Server,
    pub token: SecretString,
    /// The whole answer but the refresh token.
    pub answer: Value,
}

/// The token alone, or the answer as JSON.
pub(super) async fn print(keeper: &Keeper, wanted: &Token) -> Result<String, Failure> {
    let scope = wanted.scope.join(" ");
    let got = get(keeper, &wanted.common, (&wanted.audience, &scope)).await?;
    if wanted.common.json {
        return Ok(format!("{}\n", got.answer));
    }
    Ok(format!("{}\n", got.token.expose_secret()))
}

/// A token for that audience, with that scope or everything that is held.
pub(super) async fn get(
    keeper: &Keeper,
    common: &Common,
    wanted: (&str, &str),
) -> Result<Got, Failure> {
    let locked = keeper.lock()?;
    // Between the server's answer and the disk nobody may stop us: the refresh token would be lost.
    let _uninterrupted = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::hangup()),
        signal(SignalKind::terminate()),
    );
    let credentials = locked.read()?;
    let ca_file = common.ca_file.as_deref().or(credentials.ca_file.as_deref());
    let server = Server::at(credentials.server.clone(), ca_file)?;
    let (status, mut answer) = refresh(&server, &credentials, wanted).await?;
    if status != StatusCode::OK {
        return Err(server.denial(&answer));
    }
    keep_next(&locked, credentials, &mut answer)?;
    let token = text(&answer, "/access_token").map(SecretString::from);
    let token = token.ok_or_else(|| server.strange())?;
    Ok(Got {
        server,
        token,
        answer,
    })
}

/// An answer that was lost may be asked for again at once: the server then gives the same refresh token again.
async fn refresh(
    server: &Server,
    credentials: &Credentials,
    (audience, scope): (&str, &str),
) -> Result<(StatusCode, Value), Failure> {
    let mut pairs = vec![
        ("grant_type", "refresh_token"),
        ("refresh_token", credentials.refresh_token.expose_secret()),
        ("audience", audience),
    ];
    if !scope.is_empty() {
        pairs.push(("scope", scope));
    }
    match server.form_within(TRY, "/oauth/token", &pairs).await {
        Err(_) => server.form("/oauth/token", &pairs).await,
        answered => answered,
    }
}

fn keep_next(
    locked: &Locked<'_>,
    credentials: Credentials,
    answer: &mut Value,
) -> Result<(), Failure> {
    let next = answer
        .as_object_mut()
        .and_then(|a| a.remove("refresh_token"));
    let Some(next) = next.as_ref().and_then(Value::as_str) else {
        return Ok(());
    };
    locked.write(&Credentials {
        refresh_token: next.into(),
        ..credentials
    })
}
