//! The sessions in memory: found by the hash of their secret, ended with their children.
//!
//! Knows no clock and no store. Must never give out a child whose parent is gone.

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

    /// It is used now; an instant never goes back.
    pub(super) fn see(&self, now: Timestamp) {
        self.seen.fetch_max(now.millis(), Ordering::Relaxed);
    }

    /// The last use, when it is this much later than what was last written; taken as written from then on.
    pub(super) fn to_write(&self, later: i64) -> Option<Timestamp> {
        let (seen, written) = (
            self.seen.load(Ordering::Relaxed),
            self.written.load(Ordering::Relaxed),
        );
        (seen - written >= later).then(|| {
            self.written.store(seen, Ordering::Relaxed);
            Timestamp::from_millis(seen)
        })
    }

    /// As it is now, for lists.
    pub(super) fn present(&self) -> Session {
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
    /// Takes in what was stored; children without a parent are left out.
    pub(super) fn load(sessions: Vec<Session>) -> Self {
        let mut table = Self::default();
        let (parents, children): (Vec<_>, Vec<_>) = sessions
            .into_iter()
            .partition(|session| session.place == SessionPlace::Samovar);
        for parent in parents {
            table.insert(parent);
        }
        for child in children {
            if matches!(&child.place, SessionPlace::Application { parent, .. } if table.by_id.contains_key(parent))
            {
                table.insert(child);
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

    /// The parents of a principal.
    pub(super) fn of(&self, principal: Principal) -> impl Iterator<Item = &Entry> {
        let ids = self.by_principal.get(&principal).into_iter().flatten();
        ids.filter_map(|id| self.by_id(*id))
    }

    /// The parents of a principal, the one used longest ago first.
    pub(super) fn parents_of(&self, principal: Principal) -> Vec<SessionId> {
        let own = self.of(principal);
        let mut own: Vec<_> = own.map(|e| (e.seen(), e.session.id)).collect();
        own.sort_unstable();
        own.into_iter().map(|(_, id)| id).collect()
    }

    /// The child of a parent at a place, if there is one.
    pub(super) fn child_at(&self, place: &SessionPlace) -> Option<SessionId> {
        let SessionPlace::Application { parent, .. } = place else {
            return None;
        };
        let children = self.children.get(parent)?.iter();
        children
            .copied()
            .find(|id| self.by_id(*id).is_some_and(|e| e.session.place == *place))
    }

    /// Takes a session out, with its children; gives the ids of all that went.
    pub(super) fn remove(&mut self, id: SessionId) -> Vec<SessionId> {
        let mut gone = Vec::new();
        let Some(entry) = self.by_id.remove(&id) else {
            return gone;
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
        gone.push(id);
        for child in self.children.remove(&id).unwrap_or_default() {
            gone.extend(self.remove(child));
        }
        gone
    }
}
