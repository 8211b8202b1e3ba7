//! Providers over the wire: never a secret.

use super::texts::Time;
use poem_openapi::{Enum, Object};

/// Every provider.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub(in crate::http::api) struct ProviderList {
    /// Gitea, then the others as configured.
    pub items: Vec<Provider>,
}

/// Kinds of providers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename_all = "kebab-case")]
pub(in crate::http::api) enum ProviderKind {
    /// The Gitea server itself.
    Gitea,
    /// Another OpenID provider.
    Openid,
}

/// Who can prove who somebody is.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub(in crate::http::api) struct Provider {
    /// Its fixed id.
    pub id: String,
    /// What people read when they sign in.
    pub name: String,
    /// Which kind it is.
    pub kind: ProviderKind,
    /// The issuer as configured.
    pub issuer: String,
    /// Our name at it.
    pub client_id: String,
    /// The redirect URI that must be registered at it.
    pub redirect_uri: String,
    /// It answers, and as the one that is configured.
    pub reachable: bool,
    /// When it was last asked about itself.
    pub asked_at: Option<Time>,
    /// What went wrong last, with discovery or a sign-in, and what to do.
    pub last_error: Option<String>,
    /// When that was.
    pub last_error_at: Option<Time>,
    /// Whoever signs out of Samovar is signed out there as well.
    pub signs_out: bool,
    /// It can tell Samovar when somebody signs out there.
    pub tells_sign_out: bool,
    /// The authentication source in Gitea that it is: its people are the Gitea accounts of that source.
    pub gitea_source_id: Option<i64>,
    /// People who are known at it alone; 0 for Gitea, whose people are mirrored.
    pub people: u32,
    /// What its groups claim gives; absent for Gitea, whose teams count.
    pub groups: Option<ProviderGroups>,
}

/// What a groups claim gives.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub(in crate::http::api) struct ProviderGroups {
    /// Name of the claim, or a JSON pointer.
    pub claim: String,
    /// The last sign-in since the start had the claim; absent before the first.
    pub found: Option<bool>,
    /// Groups that the provider tells at most.
    pub cap: Option<u32>,
    /// People whose list the provider may have cut.
    pub perhaps_cut: u32,
    /// The first 500 groups, by name, as of the last sign-in of each person.
    pub names: Vec<ProviderGroup>,
}

/// A group of a provider: a name, which a rename can give to others.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub(in crate::http::api) struct ProviderGroup {
    /// As the claim spells it.
    pub name: String,
    /// How many people are in it, of those who have signed in.
    pub people: u32,
}
