//! The audit events of sign-in and sign-out. Refusals of strangers are counted in windows, so that a flood stays small.
//!
//! Must never hold a code, a state, a query or a password.

use super::{SignIn, SignInFault, Visitor};
use crate::access::tally::prefix;
use crate::audit::{
    Action, AuditEvent, Closed, Object, ObjectKind, Outcome, PersonalFields, Repeats, Seen, Windows,
};
use crate::model::{DisplayText, Principal, Timestamp};
use crate::store::{Change, CommitError};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Kinds of refusal that are counted at a time; beyond it they are counted together.
const KINDS: usize = 10_000;

/// A refusal by network (24 bits of version 4, 48 of version 6) and reason.
type Kind = (Option<ipnet::IpNet>, &'static str);

/// Counts refusals of strangers.
pub(in crate::access) struct Refusals(Mutex<(Windows<Kind>, Windows<Kind>)>);

impl Refusals {
    /// In windows of this span.
    pub(in crate::access) fn new(span: Duration) -> Self {
        let windows = || Windows::new(span, KINDS);
        Self(Mutex::new((windows(), windows())))
    }

    /// Is this one owed an event of its own?
    pub(in crate::access) fn owed(
        &self,
        address: Option<IpAddr>,
        code: &'static str,
        now: Timestamp,
    ) -> bool {
        let mut windows = self.lock();
        let (narrow, wide) = &mut *windows;
        let seen = match narrow.see(&(address.and_then(prefix), code), now) {
            Seen::Full => wide.see(&(None, code), now),
            seen => seen,
        };
        seen != Seen::Repeat
    }

    /// Counts of windows that have closed by now.
    pub(in crate::access) fn close(&self, now: Timestamp) -> Vec<Closed<Kind>> {
        self.closed(|windows| windows.close(now))
    }

    /// Every count there is.
    pub(in crate::access) fn close_all(&self) -> Vec<Closed<Kind>> {
        self.closed(Windows::close_all)
    }

    fn closed(&self, close: impl Fn(&mut Windows<Kind>) -> Vec<Closed<Kind>>) -> Vec<Closed<Kind>> {
        let mut windows = self.lock();
        let mut closed = close(&mut windows.0);
        closed.extend(close(&mut windows.1));
        closed
    }

    fn lock(&self) -> MutexGuard<'_, (Windows<Kind>, Windows<Kind>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SignIn {
    /// An event in a visitor's name.
    pub(super) fn event(&self, action: Action, actor: Principal, visitor: &Visitor) -> AuditEvent {
        AuditEvent {
            at: self.clock.now(),
            actor,
            action,
            object: Object::new(ObjectKind::Session, "sign-in"),
            outcome: Outcome::Allowed,
            reasons: Vec::new(),
            application: None,
            request: Some(visitor.request),
            policy_version: self.policy.load().version(),
            directory_version: self.mirror.directory().version,
            repeats: None,
            personal: PersonalFields {
                login: self.login(actor),
                name: None,
                address: visitor.remote.address,
                user_agent: visitor.remote.user_agent.clone(),
            },
        }
    }

    /// The present login of a person.
    pub(super) fn login(&self, principal: Principal) -> Option<DisplayText> {
        let Principal::User(id) = principal else {
            return None;
        };
        let directory = self.mirror.directory();
        let login = directory.user(id)?.login.as_str();
        Some(DisplayText::lossy(login))
    }

    /// Records that somebody was not let in. A known person's refusal is always written.
    async fn record_refusal(
        &self,
        visitor: &Visitor,
        actor: Principal,
        fault: &SignInFault,
    ) -> Result<(), CommitError> {
        let stranger = actor == Principal::Anonymous;
        let address = visitor.remote.address;
        if stranger && !self.refusals.owed(address, fault.code(), self.clock.now()) {
            return Ok(());
        }
        let reasons = [fault.code().to_owned(), fault.to_string()];
        let event = AuditEvent {
            outcome: Outcome::Denied,
            reasons: reasons.iter().map(|r| DisplayText::lossy(r)).collect(),
            ..self.event(Action::SessionCreate, actor, visitor)
        };
        self.store.commit(Change::none(), event).await.map(|_| ())
    }

    /// Records a stranger's refusal; what is told if even that cannot be written.
    pub(super) async fn refused(&self, visitor: &Visitor, fault: SignInFault) -> SignInFault {
        self.refused_to(Principal::Anonymous, visitor, fault).await
    }

    /// The same to somebody known.
    pub(super) async fn refused_to(
        &self,
        actor: Principal,
        visitor: &Visitor,
        fault: SignInFault,
    ) -> SignInFault {
        match self.record_refusal(visitor, actor, &fault).await {
            Ok(()) => fault,
            Err(error) => error.into(),
        }
    }

    /// Writes the counts of windows that have closed by now.
    pub async fn close_windows(&self) -> Result<(), CommitError> {
        let now = self.clock.now();
        self.write_counts(Action::SessionCreate, self.refusals.close(now))
            .await?;
        self.write_counts(Action::SessionEnd, self.notices.close(now))
            .await
    }

    /// Writes every count, as a stopping server does.
    pub async fn close_all_windows(&self) -> Result<(), CommitError> {
        self.write_counts(Action::SessionCreate, self.refusals.close_all())
            .await?;
        self.write_counts(Action::SessionEnd, self.notices.close_all())
            .await
    }

    async fn write_counts(
        &self,
        action: Action,
        closed: Vec<Closed<Kind>>,
    ) -> Result<(), CommitError> {
        for window in closed {
            let event = self.count(action, window);
            self.store.commit(Change::none(), event).await?;
        }
        Ok(())
    }

    fn count(&self, action: Action, window: Closed<Kind>) -> AuditEvent {
        let what = match action {
            Action::SessionEnd => "back-channel-logout",
            _ => "sign-in",
        };
        AuditEvent {
            at: self.clock.now(),
            actor: Principal::Anonymous,
            action,
            object: Object::new(ObjectKind::Session, what),
            outcome: Outcome::Denied,
            reasons: vec![DisplayText::lossy(window.key.1)],
            application: None,
            request: None,
            policy_version: self.policy.load().version(),
            directory_version: self.mirror.directory().version,
            repeats: Some(Repeats {
                since: window.since,
                count: window.repeats,
            }),
            personal: PersonalFields::default(),
        }
    }
}
