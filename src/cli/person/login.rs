//! `samovar login` and `samovar logout`: the device flow (RFC 8628), and its end.

use super::credentials::{Credentials, Keeper};
use super::server::{Server, read_address, text};
use super::{Common, Login};
use crate::cli::environment;
use crate::cli::failure::{Failure, Kind};
use crate::model::DisplayText;
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::{Instant, sleep};
use url::Url;

/// What `slow_down` adds (RFC 8628 section 3.5).
const SLOWER: Duration = Duration::from_secs(5);
/// The longest wait between questions while the server gives no answer.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// How long to wait between questions: what the server says of it holds for good, what comes of the network ends with the
/// next answer.
#[derive(Debug)]
struct Pace {
    interval: Duration,
    wait: Duration,
}

impl Pace {
    const fn of(interval: Duration) -> Self {
        Self {
            interval,
            wait: interval,
        }
    }

    const fn answered(&mut self) {
        self.wait = self.interval;
    }

    fn slow_down(&mut self) {
        *self = Self::of(self.interval + SLOWER);
    }

    fn unanswered(&mut self) {
        let longer = self.wait.saturating_mul(2).min(LONGEST_WAIT);
        self.wait = longer.max(self.interval);
    }
}

/// Signs in, in the place of whoever was signed in before.
pub(super) async fn login(keeper: &Keeper, login: Login) -> Result<String, Failure> {
    let before = keeper.lock()?.read_any().ok().map(|(before, _)| before);
    let address = address(login.server.as_deref(), before.as_ref())?;
    let ca_file = ca_file(&login.common, before.as_ref(), &address)?;
    let server = Server::at(address, ca_file.as_deref())?;
    let (status, codes) = server.form("/oauth/device", &[]).await?;
    if status != StatusCode::OK {
        return Err(server.denial(&codes));
    }
    prompt(&server, &codes)?;
    let answer = wait(&server, &codes).await?;
    let secret = |place| text(&answer, place).map(SecretString::from);
    let (token, refresh_token) = secret("/access_token")
        .zip(secret("/refresh_token"))
        .ok_or_else(|| server.strange())?;
    let locked = keeper.lock()?;
    let present = locked.read_any().ok();
    locked.write(&Credentials {
        server: server.address.clone(),
        refresh_token,
        ca_file,
    })?;
    if let Some((present, _)) = present {
        // The new sign-in holds in any case; the one before ends by itself in time.
        let _ = end(&present, None).await;
    }
    // Signed in is signed in, whether or not the name can be told.
    let me = server.api((Method::GET, "/api/v1/me"), &token, None).await;
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

/// Ends the sign-in here and at the server.
pub(super) async fn logout(keeper: &Keeper, common: &Common) -> Result<String, Failure> {
    let locked = keeper.lock()?;
    let read = locked.read_any();
    if let Err(failure) = &read
        && failure.kind != Kind::Failed
    {
        // What is not there or cannot be read is of no use to anybody.
        locked.delete()?;
    }
    let (credentials, _) = read?;
    let ended = end(&credentials, Some(common)).await;
    locked.delete()?;
    let shown = credentials.server.as_str().trim_end_matches('/');
    ended.map_err(|failure| Failure {
        sentence: format!(
            "this terminal has forgotten the sign-in, but it goes on at the server, where you can end it among your tokens and devices: {}",
            failure.sentence
        ),
        ..failure
    })?;
    if common.json {
        return Ok(format!("{}\n", json!({"server": shown})));
    }
    Ok(format!("signed out of {shown}\n"))
}

async fn end(credentials: &Credentials, common: Option<&Common>) -> Result<(), Failure> {
    let ca_file = common.and_then(|common| common.ca_file.as_deref());
    let ca_file = ca_file.or(credentials.ca_file.as_deref());
    let server = Server::at(credentials.server.clone(), ca_file)?;
    let pairs = [
        ("token", credentials.refresh_token.expose_secret()),
        ("token_type_hint", "refresh_token"),
    ];
    match server.form("/oauth/revoke", &pairs).await? {
        (StatusCode::OK, _) => Ok(()),
        (_, answer) => Err(server.denial(&answer)),
    }
}

fn address(typed: Option<&str>, before: Option<&Credentials>) -> Result<Url, Failure> {
    let named = typed
        .map(str::to_owned)
        .or_else(|| environment("SAMOVAR_SERVER"));
    match (named, before) {
        (Some(text), _) => read_address(&text),
        (None, Some(before)) => Ok(before.server.clone()),
        (None, None) => {
            let sentence =
                "say where to sign in: `samovar login --server https://samovar.example.com`";
            Err(Failure::new(Kind::Usage, sentence))
        }
    }
}

/// The one that was named, from now on wherever it is read from; or the last one for the same server.
fn ca_file(
    common: &Common,
    before: Option<&Credentials>,
    address: &Url,
) -> Result<Option<PathBuf>, Failure> {
    let Some(path) = &common.ca_file else {
        let same = before.filter(|before| before.server == *address);
        return Ok(same.and_then(|before| before.ca_file.clone()));
    };
    let whole = std::path::absolute(path);
    let whole = whole.map_err(|error| format!("`{}` cannot be used: {error}", path.display()))?;
    Ok(Some(whole))
}

/// Where to go and what to compare, for the person; standard output stays free for what comes of it.
fn prompt(server: &Server, codes: &Value) -> Result<(), Failure> {
    let plain = |name: &str| {
        let found = text(codes, name).map(DisplayText::lossy);
        found.ok_or_else(|| Failure::from(server.strange()))
    };
    let (address, code) = (plain("/verification_uri_complete")?, plain("/user_code")?);
    let text = format!(
        "Open this address in a browser, on any machine, and approve the code {code}:\n\n    {address}\n\n\
         Waiting for your answer there …\n"
    );
    // Without a terminal there is nobody to tell.
    let _ = std::io::stderr().write_all(text.as_bytes());
    Ok(())
}

/// Asks for the tokens until the person has answered or the time is over.
async fn wait(server: &Server, codes: &Value) -> Result<Value, Failure> {
    let number = |name| codes.get(name).and_then(Value::as_u64);
    let seconds = |name, otherwise| number(name).unwrap_or(otherwise);
    let mut pace = Pace::of(Duration::from_secs(seconds("interval", 5).clamp(1, 60)));
    let end = Instant::now() + Duration::from_secs(seconds("expires_in", 600).min(1800));
    let code = text(codes, "/device_code").unwrap_or_default();
    let pairs = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("device_code", code),
    ];
    while Instant::now() < end {
        sleep(pace.wait).await;
        match server.form("/oauth/token", &pairs).await {
            Ok((StatusCode::OK, answer)) => return Ok(answer),
            Ok((_, answer)) => match text(&answer, "/error") {
                Some("authorization_pending" | "temporarily_unavailable") => pace.answered(),
                Some("slow_down") => pace.slow_down(),
                Some("expired_token") => break,
                _ => return Err(server.denial(&answer)),
            },
            Err(_) => pace.unanswered(),
        }
    }
    let sentence = "nobody approved it in time; run `samovar login` again";
    Err(sentence.to_owned().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_while_nobody_answers_and_what_the_server_asks_for_stays() {
        let mut pace = Pace::of(Duration::from_secs(5));
        let mut after = |change: fn(&mut Pace)| {
            change(&mut pace);
            pace.wait.as_secs()
        };
        assert_eq!(after(Pace::unanswered), 10);
        assert_eq!(after(Pace::unanswered), 20);
        assert_eq!(after(Pace::answered), 5);
        assert_eq!(after(Pace::slow_down), 10);
        for longer in [20, 40, 60, 60] {
            assert_eq!(after(Pace::unanswered), longer);
        }
        assert_eq!(after(Pace::answered), 10);
    }
}
