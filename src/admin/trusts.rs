//! Trusts of service accounts: which of them may be saved.
//!
//! Must never let a token match two accounts, and must never name an account to a caller who may not see it.

use super::{Admin, AdminError};
use crate::access::{Caller, ServiceAccountsRead};
use crate::model::{ServiceAccount, WorkloadTrust};
use std::sync::Arc;

impl Admin {
    /// A new trust must name a listed issuer, and no token may match it and a trust of another account. An old trust is not
    /// checked here, but whenever a token is presented.
    pub(super) fn check_trusts(
        &self,
        caller: &Caller,
        before: Option<&ServiceAccount>,
        trusts: &[WorkloadTrust],
    ) -> Result<(), AdminError> {
        let kept = before.map_or(&[][..], |account| &account.trusts);
        let new = trusts.iter().enumerate();
        for (place, trust) in new.filter(|(_, trust)| !kept.contains(trust)) {
            if !self.workload_issuers.contains(&trust.issuer) {
                let issuer = trust.issuer.clone();
                return Err(AdminError::IssuerNotListed { place, issuer });
            }
            let others = self.service_accounts.list();
            let mut others = others
                .iter()
                .filter(|other| Some(other.id) != before.map(|account| account.id));
            if let Some(other) = others.find(|other| conflicts(trust, other)) {
                let account = self.name_for(caller, other);
                return Err(AdminError::TrustConflict { place, account });
            }
        }
        Ok(())
    }

    /// The account's name, for callers who may see it.
    fn name_for(&self, caller: &Caller, account: &Arc<ServiceAccount>) -> String {
        let visible = caller.holds::<ServiceAccountsRead>(&self.policy.load(), self.clock.now());
        if visible {
            format!("service account `{}`", account.name)
        } else {
            "another service account".to_owned()
        }
    }
}

/// Could a token match both the trust and one of the account's?
fn conflicts(trust: &WorkloadTrust, other: &ServiceAccount) -> bool {
    !other.trusts.iter().all(|theirs| theirs.is_disjoint(trust))
}
