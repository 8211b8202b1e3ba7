//! Authentication: from a credential to a principal with facts that are fresh enough to decide.
//!
//! Must never use facts that Gitea has not confirmed within the freshness bound, except within the grace while Gitea is away.

use super::{Credential, Denial};
use crate::mirror::{Mirror, MirrorError};
use crate::model::{
    Application, Directory, DirectoryUser, DisplayText, HostName, Name, Owner, Principal, Scope,
    ServiceAccount, ServiceAccountId, ServiceAccountState, Session, SessionPlace, SessionSecret,
    Timestamp, UserId,
};
use crate::policy::SubjectFacts;
use crate::session::Sessions;
use crate::token::{Audience, Registry, TokenError, Tokens};
use std::sync::Arc;

/// A principal with the facts about it.
#[derive(Debug, Clone)]
pub(crate) struct AuthenticatedPrincipal {
    pub principal: Principal,
    pub user: Option<Arc<DirectoryUser>>,
    /// Of a service account: its name, and whether it is active.
    pub machine: Option<(Name, bool)>,
    /// The scope of the credential; `None` for a session.
    pub scope: Option<Arc<Scope>>,
}

impl AuthenticatedPrincipal {
    /// A principal without a scope.
    pub(crate) const fn unlimited(principal: Principal, user: Option<Arc<DirectoryUser>>) -> Self {
        Self {
            principal,
            user,
            machine: None,
            scope: None,
        }
    }

    /// The same principal with its scope narrowed to this one.
    pub(crate) fn within(self, scope: &Scope) -> Self {
        let both = self.scope.as_deref().map(|held| held.intersection(scope));
        Self {
            scope: Some(Arc::new(both.unwrap_or_else(|| scope.clone()))),
            ..self
        }
    }

    /// The facts for a decision.
    pub(crate) fn facts(&self) -> SubjectFacts<'_> {
        SubjectFacts {
            principal: self.principal,
            enabled: self.enabled(),
            user: self.user.as_deref(),
            groups: self.user.as_deref().map_or(&[], DirectoryUser::groups),
            scope: self.scope.as_deref(),
        }
    }

    pub(crate) fn enabled(&self) -> bool {
        match self.principal {
            Principal::User(_) => self.user.as_ref().is_some_and(|user| user.enabled),
            Principal::LocalOperator | Principal::System(_) => true,
            Principal::ServiceAccount(_) => self.machine.as_ref().is_some_and(|(_, live)| *live),
            Principal::Anonymous => false,
        }
    }

    pub(crate) fn login(&self) -> Option<DisplayText> {
        let login = self.user.as_ref().map(|user| user.login.clone());
        let name = || {
            let (name, _) = self.machine.as_ref()?;
            Some(DisplayText::lossy(name.as_str()))
        };
        login.or_else(name)
    }
}

/// Why a credential gave no principal with fresh facts.
#[derive(Debug)]
pub(crate) struct AuthenticationError {
    pub denial: Denial,
    /// The principal that a valid credential names, for the audit log.
    pub named: Option<Principal>,
}

impl From<Denial> for AuthenticationError {
    fn from(denial: Denial) -> Self {
        Self {
            denial,
            named: None,
        }
    }
}

impl From<AuthenticationError> for Denial {
    fn from(error: AuthenticationError) -> Self {
        error.denial
    }
}

/// The facts about an anonymous caller.
pub(crate) const ANONYMOUS: SubjectFacts<'static> = SubjectFacts {
    principal: Principal::Anonymous,
    enabled: false,
    user: None,
    groups: &[],
    scope: None,
};

/// Where a credential is presented (RFC 6749 section 1.1: protected resource).
#[derive(Debug, Clone, Copy)]
pub(crate) enum ProtectedResource<'a> {
    Samovar,
    Host(&'a Application, &'a HostName),
}

impl ProtectedResource<'_> {
    fn is(self, place: &SessionPlace) -> bool {
        match (self, place) {
            (Self::Samovar, SessionPlace::Samovar) => true,
            (
                Self::Host(id, at),
                SessionPlace::Application {
                    application, host, ..
                },
            ) => id.id == *application && at == host,
            _ => false,
        }
    }
}

