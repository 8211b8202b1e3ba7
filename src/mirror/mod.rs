//! The mirror (layer 2): who is in which Gitea team, kept in step with Gitea and never older than a stated bound.
//!
//! May name `model`, `audit`, `store` and `gitea`. Must never delete a role or a role binding, and must never take an
//! answer that could not be read for an empty one.
//!
//! Three readers (`full_sync.rs`, `watched_team_sync.rs`, `user_refresh.rs`) read Gitea by `reader.rs`. Their observations
//! go through the pure `plan` into `state.rs`: the store with an audit event, then memory, then freshness. Users of other
//! providers (`external_users.rs`) are known by their last sign-in alone, unless Gitea links one of its accounts to them.

mod commit_batch;
mod data;
mod describe;
mod directory;
mod error;
mod external_users;
mod freshness_table;
mod full_sync;
mod plan;
mod queue;
mod reader;
mod repository_cache;
mod service;
mod single_flight;
mod state;
mod status;
mod sync_tasks;
mod user_refresh;
mod watched_team_sync;
mod watched_teams;

pub use error::MirrorError;
pub use external_users::ExternalSignIn;
pub use service::{Mirror, Settings};
pub use status::{FullSyncReport, MirrorStatus, RecentChange};
