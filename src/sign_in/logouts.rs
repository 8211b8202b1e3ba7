//! Logouts at providers that concern sign-ins in progress: during a callback there is
//! no session yet that a logout could end.
//!
//! In memory, as the flows are: a restart ends both. No clock: only the order counts.

use crate::model::{ProviderId, ProviderSession};
use crate::oidc::LogoutToken;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Maximum that is kept. A sign-in older than all of them counts as ended.
const MOST: usize = 10_000;

/// The last logouts at providers.
#[derive(Default)]
pub(super) struct Logouts(Mutex<ReceivedLogout>);

#[derive(Default)]
struct ReceivedLogout {
    /// The total; the last of them are kept.
    count: u64,
    kept: VecDeque<(ProviderId, LogoutToken)>,
}

impl Logouts {
    /// The total, which a sign-in records when it begins.
    pub(super) fn count(&self) -> u64 {
        self.lock().count
    }

    /// Adds a logout. Call before looking for its sessions: a callback starts its session before it calls
    /// [`Self::have_ended`], so that one of the two finds the other.
    pub(super) fn add(&self, provider: ProviderId, token: LogoutToken) {
        let mut heard = self.lock();
        if heard.kept.len() >= MOST {
            heard.kept.pop_front();
        }
        heard.kept.push_back((provider, token));
        heard.count += 1;
    }

    /// Has a logout after the first `before` ended this sign-in?
    pub(super) fn have_ended(
        &self,
        provider: &ProviderId,
        upstream: &ProviderSession,
        before: u64,
    ) -> bool {
        let heard = self.lock();
        let since = usize::try_from(heard.count.saturating_sub(before)).unwrap_or(usize::MAX);
        let mut since_then = heard.kept.iter().rev().take(since);
        since > heard.kept.len()
            || since_then.any(|(there, token)| there == provider && is_of(upstream, token))
    }

    fn lock(&self) -> MutexGuard<'_, ReceivedLogout> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Does a logout end this session? A session without a session id at the provider ends with every logout of its
/// person.
pub(super) fn is_of(upstream: &ProviderSession, token: &LogoutToken) -> bool {
    let same_sid = upstream.sid == token.sid;
    match &token.subject {
        None => token.sid.is_some() && same_sid,
        Some(subject) => {
            let all = token.sid.is_none() || upstream.sid.is_none();
            *subject == upstream.subject && (all || same_sid)
        }
    }
}
