//! Sign-in at Samovar's own host: the redirect to a provider, and the hand-over of a session to an application's host.

use super::return_to::ReturnTo;
use super::{BrowserRedirect, BrowserRequest, FailedSignIn, SignIn, SignInError, in_query};
use crate::model::{DisplayText, HostName, Principal, SessionId};
use crate::oidc::{FlowSecrets, OidcProvider};
use crate::session::{BrowserKey, HandOver};

/// The page after a sign-out, so that no browser signs in again without a click.
pub(super) const SIGNED_OUT: &str = "/auth/signed-out";

/// The first step of a sign-in.
#[derive(Clone, PartialEq, Eq)]
pub enum StartedSignIn {
    /// Redirect the browser.
    Redirect(BrowserRedirect),
    /// Let the person choose a provider: the name of each, and the path at which its sign-in begins.
    Choice(Vec<(DisplayText, String)>),
}

impl SignIn {
    /// Whether the browser has a session at Samovar.
    pub fn is_signed_in(&self, visitor: &BrowserRequest) -> bool {
        self.present(visitor).is_some()
    }

    /// Redirects the browser to the chosen or only provider; otherwise the person chooses. A browser with a session is
    /// redirected to `return_to` at once.
    pub async fn begin(
        &self,
        visitor: &BrowserRequest,
        return_to: Option<&str>,
        provider: Option<&str>,
    ) -> Result<StartedSignIn, FailedSignIn> {
        let return_to = self.return_to(return_to)?.into_text();
        if self.present(visitor).is_some() {
            return Ok(StartedSignIn::Redirect(BrowserRedirect::to(return_to)));
        }
        let provider = match provider {
            Some(id) => {
                let unknown = || SignInError::ProviderUnknown.again(begin_again(&return_to));
                self.providers.find(id).ok_or_else(unknown)?
            }
            None => match self.providers.only() {
                Some(only) => only,
                None => return Ok(StartedSignIn::Choice(self.choices(&return_to))),
            },
        };
        let next = self.to_provider(visitor, provider, return_to).await?;
        Ok(StartedSignIn::Redirect(next))
    }

    /// The name of each provider, and the path at which its sign-in begins.
    fn choices(&self, return_to: &str) -> Vec<(DisplayText, String)> {
        let choice = |provider: &OidcProvider| {
            let settings = provider.settings();
            let path = format!("{}&provider={}", begin_again(return_to), settings.id);
            (settings.name.clone(), path)
        };
        self.providers.all().map(choice).collect()
    }

    async fn to_provider(
        &self,
        visitor: &BrowserRequest,
        provider: &OidcProvider,
        return_to: String,
    ) -> Result<BrowserRedirect, FailedSignIn> {
        let id = provider.settings().id.clone();
        let again = begin_again(&return_to);
        let logouts = self.logouts.count();
        let begun = self.flows.begin(&visitor.flows, id, return_to, logouts);
        let begun = begun.map_err(|error| SignInError::from(error).again(begin_again("/")))?;
        let secrets = FlowSecrets {
            nonce: begun.flow.nonce,
            verifier: begun.flow.verifier,
        };
        let to = provider.authorization_url(&begun.state, &secrets).await;
        let to = to.map_err(|error| SignInError::from(error).again(again))?;
        Ok(BrowserRedirect {
            to: to.into(),
            cookies: vec![begun.cookie],
        })
    }

    /// Hands the session over to an application's host: a one-time code for that host and that browser.
    ///
    /// A browser without a session signs in first and returns here; after a sign-out it waits for a click. A break-glass
    /// session is for Samovar itself: applications have no identity for the local operator.
    pub async fn hand_over(
        &self,
        visitor: &BrowserRequest,
        browser: Option<&str>,
        address: Option<&str>,
    ) -> Result<BrowserRedirect, FailedSignIn> {
        let address = address.ok_or(SignInError::Incomplete)?;
        let ReturnTo::Application(host, return_to) = self.return_to(Some(address))? else {
            return Err(SignInError::Incomplete.into());
        };
        let Some(key) = browser.and_then(BrowserKey::from_query) else {
            return Err(SignInError::Incomplete.into());
        };
        let Some(parent) = self.present(visitor) else {
            let here = hand_over_path(key, &return_to);
            if visitor.signed_out {
                let to = format!("{SIGNED_OUT}?return_to={}", in_query(&here));
                return Ok(BrowserRedirect::to(to));
            }
            let Some(only) = self.providers.only() else {
                return Ok(BrowserRedirect::to(begin_again(&here)));
            };
            return self.to_provider(visitor, only, here).await;
        };
        if !matches!(parent.principal, Principal::User(_)) {
            let error = SignInError::NotForApplications;
            let refused = self.deny_actor(parent.principal, visitor, error);
            return Err(refused.await.into());
        }
        Ok(self.issue(parent.id, host, key, return_to))
    }

    fn issue(
        &self,
        parent: SessionId,
        host: HostName,
        browser: BrowserKey,
        return_to: String,
    ) -> BrowserRedirect {
        let handed = HandOver { parent, return_to };
        let code = self.hand_overs.issue(handed, host.clone(), browser);
        let rest = format!("/.samovar/callback?code={}", code.reveal());
        BrowserRedirect::to(self.address(&host, &rest))
    }
}

/// The path that starts another sign-in.
pub(super) fn begin_again(return_to: &str) -> String {
    format!("/auth/sign-in?return_to={}", in_query(return_to))
}

/// The path of a hand-over.
pub(super) fn hand_over_path(browser: BrowserKey, return_to: &str) -> String {
    format!(
        "/auth/hand-over?browser={browser}&rd={}",
        in_query(return_to)
    )
}
