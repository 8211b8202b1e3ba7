//! A token for another token (RFC 8693): Samovar's own for another application, Gitea's for Samovar's, a workload's for
//! its service account's.
//!
//! Only what a policy says may be exchanged, and never for more: not in scope, not in time, not for another audience.
//! A token that is presented is kept nowhere and appears in no event, log or sentence.

mod gitea;
mod own;
mod workload;

use super::issue::{Basis, Draft};
use super::party::Party;
use super::{Answer, AuthorizationServer, OAuthFault, Proof, Requester, Target, Wanted};
use crate::access::facts::Known;
use crate::model::{GrantId, Scope};
use crate::token::{Actor, is_access_token};
use secrecy::{ExposeSecret as _, SecretString};
use std::time::Duration;

/// What an exchange gives lives no longer than this, whatever the application says.
const LONGEST: Duration = Duration::from_secs(300);

const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";

/// The parameters of an exchange.
pub struct ExchangeRequest {
    /// `subject_token`: what is exchanged.
    pub subject_token: SecretString,
    /// `subject_token_type`.
    pub subject_token_type: String,
    /// `requested_token_type`: an access token, and nothing else.
    pub requested_token_type: Option<String>,
    /// Was there an `actor_token`? None is supported.
    pub actor_token: bool,
    /// Was there an `actor_token_type`?
    pub actor_token_type: bool,
    /// Scope and target.
    pub wanted: Wanted,
}

/// What is given for what was presented.
struct Exchanged {
    known: Known,
    scope: Scope,
    /// `client_id`.
    client: String,
    grant: Option<GrantId>,
    actor: Option<Actor>,
    at_most: Duration,
    basis: Basis,
}

/// Why nothing is given, and to whom, once that is known.
struct Refused {
    known: Option<Box<Known>>,
    fault: OAuthFault,
}

impl Refused {
    fn to(known: &Known, fault: OAuthFault) -> Self {
        Self {
            known: Some(Box::new(known.clone())),
            fault,
        }
    }
}

impl<F: Into<OAuthFault>> From<F> for Refused {
    fn from(fault: F) -> Self {
        Self {
            known: None,
            fault: fault.into(),
        }
    }
}

impl AuthorizationServer {
    /// An access token for what is presented.
    pub async fn exchange(
        &self,
        proof: &Proof,
        asked: &ExchangeRequest,
        requester: &Requester,
    ) -> Result<Answer, OAuthFault> {
        let party = self.authenticate(proof, requester).await?;
        let Refused { known, fault } = match self.exchanged(&party, asked, requester).await {
            Ok(answer) => return Ok(answer),
            Err(refused) => refused,
        };
        Err(match known {
            Some(known) => self.refused(&known, fault, requester).await,
            None => self.refused_stranger(fault, requester).await,
        })
    }

    async fn exchanged(
        &self,
        party: &Party,
        asked: &ExchangeRequest,
        requester: &Requester,
    ) -> Result<Answer, Refused> {
        let subject = asked.subject_token.expose_secret();
        let own = asked.subject_token_type == ACCESS_TOKEN && is_access_token(subject);
        check(asked)?;
        let target = self.must_target(&asked.wanted)?;
        let made = match asked.subject_token_type.as_str() {
            _ if own => self.for_own(party, asked, &target).await?,
            ACCESS_TOKEN => self.for_gitea((party, requester), asked, &target).await?,
            _ => {
                self.for_workload((party, requester), asked, &target)
                    .await?
            }
        };
        let draft = Draft {
            known: &made.known,
            target: &target,
            scope: made.scope,
            client: made.client,
            grant: made.grant,
            actor: made.actor,
            at_most: Some(made.at_most.min(LONGEST)),
        };
        let issued = self.issue_for(draft, made.basis, requester).await;
        let refused = |fault| Refused::to(&made.known, fault);
        let answer = issued.map_err(refused)?;
        if own {
            // What was revoked while the new token was made must not live on in it.
            let held = self.tokens.check(subject);
            held.map_err(|fault| refused(OAuthFault::Token(fault)))?;
        }
        Ok(Answer {
            issued_token_type: Some(ACCESS_TOKEN),
            ..answer
        })
    }

    /// The scope for somebody: what is asked for, or all that is held.
    fn scope_of(
        &self,
        known: &Known,
        target: &Target,
        asked: &ExchangeRequest,
    ) -> Result<Scope, Refused> {
        if !known.enabled() {
            return Err(Refused::to(known, OAuthFault::Disabled));
        }
        let scope = self.scope(known, target, asked.wanted.scope.as_ref());
        scope.map_err(|fault| Refused::to(known, fault))
    }
}

/// The form of the request, whoever sent it.
fn check(asked: &ExchangeRequest) -> Result<(), OAuthFault> {
    let fault = |sentence: &str| Err(OAuthFault::RequestInvalid(sentence.to_owned()));
    match (asked.actor_token, asked.actor_token_type) {
        (false, false) => {}
        (true, true) => {
            return fault(
                "`actor_token` is not supported; the client that exchanges becomes the actor",
            );
        }
        _ => {
            return fault(
                "`actor_token` and `actor_token_type` belong together; neither is supported here",
            );
        }
    }
    let requested = asked.requested_token_type.as_deref();
    if requested.is_some_and(|kind| kind != ACCESS_TOKEN) {
        return fault(
            "`requested_token_type` can only be `urn:ietf:params:oauth:token-type:access_token`",
        );
    }
    if [ACCESS_TOKEN, JWT, ID_TOKEN].contains(&asked.subject_token_type.as_str()) {
        return Ok(());
    }
    fault(
        "`subject_token_type` must be `urn:ietf:params:oauth:token-type:` with `access_token`, `jwt` or `id_token`",
    )
}
