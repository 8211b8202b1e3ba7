//! A new grant and its first access token: both or neither.

use super::events::scope_reasons;
use super::issue::{GrantUse, UnissuedToken};
use super::{AuthorizationServer, OAuthError, RequestOrigin, Target, TokenResponse};
use crate::access::AuthenticatedPrincipal;
use crate::audit::{Action, AuditEvent, Object, ObjectKind};
use crate::model::{
    ApplicationId, Client, DisplayText, Grant, GrantId, Principal, Scope, Timestamp, TokenSettings,
    UserId,
};
use crate::token::GrantError;
use std::time::Duration;

/// What a person consented to, and when.
pub(super) struct GivenConsent {
    pub user: UserId,
    /// The application; `None` for Samovar's own command line.
    pub application: Option<ApplicationId>,
    pub scope: Scope,
    pub at: Timestamp,
}

impl AuthorizationServer {
    /// Creates a grant and issues its first token. An error is recorded, and leaves neither.
    pub(super) async fn create_grant(
        &self,
        client: &Client,
        consent: GivenConsent,
        origin: &RequestOrigin,
    ) -> Result<(GrantId, TokenResponse), OAuthError> {
        if self
            .tokens
            .are_revoked(Principal::User(consent.user), consent.at)
        {
            let error = GrantError::Revoked.into();
            return Err(self.deny_anonymous(error, origin).await);
        }
        let known = self.enabled(consent.user, origin).await?;
        let created = self.first_token(client, &known, consent, origin).await;
        self.recorded(&known, created, origin).await
    }

    /// Issues the token before the grant: without a token there is no grant, and a token without its grant is invalid.
    async fn first_token(
        &self,
        client: &Client,
        known: &AuthenticatedPrincipal,
        consent: GivenConsent,
        origin: &RequestOrigin,
    ) -> Result<(GrantId, TokenResponse), OAuthError> {
        let (target, scope) = match consent.application {
            None => (Target::Own, self.scope(known, &Target::Own, None)?),
            Some(id) => {
                let target = self.target_of(id)?;
                let scope = self.still_held(known, &target, &consent.scope);
                (target, scope)
            }
        };
        let at = consent.at;
        let grant = self.grant(client, consent, origin);
        let id = grant.id;
        let grant_use = GrantUse {
            client,
            grant: &grant,
            known,
        };
        let draft = UnissuedToken::of_grant(&grant_use, &target, scope);
        let response = self.issue(draft, origin).await?;
        let event = self.grant_created(grant_use, origin);
        let refresh = self.tokens.keep(grant, at, event).await?;
        let response = TokenResponse {
            refresh_token: client.refresh_tokens.then_some(refresh),
            ..response
        };
        Ok((id, response))
    }

    /// A new grant. Without refresh tokens it lives as long as its one access token.
    fn grant(&self, client: &Client, consent: GivenConsent, origin: &RequestOrigin) -> Grant {
        let now = self.clock.now();
        let life = if client.refresh_tokens {
            self.settings.grant
        } else {
            Duration::from_secs(TokenSettings::LONGEST.into())
        };
        let agent = origin.user_agent_text();
        Grant {
            id: GrantId::generate(&*self.clock, &*self.random),
            user: consent.user,
            client: client.id,
            application: consent.application,
            scope: consent.scope,
            created_at: now,
            ends_at: now.plus(life),
            generation: 0,
            rotated_at: now,
            address: origin.address,
            user_agent: agent.unwrap_or_else(|| DisplayText::lossy("")),
        }
    }

    fn grant_created(&self, grant_use: GrantUse<'_>, origin: &RequestOrigin) -> AuditEvent {
        let grant = grant_use.grant;
        let object = Object::new(ObjectKind::Grant, grant.id);
        let mut reasons = vec![format!("client `{}`", grant_use.client.client_id())];
        reasons.extend(scope_reasons(&grant.scope));
        self.event(Action::GrantCreate, grant_use.known, object, origin)
            .because(reasons)
            .in_application(grant.application)
    }
}
