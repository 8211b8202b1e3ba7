//! Records of people and of their sessions.

use super::super::record::{Stored, stored};
use crate::model::{
    ApplicationId, Claims, DisplayText, GiteaUserId, GroupName, HostName, Identity, Principal,
    ProviderId, ProviderSession, Sealed, Session, SessionId, SessionKey, SessionPlace, Subject,
    Timestamp, User, UserId,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

stored! {
    User as UserRecord,
    Identity as IdentityRecord,
    Claims as ClaimsRecord,
    Session as SessionRecord,
    SessionPlace as SessionPlaceRecord,
    ProviderSession as ProviderSessionRecord,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "User")]
struct UserRecord {
    id: UserId,
    #[serde(with = "Stored")]
    identities: Vec<Identity>,
    gitea: Option<GiteaUserId>,
    login: DisplayText,
    #[serde(with = "Stored", default, skip_serializing_if = "Option::is_none")]
    claims: Option<Claims>,
    created_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Identity")]
struct IdentityRecord {
    provider: ProviderId,
    subject: Subject,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Claims")]
struct ClaimsRecord {
    full_name: DisplayText,
    /// Earlier versions stored an unverified address as `email`, which is not read.
    #[serde(rename = "verified_email", default = "empty")]
    email: DisplayText,
    groups: BTreeSet<GroupName>,
    groups_may_be_cut: bool,
    at: Timestamp,
}

fn empty() -> DisplayText {
    DisplayText::lossy("")
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Session")]
struct SessionRecord {
    id: SessionId,
    key: SessionKey,
    principal: Principal,
    #[serde(with = "Stored")]
    place: SessionPlace,
    provider: Option<ProviderId>,
    #[serde(
        with = "Stored",
        rename = "upstream",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    provider_session: Option<ProviderSession>,
    created_at: Timestamp,
    last_seen_at: Timestamp,
    ends_at: Timestamp,
    address: Option<IpAddr>,
    user_agent: DisplayText,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "SessionPlace", tag = "kind", rename_all = "kebab-case")]
enum SessionPlaceRecord {
    Samovar,
    Application {
        application: ApplicationId,
        host: HostName,
        parent: SessionId,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "ProviderSession")]
struct ProviderSessionRecord {
    subject: Subject,
    sid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id_token: Option<Arc<Sealed>>,
}
