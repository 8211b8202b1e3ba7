//! The policy in force: read without a lock, replaced as a whole after a change in the store.

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

    /// The policy in force now; a later change does not affect it.
    pub fn load(&self) -> Arc<Policy> {
        self.0.load_full()
    }

    /// Puts a policy in force. Call only after it was committed to the store.
    pub fn swap(&self, policy: Policy) {
        self.0.store(Arc::new(policy));
    }
}
