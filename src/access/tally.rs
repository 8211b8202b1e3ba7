//! Which decisions are owed an event of their own, and which are counted.

use super::Remote;
use super::decided::Decided;
use crate::audit::{Closed, ObjectKind, Outcome, Seen, Windows};
use crate::model::{ApplicationId, AuditMode, DisplayText, Principal, Timestamp};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Kinds that are counted at the same time; beyond it, kinds are counted together for each application and outcome.
const KINDS: usize = 20_000;

/// What is counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    pub who: Who,
    pub application: Option<ApplicationId>,
    pub about: ObjectKind,
    pub object: Option<DisplayText>,
    pub outcome: Outcome,
    pub code: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Who {
    Principal(Principal),
    /// Strangers by address prefix: 24 bits of version 4, 48 of version 6.
    Network(Option<ipnet::IpNet>),
    /// Everybody together, when there are too many kinds.
    Everyone,
}

/// Kinds that are counted together once the house is full: few, since none of their parts comes from a stranger.
const WIDE_KINDS: usize = 20_000;

/// Counts repeats.
pub(super) struct Tally(Mutex<Counts>);

struct Counts {
    narrow: Windows<Kind>,
    wide: Windows<Kind>,
}

impl Tally {
    /// Windows of this span.
    pub(super) fn new(span: Duration) -> Self {
        Self(Mutex::new(Counts {
            narrow: Windows::new(span, KINDS),
            wide: Windows::new(span, WIDE_KINDS),
        }))
    }

    /// Is an event of its own owed? A flood of strangers never gets one each, whatever the application wants.
    pub(super) fn owed(&self, decided: &Decided, remote: &Remote, now: Timestamp) -> bool {
        let allowed = decided.refusal.is_none();
        let stranger = decided.principal == Principal::Anonymous;
        match decided.mode {
            _ if allowed && !decided.safe => true,
            AuditMode::Every if !stranger => true,
            AuditMode::Refusals if allowed => false,
            _ => self.first(decided, remote, now),
        }
    }

    fn first(&self, decided: &Decided, remote: &Remote, now: Timestamp) -> bool {
        let who = match decided.principal {
            Principal::Anonymous => Who::Network(remote.address.and_then(prefix)),
            principal => Who::Principal(principal),
        };
        let kind = Kind {
            who,
            application: decided.application,
            about: decided.kind,
            object: decided.counted_by.clone(),
            outcome: decided.outcome(),
            code: decided.code(),
        };
        let mut counts = self.lock();
        let seen = match counts.narrow.see(&kind, now) {
            Seen::Full => counts.wide.see(&wider(kind), now),
            seen => seen,
        };
        seen != Seen::Repeat
    }

    /// The counts of windows that have closed by now.
    pub(super) fn close(&self, now: Timestamp) -> Vec<Closed<Kind>> {
        let mut counts = self.lock();
        let mut closed = counts.narrow.close(now);
        closed.extend(counts.wide.close(now));
        closed
    }

    /// Every count.
    pub(super) fn close_all(&self) -> Vec<Closed<Kind>> {
        let mut counts = self.lock();
        let mut closed = counts.narrow.close_all();
        closed.extend(counts.wide.close_all());
        closed
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The kind under which a full house counts: everybody together, routes together.
fn wider(kind: Kind) -> Kind {
    Kind {
        who: Who::Everyone,
        object: None,
        ..kind
    }
}

/// The network in which strangers are counted together.
pub(super) fn prefix(address: IpAddr) -> Option<ipnet::IpNet> {
    let bits = if address.is_ipv4() { 24 } else { 48 };
    ipnet::IpNet::new(address, bits).ok().map(|net| net.trunc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Refusal;

    fn decided(
        principal: Principal,
        safe: bool,
        refusal: Option<Refusal>,
        mode: AuditMode,
    ) -> Decided {
        let object = DisplayText::lossy("GET /x");
        Decided {
            principal,
            login: None,
            application: None,
            kind: ObjectKind::Route,
            object: object.clone(),
            counted_by: Some(object),
            refusal,
            decision: None,
            safe,
            mode,
            policy_version: 1,
            directory_version: 1,
        }
    }

    fn from(address: &str) -> Remote {
        Remote {
            address: Some(address.parse().unwrap()),
            user_agent: None,
        }
    }

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);
    const PERSON: Principal = Principal::LocalOperator;

    fn tally() -> Tally {
        Tally::new(Duration::from_secs(60))
    }

    #[test]
    fn every_allowed_unsafe_request_is_owed_an_event_in_every_mode() {
        for mode in [
            AuditMode::Every,
            AuditMode::FirstInWindow,
            AuditMode::Refusals,
        ] {
            let tally = tally();
            for _ in 0..3 {
                let unsafe_one = decided(PERSON, false, None, mode);
                assert!(tally.owed(&unsafe_one, &from("192.0.2.1"), NOW), "{mode:?}");
            }
        }
    }

    #[test]
    fn an_allowed_safe_request_is_owed_as_the_application_wants() {
        let owed = |mode| {
            let (tally, one) = (tally(), decided(PERSON, true, None, mode));
            [(); 3].map(|()| tally.owed(&one, &from("192.0.2.1"), NOW))
        };
        assert_eq!(owed(AuditMode::Every), [true; 3]);
        assert_eq!(owed(AuditMode::FirstInWindow), [true, false, false]);
        assert_eq!(owed(AuditMode::Refusals), [false; 3]);
    }

    #[test]
    fn a_refusal_is_owed_the_first_time_in_every_mode_and_strangers_share_a_network() {
        for mode in [
            AuditMode::Every,
            AuditMode::FirstInWindow,
            AuditMode::Refusals,
        ] {
            let tally = tally();
            let stranger = decided(
                Principal::Anonymous,
                false,
                Some(Refusal::CredentialsMissing),
                mode,
            );
            assert!(tally.owed(&stranger, &from("192.0.2.1"), NOW));
            assert!(!tally.owed(&stranger, &from("192.0.2.77"), NOW));
            assert!(tally.owed(&stranger, &from("198.51.100.1"), NOW));
            assert_eq!(tally.close_all().len(), 1);
        }
    }

    #[test]
    fn a_flood_from_many_networks_is_bounded_and_loses_no_count() {
        let tally = tally();
        let stranger = decided(
            Principal::Anonymous,
            true,
            Some(Refusal::RouteUnknown),
            AuditMode::FirstInWindow,
        );
        let addresses = (0..KINDS + 500).map(|i| {
            let [_, a, b, c] = u32::try_from(i).unwrap().to_be_bytes();
            from(&IpAddr::from([a, b, c, 1]).to_string())
        });
        let owed = addresses.filter(|a| tally.owed(&stranger, a, NOW)).count();
        assert_eq!(
            owed,
            KINDS + 1,
            "the first beyond the bound stands for all others"
        );
        let counted: u64 = tally.close_all().iter().map(|closed| closed.repeats).sum();
        assert_eq!(owed as u64 + counted, KINDS as u64 + 500);
    }
}
