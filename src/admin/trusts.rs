//! Trusts of service accounts: which of them may be saved.

use super::{Admin, AdminError};
use crate::access::{Caller, ServiceAccountsRead};
use crate::model::{ServiceAccount, WorkloadTrust};
use std::sync::Arc;

impl Admin {
    /// Every trust that is new is of a listed issuer, and is kept apart from those of other accounts. One that stays may
    /// stay: it is looked at when a token comes.
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
                .filter(|one| Some(one.id) != before.map(|b| b.id));
            if let Some(other) = others.find(|other| collides(trust, other)) {
                let account = self.name_for(caller, other);
                return Err(AdminError::TrustTaken { place, account });
            }
        }
        Ok(())
    }

    /// How an account is called to somebody who may not see it.
    fn name_for(&self, caller: &Caller, account: &Arc<ServiceAccount>) -> String {
        let sees = caller.holds::<ServiceAccountsRead>(&self.policy.load(), self.clock.now());
        if sees {
            format!("service account `{}`", account.name)
        } else {
            "another service account".to_owned()
        }
    }
}

/// Could a token stand for both accounts, and so for neither?
fn collides(trust: &WorkloadTrust, other: &ServiceAccount) -> bool {
    !other.trusts.iter().all(|theirs| theirs.is_disjoint(trust))
}
