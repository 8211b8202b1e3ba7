//! A machine gets a token for itself (RFC 6749 section 4.4).

use super::issue::Draft;
use super::party::{Party, named};
use super::{Answer, AuthorizationServer, OAuthFault, Proof, Requester, Wanted};

impl AuthorizationServer {
    /// A token for a service account.
    pub async fn client_credentials(
        &self,
        proof: &Proof,
        wanted: &Wanted,
        requester: &Requester,
    ) -> Result<Answer, OAuthFault> {
        let account = match self.authenticate(proof, requester).await? {
            Party::ServiceAccount(account) => account,
            Party::Client(_) => {
                let sentence = "a client has no rights of its own; use a service account, or have a person sign in";
                let fault = OAuthFault::ClientUnauthorized(sentence.to_owned());
                return Err(self.refused_stranger(fault, requester).await);
            }
            Party::Nobody => {
                let fault = OAuthFault::ClientInvalid;
                return Err(self.refused_stranger(fault, requester).await);
            }
        };
        let known = match self.credentials.machine(account.id).await {
            Ok(known) => known,
            Err(refusal) => {
                let actor = named(&account);
                return Err(self.refused_to(actor, refusal.into(), requester).await);
            }
        };
        let made = async {
            let target = self.must_target(wanted)?;
            let draft = Draft {
                scope: self.scope(&known, &target, wanted.scope.as_ref())?,
                known: &known,
                target: &target,
                client: account.id.to_string(),
                grant: None,
                actor: None,
                at_most: None,
            };
            self.issue(draft, requester).await
        };
        match made.await {
            Ok(answer) => Ok(answer),
            Err(fault) => Err(self.refused(&known, fault, requester).await),
        }
    }
}
