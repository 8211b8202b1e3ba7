//! Token revocation (RFC 7009).

use super::client_authentication::AuthenticatedClient;
use super::{AuthorizationServer, ClientCredentials, OAuthError, RequestOrigin};
use crate::audit::{Action, Object, ObjectKind};
use crate::model::{Principal, RevokedObject};

impl AuthorizationServer {
    /// Revokes a token of this client. An unknown token, or another client's, is ignored (RFC 7009 section 2.2).
    pub async fn revoke(
        &self,
        credentials: &ClientCredentials,
        text: &str,
        origin: &RequestOrigin,
    ) -> Result<(), OAuthError> {
        let client = self.authenticate(credentials, origin).await?;
        if let AuthenticatedClient::Client(client) = &client
            && let Ok(grant) = self.grants.find(text, client.id)
        {
            let actor = Principal::User(grant.user);
            let object = Object::new(ObjectKind::Grant, grant.id);
            let event = self.event(Action::GrantEnd, actor, object, origin);
            return Ok(self.grants.end(&[grant.id], event).await?);
        }
        let Some(id) = client.id() else {
            let error = OAuthError::ClientInvalid;
            return Err(self.deny_anonymous(error, origin).await);
        };
        let Ok(token) = self.tokens.check(text) else {
            return Ok(());
        };
        if token.client != id {
            return Ok(());
        }
        let object = Object::new(ObjectKind::Token, token.id);
        let event = self.event(Action::TokenRevoke, token.principal, object, origin);
        let revoked = RevokedObject::Token { id: token.id };
        Ok(self.tokens.revoke(revoked, event).await?)
    }
}
