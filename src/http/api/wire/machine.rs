//! Service accounts, clients and their secrets over the wire.

use super::Named;
use super::texts::{Id, Name, Time};
use poem_openapi::{Enum, Object, Union};

/// A team.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[oai(deny_unknown_fields)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct TeamOwner {
    /// Gitea's id of the team.
    #[oai(validator(minimum(value = "1")))]
    pub id: i64,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[oai(deny_unknown_fields)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct UserOwner {
    /// Samovar's id of the person.
    pub id: Id,
}

/// Who answers for a service account.
#[derive(Debug, Clone, PartialEq, Eq, Union, serde::Deserialize)]
#[oai(discriminator_name = "kind", one_of, rename_all = "kebab-case")]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(in crate::http::api) enum Owner {
    /// The members of a team.
    Team(TeamOwner),
    /// One person.
    User(UserOwner),
}

/// Foreign tokens that stand for a service account, such as those of a CI job.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[oai(deny_unknown_fields)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct Trust {
    /// The issuer whose keys are believed.
    pub issuer: String,
    /// What `aud` of its tokens must hold.
    #[oai(validator(min_length = 1))]
    pub audience: String,
    /// Claims that must have exactly these values; at least one.
    #[oai(validator(min_items = 1))]
    pub claims: Vec<TrustedClaim>,
}

/// A claim and the one value that is accepted.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[oai(deny_unknown_fields)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct TrustedClaim {
    /// The claim's name, such as `repository`.
    #[oai(validator(min_length = 1))]
    pub name: String,
    /// The value.
    pub value: String,
}

/// Why somebody should look at a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename_all = "kebab-case")]
pub(in crate::http::api) enum SecretAttention {
    /// It expires within 14 days.
    ExpiresSoon,
    /// It opens nothing any more.
    Expired,
    /// It was made a day ago or earlier, and was never used.
    NeverUsed,
}

/// A secret, without what it is.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub(in crate::http::api) struct Secret {
    /// Its id.
    pub id: Id,
    /// Its first characters.
    pub hint: String,
    /// When it was made.
    pub created_at: Time,
    /// When it opens nothing any more.
    pub expires_at: Time,
    /// Last use, exact to five minutes; absent when it was never used.
    pub last_used_at: Option<Time>,
    /// Why somebody should look at it; empty when all is well.
    pub attention: Vec<SecretAttention>,
}

/// A new secret, shown this once.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub(in crate::http::api) struct NewSecret {
    /// Its id.
    pub id: Id,
    /// The secret itself. Nobody can show it again.
    pub secret: String,
    /// Its first characters, by which it is told apart later.
    pub hint: String,
    /// When it opens nothing any more.
    pub expires_at: Time,
}

/// What a secret is to be.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct SecretDraft {
    /// How many days it lives; 90 when absent.
    #[oai(validator(minimum(value = "1"), maximum(value = "365")))]
    #[serde(default)]
    pub expires_in_days: Option<u32>,
}

/// Whether a service account can do anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename_all = "kebab-case")]
pub(in crate::http::api) enum AccountState {
    /// It can.
    Active,
    /// Somebody switched it off.
    Disabled,
    /// The person or team that answers for it is gone or disabled.
    OwnerGone,
    /// The team that answers for it has nobody left.
    TeamEmpty,
}

/// A machine's account.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub(in crate::http::api) struct ServiceAccount {
    /// Its id, which is also its `client_id`.
    pub id: Id,
    /// Unique among service accounts.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Who answers for it.
    pub owner: Owner,
    /// What the owner is called now; absent when it is gone.
    pub owner_name: Option<String>,
    /// False when somebody switched it off.
    pub enabled: bool,
    /// Whether it can do anything, and why not.
    pub state: AccountState,
    /// At most two that live, and those that have expired.
    pub secrets: Vec<Secret>,
    /// Foreign tokens that stand for it.
    pub trusts: Vec<Trust>,
    /// When it was made.
    pub created_at: Time,
    /// Grows by one with every change; also the `ETag`.
    pub version: u64,
}

/// What a service account is to be.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[oai(deny_unknown_fields)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct ServiceAccountDraft {
    /// 1 to 64 of `a-z 0-9 -`, unique among service accounts.
    pub name: Name,
    /// What it is for.
    #[oai(default)]
    #[serde(default)]
    pub description: String,
    /// Who answers for it.
    pub owner: Owner,
    /// False to switch it off.
    #[oai(default = "yes")]
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Foreign tokens that stand for it.
    #[oai(default)]
    #[serde(default)]
    pub trusts: Vec<Trust>,
}

const fn yes() -> bool {
    true
}

/// Whether a client can keep a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, serde::Deserialize)]
#[oai(rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub(in crate::http::api) enum ClientKind {
    /// A browser application or a program on somebody's machine.
    Public,
    /// A server.
    Confidential,
}

/// What gets tokens in people's names, for one application.
// Generated clients have a class `Client` of their own.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(rename = "OAuthClient", skip_serializing_if_is_none)]
pub(in crate::http::api) struct Client {
    /// `client_id`.
    pub id: Id,
    /// Unique among clients; people see it when they are asked for consent.
    pub name: String,
    /// Its tokens are for this application.
    pub application: Option<Named>,
    /// Whether it can keep a secret.
    pub kind: ClientKind,
    /// Where answers may be sent, exactly.
    pub redirect_uris: Vec<String>,
    /// People are not asked for consent, unless a program on their own machine gets the answer and keeps no secret.
    pub first_party: bool,
    /// Gets refresh tokens.
    pub refresh_tokens: bool,
    /// Of a confidential client: at most two that live, and those that have expired.
    pub secrets: Vec<Secret>,
    /// Grows by one with every change; also the `ETag`.
    pub version: u64,
}

/// What a client is to be.
#[derive(Debug, Clone, PartialEq, Eq, Object, serde::Deserialize)]
#[oai(rename = "OAuthClientDraft", deny_unknown_fields)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct ClientDraft {
    /// 1 to 64 of `a-z 0-9 -`, unique among clients.
    pub name: Name,
    /// Id of the application.
    pub application_id: Id,
    /// Whether it can keep a secret.
    pub kind: ClientKind,
    /// Where answers may be sent: `https://…`, or `http://127.0.0.1/…` for programs on people's machines.
    #[oai(default)]
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// People are not asked for consent, unless a program on their own machine gets the answer and keeps no secret.
    #[oai(default)]
    #[serde(default)]
    pub first_party: bool,
    /// Gets refresh tokens.
    #[oai(default)]
    #[serde(default)]
    pub refresh_tokens: bool,
}
