//! A client gives a token back (RFC 7009): whatever it is, it is not valid afterwards.

use super::client_authentication::AuthenticatedClient;
use super::{AuthorizationServer, ClientCredentials, OAuthError, RequestOrigin};
use crate::audit::{Action, Object, ObjectKind};
use crate::model::{Principal, RevokedObject};

impl AuthorizationServer {
    /// Ends a token that was given to this client. One that is none, or another's, is left as it is and not spoken of.
    pub async fn revoke(
        &self,
        proof: &ClientCredentials,
        text: &str,
        origin: &RequestOrigin,
    ) -> Result<(), OAuthError> {
        let party = self.authenticate(proof, origin).await?;
        if let AuthenticatedClient::Client(client) = &party
            && let Ok(grant) = self.grants.find(text, client.id)
        {
            let actor = Principal::User(grant.user);
            let object = Object::new(ObjectKind::Grant, grant.id);
            let event = self.event(Action::GrantEnd, (actor, None), object, origin);
            return Ok(self.grants.end(&[grant.id], event).await?);
        }
        let Some(id) = party.id() else {
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
        let event = self.event(Action::TokenRevoke, (token.principal, None), object, origin);
        let revoked = RevokedObject::Token { id: token.id };
        Ok(self.tokens.revoke(revoked, event).await?)
    }
}
