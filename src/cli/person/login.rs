//! `samovar login` and `samovar logout`: the device authorization grant (RFC 8628), and its revocation.

use super::arguments::{CommonArguments, LoginArguments};
use super::credential_store::{CredentialStore, StoredCredentials};
use super::server_client::{ServerClient, parse_address, text};
use crate::cli::environment::environment;
use crate::cli::error::{CliError, CliErrorKind, CliResult};
use crate::model::DisplayText;
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::{Instant, sleep};
use url::Url;

/// Added to the interval by `slow_down` (RFC 8628 section 3.5).
const SLOW_DOWN: Duration = Duration::from_secs(5);
/// Longest wait between polls while the server does not answer.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// The wait between polls. The interval of the server stays; a longer wait after network errors ends with the next
/// response.
#[derive(Debug)]
struct PollInterval {
    interval: Duration,
    wait: Duration,
}

impl PollInterval {
    const fn new(interval: Duration) -> Self {
        Self {
            interval,
            wait: interval,
        }
    }

    const fn on_response(&mut self) {
        self.wait = self.interval;
    }

    fn slow_down(&mut self) {
        *self = Self::new(self.interval + SLOW_DOWN);
    }

    fn on_error(&mut self) {
        let longer = self.wait.saturating_mul(2).min(MAX_WAIT);
        self.wait = longer.max(self.interval);
    }
}

/// Signs in. Replaces the sign-in before, if there is one.
pub(super) async fn login(store: &CredentialStore, login: LoginArguments) -> CliResult {
    let before = store.lock()?.read_any().ok().map(|(before, _)| before);
    let address = address(login.server.as_deref(), before.as_ref())?;
    let ca_file = ca_file(&login.common, before.as_ref(), &address)?;
    let server = ServerClient::new(address, ca_file.as_deref())?;
    let (status, codes) = server.form("/oauth/device", &[]).await?;
    if status != StatusCode::OK {
        return Err(server.oauth_error(&codes));
    }
    prompt(&server, &codes)?;
    let tokens = poll(&server, &codes).await?;
    let secret = |pointer| text(&tokens, pointer).map(SecretString::from);
    let (token, refresh_token) = secret("/access_token")
        .zip(secret("/refresh_token"))
        .ok_or_else(|| server.invalid_response())?;
    let locked = store.lock()?;
    let replaced = locked.read_any().ok();
    locked.write(&StoredCredentials {
        server: server.address.clone(),
        refresh_token,
        ca_file,
    })?;
    if let Some((replaced, _)) = replaced {
        // If this fails, the replaced grant expires by itself.
        let _ = revoke(&replaced, None).await;
    }
    // The sign-in is complete, even if the name cannot be read.
    let me = server.api(Method::GET, "/api/v1/me", &token, None).await;
    let me = me.unwrap_or_default();
    let name = text(&me, "/principal/login");
    if login.common.json {
        return Ok(format!(
            "{}\n",
            json!({"server": server.shown(), "login": name})
        ));
    }
    let name = name.map(|name| format!(" as {}", DisplayText::lossy(name)));
    let name = name.unwrap_or_default();
    Ok(format!("signed in at {}{name}\n", server.shown()))
}

/// Ends the sign-in on this terminal and at the server.
pub(super) async fn logout(store: &CredentialStore, common: &CommonArguments) -> CliResult {
    let locked = store.lock()?;
    let read = locked.read_any();
    if let Err(error) = &read
        && error.kind != CliErrorKind::Failed
    {
        // A damaged file is of no use.
        locked.delete()?;
    }
    let (credentials, _) = read?;
    let revoked = revoke(&credentials, Some(common)).await;
    locked.delete()?;
    let shown = credentials.server.as_str().trim_end_matches('/');
    revoked.map_err(|error| CliError {
        message: format!(
            "the sign-in is deleted on this terminal, but it continues at the server, where you can end it under your tokens and devices: {}",
            error.message
        ),
        ..error
    })?;
    if common.json {
        return Ok(format!("{}\n", json!({"server": shown})));
    }
    Ok(format!("signed out of {shown}\n"))
}

