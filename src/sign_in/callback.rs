//! The callback of a provider: code, identity, session.

use super::at_samovar::begin_again;
use super::flows::{Flow, FlowError};
use super::{BrowserRedirect, BrowserRequest, FailedSignIn, SignIn, SignInError};
use crate::audit::Action;
use crate::mirror::ExternalSignIn;
use crate::model::{
    Claims, GiteaUserId, Identity, Login, Principal, ProviderId, ProviderSession, SessionPlace,
    UserId,
};
use crate::oidc::{self, AuthenticatedIdentity, FlowSecrets, OidcError};
use crate::session::{Cookie, NewSession};

/// A verified identity.
struct ProvedIdentity {
    user: UserId,
    person: AuthenticatedIdentity,
    provider: ProviderId,
    return_to: String,
    /// How many logouts had been received when the sign-in began.
    logouts: u64,
}

/// A flow, and the `Set-Cookie` value that removes its cookie.
struct Taken {
    flow: Flow,
    clear: String,
}

impl Taken {
    fn go_on(self) -> BrowserRedirect {
        BrowserRedirect {
            to: self.flow.return_to,
            cookies: vec![self.clear],
        }
    }
}

/// The parameters of the callback (OpenID Core 3.1.2.5, RFC 6749 section 4.1.2.1, RFC 9207).
#[derive(Clone, Default)]
pub struct CallbackQuery {
    /// `state`: binds the response to a flow.
    pub state: Option<String>,
    /// `code`.
    pub code: Option<String>,
    /// `error`, instead of a code.
    pub error: Option<String>,
    /// `iss` (RFC 9207), where the provider sends it.
    pub iss: Option<String>,
}

impl SignIn {
    /// Takes the flow, verifies the identity and starts the session.
    ///
    /// A person who has signed in meanwhile, in another tab, continues there.
    pub async fn callback(
        &self,
        visitor: &BrowserRequest,
        provider: &str,
        query: CallbackQuery,
    ) -> Result<BrowserRedirect, FailedSignIn> {
        let taken = self.take_flow(visitor, provider, &query);
        if self.present(visitor).is_some() {
            return Ok(taken.map_or_else(|_| BrowserRedirect::to("/".to_owned()), Taken::go_on));
        }
        let (return_to, clear) = match &taken {
            Ok(taken) => (taken.flow.return_to.as_str(), Some(taken.clear.clone())),
            Err(_) => ("/", None),
        };
        let again = begin_again(return_to);
        let proved = match taken {
            Ok(taken) => self.prove(visitor, query, taken.flow).await,
            Err(error) => Err(error),
        };
        let next = match proved {
            Ok(proved) => self.welcome(visitor, proved).await,
            Err(error) => Err(self.deny(visitor, error).await),
        };
        let mut next = next.map_err(|error| error.again(again))?;
        next.cookies.extend(clear);
        Ok(next)
    }

    /// The response of a provider must belong to a flow with that provider.
    fn take_flow(
        &self,
        visitor: &BrowserRequest,
        provider: &str,
        query: &CallbackQuery,
    ) -> Result<Taken, SignInError> {
        let state = query.state.as_deref().ok_or(SignInError::Incomplete)?;
        let (flow, clear) = self.flows.take(state, &visitor.flows, visitor.block())?;
        if flow.provider.as_str() == provider {
            Ok(Taken { flow, clear })
        } else {
            Err(FlowError::Unknown.into())
        }
    }

    /// The verified identity, and the address to return to.
    async fn prove(
        &self,
        visitor: &BrowserRequest,
        query: CallbackQuery,
        flow: Flow,
    ) -> Result<ProvedIdentity, SignInError> {
        match query.error.as_deref() {
            None => {}
            Some("access_denied") => return Err(SignInError::Declined),
            Some(other) => return Err(SignInError::ProviderRefused(word(other))),
        }
        let code = query.code.ok_or(SignInError::Incomplete)?;
        let may = self.finishing.take(visitor.block(), self.clock.now());
        may.map_err(|_| SignInError::TooMany)?;
        let secrets = FlowSecrets {
            nonce: flow.nonce,
            verifier: flow.verifier,
        };
        let answer = crate::oidc::AuthorizationResponse {
            code,
            issuer: query.iss,
        };
        let id = flow.provider;
        let provider = self.providers.find(id.as_str());
        let provider = provider.ok_or(SignInError::ProviderUnknown)?;
        let person = provider.authenticate(answer, &secrets).await?;
        let user = self.arrive(provider.settings(), &person).await?;
        Ok(ProvedIdentity {
            user,
            person,
            provider: id,
            return_to: flow.return_to,
            logouts: flow.logouts,
        })
    }

