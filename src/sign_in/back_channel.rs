//! Back-channel logout (OpenID Connect Back-Channel Logout 1.0): ends the sessions of a sign-in that ended at its provider,
//! with their children.
//!
//! Samovar's tokens belong to the person and not to the sign-in. A person without a Gitea account may do nothing without a
//! session; tokens of a linked Gitea account stay valid until they expire or are revoked.

use super::logouts::is_of;
use super::{BrowserRequest, SignIn, SignInError};
use crate::access::RequestOrigin;
use crate::audit::{Action, AuditEvent, Object, ObjectKind};
use crate::audit_log::AnonymousKind;
use crate::model::{Principal, ProviderId, Session, SessionPlace, SystemJob};
use crate::oidc::OidcError;
use crate::session::SessionError;
use crate::store::CommitError;
use std::sync::Arc;

/// A logout request of a provider.
pub struct LogoutNotice<'a> {
    /// Where it came from.
    pub origin: RequestOrigin,
    /// The logout token.
    pub token: &'a str,
}

impl SignIn {
    /// Ends the sessions of the sign-in. Succeeds when there is none.
    pub async fn back_channel_logout(
        &self,
        provider: &str,
        notice: LogoutNotice<'_>,
    ) -> Result<(), SignInError> {
        let Some(there) = self.providers.find(provider) else {
            let error = SignInError::ProviderUnknown;
            return Err(self.not_understood(&notice, error).await);
        };
        let token = match there.verify_logout_token(notice.token).await {
            Ok(token) => token,
            Err(error) => return Err(self.not_understood(&notice, error.into()).await),
        };
        let kind = format!("back-channel logout\n{provider}");
        let Some(step) = self.tokens.take_foreign(&kind, &token.id, token.until) else {
            let error = OidcError::TokenInvalid("claim `jti` was used before".to_owned());
            return Err(self.not_understood(&notice, error.into()).await);
        };
        let there = &there.settings().id;
        self.logouts.add(there.clone(), token.clone());
        // A child session ends with its parent, which has the same sign-in.
        let rests = |session: &&Arc<Session>| {
            let upstream = session.provider_session.as_ref();
            session.place == SessionPlace::Samovar
                && session.provider.as_ref() == Some(there)
                && upstream.is_some_and(|upstream| is_of(upstream, &token))
        };
        let sessions = self.sessions.list();
        let ending: Vec<_> = sessions.iter().filter(rests).collect();
        let Some((last, others)) = ending.split_last() else {
            let object = Object::new(ObjectKind::Session, "none");
            let event = self.of_provider(&notice, object, provider);
            self.store.commit(step.into(), event).await?;
            return Ok(());
        };
        let event = |session: &Session| {
            let object = Object::new(ObjectKind::Session, session.id);
            self.of_provider(&notice, object, provider)
        };
        // Every session is tried, also after an error, because the provider cannot send the token again. The use of the
        // token is written last, so that after a crash the provider can.
        let mut ended = Ok(());
        for session in others {
            ended = ended.and(self.sessions.end(session.id, event(session)).await);
        }
        let end = self.sessions.end_with(last.id, step.into(), event(last));
        ended.and(end.await)?;
        Ok(())
    }

    /// Ends a session that was just started if its sign-in ended at the provider before the session existed.
    pub(super) async fn check_it_lasts(
        &self,
        session: &Session,
        logouts: u64,
        visitor: &BrowserRequest,
    ) -> Result<(), SignInError> {
        let both = session
            .provider
            .as_ref()
            .zip(session.provider_session.as_ref());
        let ended = |(provider, upstream)| self.logouts.have_ended(provider, upstream, logouts);
        if !both.is_some_and(ended) {
            return Ok(());
        }
        let error = SignInError::SignedOutThere;
        let event = AuditEvent {
            object: Object::new(ObjectKind::Session, session.id),
            ..self.event(Action::SessionEnd, session.principal, visitor)
        };
        let event = event.because([error.to_string()]);
        self.sessions.end(session.id, event).await?;
        Err(self.deny_actor(session.principal, visitor, error).await)
    }

    /// Ends, at the start, the sessions of providers that are not configured any more.
    pub async fn end_those_of_unknown_providers(&self) -> Result<(), SessionError> {
        for session in self.sessions.list() {
            let unknown = |id: &ProviderId| self.providers.find(id.as_str()).is_none();
            let parent = session.place == SessionPlace::Samovar;
            if parent && session.provider.as_ref().is_some_and(unknown) {
                let object = Object::new(ObjectKind::Session, session.id);
                let why = "its provider is not configured any more";
                let event = self.of_job(SystemJob::Housekeeping, object, why);
                self.sessions.end(session.id, event).await?;
            }
        }
        Ok(())
    }

    fn of_provider(&self, notice: &LogoutNotice<'_>, object: Object, provider: &str) -> AuditEvent {
        let why = format!("provider {provider} says that the person signed out there");
        let event = self.of_job(SystemJob::BackChannelLogout, object, &why);
        notice.origin.of(None, event)
    }

    fn of_job(&self, job: SystemJob, object: Object, why: &str) -> AuditEvent {
        let actor = Principal::System(job);
        let event = self.journal.event(actor, Action::SessionEnd, object);
        event.because([why])
    }

    /// Records an invalid logout token. Repeats are counted, because anonymous callers can send any text.
    async fn not_understood(&self, notice: &LogoutNotice<'_>, error: SignInError) -> SignInError {
        match self.record_not_understood(notice, &error).await {
            Ok(()) => error,
            Err(error) => error.into(),
        }
    }

    async fn record_not_understood(
        &self,
        notice: &LogoutNotice<'_>,
        error: &SignInError,
    ) -> Result<(), CommitError> {
        let event = || {
            let reasons = [error.code().to_owned(), error.to_string()];
            let object = Object::new(ObjectKind::Session, "back-channel-logout");
            let event = self.of_provider(notice, object, "").denied();
            AuditEvent {
                actor: Principal::Anonymous,
                ..event.because(reasons)
            }
        };
        let kind = AnonymousKind::denial(Action::SessionEnd, error.code());
        let address = notice.origin.address;
        self.journal.record_anonymous(kind, address, event).await
    }
}
