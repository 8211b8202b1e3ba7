//! Break-glass: the operator's password, for when sign-in at Gitea is impossible. Every use is logged as a warning and audited.
//!
//! Attempts are limited by address block, so that wrong passwords from one network never lock out another.

use super::{BrowserRedirect, BrowserRequest, SignIn, SignInError};
use crate::audit::{Action, AuditEvent, Object, ObjectKind};
use crate::limits::AddressBlock;
use crate::model::{Principal, Session, SessionPlace};
use crate::session::{BreakGlassError, Cookie};
use secrecy::SecretString;

impl SignIn {
    /// Is a break-glass password set?
    pub fn check_break_glass(&self) -> Result<(), SignInError> {
        if self.break_glass.is_on() {
            return Ok(());
        }
        Err(BreakGlassError::Off.into())
    }

    /// Signs the local operator in by password.
    pub async fn break_glass(
        &self,
        visitor: &BrowserRequest,
        password: SecretString,
    ) -> Result<BrowserRedirect, SignInError> {
        let address = visitor.origin.address;
        let block = address.map(AddressBlock::of);
        let checked = match self.break_glass_tries.take(block, self.clock.now()) {
            Ok(()) => self.break_glass.verify(password).await,
            Err(wait) => Err(BreakGlassError::TooMany(wait)),
        };
        let proof = match checked {
            Ok(proof) => proof,
            Err(error) => {
                // Attempts beyond the limit are counted in the audit log; a line each would fill the server's log.
                if !matches!(error, BreakGlassError::TooMany(_)) {
                    let address = address.map(tracing::field::display);
                    tracing::warn!(address, %error, "break-glass sign-in refused");
                }
                return Err(self.deny(visitor, error.into()).await);
            }
        };
        tracing::warn!(
            address = address.map(tracing::field::display),
            "break-glass sign-in: the local operator is signed in"
        );
        let actor = Principal::LocalOperator;
        let event = self.event(Action::SessionCreate, actor, visitor);
        let event = event.because(["break-glass password"]);
        let new = Self::new_session(actor, SessionPlace::Samovar, visitor);
        let (session, secret) = self.sessions.start(new, event).await?;
        if !self.break_glass.is_current(proof) {
            self.end_late(&session, visitor).await?;
            return Err(self.deny(visitor, BreakGlassError::Wrong.into()).await);
        }
        let cookie = self.session_cookie(Cookie::Session, &session, &secret);
        let cookies = vec![cookie, self.cookies.clear(Cookie::SignedOut)];
        let to = "/".to_owned();
        Ok(BrowserRedirect { to, cookies })
    }

    /// The password was changed or switched off while it was being checked.
    async fn end_late(
        &self,
        session: &Session,
        visitor: &BrowserRequest,
    ) -> Result<(), SignInError> {
        let event = AuditEvent {
            object: Object::new(ObjectKind::Session, session.id),
            ..self.event(Action::SessionEnd, session.principal, visitor)
        };
        let event = event.because(["the break-glass password was changed"]);
        Ok(self.sessions.end(session.id, event).await?)
    }
}
