//! Records of grants, signing keys and revocations.

use super::super::record::{Stored, stored};
use crate::model::{
    ApplicationId, ClientId, DisplayText, Grant, GrantId, KeyId, Principal, Revocation,
    RevokedObject, Scope, Sealed, SigningAlgorithm, SigningKey, Timestamp, TokenId, UserId,
};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

stored! {
    Grant as GrantRecord,
    SigningKey as SigningKeyRecord,
    Revocation as RevocationRecord,
    RevokedObject as RevokedObjectRecord,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Grant")]
struct GrantRecord {
    id: GrantId,
    user: UserId,
    client: ClientId,
    application: Option<ApplicationId>,
    scope: Scope,
    created_at: Timestamp,
    ends_at: Timestamp,
    generation: u32,
    rotated_at: Timestamp,
    address: Option<IpAddr>,
    user_agent: DisplayText,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "SigningKey")]
struct SigningKeyRecord {
    id: KeyId,
    algorithm: SigningAlgorithm,
    private: Sealed,
    made_at: Timestamp,
    signs_from: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Revocation")]
struct RevocationRecord {
    #[serde(with = "Stored")]
    revoked: RevokedObject,
    at: Timestamp,
    until: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "RevokedObject", tag = "kind", rename_all = "kebab-case")]
enum RevokedObjectRecord {
    Token {
        id: TokenId,
    },
    Principal {
        principal: Principal,
    },
    #[serde(rename = "foreign")]
    ExternalToken {
        digest: [u8; 32],
    },
}
