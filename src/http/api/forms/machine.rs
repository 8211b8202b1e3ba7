//! Service accounts, clients and their secrets in and out.

use super::names::Names;
use super::{Errors, those};
use crate::admin::{ClientDraft, SecretLifetime, ServiceAccountDraft};
use crate::http::Problem;
use crate::http::api::wire::machine as wire;
use crate::http::api::wire::texts::{Id, Time};
use crate::model::{
    Client, ClientKind, DisplayText, MachineSecret, Owner, Principal, SecretAttention,
    ServiceAccount, ServiceAccountState, StoredSecret, TeamId, Timestamp, WorkloadTrust,
};
use std::collections::BTreeMap;

/// Reads a service account's draft.
pub(in crate::http::api) fn read_account(
    draft: &wire::ServiceAccountDraft,
) -> Result<ServiceAccountDraft, Problem> {
    let mut errors = Errors::default();
    let name = errors.read("/name", &draft.name);
    let owner = match &draft.owner {
        wire::Owner::Team(team) => {
            let id = errors.keep("/owner/id", TeamId::try_from(team.id));
            id.map(|id| Owner::Team { id })
        }
        wire::Owner::User(user) => {
            let id = errors.read("/owner/id", &user.id);
            id.map(|id| Owner::User { id })
        }
    };
    let places = draft.trusts.iter().enumerate();
    let trusts = places.filter_map(|(at, trust)| read_trust(&mut errors, at, trust));
    let trusts = trusts.collect();
    errors.unless_any(name.zip(owner).map(|(name, owner)| ServiceAccountDraft {
        name,
        description: DisplayText::lossy(&draft.description),
        owner,
        enabled: draft.enabled,
        trusts,
    }))
}

fn read_trust(errors: &mut Errors, at: usize, trust: &wire::Trust) -> Option<WorkloadTrust> {
    let place = format!("/trusts/{at}");
    let issuer = errors.read(format_args!("{place}/issuer"), &trust.issuer);
    if trust.audience.is_empty() {
        errors.note(
            format_args!("{place}/audience"),
            "name the audience that its tokens are for",
        );
    }
    let mut claims = BTreeMap::new();
    for claim in &trust.claims {
        let before = claims.insert(claim.name.clone(), claim.value.clone());
        if claim.name.is_empty() || claim.value.is_empty() || before.is_some() {
            let sentence = "name each claim once, with the value that it must have";
            errors.note(format_args!("{place}/claims"), sentence);
        }
    }
    if claims.is_empty() {
        let sentence = "name at least one claim: an issuer as a whole stands for nobody";
        errors.note(format_args!("{place}/claims"), sentence);
    }
    Some(WorkloadTrust {
        issuer: issuer?,
        audience: trust.audience.clone(),
        claims,
    })
}

/// Shows a service account.
pub(in crate::http::api) fn show_account(
    account: &ServiceAccount,
    (state, now): (ServiceAccountState, Timestamp),
    names: Names<'_>,
) -> wire::ServiceAccount {
    wire::ServiceAccount {
        id: Id::of(account.id),
        name: account.name.to_string(),
        description: account.description.to_string(),
        owner: match account.owner {
            Owner::Team { id } => wire::Owner::Team(wire::TeamOwner { id: id.into() }),
            Owner::User { id } => wire::Owner::User(wire::UserOwner { id: Id::of(id) }),
        },
        owner_name: match account.owner {
            Owner::Team { id } => names
                .directory
                .teams
                .get(&id)
                .map(|team| names.team(&team.team)),
            Owner::User { id } => names.login(Principal::User(id)),
        },
        enabled: account.enabled,
        state: show_state(state),
        secrets: show_secrets(&account.secrets, now),
        trusts: account.trusts.iter().map(show_trust).collect(),
        created_at: Time::of(account.created_at),
        version: account.version,
    }
}

const fn show_state(state: ServiceAccountState) -> wire::AccountState {
    match state {
        ServiceAccountState::Active => wire::AccountState::Active,
        ServiceAccountState::Disabled => wire::AccountState::Disabled,
        ServiceAccountState::OwnerGone => wire::AccountState::OwnerGone,
        ServiceAccountState::TeamEmpty => wire::AccountState::TeamEmpty,
    }
}

