//! A workload's token, such as a CI job's, becomes the token of the one service account that trusts it.

use super::{ExchangeError, ExchangeRequest, Exchanged};
use crate::model::{Issuer, ServiceAccount, Timestamp, WorkloadTrust};
use crate::oauth::client_authentication::AuthenticatedClient;
use crate::oauth::issue::Basis;
use crate::oauth::{AuthorizationServer, OAuthError, RequestOrigin, Target};
use crate::oidc::{Workload, WorkloadError, WorkloadToken};
use crate::store::Change;
use secrecy::ExposeSecret as _;
use std::sync::Arc;

impl AuthorizationServer {
    pub(super) async fn for_workload(
        &self,
        client: &AuthenticatedClient,
        request: &ExchangeRequest,
        target: &Target,
        origin: &RequestOrigin,
    ) -> Result<Exchanged, ExchangeError> {
        let token = WorkloadToken::read(request.subject_token.expose_secret())?;
        let issuer = self.trusted(token.issuer()?)?;
        self.limit_exchange(client, origin)?;
        let workload = self.workloads.verify(&issuer, token).await?;
        let account = account_for(self.service_accounts.list(), &issuer, &workload)?;
        let known = self.credentials.machine(account.id).await?;
        let scope = self.scope_of(&known, target, request)?;
        // Last, so that only an exchange that can succeed uses the token.
        let change = self.take(&issuer, &workload);
        let change = change.map_err(|error| ExchangeError::to(&known, error))?;
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

    /// The issuer, if the operator listed it and a service account trusts it. No other issuer is asked for its keys.
    fn trusted(&self, named: &str) -> Result<Issuer, OAuthError> {
        let error = |sentence: &str| OAuthError::GrantInvalid(sentence.to_owned());
        if named == self.issuer() {
            return Err(error(
                "this is a token of Samovar's own; send it with `urn:ietf:params:oauth:token-type:access_token`",
            ));
        }
        let listed = self.workload_issuers.iter();
        let mut listed = listed.filter(|issuer| issuer.as_str() == named);
        let listed = listed.next().ok_or_else(|| {
            error(
                "the issuer of the subject token is not listed in `token.workload_issuers` of Samovar's configuration; ask the operator of Samovar to add it",
            )
        })?;
        let accounts = self.service_accounts.list();
        let mut trusts = accounts.iter().flat_map(|account| &account.trusts);
        if trusts.any(|trust| trust.issuer == *listed) {
            return Ok(listed.clone());
        }
        Err(error(
            "no service account trusts the issuer of the subject token; add a trust to one",
        ))
    }

    /// A token with an id can be used once.
    fn take(&self, issuer: &Issuer, workload: &Workload) -> Result<Change, OAuthError> {
        let Some(id) = workload.token_id() else {
            return Ok(Change::none());
        };
        let end: Timestamp = workload.expires_at;
        let taken = self.tokens.take_foreign(issuer.as_str(), id, end);
        taken.map(Change::from).ok_or_else(|| {
            let sentence = "the subject token was used before; get a new one for each exchange";
            OAuthError::GrantInvalid(sentence.to_owned())
        })
    }
}

/// The one account that trusts the token; a disabled one counts, so that disabling it never selects another.
fn account_for(
    mut accounts: Vec<Arc<ServiceAccount>>,
    issuer: &Issuer,
    workload: &Workload,
) -> Result<Arc<ServiceAccount>, OAuthError> {
    accounts.retain(|account| account.trusts.iter().any(|t| fits(t, issuer, workload)));
    match accounts.as_slice() {
        [one] => Ok(Arc::clone(one)),
        [] => {
            let sentence = "no service account trusts this token: audience and every claim of a trust must be exactly those of the token";
            Err(OAuthError::GrantInvalid(sentence.to_owned()))
        }
        [one, other, ..] => {
            tracing::warn!(%issuer, one = %one.name, other = %other.name, "a workload's token matches two service accounts and was denied; let their trusts differ in the audience or in a claim");
            let sentence = "more than one service account trusts this token; let their trusts differ in the audience or in a claim";
            Err(OAuthError::GrantInvalid(sentence.to_owned()))
        }
    }
}

fn fits(trust: &WorkloadTrust, issuer: &Issuer, workload: &Workload) -> bool {
    let mut claims = trust.claims.iter();
    // An issuer without a further claim selects no account.
    trust.issuer == *issuer
        && !trust.claims.is_empty()
        && workload.is_for(&trust.audience)
        && claims.all(|(claim, value)| workload.has_claim(claim, value))
}

impl From<WorkloadError> for OAuthError {
    fn from(error: WorkloadError) -> Self {
        let sentence = error.to_string();
        match error {
            WorkloadError::Unreachable(_) => Self::Away(sentence),
            WorkloadError::InvalidResponse(..) => {
                tracing::warn!(%error, "a workload's token could not be checked");
                Self::Away(sentence)
            }
            _ => Self::GrantInvalid(sentence),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Owner, ServiceAccountId};
    use proptest::prelude::*;
    use serde_json::json;
    use std::collections::BTreeMap;

    const ISSUERS: [&str; 2] = ["https://ci.example/", "https://other.example/"];

    fn trust(issuer: usize, audience: &str, claims: BTreeMap<String, String>) -> WorkloadTrust {
        WorkloadTrust {
            issuer: ISSUERS[issuer].parse().unwrap(),
            audience: audience.to_owned(),
            claims,
        }
    }

    fn named(claim: &str, value: &str) -> WorkloadTrust {
        let claims = [(claim.to_owned(), value.to_owned())];
        trust(0, "a", claims.into())
    }

    fn account(place: u8, trust: WorkloadTrust) -> Arc<ServiceAccount> {
        Arc::new(ServiceAccount {
            id: ServiceAccountId::from_bytes([place; 16]),
            name: format!("account-{place}").parse().unwrap(),
            description: crate::model::DisplayText::lossy(""),
            owner: Owner::Team {
                id: 1.try_into().unwrap(),
            },
            enabled: true,
            secrets: Vec::new(),
            trusts: vec![trust],
            created_at: Timestamp::from_seconds(0),
            version: 1,
        })
    }

    #[test]
    fn a_token_that_fits_trusts_of_two_accounts_stands_for_neither() {
        let accounts = || {
            vec![
                account(1, named("repository", "acme/site")),
                account(2, named("ref", "main")),
            ]
        };
        let issuer = ISSUERS[0].parse().unwrap();
        let stands = |repository: &str, branch: &str| {
            let claims = json!({"aud": "a", "repository": repository, "ref": branch});
            let found = account_for(accounts(), &issuer, &Workload::with_claims(&claims));
            found
                .map(|one| one.name.to_string())
                .map_err(|error| error.to_string())
        };
        assert_eq!(stands("acme/site", "topic").unwrap(), "account-1");
        assert_eq!(stands("acme/api", "main").unwrap(), "account-2");
        assert!(
            stands("acme/api", "topic")
                .unwrap_err()
                .contains("no service account")
        );
        assert!(
            stands("acme/site", "main")
                .unwrap_err()
                .contains("more than one")
        );
    }

    fn claims() -> impl Strategy<Value = BTreeMap<String, String>> {
        prop::collection::btree_map("[a-c]", "[xy]", 1..4)
    }

    fn trusts() -> impl Strategy<Value = WorkloadTrust> {
        let audience = prop::sample::select(vec!["a", "b"]);
        (0_usize..2, audience, claims())
            .prop_map(|(issuer, audience, claims)| trust(issuer, audience, claims))
    }

    proptest! {
        #[test]
        fn two_trusts_are_apart_exactly_if_no_token_fits_both(one in trusts(), other in trusts()) {
            let apart = one.is_disjoint(&other);
            prop_assert_eq!(apart, other.is_disjoint(&one));
            // A token with every claim of both trusts matches both, if any does.
            let mut token = json!({"aud": one.audience});
            for (claim, value) in one.claims.iter().chain(&other.claims) {
                token[claim] = json!(value);
            }
            let workload = Workload::with_claims(&token);
            let both = fits(&one, &one.issuer, &workload) && fits(&other, &one.issuer, &workload);
            prop_assert_eq!(apart, !both);
        }

        #[test]
        fn no_token_fits_two_trusts_that_are_apart(one in trusts(), other in trusts(), token in claims()) {
            let mut token = json!(token);
            token["aud"] = json!(one.audience);
            let workload = Workload::with_claims(&token);
            let both = fits(&one, &one.issuer, &workload) && fits(&other, &one.issuer, &workload);
            prop_assert!(!(both && one.is_disjoint(&other)));
        }
    }
}
