//! The policy in force: read without a lock, swapped whole by whoever changed it in the store.

use crate::policy::Policy;
use arc_swap::ArcSwap;
use std::sync::Arc;

/// The policy in force.
#[derive(Debug)]
pub struct PolicyHolder(ArcSwap<Policy>);

impl PolicyHolder {
    /// Holds this policy.
    pub fn new(policy: Policy) -> Self {
        Self(ArcSwap::from_pointee(policy))
    }

    /// The policy in force now; a later change does not touch what was read.
    pub fn load(&self) -> Arc<Policy> {
        self.0.load_full()
    }

    /// Puts a policy in force. Call only after the store has the same.
    pub fn swap(&self, policy: Policy) {
        self.0.store(Arc::new(policy));
    }
}
