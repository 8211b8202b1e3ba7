//! The target of a token: an application, or Samovar's own API.

use super::{AuthorizationServer, OAuthError, TokenRequest};
use crate::model::{Application, HostName, Name, ParseError, SigningAlgorithm, TokenSettings};
use crate::policy::{OWN_AUDIENCE, Policy};
use std::time::Duration;
use url::Url;

/// The target of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Samovar's own API.
    Own,
    /// An application.
    Application(Box<Application>),
}

impl Target {
    /// `aud`.
    pub(super) fn audience(&self) -> Result<Name, ParseError> {
        match self {
            Self::Own => OWN_AUDIENCE.parse(),
            Self::Application(application) => Ok(application.name.clone()),
        }
    }

    /// The algorithm that signs its tokens.
    pub(super) fn algorithm(&self) -> SigningAlgorithm {
        match self {
            Self::Own => SigningAlgorithm::default(),
            Self::Application(application) => application.tokens.signing,
        }
    }

    /// The lifetime of its tokens.
    pub(super) fn life(&self) -> Duration {
        match self {
            Self::Own => TokenSettings::default().life(),
            Self::Application(application) => application.tokens.life(),
        }
    }

    /// The application.
    pub(super) fn application(&self) -> Option<&Application> {
        match self {
            Self::Own => None,
            Self::Application(application) => Some(application),
        }
    }

    fn of(application: &Application) -> Self {
        Self::Application(Box::new(application.clone()))
    }
}

impl AuthorizationServer {
    /// The target that the request names, if any; `audience` and `resource` must not contradict each other.
    pub(super) fn target(
        &self,
        token_request: &TokenRequest,
    ) -> Result<Option<Target>, OAuthError> {
        let policy = self.policy.load();
        let by_name = token_request.audience.as_deref();
        let by_name = by_name.map(|name| named(&policy, name)).transpose()?;
        let by_host = token_request.resource.as_deref();
        let by_host = by_host.map(|uri| self.at(&policy, uri)).transpose()?;
        match (by_name, by_host) {
            (Some(one), Some(other)) if one != other => Err(OAuthError::TargetInvalid(
                "`audience` and `resource` name two applications; send one of them".to_owned(),
            )),
            (one, other) => Ok(one.or(other)),
        }
    }

    /// The target of a request that must name one.
    pub(super) fn must_target(&self, token_request: &TokenRequest) -> Result<Target, OAuthError> {
        self.target(token_request)?.ok_or_else(|| {
            OAuthError::TargetInvalid(
                "`audience` is missing; send the name of the application that the token is for"
                    .to_owned(),
            )
        })
    }

    /// `resource` is an address at one of the application's hosts, without a fragment (RFC 8707 section 2).
    fn at(&self, policy: &Policy, uri: &str) -> Result<Target, OAuthError> {
        let error = || {
            OAuthError::TargetInvalid(
                "`resource` is not a URL at the host of an application; send `audience` with the application's name instead"
                    .to_owned(),
            )
        };
        let url = Url::parse(uri).map_err(|_| error())?;
        if url.fragment().is_some() {
            return Err(error());
        }
        if url.as_str().trim_end_matches('/') == self.issuer() {
            return Ok(Target::Own);
        }
        let host = url.host_str().ok_or_else(error)?;
        let host = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        let host: HostName = host.parse().map_err(|_| error())?;
        let application = policy.application_at(&host).ok_or_else(error)?;
        Ok(Target::of(application))
    }

    /// The application with this id.
    pub(super) fn target_of(&self, id: crate::model::ApplicationId) -> Result<Target, OAuthError> {
        let policy = self.policy.load();
        let application = policy.application(id);
        let application = application.ok_or_else(OAuthError::application_gone)?;
        Ok(Target::of(application))
    }
}

fn named(policy: &Policy, name: &str) -> Result<Target, OAuthError> {
    if name == OWN_AUDIENCE {
        return Ok(Target::Own);
    }
    let found = policy.applications().find(|one| one.name.as_str() == name);
    found.map(Target::of).ok_or_else(|| {
        OAuthError::TargetInvalid(
            "no application has the name in `audience`; look at the applications in Samovar"
                .to_owned(),
        )
    })
}
