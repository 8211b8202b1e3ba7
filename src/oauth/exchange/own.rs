//! Exchanges a token of Samovar that a service received for one for another application, in the same principal's name.
//!
//! The service becomes the newest actor; earlier actors stay named.

use super::{ExchangeError, ExchangeRequest, Exchanged};
use crate::model::{Application, ApplicationId, ClientKind, Scope, Timestamp};
use crate::oauth::client_authentication::AuthenticatedClient;
use crate::oauth::issue::Basis;
use crate::oauth::{AuthorizationServer, OAuthError, Target};
use crate::token::{AccessToken, Actor, Audience, TokenError};
use secrecy::ExposeSecret as _;
use std::time::Duration;

/// Maximum of actors in a token.
const DEEPEST: usize = 3;

/// The bounds of the new token.
#[derive(Debug)]
struct Bound {
    scope: Scope,
    actor: Actor,
    at_most: Duration,
}

impl AuthorizationServer {
    pub(super) async fn for_own(
        &self,
        client: &AuthenticatedClient,
        request: &ExchangeRequest,
        target: &Target,
    ) -> Result<Exchanged, ExchangeError> {
        let (client, home) = service(client)?;
        let subject = self.tokens.check(request.subject_token.expose_secret());
        let subject = subject.map_err(OAuthError::Token)?;
        let known = self.credentials.principal(subject.principal).await?;
        let denied = |error| ExchangeError::to(&known, error);
        let home = self.target_of(home).map_err(denied)?;
        allowed(&subject, home.application(), target.application()).map_err(denied)?;
        if !known.enabled() {
            return Err(denied(OAuthError::Disabled));
        }
        let held = |words: &Scope| self.still_held(&known, target, words);
        let requested = request.token_request.scope.as_ref();
        let bound = bind(&subject, &client, self.clock.now(), requested, held);
        let bound = bound.map_err(denied)?;
        Ok(Exchanged {
            scope: bound.scope,
            client,
            grant: subject.grant,
            actor: Some(bound.actor),
            at_most: bound.at_most,
            basis: Basis {
                reasons: vec![format!(
                    "exchanged for token `{}` of `{}`",
                    subject.id, subject.audience
                )],
                ..Basis::default()
            },
            known,
        })
    }
}

/// An authenticated service, and its application.
fn service(client: &AuthenticatedClient) -> Result<(String, ApplicationId), OAuthError> {
    let sentence = "only a confidential client of the application that the subject token is for may exchange it";
    match client {
        AuthenticatedClient::Anonymous => Err(OAuthError::ClientInvalid),
        AuthenticatedClient::Client(client) if client.kind == ClientKind::Confidential => {
            let home = client.application;
            let home = home.ok_or_else(|| OAuthError::ClientUnauthorized(sentence.to_owned()))?;
            Ok((client.id.to_string(), home))
        }
        _ => Err(OAuthError::ClientUnauthorized(sentence.to_owned())),
    }
}

/// The token is for the client's application, and the target accepts tokens from there.
fn allowed(
    subject: &AccessToken,
    home: Option<&Application>,
    target: Option<&Application>,
) -> Result<(), OAuthError> {
    let other = || {
        let sentence = "the subject token is for another application than the client's; exchange only tokens that were sent to it";
        OAuthError::GrantInvalid(sentence.to_owned())
    };
    let home = home.ok_or_else(other)?;
    match Audience::of(home).check(subject) {
        Ok(()) => {}
        Err(TokenError::AudienceWrong { .. }) => return Err(other()),
        Err(error) => return Err(OAuthError::GrantInvalid(error.to_string())),
    }
    let listed = target.is_some_and(|target| target.tokens.exchange_from.contains(&home.id));
    listed.then_some(()).ok_or_else(|| {
        let sentence = format!(
            "the target accepts no tokens of `{}`; add it to the target's `exchange_from` in Samovar",
            home.name
        );
        OAuthError::TargetInvalid(sentence)
    })
}

/// Not wider, not longer, and with every actor named. `held` reduces a scope to what is held now.
fn bind(
    subject: &AccessToken,
    client: &str,
    now: Timestamp,
    requested: Option<&Scope>,
    held: impl Fn(&Scope) -> Scope,
) -> Result<Bound, OAuthError> {
    let actor = Actor {
        sub: client.to_owned(),
        act: subject.actor.clone().map(Box::new),
    };
    if actor.depth() > DEEPEST {
        let sentence = "the subject token was exchanged three times already; let an earlier service call this one";
        return Err(OAuthError::GrantInvalid(sentence.to_owned()));
    }
    let requested = requested.filter(|requested| !requested.is_empty());
    let scope = match requested {
        None => held(&subject.scope),
        Some(requested) => held(&requested.intersection(&subject.scope)),
    };
    match requested {
        Some(requested) if scope.is_empty() => {
            let sentence = format!(
                "no permission of `{requested}` is both in the subject token's scope and held in the target; request a narrower scope"
            );
            Err(OAuthError::ScopeInvalid(sentence))
        }
        _ => Ok(Bound {
            scope,
            actor,
            at_most: subject.expires_at.since(now),
        }),
    }
}

#[cfg(test)]
#[path = "own_tests.rs"]
mod tests;
