//! The API under `/api/v1` (step 5): one file for each noun, named as in the address; messages in `wire/`.
//!
//! Adding an operation: a method in the noun's file whose first argument is [`caller::Allowed`] with the permission that
//! it needs, its messages in `wire/`, then `SAMOVAR_BLESS=1 cargo test` to renew the document in `tests/golden/`.
//! Handlers take, call and answer; nothing is decided here.

#![allow(
    dead_code,
    unused_variables,
    clippy::unused_async,
    reason = "the operations are declared; the services behind them follow"
)]

mod administrator;
mod answer;
mod applications;
mod audit_events;
mod body;
mod caller;
mod decisions;
mod failure;
mod me;
mod mirror;
mod organizations;
mod problem;
mod role_bindings;
mod roles;
mod sessions;
mod teams;
mod users;
mod version;
mod wire;

use poem_openapi::{OpenApiService, Tags};

/// Nouns of the API.
#[derive(Tags)]
enum Noun {
    /// Who is signed in.
    Me,
    /// The first administrator.
    Administrator,
    /// People, as mirrored from Gitea.
    Users,
    /// Organizations, as mirrored from Gitea.
    Organizations,
    /// Teams, as mirrored from Gitea.
    Teams,
    /// Named sets of permissions.
    Roles,
    /// Who gets a role, where, and until when.
    RoleBindings,
    /// What is protected.
    Applications,
    /// Questions to the policy.
    Decisions,
    /// Sign-ins of browsers.
    Sessions,
    /// The mirror of Gitea.
    Mirror,
    /// The audit log.
    AuditEvents,
}

type Operations = (
    (me::Api, administrator::Api, users::Api, organizations::Api),
    (
        teams::Api,
        roles::Api,
        role_bindings::Api,
        applications::Api,
    ),
    (
        decisions::Api,
        sessions::Api,
        mirror::Api,
        audit_events::Api,
    ),
);

fn service() -> OpenApiService<Operations, ()> {
    let operations = (
        (me::Api, administrator::Api, users::Api, organizations::Api),
        (
            teams::Api,
            roles::Api,
            role_bindings::Api,
            applications::Api,
        ),
        (
            decisions::Api,
            sessions::Api,
            mirror::Api,
            audit_events::Api,
        ),
    );
    OpenApiService::new(operations, "Samovar", env!("CARGO_PKG_VERSION"))
        .description("Who may do what, by Gitea's organizations and teams.")
        .server("/api/v1")
}

/// The `OpenAPI` document, as `samovar openapi` prints it and `/api/openapi.json` serves it.
pub fn document() -> String {
    let mut text = service().spec();
    text.push('\n');
    text
}
