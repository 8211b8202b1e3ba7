//! Service accounts in requests and responses.

use crate::admin;
use crate::http::api::prelude::*;
use crate::http::api::shared::json::Json;
use crate::model::{
    self, DisplayText, Name, Owner as ModelOwner, Principal, ServiceAccountId, ServiceAccountState,
    TeamId, Timestamp, UserId,
};
use std::collections::BTreeMap;

union! {
    /// The owner of a service account.
    Owner for ModelOwner {
        /// The members of a team.
        Team = "team", TeamOwner {
            /// Gitea's id of the team.
            id: TeamId,
        }
        /// One person.
        User = "user", UserOwner {
            /// Samovar's id of the person.
            id: UserId,
        }
    }
}

response! {
    /// A claim and its required value.
    TrustedClaim(name: &str, value: &str) {
        /// The claim's name, such as `repository`.
        #[oai(validator(min_length = 1))]
        name: String = name.to_owned(),
        /// The value.
        value: String = value.to_owned(),
    }
}

response! {
    /// External tokens that authenticate a service account, such as those of a CI job.
    Trust(trust: &model::WorkloadTrust) {
        /// The trusted issuer.
        issuer: String = trust.issuer.to_string(),
        /// The required `aud` of its tokens.
        #[oai(validator(min_length = 1))]
        audience: String = trust.audience.clone(),
        /// Claims with their required values; at least one.
        #[oai(validator(min_items = 1))]
        claims: Vec<TrustedClaim> = trust.claims.iter().map(|(n, v)| TrustedClaim::new(n, v)).collect(),
    }
}

impl Decode for TrustedClaim {
    type Schema = Self;

    fn decode(json: &Json, pointer: &str, errors: &mut FieldErrors) -> Option<Self> {
        let members = Members::open(json, pointer, &["name", "value"], errors)?;
        let name = members.get("name", None, errors);
        let value = members.get("value", None, errors);
        Some(Self {
            name: name?,
            value: value?,
        })
    }
}

impl Decode for model::WorkloadTrust {
    type Schema = Trust;

    fn decode(json: &Json, pointer: &str, errors: &mut FieldErrors) -> Option<Self> {
        let names = ["issuer", "audience", "claims"];
        let members = Members::open(json, pointer, &names, errors)?;
        let issuer = members.get("issuer", None, errors);
        let audience: Option<String> = members.get("audience", None, errors);
        let sent: Option<Vec<TrustedClaim>> = members.get("claims", None, errors);
        if audience.as_ref().is_some_and(String::is_empty) {
            errors.note(
                format_args!("{pointer}/audience"),
                "name the audience of its tokens",
            );
        }
        let mut claims = BTreeMap::new();
        for TrustedClaim { name, value } in sent? {
            let empty = name.is_empty() || value.is_empty();
            if claims.insert(name, value).is_some() || empty {
                let detail = "name each claim once, with its required value";
                errors.note(format_args!("{pointer}/claims"), detail);
            }
        }
        if claims.is_empty() {
            let detail = "name at least one claim: an issuer is never trusted as a whole";
            errors.note(format_args!("{pointer}/claims"), detail);
        }
        Some(Self {
            issuer: issuer?,
            audience: audience?,
            claims,
        })
    }
}

response! {
    /// A machine's account.
    ServiceAccount(account: &model::ServiceAccount, services: &Services, names: &Names) {
        /// Its id, which is also its `client_id`.
        id: ServiceAccountId = account.id,
        /// Unique among service accounts.
        name: String = account.name.to_string(),
        /// What it is for.
        description: String = account.description.to_string(),
        /// Its owner.
        owner: Owner = (&account.owner).into(),
        /// The present name of the owner; absent when it no longer exists.
        owner_name: Option<String> = owner_name(account.owner, names),
        /// False when it was disabled.
        enabled: bool = account.enabled,
        /// Whether it can do anything, and why not.
        state: ServiceAccountState = services.gatekeeper.account_state(&names.directory, account),
        /// At most two that are valid, and those that have expired.
        secrets: Vec<Secret> = secrets(&account.secrets, services.now()),
        /// External tokens that authenticate it.
        trusts: Vec<Trust> = account.trusts.iter().map(Trust::new).collect(),
        /// When it was created.
        created_at: Timestamp = account.created_at,
        /// Grows by one with every change; also the `ETag`.
        version: u64 = account.version,
    }
}

resource!(ServiceAccount, "service-accounts");

fn owner_name(owner: ModelOwner, names: &Names) -> Option<String> {
    match owner {
        ModelOwner::Team { id } => {
            let team = names.directory.teams.get(&id);
            team.map(|team| names.team(&team.team))
        }
        ModelOwner::User { id } => names.login(Principal::User(id)),
    }
}

request! {
    /// A service account to create, or the new state of one.
    ServiceAccountDraft for admin::ServiceAccountDraft {
        /// 1 to 64 of `a-z 0-9 -`, unique among service accounts.
        name: Name,
        /// What it is for.
        description: DisplayText = DisplayText::lossy(""),
        /// Its owner.
        owner: ModelOwner,
        /// False to disable it.
        enabled: bool = true,
        /// External tokens that authenticate it.
        trusts: Vec<model::WorkloadTrust> = Vec::new(),
    } => Self { name, description, owner, enabled, trusts }
}
