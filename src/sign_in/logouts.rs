//! Sign-outs at providers of which sign-ins under way must hear: whoever signs out there while the callback is still at
//! work has no session yet that could end.
//!
//! In memory, as the flows that it speaks to: a restart ends both. No clock: what counts is what came first.

use crate::model::{ProviderId, Upstream};
use crate::oidc::LogoutToken;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Of those at a time. A sign-in that more of them have overtaken is taken for one that has ended.
const MOST: usize = 10_000;

/// The last sign-outs at providers.
#[derive(Default)]
pub(super) struct Logouts(Mutex<ReceivedLogout>);

#[derive(Default)]
struct ReceivedLogout {
    /// How many there have been; the last of them are kept.
    count: u64,
    kept: VecDeque<(ProviderId, LogoutToken)>,
}

impl Logouts {
    /// How many there have been: a sign-in remembers it from its beginning.
    pub(super) fn count(&self) -> u64 {
        self.lock().count
    }

    /// One more: before sessions that it ends are looked for, as a new session is there before [`Self::have_ended`] is
    /// asked, so that one of the two finds the other.
    pub(super) fn hear(&self, provider: ProviderId, token: LogoutToken) {
        let mut heard = self.lock();
        if heard.kept.len() >= MOST {
            heard.kept.pop_front();
        }
        heard.kept.push_back((provider, token));
        heard.count += 1;
    }

    /// Has one of those after the first `before` ended this sign-in?
    pub(super) fn have_ended(
        &self,
        provider: &ProviderId,
        upstream: &Upstream,
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

/// Does a session rest on a sign-in that has ended? A session whose sign-in has no name there rests on every one of its
/// person.
pub(super) fn is_of(upstream: &Upstream, token: &LogoutToken) -> bool {
    let same_sid = upstream.sid == token.sid;
    match &token.subject {
        None => token.sid.is_some() && same_sid,
        Some(subject) => {
            let all = token.sid.is_none() || upstream.sid.is_none();
            *subject == upstream.subject && (all || same_sid)
        }
    }
}
