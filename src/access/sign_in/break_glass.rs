//! Break-glass: the password of the server's operator, for when nobody can sign in with Gitea. Loud in log and audit.

use super::{Next, SignIn, SignInFault, Visitor};
use crate::audit::{Action, AuditEvent};
use crate::model::{DisplayText, Principal, SessionPlace};
use crate::session::{BreakGlassError, Cookie};
use secrecy::SecretString;

impl SignIn {
    /// Is a break-glass password set? Otherwise how to set one.
    pub fn check_break_glass(&self) -> Result<(), SignInFault> {
        if self.break_glass.is_on() {
            return Ok(());
        }
        Err(BreakGlassError::Off.into())
    }

    /// Signs the local operator in by password.
    pub async fn break_glass(
        &self,
        visitor: &Visitor,
        password: SecretString,
    ) -> Result<Next, SignInFault> {
        let address = visitor.remote.address;
        if let Err(fault) = self.break_glass.verify(password).await {
            tracing::warn!(?address, %fault, "break-glass sign-in refused");
            return Err(self.refused(visitor, fault.into()).await);
        }
        tracing::warn!(
            ?address,
            "break-glass sign-in: the local operator is signed in"
        );
        let actor = Principal::LocalOperator;
        let event = AuditEvent {
            reasons: vec![DisplayText::lossy("break-glass password")],
            ..self.event(Action::SessionCreate, actor, visitor)
        };
        let new = Self::new_session(actor, SessionPlace::Samovar, visitor);
        let (session, secret) = self.sessions.start(new, event).await?;
        let cookie = self.session_cookie(Cookie::Session, &session, &secret);
        let cookies = vec![cookie, self.cookies.clear(Cookie::SignedOut)];
        let to = "/".to_owned();
        Ok(Next { to, cookies })
    }
}
