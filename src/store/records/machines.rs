//! Records of service accounts and clients.

use super::super::record::{Stored, stored};
use crate::model::{
    ApplicationId, Client, ClientId, ClientKind, DisplayText, Issuer, MachineKey, Name, Owner,
    RedirectUri, SecretId, ServiceAccount, ServiceAccountId, StoredSecret, TeamId, Timestamp,
    UserId, WorkloadTrust,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

stored! {
    ServiceAccount as ServiceAccountRecord,
    Owner as OwnerRecord,
    WorkloadTrust as WorkloadTrustRecord,
    StoredSecret as SecretRecord,
    Client as ClientRecord,
    ClientKind as ClientKindRecord,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "ServiceAccount")]
struct ServiceAccountRecord {
    id: ServiceAccountId,
    name: Name,
    description: DisplayText,
    #[serde(with = "Stored")]
    owner: Owner,
    enabled: bool,
    #[serde(with = "Stored")]
    secrets: Vec<StoredSecret>,
    #[serde(with = "Stored")]
    trusts: Vec<WorkloadTrust>,
    created_at: Timestamp,
    version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Owner", tag = "kind", rename_all = "kebab-case")]
enum OwnerRecord {
    Team { id: TeamId },
    User { id: UserId },
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "WorkloadTrust")]
struct WorkloadTrustRecord {
    issuer: Issuer,
    audience: String,
    claims: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "StoredSecret")]
struct SecretRecord {
    id: SecretId,
    key: MachineKey,
    hint: String,
    created_at: Timestamp,
    expires_at: Timestamp,
    last_used_at: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Client")]
struct ClientRecord {
    id: ClientId,
    name: Name,
    application: Option<ApplicationId>,
    #[serde(with = "Stored")]
    kind: ClientKind,
    redirect_uris: BTreeSet<RedirectUri>,
    first_party: bool,
    refresh_tokens: bool,
    #[serde(with = "Stored")]
    secrets: Vec<StoredSecret>,
    version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "ClientKind", rename_all = "kebab-case")]
enum ClientKindRecord {
    Public,
    Confidential,
}