/// The services that authenticate credentials and hold the facts about their principals.
#[derive(Clone)]
pub struct Credentials {
    /// Sign-ins.
    pub sessions: Arc<Sessions>,
    /// Access tokens.
    pub tokens: Arc<Tokens>,
    /// Service accounts.
    pub service_accounts: Arc<Registry<ServiceAccount>>,
    /// People, organizations and teams.
    pub mirror: Arc<Mirror>,
}

impl Credentials {
    /// The principal of the credential with fresh facts, and the session, when it is one.
    pub(crate) async fn known(
        &self,
        credential: Option<Credential<'_>>,
        place: ProtectedResource<'_>,
    ) -> Result<(Option<Arc<Session>>, AuthenticatedPrincipal), AuthenticationError> {
        match credential.ok_or(Denial::CredentialsMissing)? {
            Credential::Session(secret) => {
                let (session, known) = self.of_session(secret, place).await?;
                Ok((Some(session), known))
            }
            Credential::Token(text) => {
                let audience = match place {
                    ProtectedResource::Samovar => Audience::OWN,
                    ProtectedResource::Host(application, _) => Audience::of(application),
                };
                Ok((None, self.of_token(text, audience).await?))
            }
        }
    }

    /// A session of another host is not accepted.
    async fn of_session(
        &self,
        secret: &SessionSecret,
        place: ProtectedResource<'_>,
    ) -> Result<(Arc<Session>, AuthenticatedPrincipal), AuthenticationError> {
        let session = self
            .sessions
            .find(secret)
            .map_err(|_| Denial::SessionEnded)?;
        if !place.is(&session.place) {
            return Err(Denial::SessionEnded.into());
        }
        let user = match session.principal {
            Principal::User(id) => {
                Some(self.fresh(id).await.map_err(|denial| AuthenticationError {
                    denial,
                    named: Some(session.principal),
                })?)
            }
            _ => None,
        };
        let known = AuthenticatedPrincipal::unlimited(session.principal, user);
        Ok((session, known))
    }

    /// A token for another audience is not accepted.
    pub(crate) async fn of_token(
        &self,
        text: &str,
        audience: Audience<'_>,
    ) -> Result<AuthenticatedPrincipal, AuthenticationError> {
        let token = self.tokens.verify(text, audience).map_err(Denial::Token)?;
        let known = self.named(token.principal).await?;
        Ok(AuthenticatedPrincipal {
            scope: Some(Arc::clone(&token.scope)),
            ..known
        })
    }

    /// The same as [`Self::principal`]; the error names the principal.
    pub(crate) async fn named(
        &self,
        principal: Principal,
    ) -> Result<AuthenticatedPrincipal, AuthenticationError> {
        let known = self.principal(principal).await;
        known.map_err(|denial| AuthenticationError {
            denial,
            named: Some(principal),
        })
    }

    /// The principal that a credential names, with fresh facts and without a scope.
    pub(crate) async fn principal(
        &self,
        principal: Principal,
    ) -> Result<AuthenticatedPrincipal, Denial> {
        match principal {
            Principal::User(id) => Ok(AuthenticatedPrincipal::unlimited(
                principal,
                Some(self.fresh(id).await?),
            )),
            Principal::ServiceAccount(id) => self.machine(id).await,
            _ => Err(Denial::Token(TokenError::ClaimInvalid(
                "claim `sub` names no user and no service account".to_owned(),
            ))),
        }
    }

    /// A service account is active while its owner is.
    pub(crate) async fn machine(
        &self,
        id: ServiceAccountId,
    ) -> Result<AuthenticatedPrincipal, Denial> {
        let account = self.service_accounts.get(id);
        let account = account.ok_or(Denial::PrincipalDisabled)?;
        match account.owner {
            Owner::User { id } => match self.fresh(id).await {
                // A person of another provider counts as an owner only while signed in.
                Ok(_) | Err(Denial::SessionEnded) => {}
                Err(denial) => return Err(denial),
            },
            Owner::Team { .. } => match self.mirror.check_watched_teams() {
                Ok(()) => {}
                Err(MirrorError::Stale { since }) => {
                    return Err(Denial::MembershipStale { since });
                }
                Err(_) => return Err(Denial::PrincipalDisabled),
            },
        }
        Ok(self.machine_now(&self.mirror.directory(), &account))
    }

