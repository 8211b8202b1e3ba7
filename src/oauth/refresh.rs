//! Refresh (RFC 6749 section 6): the scope is never wider than the grant's, nor than the permissions held now.

use super::issue::{GrantUse, UnissuedToken};
use super::{
    AuthorizationServer, ClientCredentials, OAuthError, RequestOrigin, Target, TokenRequest,
    TokenResponse,
};
use crate::audit::{Action, Object, ObjectKind};
use crate::model::{Client, Grant, Scope};

/// The parameters of a refresh request.
#[derive(Clone)]
pub struct RefreshRequest {
    /// `refresh_token`.
    pub refresh_token: String,
    /// Scope and target.
    pub token_request: TokenRequest,
}

impl AuthorizationServer {
    /// Issues a token and the next refresh token.
    pub async fn refresh(
        &self,
        credentials: &ClientCredentials,
        request: &RefreshRequest,
        origin: &RequestOrigin,
    ) -> Result<TokenResponse, OAuthError> {
        let client = self.asking_client(credentials, origin).await?;
        let grant = match self.grants.find(&request.refresh_token, client.id) {
            Ok(grant) => grant,
            Err(error) => return Err(self.deny_anonymous(error.into(), origin).await),
        };
        if let Err(error) = still_fits(&client, &grant) {
            return Err(self.deny_anonymous(error, origin).await);
        }
        let known = self.enabled(grant.user, origin).await?;
        let grant = GrantUse {
            client: &client,
            grant: &grant,
            known: &known,
        };
        let response = self.rotate(grant, request, origin).await;
        self.recorded(&known, response, origin).await
    }

    async fn rotate(
        &self,
        grant_use: GrantUse<'_>,
        request: &RefreshRequest,
        origin: &RequestOrigin,
    ) -> Result<TokenResponse, OAuthError> {
        let GrantUse {
            client,
            grant,
            known,
        } = grant_use;
        let requested = request.token_request.scope.as_ref();
        let target = self.target_of_grant(grant, &request.token_request)?;
        let scope = match grant.application {
            Some(_) => self.still_held(known, &target, narrowed(&grant.scope, requested)?),
            // The command line acts for its own user, so each request names its scope.
            None => self.scope(known, &target, requested)?,
        };
        let object = Object::new(ObjectKind::Grant, grant.id);
        let event = self
            .event(Action::GrantRefresh, known, object, origin)
            .in_application(grant.application);
        let rotated = self.grants.rotate(&request.refresh_token, client.id, event);
        let (grant, next) = rotated.await?;
        let draft = UnissuedToken {
            at_most: Some(grant.ends_at.since(self.clock.now())),
            ..UnissuedToken::of_grant(&grant_use, &target, scope)
        };
        let answer = self.issue(draft, origin).await?;
        Ok(TokenResponse {
            refresh_token: Some(next),
            ..answer
        })
    }

    /// The grant's application; only a grant without one lets the request name any.
    fn target_of_grant(&self, grant: &Grant, request: &TokenRequest) -> Result<Target, OAuthError> {
        let Some(id) = grant.application else {
            return self.must_target(request);
        };
        let target = self.target_of(id)?;
        match self.target(request)? {
            Some(named) if named != target => Err(OAuthError::TargetInvalid(
                "the refresh token is for another application".to_owned(),
            )),
            _ => Ok(target),
        }
    }
}

/// Checks that the client has not changed since: a grant for its former kind or application is invalid.
fn still_fits(client: &Client, grant: &Grant) -> Result<(), OAuthError> {
    if !client.refresh_tokens {
        let sentence = "this client gets no refresh tokens any more; send the person to sign in";
        return Err(OAuthError::ClientUnauthorized(sentence.to_owned()));
    }
    if client.application != grant.application {
        let sentence = "the client belongs to another application now; send the person to sign in";
        return Err(OAuthError::GrantInvalid(sentence.to_owned()));
    }
    Ok(())
}

/// The granted scope, or a narrower one.
fn narrowed<'a>(allowed: &'a Scope, asked: Option<&'a Scope>) -> Result<&'a Scope, OAuthError> {
    match asked.filter(|asked| !asked.is_empty()) {
        None => Ok(allowed),
        Some(asked) if asked.is_within(allowed) => Ok(asked),
        Some(_) => Err(OAuthError::ScopeInvalid(
            "the scope is wider than the grant's; request a narrower one, or sign in again"
                .to_owned(),
        )),
    }
}
