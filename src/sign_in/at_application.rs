//! Sign-in at an application's host: the redirect to Samovar, the hand-over code, and who is signed in.

use super::at_samovar::hand_over_path;
use super::return_to::ReturnTo;
use super::{BrowserRedirect, BrowserRequest, FailedSignIn, SignIn, SignInError, in_query};
use crate::audit::Action;
use crate::mirror::MirrorError;
use crate::model::{ApplicationId, DisplayText, HostName, Principal, Session, SessionPlace};
use crate::session::{Browser, Cookie, HandOverCode, HandOverError, NewSession};
use std::sync::Arc;

/// The principal of a session at a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhoAmI {
    /// The principal.
    pub principal: Principal,
    /// Present login of a person.
    pub login: Option<DisplayText>,
}

impl SignIn {
    /// Redirects the browser to Samovar, from where it returns with a code that only this browser can use.
    pub fn begin_at(
        &self,
        host: &HostName,
        visitor: &BrowserRequest,
        address: Option<&str>,
    ) -> Result<BrowserRedirect, FailedSignIn> {
        let root = self.address(host, "/");
        let address = address.filter(|text| !text.is_empty()).unwrap_or(&root);
        let here = |to: &ReturnTo| matches!(to, ReturnTo::Application(at, _) if at == host);
        let return_to = self.return_to(Some(address))?;
        if !here(&return_to) {
            return Err(SignInError::Incomplete.again("/.samovar/sign-in".to_owned()));
        }
        let return_to = return_to.into_text();
        if self.present_at(host, visitor).is_some() {
            return Ok(BrowserRedirect::to(return_to));
        }
        let (browser, cookies) = self.browser(visitor);
        let rest = hand_over_path(browser.key(), &return_to);
        Ok(BrowserRedirect {
            to: self.address(&self.settings.own, &rest),
            cookies,
        })
    }

    /// The browser's cookie: the one it has, or a new one to set.
    fn browser(&self, visitor: &BrowserRequest) -> (Browser, Vec<String>) {
        if let Some(browser) = &visitor.browser {
            return (browser.clone(), Vec::new());
        }
        let browser = Browser::new(&*self.random);
        let set = self
            .cookies
            .set(Cookie::ApplicationBrowser, &browser.reveal(), None);
        (browser, vec![set])
    }

    /// Takes the code and starts the session at this host.
    pub async fn redeem(
        &self,
        host: &HostName,
        visitor: &BrowserRequest,
        code: Option<&str>,
    ) -> Result<BrowserRedirect, FailedSignIn> {
        let again = || "/.samovar/sign-in".to_owned();
        let browser = visitor.browser.as_ref().map(Browser::key);
        let code = code.and_then(HandOverCode::from_query);
        let handed = code
            .ok_or(HandOverError::Unknown)
            .and_then(|code| self.hand_overs.redeem(&code, host, browser));
        let handed = match handed {
            Ok(handed) => handed,
            // The address was opened twice, and the first time succeeded.
            Err(_) if self.present_at(host, visitor).is_some() => {
                return Ok(BrowserRedirect::to(self.address(host, "/")));
            }
            Err(error) => return Err(self.deny(visitor, error.into()).await.again(again())),
        };
        let again = format!("{}?rd={}", again(), in_query(&handed.return_to));
        let parent = self.sessions.get(handed.parent);
        let started = match parent {
            Some(parent) => self.start_child(host, visitor, &parent).await,
            None => Err(SignInError::HandOver(HandOverError::Unknown)),
        };
        let cookie = started.map_err(|error| error.again(again))?;
        Ok(BrowserRedirect {
            to: handed.return_to,
            cookies: vec![cookie],
        })
    }

    async fn start_child(
        &self,
        host: &HostName,
        visitor: &BrowserRequest,
        parent: &Session,
    ) -> Result<String, SignInError> {
        let application = self.application(host).ok_or(SignInError::HostUnknown)?;
        let place = SessionPlace::Application {
            application,
            host: host.clone(),
            parent: parent.id,
        };
        let new = NewSession {
            provider: parent.provider.clone(),
            provider_session: parent.provider_session.clone(),
            ..Self::new_session(parent.principal, place, visitor)
        };
        let event = self.event(Action::SessionCreate, parent.principal, visitor);
        let event = event.in_application(Some(application));
        let (session, secret) = self.sessions.start(new, event).await?;
        Ok(self.session_cookie(Cookie::ApplicationSession, &session, &secret))
    }

    /// Who is signed in at this host. A disabled or deleted account counts as anonymous.
    pub async fn who_am_i(
        &self,
        host: &HostName,
        visitor: &BrowserRequest,
    ) -> Result<WhoAmI, SignInError> {
        let session = self.present_at(host, visitor);
        let principal = session.ok_or(SignInError::NotSignedIn)?.principal;
        if !self.is_enabled(principal).await? {
            return Err(SignInError::NotSignedIn);
        }
        Ok(WhoAmI {
            principal,
            login: self.login(principal),
        })
    }

    /// Asks Gitea again when the facts are older than the freshness bound.
    async fn is_enabled(&self, principal: Principal) -> Result<bool, SignInError> {
        let Principal::User(id) = principal else {
            return Ok(true);
        };
        match self.mirror.ensure_fresh(id).await {
            // The facts about a user of another provider are those of the sign-in.
            Ok(()) | Err(MirrorError::NoGiteaAccount) => {}
            Err(error) => return Err(error.into()),
        }
        let directory = self.mirror.directory();
        Ok(directory.user(id).is_some_and(|user| user.enabled))
    }

    /// The visitor's session at an application's host.
    pub(super) fn present_at(
        &self,
        host: &HostName,
        visitor: &BrowserRequest,
    ) -> Option<Arc<Session>> {
        let session = self.sessions.find(visitor.session.as_ref()?).ok()?;
        let here = matches!(&session.place, SessionPlace::Application { application, host: at, .. }
            if at == host && self.application(host) == Some(*application));
        here.then_some(session)
    }

    fn application(&self, host: &HostName) -> Option<ApplicationId> {
        self.policy.load().application_at(host).map(|a| a.id)
    }
}
