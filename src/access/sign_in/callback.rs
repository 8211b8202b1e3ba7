//! Back from the provider: the code, the person, the session.

use super::at_samovar::begin_again;
use super::{Next, SignIn, SignInFailed, SignInFault, Visitor};
use crate::audit::Action;
use crate::model::{GiteaUserId, Principal, SessionPlace, UserId};
use crate::oidc::{FlowSecrets, OidcError, SignedIn};
use crate::session::{Cookie, Flow, FlowFault, State};

/// What the provider sends along (OpenID Core 3.1.2.5, RFC 6749 section 4.1.2.1, RFC 9207).
#[derive(Clone, Default)]
pub struct CallbackQuery {
    /// Ties the answer to a flow.
    pub state: Option<String>,
    /// Stands for the person, once.
    pub code: Option<String>,
    /// Instead of a code.
    pub error: Option<String>,
    /// Who answers, where the provider says so.
    pub iss: Option<String>,
}

impl SignIn {
    /// Takes the flow, proves who the person is, and starts the session.
    ///
    /// Somebody who is signed in by now, in another tab, goes on: a late answer is no reason to stop.
    pub async fn callback(
        &self,
        visitor: &Visitor,
        provider: &str,
        query: CallbackQuery,
    ) -> Result<Next, SignInFailed> {
        let flow = self.take_flow(visitor, provider, &query);
        if self.present(visitor).is_some() {
            let to = flow.map_or_else(|_| "/".to_owned(), |flow| flow.return_to);
            return Ok(Next::to(to));
        }
        let again = flow.as_ref().map_or("/", |flow| &flow.return_to);
        let again = begin_again(again);
        let proved = match flow {
            Ok(flow) => self.prove(query, flow).await,
            Err(fault) => Err(fault),
        };
        let next = match proved {
            Ok((person, return_to)) => self.welcome(visitor, person, return_to).await,
            Err(fault) => Err(self.refused(visitor, fault).await),
        };
        next.map_err(|fault| fault.again(again))
    }

    /// A provider's answer belongs to a flow that was begun with that provider (security A5.2).
    fn take_flow(
        &self,
        visitor: &Visitor,
        provider: &str,
        query: &CallbackQuery,
    ) -> Result<Flow, SignInFault> {
        let state = query.state.as_deref().and_then(State::from_query);
        let state = state.ok_or(SignInFault::Incomplete)?;
        let browser = visitor.browser.as_ref().map(crate::session::Browser::key);
        let flow = self.flows.take(&state, browser)?;
        if flow.provider.as_str() == provider {
            Ok(flow)
        } else {
            Err(FlowFault::Unknown.into())
        }
    }

    /// The person that the answer stands for, and where the person wanted to go.
    async fn prove(
        &self,
        query: CallbackQuery,
        flow: Flow,
    ) -> Result<(SignedIn, String), SignInFault> {
        match query.error.as_deref() {
            None => {}
            Some("access_denied") => return Err(SignInFault::Declined),
            Some(other) => return Err(SignInFault::ProviderRefused(word(other))),
        }
        let code = query.code.ok_or(SignInFault::Incomplete)?;
        let secrets = FlowSecrets {
            nonce: flow.nonce,
            verifier: flow.verifier,
        };
        let answer = crate::oidc::Answer {
            code,
            issuer: query.iss,
        };
        let person = self.provider.finish(answer, &secrets).await?;
        Ok((person, flow.return_to))
    }

    async fn welcome(
        &self,
        visitor: &Visitor,
        person: SignedIn,
        return_to: String,
    ) -> Result<Next, SignInFault> {
        let user = self.arrive(&person).await?;
        let principal = Principal::User(user);
        if !self.enabled(user) {
            let fault = SignInFault::Disabled;
            self.record_refusal(visitor, principal, &fault).await?;
            return Err(fault);
        }
        let new = self.new_session(principal, SessionPlace::Samovar, visitor);
        let event = self.event(Action::SessionCreate, principal, visitor);
        let (session, secret) = self.sessions.start(new, event).await?;
        Ok(Next {
            to: return_to,
            cookies: vec![
                self.session_cookie(Cookie::Session, &session, &secret),
                self.cookies.clear(Cookie::SignedOut),
            ],
        })
    }

    /// The mirror reads the account and its teams now; a subject of Gitea's is a number.
    async fn arrive(&self, person: &SignedIn) -> Result<UserId, SignInFault> {
        let id = person.subject.as_str().parse::<GiteaUserId>();
        let id = id.map_err(|_| {
            OidcError::TokenInvalid("claim `sub` is not a number, as Gitea's is".to_owned())
        })?;
        let arrived = self.mirror.arrive(id, &person.login).await;
        Ok(arrived.inspect_err(|error| {
            tracing::warn!(%error, "somebody signed in and the mirror could not read the account");
        })?)
    }

    fn enabled(&self, user: UserId) -> bool {
        let directory = self.mirror.directory();
        directory.user(user).is_some_and(|user| user.enabled)
    }
}

/// An error code of RFC 6749 is a word; whatever else was sent is not repeated.
fn word(error: &str) -> String {
    let short = (1..=64).contains(&error.len());
    let plain = error.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if short && plain {
        error.to_owned()
    } else {
        "error".to_owned()
    }
}
