//! The claims of an access token (RFC 9068 section 2.2), as types and as JSON.
//!
//! Must never accept what Samovar does not write: a member of another type, an unknown or a repeated one is an error.

use super::TokenError;
use crate::model::{GrantId, Name, ParseError, Principal, ProviderId, Scope, Timestamp, TokenId};
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// The client that acts for the principal, and the clients that acted before it (RFC 8693 section 4.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// `client_id` of the client.
    pub sub: String,
    /// The client that acted before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Box<Actor>>,
}

impl Actor {
    /// The number of clients.
    pub fn depth(&self) -> usize {
        let mut depth = 1;
        let mut next = &self.act;
        while let Some(actor) = next {
            depth += 1;
            next = &actor.act;
        }
        depth
    }
}

/// The claims of an access token that is to be issued, without its id and times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenClaims {
    /// A user or a service account.
    pub principal: Principal,
    /// The application's name, or [`crate::policy::OWN_AUDIENCE`].
    pub audience: Name,
    /// `client_id`.
    pub client: String,
    /// What the token is limited to.
    pub scope: Arc<Scope>,
    /// The grant that the token rests on, if any.
    pub grant: Option<GrantId>,
    /// Who acts for the principal.
    pub actor: Option<Actor>,
    /// The provider of a person; none for a service account.
    pub provider: Option<ProviderId>,
    /// Login or name, for display.
    pub name: String,
    /// Names of the roles held in the application.
    pub roles: Vec<String>,
}

impl TokenClaims {
    /// The token that is issued with these claims.
    pub(super) fn issue(self, id: TokenId, now: Timestamp, lifetime: Duration) -> AccessToken {
        AccessToken {
            id,
            principal: self.principal,
            audience: self.audience,
            client: self.client,
            scope: self.scope,
            issued_at: now,
            expires_at: now.plus(lifetime),
            grant: self.grant,
            actor: self.actor,
            provider: self.provider,
            name: self.name,
            roles: self.roles,
        }
    }
}

/// An access token, as issued or verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessToken {
    /// `jti`.
    pub id: TokenId,
    /// A user or a service account.
    pub principal: Principal,
    /// The application's name, or [`crate::policy::OWN_AUDIENCE`].
    pub audience: Name,
    /// `client_id`.
    pub client: String,
    /// What the token is limited to.
    pub scope: Arc<Scope>,
    /// When it was issued; it is valid from then on.
    pub issued_at: Timestamp,
    /// When it expires.
    pub expires_at: Timestamp,
    /// The grant that the token rests on, if any.
    pub grant: Option<GrantId>,
    /// Who acts for the principal.
    pub actor: Option<Actor>,
    /// The provider of a person; none for a service account.
    pub provider: Option<ProviderId>,
    /// Login or name, for display.
    pub name: String,
    /// Names of the roles held in the application.
    pub roles: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    User,
    ServiceAccount,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Claims {
    pub iss: String,
    sub: String,
    aud: String,
    exp: u32,
    iat: u32,
    nbf: u32,
    jti: String,
    client_id: String,
    scope: String,
    principal_kind: Kind,
    /// Absent in tokens of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    provider: Option<ProviderId>,
    preferred_username: String,
    roles: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    grant_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    act: Option<Actor>,
}

impl Claims {
    /// The JSON claims of a token.
    pub(super) fn of(issuer: &str, token: &AccessToken) -> Self {
        let (sub, principal_kind) = match token.principal {
            Principal::User(id) => (id.to_string(), Kind::User),
            Principal::ServiceAccount(id) => (id.to_string(), Kind::ServiceAccount),
            // Other principals get no tokens; an empty subject fails when it is read.
            _ => (String::new(), Kind::User),
        };
        Self {
            iss: issuer.to_owned(),
            sub,
            aud: token.audience.to_string(),
            exp: seconds(token.expires_at),
            iat: seconds(token.issued_at),
            nbf: seconds(token.issued_at),
            jti: token.id.to_string(),
            client_id: token.client.clone(),
            scope: token.scope.to_string(),
            principal_kind,
            provider: token.provider.clone(),
            preferred_username: token.name.clone(),
            roles: token.roles.clone(),
            grant_id: token.grant.map(|id| id.to_string()),
            act: token.actor.clone(),
        }
    }

    /// Parses JSON.
    pub(super) fn read(json: &[u8]) -> Result<Self, TokenError> {
        let mut json = serde_json::Deserializer::from_slice(json);
        let claims = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let claim = error.path().to_string();
            // At the root a claim is missing, unknown or repeated, and serde names it.
            TokenError::ClaimInvalid(match claim.as_str() {
                "." => error.into_inner().to_string(),
                _ => format!("claim `{claim}` has the wrong type"),
            })
        })?;
        let end = json.end();
        end.map_err(|error| TokenError::ClaimInvalid(error.to_string()))?;
        Ok(claims)
    }

    /// The token with these claims.
    pub(super) fn token(self) -> Result<AccessToken, TokenError> {
        let principal = match self.principal_kind {
            Kind::User => Principal::User(read("sub", &self.sub)?),
            Kind::ServiceAccount => Principal::ServiceAccount(read("sub", &self.sub)?),
        };
        let grant = self.grant_id.as_deref();
        Ok(AccessToken {
            id: read("jti", &self.jti)?,
            principal,
            audience: read("aud", &self.aud)?,
            client: self.client_id,
            scope: Arc::new(read("scope", &self.scope)?),
            issued_at: instant(self.iat),
            expires_at: instant(self.exp),
            grant: grant.map(|id| read("grant_id", id)).transpose()?,
            actor: self.act,
            provider: self.provider,
            name: self.preferred_username,
            roles: self.roles,
        })
    }
}

fn read<T: FromStr<Err = ParseError>>(claim: &str, text: &str) -> Result<T, TokenError> {
    let error =
        |invalid: ParseError| TokenError::ClaimInvalid(format!("claim `{claim}`: {invalid}"));
    text.parse().map_err(error)
}

fn seconds(at: Timestamp) -> u32 {
    u32::try_from(at.seconds()).unwrap_or(u32::MAX)
}

fn instant(seconds: u32) -> Timestamp {
    Timestamp::from_seconds(i64::from(seconds))
}
