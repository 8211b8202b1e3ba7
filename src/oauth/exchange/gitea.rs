//! Exchanges a Gitea token for its user's token of one application that accepts such tokens, so that no service sees it.
//!
//! The Gitea token's own scopes are ignored: it proves the identity of its user, and roles decide the rest.

use super::{ExchangeError, ExchangeRequest, Exchanged, LONGEST};
use crate::access::AuthenticatedPrincipal;
use crate::gitea::{TokenOwner, TokenOwnerError};
use crate::mirror::MirrorError;
use crate::model::Principal;
use crate::oauth::client_authentication::AuthenticatedClient;
use crate::oauth::issue::Basis;
use crate::oauth::{AuthorizationServer, OAuthError, RequestOrigin, Target};

/// `client_id` of a token without an authenticated client.
const NO_CLIENT: &str = "gitea";

impl AuthorizationServer {
    pub(super) async fn for_gitea(
        &self,
        client: &AuthenticatedClient,
        request: &ExchangeRequest,
        target: &Target,
        origin: &RequestOrigin,
    ) -> Result<Exchanged, ExchangeError> {
        let taken = target.application().map(|one| &one.tokens.gitea_tokens);
        let taken = taken.filter(|taken| taken.any()).ok_or_else(|| {
            let sentence = "this application accepts no Gitea tokens; set `gitea_tokens` of the application in Samovar, or use another grant type";
            OAuthError::TargetInvalid(sentence.to_owned())
        })?;
        self.limit_exchange(client, origin)?;
        let version = self.mirror().status().version;
        let own_tokens_only = version.is_some_and(|version| version.introspects_own_tokens_only());
        let holder = self
            .holders
            .find(&request.subject_token, taken, own_tokens_only);
        let holder = holder.await?;
        let known = self.known_holder(&holder).await?;
        Ok(Exchanged {
            scope: self.scope_of(&known, target, request)?,
            known,
            client: client_id(client),
            grant: None,
            actor: None,
            at_most: LONGEST,
            basis: Basis {
                reasons: vec![format!("exchanged for {}", holder.token)],
                ..Basis::default()
            },
        })
    }

    /// The person of the account, with fresh facts. A new account is read from Gitea now.
    async fn known_holder(
        &self,
        holder: &TokenOwner,
    ) -> Result<AuthenticatedPrincipal, ExchangeError> {
        let known = self.mirror().directory().by_gitea.get(&holder.id).copied();
        let user = match known {
            Some(user) => user,
            None => {
                self.mirror()
                    .refresh_gitea_user(holder.id, &holder.login)
                    .await?
            }
        };
        Ok(self.credentials.principal(Principal::User(user)).await?)
    }
}

/// The authenticated client.
fn client_id(client: &AuthenticatedClient) -> String {
    let id = client.id().filter(|_| client.is_authenticated());
    id.unwrap_or_else(|| NO_CLIENT.to_owned())
}

impl From<TokenOwnerError> for OAuthError {
    fn from(error: TokenOwnerError) -> Self {
        let sentence = error.to_string();
        match error {
            TokenOwnerError::Unavailable | TokenOwnerError::RequestRefused(_) => {
                Self::Away(sentence)
            }
            TokenOwnerError::PersonalNotAccepted
            | TokenOwnerError::OAuthNotAccepted
            | TokenOwnerError::ClientNotListed(_) => Self::TargetInvalid(sentence),
            _ => Self::GrantInvalid(sentence),
        }
    }
}

impl From<MirrorError> for OAuthError {
    fn from(error: MirrorError) -> Self {
        match error {
            MirrorError::NoGiteaAccount => Self::Disabled,
            MirrorError::Stale { since } => Self::Stale(since),
            error => {
                tracing::warn!(%error, "a Gitea token was presented and the mirror could not read its account");
                let sentence = "Gitea did not answer about the account; try again";
                Self::Away(sentence.to_owned())
            }
        }
    }
}
