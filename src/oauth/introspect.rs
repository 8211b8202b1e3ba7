//! Token introspection (RFC 7662): answered to the clients of the token's application only.
//!
//! The response has only permissions that the principal still holds, so a service sees a change before the token expires.

use super::{ApplicationClient, AuthorizationServer, ClientCredentials, OAuthError, RequestOrigin};
use crate::access::{AuthenticatedPrincipal, DecisionObject, DecisionRecord, versions};
use crate::audit::ObjectKind;
use crate::model::{AuditMode, DisplayText, Scope};
use crate::token::{AccessToken, Audience};
use std::sync::Arc;

/// A token that is valid now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenIntrospection {
    /// Its claims.
    pub token: Arc<AccessToken>,
    /// The part of its scope that is still held.
    pub scope: Scope,
    /// Names of the roles that its principal holds there now and that its scope contains completely.
    pub roles: Vec<String>,
}

impl AuthorizationServer {
    /// The token, if it is valid now and for the caller's application.
    pub async fn introspect(
        &self,
        credentials: &ClientCredentials,
        text: &str,
        origin: &RequestOrigin,
    ) -> Result<Option<TokenIntrospection>, OAuthError> {
        let client = self.application_client(credentials, origin).await?;
        let Some((active, known)) = self.active(&client, text).await? else {
            return Ok(None);
        };
        self.record_introspection(&client, &known, origin).await?;
        Ok(Some(active))
    }

    async fn active(
        &self,
        client: &ApplicationClient,
        text: &str,
    ) -> Result<Option<(TokenIntrospection, AuthenticatedPrincipal)>, OAuthError> {
        let target = self.target_of(client.application())?;
        let audience = target.application().map(Audience::of);
        let verified = audience.map(|audience| self.tokens.verify(text, audience));
        let Some(Ok(token)) = verified else {
            return Ok(None);
        };
        let known = match self.credentials.principal(token.principal).await {
            Ok(known) if known.enabled() => known,
            Ok(_) => return Ok(None),
            Err(denial) => match OAuthError::from(denial) {
                OAuthError::Disabled => return Ok(None),
                error => return Err(error),
            },
        };
        let scope = self.still_held(&known, &target, &token.scope);
        // None of its permissions is held any more.
        let spent = scope.is_empty() && !token.scope.is_empty();
        let roles = self.roles(&known, &target, &scope);
        let active = TokenIntrospection {
            token,
            scope,
            roles,
        };
        Ok((!spent).then_some((active, known)))
    }

    /// Records the introspection; repeats are counted.
    async fn record_introspection(
        &self,
        client: &ApplicationClient,
        known: &AuthenticatedPrincipal,
        origin: &RequestOrigin,
    ) -> Result<(), OAuthError> {
        let question = DisplayText::lossy(&format!("introspection by client {}", client.id()));
        let decided = DecisionRecord {
            known: Some(known.clone()),
            application: Some(client.application()),
            object: DecisionObject::Named(ObjectKind::Token, question),
            asked_by: None,
            denial: None,
            decision: None,
            safe: true,
            mode: AuditMode::FirstInWindow,
            versions: versions(&self.policy.load(), self.mirror().directory().version),
        };
        Ok(self.recorder.record(&decided, origin).await?)
    }
}
