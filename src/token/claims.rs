//! What an access token says (RFC 9068 section 2.2), in types and on the wire.
//!
//! Read as strictly as it is written: a member of another form, an unknown or a repeated one is no claim of ours.

use super::TokenError;
use crate::model::{GrantId, Name, ParseError, Principal, ProviderId, Scope, Timestamp, TokenId};
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use std::sync::Arc;

/// Who acts for somebody else, and for whom it was done before (RFC 8693 section 4.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// `client_id` of the client.
    pub sub: String,
    /// Who acted before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Box<Actor>>,
}

impl Actor {
    /// How many act, one after the other.
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
    /// What it is limited to.
    pub scope: Arc<Scope>,
    /// When it was issued; it is valid from then on.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// What it rests on, if on something that can end.
    pub grant: Option<GrantId>,
    /// Who acts for the principal.
    pub actor: Option<Actor>,
    /// Of which provider a person is; none of a service account.
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
    /// Not in tokens of before there was such a claim.
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
    /// As they go on the wire.
    pub(super) fn of(issuer: &str, token: &AccessToken) -> Self {
        let (sub, principal_kind) = match token.principal {
            Principal::User(id) => (id.to_string(), Kind::User),
            Principal::ServiceAccount(id) => (id.to_string(), Kind::ServiceAccount),
            // Nobody else is ever given a token; a subject that is no id is refused when it is read.
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

    /// As they come off the wire.
    pub(super) fn read(json: &[u8]) -> Result<Self, TokenError> {
        let mut json = serde_json::Deserializer::from_slice(json);
        let claims = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let claim = error.path().to_string();
            // At the root it is a claim too few or too many, which serde names.
            TokenError::ClaimInvalid(match claim.as_str() {
                "." => error.into_inner().to_string(),
                _ => format!("claim `{claim}` is of another form"),
            })
        })?;
        let end = json.end();
        end.map_err(|error| TokenError::ClaimInvalid(error.to_string()))?;
        Ok(claims)
    }

    /// In types.
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
