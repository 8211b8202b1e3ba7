//! The stand-in Gitea: a server on a loopback address that answers as Gitea 1.26.3 was recorded to answer
//! (`tests/recordings`, replayed by `tests/gitea`). May know nothing of Samovar.

mod access;
mod api;
mod authorize;
mod caller;
mod changes;
pub mod clock;
pub mod errors;
pub mod keys;
pub mod log;
mod oidc;
mod pages;
mod paging;
mod scope;
mod server;
mod shapes;
pub mod state;
mod team_pages;
mod tokens;
mod web;
pub mod wire;

use clock::{GiteaClock, Source};
use errors::Errors;
use keys::SigningKey;
use log::Log;
use server::Shared;
use state::{Settings, State, User};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::task::JoinHandle;

/// Login of the site administrator that every test Gitea starts with.
pub const ADMIN: &str = "root";

/// That administrator's password.
pub const ADMIN_PASSWORD: &str = "root-password-1";

/// A running stand-in; ends when dropped.
pub struct StandIn {
    shared: Arc<Shared>,
    address: SocketAddr,
    accepting: Mutex<Option<JoinHandle<()>>>,
}

impl StandIn {
    /// On a free port of 127.0.0.1, with the machine's time.
    pub async fn start() -> Self {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0)), clock::machine()).await
    }

    /// On a chosen address, with a clock of the test's.
    pub async fn start_at(address: SocketAddr, source: Source) -> Self {
        let listener = server::bind(address).await;
        let address = listener.local_addr().unwrap();
        let clock = GiteaClock::new(source);
        let mut state = State::default();
        state.insert_user(User {
            login: ADMIN.to_owned(),
            email: format!("{ADMIN}@acme.test"),
            password: ADMIN_PASSWORD.to_owned(),
            is_admin: true,
            active: true,
            created: clock.now(),
            ..User::default()
        });
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            errors: Errors::default(),
            log: Log::default(),
            clock,
            base: format!("http://{address}"),
        });
        let accepting = server::listen(Arc::clone(&shared), listener);
        Self {
            shared,
            address,
            accepting: Mutex::new(Some(accepting)),
        }
    }

    /// Address of the server, without a last slash.
    pub fn url(&self) -> &str {
        &self.shared.base
    }

    /// What to switch on and off.
    pub fn errors(&self) -> &Errors {
        &self.shared.errors
    }

    /// Requests so far.
    pub fn log(&self) -> &Log {
        &self.shared.log
    }

    /// This Gitea's time.
    pub fn clock(&self) -> &GiteaClock {
        &self.shared.clock
    }

    /// Turns settings of `app.ini`.
    pub fn configure(&self, change: impl FnOnce(&mut Settings)) {
        self.with_state(|state| change(&mut state.settings));
    }

    /// Looks at or changes the tables, for what no API can do (a bot, a sudden change between two answers).
    pub fn with_state<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.shared.state.lock().unwrap())
    }

    /// Closes the address and every connection: it no longer responds.
    pub async fn go_away(&self) {
        let accepting = self.accepting.lock().unwrap().take();
        if let Some(accepting) = accepting {
            accepting.abort();
            // the error says that it was aborted, which is what was wanted
            let _ = accepting.await;
        }
    }

    /// Answers on the same address again. Browser sessions are gone, as after a restart.
    pub async fn come_back(&self) {
        self.go_away().await;
        self.forget_sessions();
        let listener = server::bind(self.address).await;
        let accepting = server::listen(Arc::clone(&self.shared), listener);
        *self.accepting.lock().unwrap() = Some(accepting);
    }

    /// Ends every browser session, as a restart does.
    pub fn forget_sessions(&self) {
        self.with_state(|state| state.sessions.clear());
    }

    /// A new signing key: every older token is dead.
    pub fn replace_key(&self) {
        self.with_state(|state| state.key = SigningKey::generate());
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        if let Some(accepting) = self.accepting.lock().unwrap().take() {
            accepting.abort();
        }
    }
}