fn show_trust(trust: &WorkloadTrust) -> wire::Trust {
    let claims = trust.claims.iter().map(|(name, value)| wire::TrustedClaim {
        name: name.clone(),
        value: value.clone(),
    });
    wire::Trust {
        issuer: trust.issuer.to_string(),
        audience: trust.audience.clone(),
        claims: claims.collect(),
    }
}

fn show_secrets(secrets: &[StoredSecret], now: Timestamp) -> Vec<wire::Secret> {
    let shown = secrets.iter().map(|secret| wire::Secret {
        id: Id::of(secret.id),
        hint: secret.hint.clone(),
        created_at: Time::of(secret.created_at),
        expires_at: Time::of(secret.expires_at),
        last_used_at: secret.last_used_at.map(Time::of),
        attention: secret
            .attention(now)
            .into_iter()
            .map(show_attention)
            .collect(),
    });
    shown.collect()
}

const fn show_attention(attention: SecretAttention) -> wire::SecretAttention {
    match attention {
        SecretAttention::ExpiresSoon => wire::SecretAttention::ExpiresSoon,
        SecretAttention::Expired => wire::SecretAttention::Expired,
        SecretAttention::NeverUsed => wire::SecretAttention::NeverUsed,
    }
}

/// In which members the service account that there is differs from what was sent.
pub(in crate::http::api) fn account_changed(
    sent: &ServiceAccountDraft,
    present: &ServiceAccount,
) -> Vec<&'static str> {
    those(&[
        ("name", sent.name != present.name),
        ("description", sent.description != present.description),
        ("owner", sent.owner != present.owner),
        ("enabled", sent.enabled != present.enabled),
        ("trusts", sent.trusts != present.trusts),
    ])
}

/// Reads how long a secret is to live.
pub(in crate::http::api) fn read_secret(
    draft: &wire::SecretDraft,
) -> Result<SecretLifetime, Problem> {
    let life = SecretLifetime::days(draft.expires_in_days);
    life.ok_or_else(|| super::problem_at("/expires_in_days", "a secret lives 1 to 365 days"))
}

/// Shows a new secret, this once.
pub(in crate::http::api) fn show_new_secret(
    (record, secret): &(StoredSecret, MachineSecret),
) -> wire::NewSecret {
    wire::NewSecret {
        id: Id::of(record.id),
        secret: secret.reveal(),
        hint: record.hint.clone(),
        expires_at: Time::of(record.expires_at),
    }
}

/// Reads a client's draft.
pub(in crate::http::api) fn read_client(draft: &wire::ClientDraft) -> Result<ClientDraft, Problem> {
    let mut errors = Errors::default();
    let name = errors.read("/name", &draft.name);
    let application = errors.read("/application_id", &draft.application_id);
    let redirect_uris = errors.read_each("/redirect_uris", &draft.redirect_uris);
    errors.unless_any(
        name.zip(application)
            .map(|(name, application)| ClientDraft {
                name,
                application,
                kind: match draft.kind {
                    wire::ClientKind::Public => ClientKind::Public,
                    wire::ClientKind::Confidential => ClientKind::Confidential,
                },
                redirect_uris,
                first_party: draft.first_party,
                refresh_tokens: draft.refresh_tokens,
            }),
    )
}

/// Shows a client.
pub(in crate::http::api) fn show_client(
    client: &Client,
    now: Timestamp,
    names: Names<'_>,
) -> wire::Client {
    wire::Client {
        id: Id::of(client.id),
        name: client.name.to_string(),
        application: client.application.map(|id| names.application(id)),
        kind: match client.kind {
            ClientKind::Public => wire::ClientKind::Public,
            ClientKind::Confidential => wire::ClientKind::Confidential,
        },
        redirect_uris: client
            .redirect_uris
            .iter()
            .map(ToString::to_string)
            .collect(),
        first_party: client.first_party,
        refresh_tokens: client.refresh_tokens,
        secrets: show_secrets(&client.secrets, now),
        version: client.version,
    }
}

/// In which members the client that there is differs from what was sent.
pub(in crate::http::api) fn client_changed(
    sent: &ClientDraft,
    present: &Client,
) -> Vec<&'static str> {
    those(&[
        ("name", sent.name != present.name),
        (
            "application_id",
            Some(sent.application) != present.application,
        ),
        ("kind", sent.kind != present.kind),
        ("redirect_uris", sent.redirect_uris != present.redirect_uris),
        ("first_party", sent.first_party != present.first_party),
        (
            "refresh_tokens",
            sent.refresh_tokens != present.refresh_tokens,
        ),
    ])
}
