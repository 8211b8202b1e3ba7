//! Grants and signing keys out, and which algorithm is to get another key in.

use super::names::Names;
use crate::http::api::wire::application::SigningAlgorithm as Algorithm;
use crate::http::api::wire::texts::{Id, Time};
use crate::http::api::wire::{Named, token as wire};
use crate::model::{Client, Grant, Principal, SigningAlgorithm};
use crate::token::{KeyState, KeyView};
use std::sync::Arc;

/// Shows a grant.
pub(in crate::http::api) fn show_grant(
    grant: &Grant,
    clients: &[Arc<Client>],
    names: Names<'_>,
) -> wire::Grant {
    let client = clients.iter().find(|client| client.id == grant.client);
    let own = (grant.client == Client::COMMAND_LINE_ID).then_some(Client::COMMAND_LINE);
    let client = client.map(|client| client.name.as_str()).or(own);
    wire::Grant {
        id: Id::of(grant.id),
        user: Named {
            id: Id::of(grant.user),
            name: names.login(Principal::User(grant.user)),
        },
        client: Named {
            id: Id::of(grant.client),
            name: client.map(str::to_owned),
        },
        application: grant.application.map(|id| names.application(id)),
        scope: grant.scope.clone().into(),
        created_at: Time::of(grant.created_at),
        last_used_at: Time::of(grant.rotated_at),
        ends_at: Time::of(grant.ends_at),
        address: grant.address.map(|address| address.to_string()),
        user_agent: grant.user_agent.to_string(),
    }
}

/// Grants are listed the newest first.
pub(in crate::http::api) fn key(grant: &Grant) -> String {
    let age = i64::MAX.saturating_sub(grant.created_at.millis());
    format!("{age:019}{}", grant.id)
}

/// Shows a signing key.
pub(in crate::http::api) fn show_key(key: &KeyView) -> wire::SigningKey {
    wire::SigningKey {
        id: Id::of(key.id),
        algorithm: match key.algorithm {
            SigningAlgorithm::EdDsa => Algorithm::EdDsa,
            SigningAlgorithm::Es256 => Algorithm::Es256,
            SigningAlgorithm::Rs256 => Algorithm::Rs256,
        },
        state: match key.state {
            KeyState::Next => wire::KeyState::Next,
            KeyState::Current => wire::KeyState::Current,
            KeyState::Retired => wire::KeyState::Retired,
        },
        created_at: Time::of(key.made_at),
        signs_from: Time::of(key.signs_from),
    }
}

/// Which algorithm is to get another key.
pub(in crate::http::api) const fn read_algorithm(rotation: &wire::Rotation) -> SigningAlgorithm {
    match rotation.algorithm {
        Algorithm::EdDsa => SigningAlgorithm::EdDsa,
        Algorithm::Es256 => SigningAlgorithm::Es256,
        Algorithm::Rs256 => SigningAlgorithm::Rs256,
    }
}
