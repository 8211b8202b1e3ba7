//! The sessions in memory: found by the hash of their secret, removed with their children.
//!
//! Knows no clock and no store. Must never return a child without its parent.

use crate::model::{Principal, Session, SessionId, SessionKey, SessionPlace, Timestamp};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A session and its last use.
pub(super) struct Entry {
    pub session: Arc<Session>,
    seen: AtomicI64,
    written: AtomicI64,
}

impl Entry {
    fn new(session: Session) -> Self {
        let at = session.last_seen_at.millis();
        Self {
            session: Arc::new(session),
            seen: AtomicI64::new(at),
            written: AtomicI64::new(at),
        }
    }

    /// Last use.
    pub(super) fn seen(&self) -> Timestamp {
        Timestamp::from_millis(self.seen.load(Ordering::Relaxed))
    }

    /// Records a use now; the last use never goes back.
    pub(super) fn mark_seen(&self, now: Timestamp) {
        self.seen.fetch_max(now.millis(), Ordering::Relaxed);
    }

    /// The last use, when it is this many milliseconds later than the one on disk; counts as written from then on.
    pub(super) fn take_unwritten(&self, later: i64) -> Option<Timestamp> {
        let (seen, written) = (
            self.seen.load(Ordering::Relaxed),
            self.written.load(Ordering::Relaxed),
        );
        (seen - written >= later).then(|| {
            self.written.store(seen, Ordering::Relaxed);
            Timestamp::from_millis(seen)
        })
    }

    /// The session with its last use.
    pub(super) fn snapshot(&self) -> Session {
        Session {
            last_seen_at: self.seen(),
            ..(*self.session).clone()
        }
    }

    pub(super) fn parent(&self) -> Option<SessionId> {
        match self.session.place {
            SessionPlace::Samovar => None,
            SessionPlace::Application { parent, .. } => Some(parent),
        }
    }
}

/// Every session.
#[derive(Default)]
pub(super) struct Table {
    by_id: HashMap<SessionId, Entry>,
    by_key: HashMap<SessionKey, SessionId>,
    children: HashMap<SessionId, Vec<SessionId>>,
    /// Parents alone.
    by_principal: HashMap<Principal, BTreeSet<SessionId>>,
}

impl Table {
    /// From the stored sessions, without children whose parent is missing.
    pub(super) fn load(sessions: Vec<Session>) -> Self {
        let mut table = Self::default();
        let (parents, children): (Vec<_>, Vec<_>) = sessions
            .into_iter()
            .partition(|session| session.place == SessionPlace::Samovar);
        for parent in parents {
            table.insert(parent);
        }
        for child in children {
            match &child.place {
                SessionPlace::Application { parent, .. } if table.by_id.contains_key(parent) => {
                    table.insert(child);
                }
                _ => {}
            }
        }
        table
    }

    pub(super) fn insert(&mut self, session: Session) {
        let entry = Entry::new(session);
        let (id, key) = (entry.session.id, entry.session.key);
        if let Some(parent) = entry.parent() {
            self.children.entry(parent).or_default().push(id);
        } else {
            let own = self.by_principal.entry(entry.session.principal);
            own.or_default().insert(id);
        }
        self.by_key.insert(key, id);
        self.by_id.insert(id, entry);
    }

    pub(super) fn by_key(&self, key: &SessionKey) -> Option<&Entry> {
        self.by_id.get(self.by_key.get(key)?)
    }

    pub(super) fn by_id(&self, id: SessionId) -> Option<&Entry> {
        self.by_id.get(&id)
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.by_id.values()
    }

    /// The parent sessions of a principal.
    pub(super) fn of(&self, principal: Principal) -> impl Iterator<Item = &Entry> {
        let ids = self.by_principal.get(&principal).into_iter().flatten();
        ids.filter_map(|id| self.by_id(*id))
    }

    /// The parent sessions of a principal, the one used longest ago first.
    pub(super) fn parents_of(&self, principal: Principal) -> Vec<SessionId> {
        let own = self.of(principal);
        let mut own: Vec<_> = own.map(|e| (e.seen(), e.session.id)).collect();
        own.sort_unstable();
        own.into_iter().map(|(_, id)| id).collect()
    }

    /// The child session at a place.
    pub(super) fn child_at(&self, place: &SessionPlace) -> Option<SessionId> {
        let SessionPlace::Application { parent, .. } = place else {
            return None;
        };
        let children = self.children.get(parent)?.iter();
        children
            .copied()
            .find(|id| self.by_id(*id).is_some_and(|e| e.session.place == *place))
    }

    /// Removes a session with its children; returns their ids.
    pub(super) fn remove(&mut self, id: SessionId) -> Vec<SessionId> {
        let mut removed = Vec::new();
        let Some(entry) = self.by_id.remove(&id) else {
            return removed;
        };
        self.by_key.remove(&entry.session.key);
        if let Some(siblings) = entry.parent().and_then(|p| self.children.get_mut(&p)) {
            siblings.retain(|sibling| *sibling != id);
        }
        if let Some(own) = self.by_principal.get_mut(&entry.session.principal) {
            own.remove(&id);
            if own.is_empty() {
                self.by_principal.remove(&entry.session.principal);
            }
        }
        removed.push(id);
        for child in self.children.remove(&id).unwrap_or_default() {
            removed.extend(self.remove(child));
        }
        removed
    }
}