async fn revoke(
    credentials: &StoredCredentials,
    common: Option<&CommonArguments>,
) -> Result<(), CliError> {
    let ca_file = common.and_then(|common| common.ca_file.as_deref());
    let ca_file = ca_file.or(credentials.ca_file.as_deref());
    let server = ServerClient::new(credentials.server.clone(), ca_file)?;
    let pairs = [
        ("token", credentials.refresh_token.expose_secret()),
        ("token_type_hint", "refresh_token"),
    ];
    match server.form("/oauth/revoke", &pairs).await? {
        (StatusCode::OK, _) => Ok(()),
        (_, error) => Err(server.oauth_error(&error)),
    }
}

fn address(argument: Option<&str>, before: Option<&StoredCredentials>) -> Result<Url, CliError> {
    let named = argument
        .map(str::to_owned)
        .or_else(|| environment("SAMOVAR_SERVER"));
    match (named, before) {
        (Some(text), _) => parse_address(&text),
        (None, Some(before)) => Ok(before.server.clone()),
        (None, None) => {
            let message = "name the server: `samovar login --server https://samovar.example.com`";
            Err(CliError::new(CliErrorKind::Usage, message))
        }
    }
}

/// The named file as an absolute path, or the last one for the same server.
fn ca_file(
    common: &CommonArguments,
    before: Option<&StoredCredentials>,
    address: &Url,
) -> Result<Option<PathBuf>, CliError> {
    let Some(path) = &common.ca_file else {
        let same = before.filter(|before| before.server == *address);
        return Ok(same.and_then(|before| before.ca_file.clone()));
    };
    let absolute = std::path::absolute(path);
    let absolute =
        absolute.map_err(|error| format!("`{}` cannot be used: {error}", path.display()))?;
    Ok(Some(absolute))
}

/// Shows the address and the code on standard error; standard output is for the result.
fn prompt(server: &ServerClient, codes: &Value) -> Result<(), CliError> {
    let plain = |name: &str| {
        let found = text(codes, name).map(DisplayText::lossy);
        found.ok_or_else(|| CliError::from(server.invalid_response()))
    };
    let (address, code) = (plain("/verification_uri_complete")?, plain("/user_code")?);
    let text = format!(
        "Open this address in a browser, on any machine, and approve the code {code}:\n\n    {address}\n\n\
         Waiting for the approval …\n"
    );
    // Fails without a terminal, where no one reads it.
    let _ = std::io::stderr().write_all(text.as_bytes());
    Ok(())
}

/// Polls for the tokens until the person has answered or the code expires.
async fn poll(server: &ServerClient, codes: &Value) -> Result<Value, CliError> {
    let number = |name| codes.get(name).and_then(Value::as_u64);
    let seconds = |name, default| number(name).unwrap_or(default);
    let mut interval = PollInterval::new(Duration::from_secs(seconds("interval", 5).clamp(1, 60)));
    let end = Instant::now() + Duration::from_secs(seconds("expires_in", 600).min(1800));
    let code = text(codes, "/device_code").unwrap_or_default();
    let pairs = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("device_code", code),
    ];
    while Instant::now() < end {
        sleep(interval.wait).await;
        match server.form("/oauth/token", &pairs).await {
            Ok((StatusCode::OK, tokens)) => return Ok(tokens),
            Ok((_, response)) => match text(&response, "/error") {
                Some("authorization_pending" | "temporarily_unavailable") => interval.on_response(),
                Some("slow_down") => interval.slow_down(),
                Some("expired_token") => break,
                _ => return Err(server.oauth_error(&response)),
            },
            Err(_) => interval.on_error(),
        }
    }
    let message = "the sign-in was not approved in time; run `samovar login` again";
    Err(message.to_owned().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wait_grows_with_errors_and_server_interval_stays() {
        let mut interval = PollInterval::new(Duration::from_secs(5));
        let mut after = |change: fn(&mut PollInterval)| {
            change(&mut interval);
            interval.wait.as_secs()
        };
        assert_eq!(after(PollInterval::on_error), 10);
        assert_eq!(after(PollInterval::on_error), 20);
        assert_eq!(after(PollInterval::on_response), 5);
        assert_eq!(after(PollInterval::slow_down), 10);
        for longer in [20, 40, 60, 60] {
            assert_eq!(after(PollInterval::on_error), longer);
        }
        assert_eq!(after(PollInterval::on_response), 10);
    }
}
