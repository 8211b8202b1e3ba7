//! The client credentials grant (RFC 6749 section 4.4): a token for a service account.

use super::client_authentication::AuthenticatedClient;
use super::issue::UnissuedToken;
use super::{
    AuthorizationServer, ClientCredentials, OAuthError, RequestOrigin, TokenRequest, TokenResponse,
};

impl AuthorizationServer {
    /// A token for a service account.
    pub async fn client_credentials(
        &self,
        credentials: &ClientCredentials,
        token_request: &TokenRequest,
        origin: &RequestOrigin,
    ) -> Result<TokenResponse, OAuthError> {
        let account = match self.authenticate(credentials, origin).await? {
            AuthenticatedClient::ServiceAccount(account) => account,
            AuthenticatedClient::Client(_) => {
                let sentence = "a client has no rights of its own; use a service account, or have a person sign in";
                let error = OAuthError::ClientUnauthorized(sentence.to_owned());
                return Err(self.deny_anonymous(error, origin).await);
            }
            AuthenticatedClient::Anonymous => {
                let error = OAuthError::ClientInvalid;
                return Err(self.deny_anonymous(error, origin).await);
            }
        };
        let known = match self.credentials.machine(account.id).await {
            Ok(known) => known,
            Err(denial) => return Err(self.deny(&*account, denial.into(), origin).await),
        };
        let made = async {
            let target = self.must_target(token_request)?;
            let draft = UnissuedToken {
                scope: self.scope(&known, &target, token_request.scope.as_ref())?,
                known: &known,
                target: &target,
                client: account.id.to_string(),
                grant: None,
                actor: None,
                at_most: None,
            };
            self.issue(draft, origin).await
        };
        match made.await {
            Ok(answer) => Ok(answer),
            Err(error) => Err(self.deny(&known, error, origin).await),
        }
    }
}
