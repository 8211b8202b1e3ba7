//! Starts, wires and stops the server (step 6). The only place with a real clock and a real random source.
//!
//! Names every room, decides nothing: settings go in here, and doors come out.

mod capabilities;
mod descriptors;
mod error;
mod first_check;
mod jobs;
mod listeners;
mod outside;
mod services;

pub use capabilities::Capabilities;
pub use error::AppError;

use crate::audit::{Action, AuditEvent, Object, ObjectKind};
use crate::config::Config;
use crate::http::checks::Checks;
use crate::http::framework::Framework;
use crate::http::sockets::{self, Activated, Listener};
use crate::http::{admin_socket, listener};
use crate::model::{ListenAddress, Principal, SystemJob};
use crate::store::{Change, CommitError};
use services::Services;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A server that answers.
pub struct Running {
    addresses: Vec<ListenAddress>,
    stop: CancellationToken,
    tasks: TaskTracker,
    services: Services,
}

/// Runs the server until SIGTERM or SIGINT.
pub async fn serve(meant: Config, capabilities: Capabilities) -> Result<(), AppError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(AppError::Signal)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(AppError::Signal)?;
    let running = start(meant, capabilities).await?;
    for address in running.addresses() {
        tracing::info!(%address, "listening");
    }
    // Without systemd there is nobody to tell.
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
    running.stop().await
}

/// Starts the server; it answers when this returns.
pub async fn start(meant: Config, capabilities: Capabilities) -> Result<Running, AppError> {
    let http = outside::to_gitea(&meant)?;
    let services = Services::open(&meant, &http, &capabilities)?;
    let (public, checks) = (&meant.server.listen, &meant.server.forward_auth_listen);
    let sockets = sockets::open(public, checks, Activated::from_env()).await?;
    let both = sockets.public.iter().chain(&sockets.forward_auth);
    let addresses: Vec<_> = both.filter_map(Listener::address).collect();
    let socket = admin_socket::bind(&meant.server.admin_socket).await?;
    let event = of_server(Action::ServerStart, &services);
    services.store.commit(Change::none(), event).await?;
    services.sign_in.end_those_of_unknown_providers().await?;
    jobs::watch_administrators(&services.admin, &services.claim).map_err(AppError::Bootstrap)?;

    services.token.tokens.keys().round().await?;
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    let gate = listeners::gate(&meant, &services, &capabilities)?;
    let limits = listeners::listener_settings(&meant);
    tasks.spawn(listener::serve(
        sockets.public,
        Framework(gate),
        limits.public,
        stop.clone(),
    ));
    let gate = listeners::forward_auth_gate(&meant, &services, &capabilities)?;
    let (folder, first) = (meant.server.state_dir.clone(), gate.first_check());
    first_check::notice(&folder, &services.policy.load(), checks);
    tasks.spawn(first_check::remember(folder, first, stop.clone()));
    tasks.spawn(listener::serve(
        sockets.forward_auth,
        Checks(gate),
        limits.forward_auth,
        stop.clone(),
    ));
    let operator = listeners::operator(&services, &capabilities);
    let place = (socket, meant.server.admin_socket.clone());
    tasks.spawn(admin_socket::serve(place, operator, stop.clone()));
    tasks.spawn(Arc::clone(&services.mirror).run(stop.clone()));
    tasks.spawn(jobs::housekeeping(jobs::Jobs::of(&services), stop.clone()));
    Ok(Running {
        addresses,
        stop,
        tasks,
        services,
    })
}

impl Running {
    /// Where it listens.
    pub fn addresses(&self) -> &[ListenAddress] {
        &self.addresses
    }

    /// Lets answers finish, writes what is counted, and closes the store.
    pub async fn stop(self) -> Result<(), AppError> {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        let written = self.write_last().await;
        match written {
            // What is on disk is whole, and the next start must not take this for a crash.
            Err(error) if error.is_low_space() => {
                tracing::error!(%error, "counts of repeats are lost: they could not be written");
            }
            written => written?,
        }
        self.services.store.close().await?;
        Ok(())
    }

    async fn write_last(&self) -> Result<(), CommitError> {
        let services = &self.services;
        let counts = services.journal.close_all_windows().await;
        services
            .sessions
            .write_seen()
            .await
            .unwrap_or_else(|error| {
                tracing::warn!(%error, "last uses of sessions could not be written");
            });
        let event = of_server(Action::ServerStop, services);
        counts.and(services.journal.write(event).await)
    }
}

fn of_server(action: Action, services: &Services) -> AuditEvent {
    let object = Object::new(ObjectKind::Server, env!("CARGO_PKG_VERSION"));
    let actor = Principal::System(SystemJob::Server);
    services.journal.event(actor, action, object)
}
