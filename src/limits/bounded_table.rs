//! A table with a bound for each owner and for the whole, in the order of insertion.
//!
//! Pure. An owner at its bound loses its own oldest entry. In a full table the owner with the most entries loses its oldest
//! one, so that a flood of one owner never removes the few entries of another.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// Entries by key, each with an owner.
pub struct BoundedTable<K, O, V> {
    max_entries: usize,
    max_per_owner: usize,
    entries: HashMap<K, Entry<O, V>>,
    // INVARIANT: both have exactly the keys of `entries`, by the number of their insertion.
    order: BTreeMap<u64, K>,
    by_owner: HashMap<O, BTreeMap<u64, K>>,
    next: u64,
}

struct Entry<O, V> {
    owner: O,
    number: u64,
    value: V,
}

impl<K: Eq + Hash + Clone, O: Eq + Hash + Clone, V> BoundedTable<K, O, V> {
    /// A table of at most `max_entries`, with at most `max_per_owner` of one owner; both at least 1.
    pub fn new(max_entries: usize, max_per_owner: usize) -> Self {
        Self {
            max_entries: max_entries.max(1),
            max_per_owner: max_per_owner.max(1),
            entries: HashMap::new(),
            order: BTreeMap::new(),
            by_owner: HashMap::new(),
            next: 0,
        }
    }

    /// Adds an entry or replaces the one with this key. Returns the entry that was removed to make space.
    pub fn insert(&mut self, key: K, owner: O, value: V) -> Option<(K, V)> {
        self.remove(&key);
        let evicted = self.evict_for(&owner);
        let number = self.next;
        self.next += 1;
        self.order.insert(number, key.clone());
        let own = self.by_owner.entry(owner.clone()).or_default();
        own.insert(number, key.clone());
        let entry = Entry {
            owner,
            number,
            value,
        };
        self.entries.insert(key, entry);
        evicted
    }

    fn evict_for(&mut self, owner: &O) -> Option<(K, V)> {
        let own = self.by_owner.get(owner);
        let key = match own.filter(|own| own.len() >= self.max_per_owner) {
            Some(own) => own.values().next().cloned(),
            None if self.entries.len() >= self.max_entries => self.oldest_of_the_largest(),
            None => None,
        };
        let key = key?;
        self.remove(&key).map(|value| (key, value))
    }

    fn oldest_of_the_largest(&self) -> Option<K> {
        let oldest = |own: &BTreeMap<u64, K>| own.keys().next().copied();
        let largest = self
            .by_owner
            .values()
            .max_by_key(|own| (own.len(), Reverse(oldest(own))));
        largest?.values().next().cloned()
    }

    /// Removes an entry.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let entry = self.entries.remove(key)?;
        self.order.remove(&entry.number);
        if let Some(own) = self.by_owner.get_mut(&entry.owner) {
            own.remove(&entry.number);
            if own.is_empty() {
                self.by_owner.remove(&entry.owner);
            }
        }
        Some(entry.value)
    }

    /// Removes the oldest entry if the condition is true for it.
    pub fn remove_oldest_while(&mut self, condition: impl Fn(&V) -> bool) -> Option<(K, V)> {
        let key = self.order.values().next()?;
        if !self.entries.get(key).is_some_and(|e| condition(&e.value)) {
            return None;
        }
        let key = key.clone();
        self.remove(&key).map(|value| (key, value))
    }

    /// The entry with this key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key).map(|entry| &entry.value)
    }

    /// The entry with this key, mutable.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.entries.get_mut(key).map(|entry| &mut entry.value)
    }

    /// Every value, in no particular order.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.entries.values().map(|entry| &entry.value)
    }

    /// The same, to change them.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.entries.values_mut().map(|entry| &mut entry.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn owner_at_its_bound_loses_its_own_oldest_entry() {
        let mut table = BoundedTable::new(5, 3);
        table.insert(0, "other", ());
        for key in 1..20 {
            table.insert(key, "flood", ());
        }
        let kept = [0, 17, 18, 19];
        assert!(kept.iter().all(|key| table.get(key).is_some()));
        assert_eq!(table.entries.len(), kept.len());
    }

    #[test]
    fn full_table_removes_from_the_owner_with_the_most() {
        let mut table = BoundedTable::new(4, 3);
        table.insert(0, 0, ());
        for key in 1..4 {
            table.insert(key, 1, ());
        }
        assert_eq!(table.insert(4, 2, ()), Some((1, ())));
        assert_eq!(table.insert(5, 3, ()), Some((2, ())));
        assert_eq!(
            table.insert(6, 4, ()),
            Some((0, ())),
            "the oldest entry among equal owners"
        );
    }

    proptest! {
        #[test]
        fn indexes_agree_and_bounds_are_kept(steps in proptest::collection::vec((0_u8..40, 0_u8..6, 0_u8..4), 1..200)) {
            let mut table = BoundedTable::new(12, 4);
            for (key, owner, step) in steps {
                match step {
                    0 => drop(table.remove(&key)),
                    1 => drop(table.remove_oldest_while(|value| *value % 2 == 0)),
                    _ => drop(table.insert(key, owner, key)),
                }
                prop_assert!(table.entries.len() <= 12);
                prop_assert_eq!(table.order.len(), table.entries.len());
                let shares: Vec<_> = table.by_owner.values().map(BTreeMap::len).collect();
                prop_assert!(shares.iter().all(|share| (1..=4).contains(share)));
                prop_assert_eq!(shares.iter().sum::<usize>(), table.entries.len());
            }
        }
    }
}
