//! `Samovar-Assertion`: the identity of the caller, signed for one application, valid for a minute.
//!
//! Names no path: it states who calls, never what is requested. An upstream that verifies it need not trust any other header.

use super::Tokens;
use super::jws::TokenType;
use super::signing_keys::KeyError;
use crate::model::{KeyId, Principal, ProviderId, SigningAlgorithm, TokenId};
use serde::Serialize;
use std::ops::Not;
use std::time::Duration;

/// How long an assertion is valid.
pub const ASSERTION_LIFETIME: Duration = Duration::from_secs(60);

/// The claims of an assertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// A user or a service account.
    pub principal: Principal,
    /// The application's name.
    pub audience: String,
    /// The provider of a person; none for a service account.
    pub provider: Option<ProviderId>,
    /// Login at that provider, or a service account's name.
    pub preferred_username: String,
    /// Full name, or empty.
    pub name: String,
    /// Address, or empty.
    pub email: String,
    /// Organizations and teams of the caller that the application's role bindings name.
    pub groups: ListClaim,
    /// Roles held in the application.
    pub roles: ListClaim,
    /// Permissions in the application, within the scope of the credential. None when they do not fit: a part must not be taken
    /// for the whole.
    pub permissions: Option<Vec<String>>,
    /// The scope of the credential; none for a session. Empty when it does not fit, since that is the narrowest scope.
    pub scope: Option<String>,
}

/// A claim with a list that is cut when it is too long.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListClaim {
    /// The entries that fit.
    pub entries: Vec<String>,
    /// Entries were left out.
    pub cut: bool,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: String,
    exp: i64,
    iat: i64,
    nbf: i64,
    jti: String,
    principal_kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'a ProviderId>,
    preferred_username: &'a str,
    name: &'a str,
    email: &'a str,
    groups: &'a [String],
    #[serde(skip_serializing_if = "Not::not")]
    groups_cut: bool,
    roles: &'a [String],
    #[serde(skip_serializing_if = "Not::not")]
    roles_cut: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Not::not")]
    permissions_cut: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a str>,
}

impl Tokens {
    /// Signs an assertion that is valid for [`ASSERTION_LIFETIME`]; returns the key with it, which must still be published when
    /// the assertion is sent again.
    pub fn assert(
        &self,
        algorithm: SigningAlgorithm,
        assertion: &Assertion,
    ) -> Result<(KeyId, String), KeyError> {
        let now = self.clock.now();
        let (sub, principal_kind) = match assertion.principal {
            Principal::User(id) => (id.to_string(), "user"),
            Principal::ServiceAccount(id) => (id.to_string(), "service-account"),
            other => (other.to_string(), "local-operator"),
        };
        let claims = Claims {
            iss: self.issuer(),
            aud: &assertion.audience,
            sub,
            exp: now.plus(ASSERTION_LIFETIME).seconds(),
            iat: now.seconds(),
            nbf: now.seconds(),
            jti: TokenId::generate(&*self.clock, &*self.random).to_string(),
            principal_kind,
            provider: assertion.provider.as_ref(),
            preferred_username: &assertion.preferred_username,
            name: &assertion.name,
            email: &assertion.email,
            groups: &assertion.groups.entries,
            groups_cut: assertion.groups.cut,
            roles: &assertion.roles.entries,
            roles_cut: assertion.roles.cut,
            permissions: assertion.permissions.as_deref(),
            permissions_cut: assertion.permissions.is_none(),
            scope: assertion.scope.as_deref(),
        };
        self.keys().sign(algorithm, TokenType::Assertion, &claims)
    }
}
