//! Sign-out: here means everywhere below the same sign-in, and it stays so until somebody clicks.

use super::at_samovar::SIGNED_OUT;
use super::{Next, SignIn, SignInFault, Visitor};
use crate::audit::{Action, AuditEvent, Object, ObjectKind};
use crate::model::{DisplayText, HostName, Session, SessionPlace};
use crate::session::Cookie;

impl SignIn {
    /// Ends the session at Samovar with its children; `everywhere` ends all of the person's.
    ///
    /// Somebody who is not signed in is signed out already.
    pub async fn sign_out(&self, visitor: &Visitor, everywhere: bool) -> Result<Next, SignInFault> {
        if let Some(session) = self.present(visitor) {
            self.end(visitor, &session, everywhere).await?;
        }
        Ok(Next {
            to: SIGNED_OUT.to_owned(),
            cookies: vec![
                self.cookies.clear(Cookie::Session),
                self.signed_out_cookie(),
            ],
        })
    }

    /// The same from an application's host: the sign-in at Samovar ends as well.
    pub async fn sign_out_at(
        &self,
        host: &HostName,
        visitor: &Visitor,
        everywhere: bool,
    ) -> Result<Next, SignInFault> {
        if let Some(session) = self.present_at(host, visitor) {
            self.end(visitor, &session, everywhere).await?;
        }
        Ok(Next {
            to: self.address(&self.settings.own, SIGNED_OUT),
            cookies: vec![self.cookies.clear(Cookie::ApplicationSession)],
        })
    }

    /// Keeps the browser from signing in again by itself.
    pub fn signed_out_cookie(&self) -> String {
        self.cookies.set(Cookie::SignedOut, "1", None)
    }

    /// The address at which somebody who has signed out signs in again; the start when the wish is none of ours.
    pub fn sign_in_again(&self, return_to: Option<&str>) -> String {
        let return_to = self.return_to(return_to).ok();
        let return_to = return_to.map_or_else(|| "/".to_owned(), super::ReturnTo::into_text);
        super::at_samovar::begin_again(&return_to)
    }

    async fn end(
        &self,
        visitor: &Visitor,
        session: &Session,
        everywhere: bool,
    ) -> Result<(), SignInFault> {
        let parent = match &session.place {
            SessionPlace::Samovar => session.id,
            SessionPlace::Application { parent, .. } => *parent,
        };
        let event = self.event(Action::SessionEnd, session.principal, visitor);
        if everywhere {
            let reasons = vec![DisplayText::lossy("signed out everywhere")];
            let event = AuditEvent { reasons, ..event };
            let ended = self.sessions.end_all_of(session.principal, event).await;
            return ended.map_err(SignInFault::SignOut);
        }
        let object = Object::new(ObjectKind::Session, parent);
        let event = AuditEvent { object, ..event };
        let ended = self.sessions.end(parent, event).await;
        ended.map_err(SignInFault::SignOut)
    }
}
