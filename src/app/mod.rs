//! Starts, wires and stops the server (layer 6). The only place with a real clock and a real random source.
//!
//! Names every module: turns the configuration into settings, services and endpoints. Must never make an access decision.

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
use services::AppServices;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A running server.
pub struct Running {
    addresses: Vec<ListenAddress>,
    stop: CancellationToken,
    tasks: TaskTracker,
    services: AppServices,
}

/// Runs the server until SIGTERM or SIGINT.
pub async fn serve(config: Config, capabilities: Capabilities) -> Result<(), AppError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(AppError::Signal)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(AppError::Signal)?;
    let running = start(config, capabilities).await?;
    for address in running.addresses() {
        tracing::info!(%address, "listening");
    }
    // Fails without systemd, where no one waits for it.
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
    running.stop().await
}

/// Starts the server, which accepts requests when this returns.
pub async fn start(config: Config, capabilities: Capabilities) -> Result<Running, AppError> {
    let http = outside::gitea_client(&config)?;
    let services = AppServices::open(&config, &http, &capabilities)?;
    let (public, checks) = (&config.server.listen, &config.server.forward_auth_listen);
    let sockets = sockets::open(public, checks, Activated::from_env()).await?;
    let both = sockets.public.iter().chain(&sockets.forward_auth);
    let addresses: Vec<_> = both.filter_map(Listener::address).collect();
    let socket = admin_socket::bind(&config.server.admin_socket).await?;
    let event = server_event(Action::ServerStart, &services);
    services.store.commit(Change::none(), event).await?;
    services.sign_in.end_those_of_unknown_providers().await?;
    jobs::watch_administrators(&services.admin, &services.bootstrap)
        .map_err(AppError::Bootstrap)?;

    services.token.tokens.keys().rotate_due().await?;
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    let gate = listeners::gate(&config, &services, &capabilities)?;
    let limits = listeners::listener_settings(&config);
    tasks.spawn(listener::serve(
        sockets.public,
        Framework(gate),
        limits.public,
        stop.clone(),
    ));
    let gate = listeners::forward_auth_gate(&config, &services, &capabilities)?;
    let (folder, first) = (config.server.state_dir.clone(), gate.first_check());
    first_check::warn_if_missing(&folder, &services.policy.load(), checks);
    tasks.spawn(first_check::remember(folder, first, stop.clone()));
    tasks.spawn(listener::serve(
        sockets.forward_auth,
        Checks(gate),
        limits.forward_auth,
        stop.clone(),
    ));
    let operator = listeners::operator(&services, &capabilities);
    tasks.spawn(admin_socket::serve(
        socket,
        config.server.admin_socket.clone(),
        operator,
        stop.clone(),
    ));
    tasks.spawn(Arc::clone(&services.mirror).run(stop.clone()));
    let housekeeping = jobs::Housekeeping::new(&services);
    tasks.spawn(housekeeping.run(stop.clone()));
    Ok(Running {
        addresses,
        stop,
        tasks,
        services,
    })
}

impl Running {
    /// The addresses of its listeners.
    pub fn addresses(&self) -> &[ListenAddress] {
        &self.addresses
    }

    /// Completes the responses, writes the counts, and closes the store.
    pub async fn stop(self) -> Result<(), AppError> {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        match self.write_last().await {
            // The store on disk is complete, so the next start must not treat this as a crash.
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
        let event = server_event(Action::ServerStop, services);
        counts.and(services.journal.write(event).await)
    }
}

fn server_event(action: Action, services: &AppServices) -> AuditEvent {
    let object = Object::new(ObjectKind::Server, env!("CARGO_PKG_VERSION"));
    let actor = Principal::System(SystemJob::Server);
    services.journal.event(actor, action, object)
}