    /// The directory's entry once it is fresh enough to decide on; older, up to the grace, while Gitea is away.
    async fn fresh(&self, id: UserId) -> Result<Arc<DirectoryUser>, Denial> {
        match self.mirror.ensure_fresh(id).await {
            Ok(()) => {}
            Err(MirrorError::NoGiteaAccount) => return self.external_user(id),
            Err(MirrorError::Stale { since }) => return Err(Denial::MembershipStale { since }),
            Err(error) => {
                tracing::warn!(%error, user = %id, "the facts about a user could not be read again");
                let since = self.mirror.freshness(id).unwrap_or_default();
                return Err(Denial::MembershipStale { since });
            }
        }
        let directory = self.mirror.directory();
        directory.user(id).cloned().ok_or(Denial::PrincipalDisabled)
    }

    /// A person without a Gitea account: the facts of the last sign-in, for as long as one of its sessions lives.
    fn external_user(&self, id: UserId) -> Result<Arc<DirectoryUser>, Denial> {
        let directory = self.mirror.directory();
        let person = directory.user(id).filter(|user| user.gitea().is_none());
        let person = person.ok_or(Denial::PrincipalDisabled)?;
        if self.sessions.has_session(Principal::User(id)) {
            Ok(Arc::clone(person))
        } else {
            Err(Denial::SessionEnded)
        }
    }

    /// The principal with the facts in memory; a person of another provider without a session
    /// counts as disabled.
    pub(crate) fn known_now(
        &self,
        directory: &Directory,
        principal: Principal,
    ) -> AuthenticatedPrincipal {
        match principal {
            Principal::User(id) => self.person_now(directory, id),
            Principal::ServiceAccount(id) => match self.service_accounts.get(id) {
                Some(account) => self.machine_now(directory, &account),
                None => AuthenticatedPrincipal::unlimited(principal, None),
            },
            _ => AuthenticatedPrincipal::unlimited(principal, None),
        }
    }

    fn person_now(&self, directory: &Directory, id: UserId) -> AuthenticatedPrincipal {
        let user = directory.user(id).cloned();
        let user = match user {
            Some(user) if user.enabled && !self.there(directory, id) => {
                Some(Arc::new(DirectoryUser {
                    enabled: false,
                    ..(*user).clone()
                }))
            }
            other => other,
        };
        AuthenticatedPrincipal::unlimited(Principal::User(id), user)
    }

    fn machine_now(
        &self,
        directory: &Directory,
        account: &ServiceAccount,
    ) -> AuthenticatedPrincipal {
        let live = self.state_of(directory, account) == ServiceAccountState::Active;
        AuthenticatedPrincipal {
            machine: Some((account.name.clone(), live)),
            ..AuthenticatedPrincipal::unlimited(Principal::ServiceAccount(account.id), None)
        }
    }

    /// Whether a service account is active, and why not, by the facts in memory.
    pub(crate) fn state_of(
        &self,
        directory: &Directory,
        account: &ServiceAccount,
    ) -> ServiceAccountState {
        account.state(directory, |id| self.there(directory, id))
    }

    /// Enabled, and with a session if the person has no Gitea account.
    fn there(&self, directory: &Directory, id: UserId) -> bool {
        directory.user(id).is_some_and(|user| {
            user.enabled
                && (user.gitea().is_some() || self.sessions.has_session(Principal::User(id)))
        })
    }

    /// The freshness of the facts about a principal; of a service account, those about its owner.
    pub(crate) fn freshness_now(
        &self,
        directory: &Directory,
        principal: Principal,
    ) -> Option<Timestamp> {
        let person = |id| directory.user(id).map(|user| user.freshness);
        let Principal::ServiceAccount(id) = principal else {
            return principal.user().and_then(person);
        };
        match self.service_accounts.get(id)?.owner {
            Owner::User { id } => person(id),
            Owner::Team { id } => self.mirror.team_freshness(id),
        }
    }
}