    async fn welcome(
        &self,
        visitor: &BrowserRequest,
        proved: ProvedIdentity,
    ) -> Result<BrowserRedirect, SignInError> {
        let principal = Principal::User(proved.user);
        if !self.enabled(proved.user) {
            let error = SignInError::Disabled;
            return Err(self.deny_actor(principal, visitor, error).await);
        }
        let id_token = self.seal_id_token(&proved.provider, &proved.person);
        let new = NewSession {
            provider: Some(proved.provider),
            provider_session: Some(ProviderSession {
                subject: proved.person.subject,
                sid: proved.person.sid,
                id_token,
            }),
            ..Self::new_session(principal, SessionPlace::Samovar, visitor)
        };
        let event = self.event(Action::SessionCreate, principal, visitor);
        let (session, secret) = self.sessions.start(new, event).await?;
        self.check_it_lasts(&session, proved.logouts, visitor)
            .await?;
        Ok(BrowserRedirect {
            to: proved.return_to,
            cookies: vec![
                self.session_cookie(Cookie::Session, &session, &secret),
                self.cookies.clear(Cookie::SignedOut),
            ],
        })
    }

    /// The user. At Gitea: the account, read now with its teams. At another provider: the Gitea account that
    /// Gitea links to this identity, and only that; otherwise a user of that provider alone.
    async fn arrive(
        &self,
        provider: &oidc::Settings,
        person: &AuthenticatedIdentity,
    ) -> Result<UserId, SignInError> {
        let arrived = if self.providers.is_gitea(&provider.id) {
            self.arrive_at_gitea(person).await
        } else {
            self.arrive_at_external_provider(provider, person).await
        };
        arrived.inspect_err(|error| {
            tracing::warn!(%error, provider = %provider.id, "the account that signed in could not be read");
        })
    }

    /// Gitea's subject is a numeric id.
    async fn arrive_at_gitea(&self, person: &AuthenticatedIdentity) -> Result<UserId, SignInError> {
        let invalid = |what: &str| OidcError::TokenInvalid(what.to_owned());
        let id = person.subject.as_str().parse::<GiteaUserId>();
        let id = id.map_err(|_| invalid("claim `sub` is not a number, as Gitea's is"))?;
        let login = person.login.as_str().parse::<Login>();
        let login = login.map_err(|_| invalid("claim `preferred_username` is no login"))?;
        Ok(self.mirror.refresh_gitea_user(id, &login).await?)
    }

    async fn arrive_at_external_provider(
        &self,
        provider: &oidc::Settings,
        person: &AuthenticatedIdentity,
    ) -> Result<UserId, SignInError> {
        if let Some(source) = provider.gitea_source
            && let Some(user) = self
                .mirror
                .refresh_linked_user(source, &person.subject)
                .await?
        {
            return Ok(user);
        }
        let arrival = ExternalSignIn {
            identity: Identity {
                provider: provider.id.clone(),
                subject: person.subject.clone(),
            },
            login: person.login.clone(),
            claims: Claims {
                full_name: person.full_name.clone(),
                email: person.email.clone(),
                groups: person.groups.names.clone(),
                groups_may_be_cut: person.groups.may_be_cut,
                at: self.clock.now(),
            },
        };
        Ok(self.mirror.put_external_user(&arrival).await?)
    }

    fn enabled(&self, user: UserId) -> bool {
        let directory = self.mirror.directory();
        directory.user(user).is_some_and(|user| user.enabled)
    }
}

/// An error code of RFC 6749 is one word; any other text is not repeated.
fn word(error: &str) -> String {
    let short = (1..=64).contains(&error.len());
    let plain = error.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if short && plain {
        error.to_owned()
    } else {
        "error".to_owned()
    }
}
