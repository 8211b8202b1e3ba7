//! Sign-out: ends the session with its children, and the browser stays signed out until the person signs in again.

use super::at_samovar::SIGNED_OUT;
use super::{BrowserRedirect, BrowserRequest, SignIn, SignInError};
use crate::audit::{Action, AuditEvent, Object, ObjectKind};
use crate::model::{DisplayText, HostName, Session, SessionPlace};
use crate::session::Cookie;
use std::sync::Arc;
use url::Url;

/// The result of a sign-out.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedOut {
    /// The redirect when the provider has no sign-out of its own.
    pub next: BrowserRedirect,
    /// The provider's sign-out (RP-initiated logout), where it has one.
    pub onward: Option<ProviderSignOut>,
}

/// RP-initiated logout at a provider. Holds an ID token, so that it cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct ProviderSignOut {
    /// The provider's name.
    pub provider: DisplayText,
    /// The address at the provider; from there the browser returns to the signed-out page.
    pub to: String,
}

impl SignIn {
    /// Ends the session at Samovar with its children; `everywhere` ends all sessions of the person.
    ///
    /// Without a session there is nothing to end.
    pub async fn sign_out(
        &self,
        visitor: &BrowserRequest,
        everywhere: bool,
    ) -> Result<SignedOut, SignInError> {
        let session = self.present(visitor);
        let onward = self.end(visitor, session, everywhere).await?;
        let next = BrowserRedirect {
            to: SIGNED_OUT.to_owned(),
            cookies: vec![
                self.cookies.clear(Cookie::Session),
                self.signed_out_cookie(),
            ],
        };
        Ok(SignedOut { next, onward })
    }

    /// The same from an application's host: the sign-in at Samovar ends as well.
    pub async fn sign_out_at(
        &self,
        host: &HostName,
        visitor: &BrowserRequest,
        everywhere: bool,
    ) -> Result<SignedOut, SignInError> {
        let session = self.present_at(host, visitor);
        let onward = self.end(visitor, session, everywhere).await?;
        let next = BrowserRedirect {
            to: self.address(&self.settings.own, SIGNED_OUT),
            cookies: vec![self.cookies.clear(Cookie::ApplicationSession)],
        };
        Ok(SignedOut { next, onward })
    }

    /// The name of the provider, where there is only one.
    pub fn only_provider(&self) -> Option<DisplayText> {
        let only = self.providers.only()?;
        Some(only.settings().name.clone())
    }

    /// Keeps the browser from signing in again without a click.
    pub fn signed_out_cookie(&self) -> String {
        self.cookies.set(Cookie::SignedOut, "1", None)
    }

    /// The address of the next sign-in; it leads to the start page when `return_to` is not an address of Samovar or an application.
    pub fn sign_in_again(&self, return_to: Option<&str>) -> String {
        let return_to = self.return_to(return_to).ok();
        let return_to = return_to.map_or_else(|| "/".to_owned(), super::ReturnTo::into_text);
        super::at_samovar::begin_again(&return_to)
    }

    async fn end(
        &self,
        visitor: &BrowserRequest,
        session: Option<Arc<Session>>,
        everywhere: bool,
    ) -> Result<Option<ProviderSignOut>, SignInError> {
        let Some(session) = session else {
            return Ok(None);
        };
        let parent = match &session.place {
            SessionPlace::Samovar => session.id,
            SessionPlace::Application { parent, .. } => *parent,
        };
        let signed_in = self.sessions.get(parent);
        let event = self.event(Action::SessionEnd, session.principal, visitor);
        if everywhere {
            let event = event.because(["signed out everywhere"]);
            let ended = self.sessions.end_all_of(session.principal, event).await;
            ended.map_err(SignInError::SignOut)?;
            return Ok(self.onward(signed_in).await);
        }
        let object = Object::new(ObjectKind::Session, parent);
        let event = AuditEvent { object, ..event };
        let ended = self.sessions.end(parent, event).await;
        ended.map_err(SignInError::SignOut)?;
        Ok(self.onward(signed_in).await)
    }

    /// The provider's sign-out, if it has one. Gitea has none.
    async fn onward(&self, session: Option<Arc<Session>>) -> Option<ProviderSignOut> {
        let session = session?;
        let id = session.provider.as_ref()?;
        let upstream = session.provider_session.as_ref();
        let id_token = upstream.and_then(|upstream| self.open_id_token(id, upstream));
        let provider = self.providers.find(id.as_str())?;
        let back = Url::parse(&self.address(&self.settings.own, SIGNED_OUT)).ok()?;
        let to = provider.end_session_url(id_token.as_ref(), &back).await?;
        Some(ProviderSignOut {
            provider: provider.settings().name.clone(),
            to: to.into(),
        })
    }
}
