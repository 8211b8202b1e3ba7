//! Freshness as requests read it: atomics, so that no request ever waits for whoever raises a stamp.

use super::bound::freshness;
use super::plan::Known;
use crate::model::{GiteaUserId, Timestamp, User, UserId};
use arc_swap::ArcSwap;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Stamps of one person, in milliseconds.
struct Person {
    gitea: GiteaUserId,
    flags: AtomicI64,
    user_teams: AtomicI64,
    /// When somebody last wanted to know.
    wanted: AtomicI64,
}

/// Stamps of everybody.
pub(super) struct Stamps {
    floor: AtomicI64,
    people: ArcSwap<HashMap<UserId, Arc<Person>>>,
}

impl Stamps {
    pub(super) fn new() -> Self {
        Self {
            floor: AtomicI64::new(0),
            people: ArcSwap::default(),
        }
    }

    /// How fresh what is known of this person is; remembers that it was wanted.
    pub(super) fn wanted(&self, user: UserId, now: Timestamp) -> Option<Timestamp> {
        let people = self.people.load();
        let person = people.get(&user)?;
        person.wanted.store(now.millis(), Ordering::Relaxed);
        let read = |stamp: &AtomicI64| Timestamp::from_millis(stamp.load(Ordering::Acquire));
        let (flags, user_teams) = (read(&person.flags), read(&person.user_teams));
        Some(freshness(flags, user_teams, read(&self.floor)))
    }

    /// The oldest stamp among the teams that bindings name.
    pub(super) fn floor(&self) -> Timestamp {
        Timestamp::from_millis(self.floor.load(Ordering::Acquire))
    }

    /// People of whom somebody wanted to know since that instant.
    pub(super) fn wanted_since(&self, since: Timestamp) -> Vec<GiteaUserId> {
        let people = self.people.load();
        let recent = people
            .values()
            .filter(|person| person.wanted.load(Ordering::Relaxed) >= since.millis());
        recent.map(|person| person.gitea).collect()
    }

    /// Takes over the stamps of these people. Must come after the directory that rests on them was swapped in.
    pub(super) fn follow(
        &self,
        known: &Known,
        people: &BTreeMap<GiteaUserId, User>,
        whom: impl Iterator<Item = GiteaUserId>,
    ) {
        if self.people.load().len() != people.len() {
            self.meet(people);
        }
        let all = self.people.load();
        for gitea in whom {
            if let Some(person) = people.get(&gitea).and_then(|user| all.get(&user.id)) {
                let flags = known.flags_asked_at(gitea).millis();
                let user_teams = known.teams_asked_at(gitea).millis();
                person.flags.store(flags, Ordering::Release);
                person.user_teams.store(user_teams, Ordering::Release);
            }
        }
    }

    /// Takes over the oldest stamp among the teams that bindings name.
    pub(super) fn set_floor(&self, floor: Timestamp) {
        self.floor.store(floor.millis(), Ordering::Release);
    }

    fn meet(&self, people: &BTreeMap<GiteaUserId, User>) {
        let before = self.people.load();
        let all = people.iter().map(|(gitea, user)| {
            let person = before.get(&user.id).cloned();
            (user.id, person.unwrap_or_else(|| stranger(*gitea)))
        });
        self.people.store(Arc::new(all.collect()));
    }
}

fn stranger(gitea: GiteaUserId) -> Arc<Person> {
    Arc::new(Person {
        gitea,
        flags: AtomicI64::new(0),
        user_teams: AtomicI64::new(0),
        wanted: AtomicI64::new(0),
    })
}
