//! Service accounts in requests and responses.
//!
//! May read the model and current names. Must never show the value or hash of a secret.

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
            /// The numeric id of the team in Gitea.
            id: TeamId,
        }
        /// A user.
        User = "user", UserOwner {
            /// The id of the user in Samovar.
            id: UserId,
        }
    }
}

response! {
    /// A claim with its required value.
    TrustedClaim(name: &str, value: &str) {
        /// The name of the claim, such as `repository`.
        #[oai(validator(min_length = 1))]
        name: String = name.to_owned(),
        /// The required value.
        value: String = value.to_owned(),
    }
}

response! {
    /// Trust in external tokens, such as those of a CI job, which authenticate a service account.
    Trust(trust: &model::WorkloadTrust) {
        /// The trusted issuer.
        issuer: String = trust.issuer.to_string(),
        /// The required `aud` of the tokens.
        #[oai(validator(min_length = 1))]
        audience: String = trust.audience.clone(),
        /// The claims with their required values; at least one.
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
    /// A service account, the account of a machine.
    ServiceAccount(account: &model::ServiceAccount, services: &Services, names: &Names) {
        /// The id of the service account, which is also its `client_id`.
        id: ServiceAccountId = account.id,
        /// The name, unique among service accounts.
        name: String = account.name.to_string(),
        /// What the service account is for; may be empty.
        description: String = account.description.to_string(),
        /// The owner: a team or a user.
        owner: Owner = (&account.owner).into(),
        /// The current name of the owner; absent if the owner no longer exists.
        owner_name: Option<String> = owner_name(account.owner, names),
        /// False if the service account was disabled.
        enabled: bool = account.enabled,
        /// Whether the service account can act, and why not.
        state: ServiceAccountState = services.gatekeeper.account_state(&names.directory, account),
        /// The secrets: at most two valid ones, and the expired ones.
        secrets: Vec<Secret> = secrets(&account.secrets, services.now()),
        /// The external tokens that authenticate the service account.
        trusts: Vec<Trust> = account.trusts.iter().map(Trust::new).collect(),
        /// When the service account was created.
        created_at: Timestamp = account.created_at,
        /// The version, also sent as `ETag`; it increases by one with every change.
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
    /// A service account to create, or the new state of an existing one.
    ServiceAccountDraft for admin::ServiceAccountDraft {
        /// The name, unique among service accounts: 1 to 64 characters of `a-z`, `0-9` and `-`.
        name: Name,
        /// What the service account is for; empty by default.
        description: DisplayText = DisplayText::lossy(""),
        /// The owner: a team or a user.
        owner: ModelOwner,
        /// False to disable the service account; true by default.
        enabled: bool = true,
        /// The external tokens that authenticate the service account; none by default.
        trusts: Vec<model::WorkloadTrust> = Vec::new(),
    } => Self { name, description, owner, enabled, trusts }
}
