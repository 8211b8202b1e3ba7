//! A new grant and its first access token: both or neither.

use super::events::scope_reasons;
use super::issue::UnissuedToken;
use super::{AuthorizationServer, OAuthError, RequestOrigin, Target, TokenResponse};
use crate::access::AuthenticatedPrincipal;
use crate::audit::{Action, AuditEvent, Object, ObjectKind};
use crate::model::{
    ApplicationId, Client, DisplayText, Grant, GrantId, Principal, Scope, Timestamp, TokenSettings,
    UserId,
};
use crate::token::GrantError;
use std::time::Duration;

/// What a person consented to.
pub(super) struct Allowed {
    pub user: UserId,
    /// The application; `None` for Samovar's own command line.
    pub application: Option<ApplicationId>,
    pub scope: Scope,
    /// When.
    pub at: Timestamp,
}

impl AuthorizationServer {
    /// Issues the first token and its grant. An error is recorded, and leaves neither.
    pub(super) async fn first(
        &self,
        client: &Client,
        allowed: Allowed,
        origin: &RequestOrigin,
    ) -> Result<(GrantId, TokenResponse), OAuthError> {
        if self
            .tokens
            .are_revoked(Principal::User(allowed.user), allowed.at)
        {
            let error = GrantError::Revoked.into();
            return Err(self.deny_anonymous(error, origin).await);
        }
        let known = self.enabled(allowed.user, origin).await?;
        let begun = self.begin(client, (&known, allowed), origin).await;
        self.written(&known, begun, origin).await
    }

    /// Issues the token before the grant: without a token there is no grant, and a token without its grant is invalid.
    async fn begin(
        &self,
        client: &Client,
        (known, allowed): (&AuthenticatedPrincipal, Allowed),
        origin: &RequestOrigin,
    ) -> Result<(GrantId, TokenResponse), OAuthError> {
        let (target, scope) = match allowed.application {
            None => (Target::Own, self.scope(known, &Target::Own, None)?),
            Some(id) => {
                let target = self.target_of(id)?;
                let scope = self.still_held(known, &target, &allowed.scope);
                (target, scope)
            }
        };
        let at = allowed.at;
        let grant = self.grant(client, allowed, origin);
        let id = grant.id;
        let draft = UnissuedToken::of_grant((known, &target, scope), client, id);
        let answer = self.issue(draft, origin).await?;
        let event = self.beginning(known, (client, &grant), origin);
        let refresh = self.tokens.keep(grant, at, event).await?;
        let answer = TokenResponse {
            refresh_token: client.refresh_tokens.then_some(refresh),
            ..answer
        };
        Ok((id, answer))
    }

    /// A new grant. Without refresh tokens it lives as long as its one access token.
    fn grant(&self, client: &Client, allowed: Allowed, origin: &RequestOrigin) -> Grant {
        let now = self.clock.now();
        let life = if client.refresh_tokens {
            self.settings.grant
        } else {
            Duration::from_secs(TokenSettings::LONGEST.into())
        };
        let agent = origin.user_agent_text();
        Grant {
            id: GrantId::generate(&*self.clock, &*self.random),
            user: allowed.user,
            client: client.id,
            application: allowed.application,
            scope: allowed.scope,
            created_at: now,
            ends_at: now.plus(life),
            generation: 0,
            rotated_at: now,
            address: origin.address,
            user_agent: agent.unwrap_or_else(|| DisplayText::lossy("")),
        }
    }

    fn beginning(
        &self,
        known: &AuthenticatedPrincipal,
        (client, grant): (&Client, &Grant),
        origin: &RequestOrigin,
    ) -> AuditEvent {
        let object = Object::new(ObjectKind::Grant, grant.id);
        let actor = (known.principal, known.login());
        let mut reasons = vec![format!("client `{}`", client.client_id())];
        reasons.extend(scope_reasons(&grant.scope));
        self.event(Action::GrantCreate, actor, object, origin)
            .because(reasons)
            .in_application(grant.application)
    }
}
