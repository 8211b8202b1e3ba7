//! A workload's token, such as a CI job's, becomes the token of the one service account that trusts it.

use super::{ExchangeRequest, Exchanged, Refused};
use crate::access::oauth::issue::Basis;
use crate::access::oauth::party::Party;
use crate::access::oauth::{AuthorizationServer, OAuthFault, Requester, Target};
use crate::model::{Issuer, ServiceAccount, Timestamp, Trust};
use crate::oidc::{Workload, WorkloadFault, WorkloadToken};
use crate::store::Change;
use secrecy::ExposeSecret as _;
use std::sync::Arc;

impl AuthorizationServer {
    pub(super) async fn for_workload(
        &self,
        (party, requester): (&Party, &Requester),
        asked: &ExchangeRequest,
        target: &Target,
    ) -> Result<Exchanged, Refused> {
        let token = WorkloadToken::read(asked.subject_token.expose_secret())?;
        let issuer = self.trusted(token.issuer()?)?;
        self.spend_exchange(party, requester)?;
        let workload = self.workloads.verify(&issuer, token).await?;
        let account = self.account_for(&issuer, &workload)?;
        let known = self.credentials.machine(account.id).await?;
        let scope = self.scope_of(&known, target, asked)?;
        // Last, so that only an exchange that can succeed uses the token up.
        let change = self.take(&issuer, &workload);
        let change = change.map_err(|fault| Refused::to(&known, fault))?;
        let subject = workload.subject().unwrap_or_default();
        Ok(Exchanged {
            known,
            scope,
            client: account.id.to_string(),
            grant: None,
            actor: None,
            at_most: workload.expires_at.since(self.clock.now()),
            basis: Basis {
                reasons: vec![format!(
                    "exchanged for a token of `{issuer}` for `{subject}`"
                )],
                change,
            },
        })
    }

    /// The issuer, if the operator listed it and some service account trusts it. No other is asked for its keys.
    fn trusted(&self, named: &str) -> Result<Issuer, OAuthFault> {
        let fault = |sentence: &str| OAuthFault::GrantInvalid(sentence.to_owned());
        if named == self.issuer() {
            return Err(fault(
                "this is a token of Samovar's own; send it with `urn:ietf:params:oauth:token-type:access_token`",
            ));
        }
        let listed = self.workload_issuers.iter();
        let mut listed = listed.filter(|issuer| issuer.as_str() == named);
        let listed = listed.next().ok_or_else(|| {
            fault(
                "the issuer of the subject token is not listed in `token.workload_issuers` of Samovar's configuration; whoever runs Samovar adds it there",
            )
        })?;
        let accounts = self.service_accounts.list();
        let mut trusts = accounts.iter().flat_map(|account| &account.trusts);
        if trusts.any(|trust| trust.issuer == *listed) {
            return Ok(listed.clone());
        }
        Err(fault(
            "no service account trusts the issuer of the subject token; add a trust to one",
        ))
    }

    /// The one account that the token stands for; a disabled one counts, so that switching it off changes nobody else.
    fn account_for(
        &self,
        issuer: &Issuer,
        workload: &Workload,
    ) -> Result<Arc<ServiceAccount>, OAuthFault> {
        let mut accounts = self.service_accounts.list();
        accounts.retain(|account| account.trusts.iter().any(|t| fits(t, issuer, workload)));
        match accounts.as_slice() {
            [one] => Ok(Arc::clone(one)),
            [] => {
                let sentence = "no service account trusts this token: audience and every claim of a trust must be exactly those of the token";
                Err(OAuthFault::GrantInvalid(sentence.to_owned()))
            }
            [one, other, ..] => {
                tracing::warn!(%issuer, one = %one.name, other = %other.name, "a workload's token stands for two service accounts and was refused; let their trusts differ in a claim");
                let sentence = "more than one service account trusts this token; let their trusts differ in a claim";
                Err(OAuthFault::GrantInvalid(sentence.to_owned()))
            }
        }
    }

    /// A token that has an id is used once.
    fn take(&self, issuer: &Issuer, workload: &Workload) -> Result<Change, OAuthFault> {
        let Some(id) = workload.token_id() else {
            return Ok(Change::none());
        };
        let end: Timestamp = workload.expires_at;
        let taken = self.tokens.take_foreign(issuer.as_str(), id, end);
        taken.map(Change::from).ok_or_else(|| {
            let sentence = "the subject token was used before; get a new one for each exchange";
            OAuthFault::GrantInvalid(sentence.to_owned())
        })
    }
}

fn fits(trust: &Trust, issuer: &Issuer, workload: &Workload) -> bool {
    let mut claims = trust.claims.iter();
    // An issuer as a whole stands for nobody.
    trust.issuer == *issuer
        && !trust.claims.is_empty()
        && workload.is_for(&trust.audience)
        && claims.all(|(claim, value)| workload.says(claim, value))
}

impl From<WorkloadFault> for OAuthFault {
    fn from(fault: WorkloadFault) -> Self {
        let sentence = fault.to_string();
        match fault {
            WorkloadFault::Away(_) => Self::Away(sentence),
            WorkloadFault::Garbage(..) => {
                tracing::warn!(%fault, "a workload's token could not be checked");
                Self::Away(sentence)
            }
            _ => Self::GrantInvalid(sentence),
        }
    }
}
