//! Which connections one listener keeps open, and which one goes when there are too many.
//!
//! Knows peers and whether a connection waits for its client; no socket, no time. A newcomer is admitted at the cost of a
//! connection that waits for its client, of the address block that has the most of them: a flood ends its own connections
//! first. Must never end a connection whose request is being served.

use super::TrustedProxies;
use crate::limits::AddressBlock;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio_util::sync::CancellationToken;

/// How many connections one listener keeps open.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionLimits {
    /// Of all clients that connect directly.
    pub clients: usize,
    /// Of one address block among them.
    pub clients_per_block: usize,
    /// Of trusted proxies and of this machine: room of their own, which no other client can take. There is no share for each
    /// address, since behind a proxy all connections come from one.
    pub proxies: usize,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            clients: 4096,
            clients_per_block: 256,
            proxies: 2048,
        }
    }
}

impl ConnectionLimits {
    /// The same within a number of file descriptors: two thirds for clients, the rest for proxies.
    #[must_use]
    pub fn within(self, descriptors: usize) -> Self {
        let clients = self.clients.min(descriptors / 3 * 2);
        Self {
            clients,
            clients_per_block: self.clients_per_block.min(clients.div_ceil(4)),
            proxies: self.proxies.min(descriptors / 3),
        }
    }
}

/// The open connections of one listener.
pub(super) struct ConnectionSlots {
    limits: ConnectionLimits,
    trusted: TrustedProxies,
    clients: Mutex<Pool>,
    proxies: Mutex<Pool>,
}

/// Connections of each block in the order in which they came.
#[derive(Default)]
struct Pool {
    by_block: HashMap<Option<AddressBlock>, Vec<Arc<Connection>>>,
    count: usize,
}

/// One open connection.
pub(super) struct Connection {
    serving: AtomicBool,
    evicted: CancellationToken,
    /// Does it come from a trusted proxy or from this machine?
    pub(super) of_proxy: bool,
}

impl Connection {
    /// Marks whether a request of it is being served, as opposed to one that is waited for.
    pub(super) fn set_serving(&self, serving: bool) {
        self.serving.store(serving, Ordering::Relaxed);
    }

    /// Ends when the slot is needed for another connection.
    pub(super) async fn evicted(&self) {
        self.evicted.cancelled().await;
    }
}

/// The place of one connection; given back when dropped.
pub(super) struct Slot {
    slots: Arc<ConnectionSlots>,
    block: Option<AddressBlock>,
    connection: Arc<Connection>,
}

impl Slot {
    pub(super) const fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let of_proxy = self.connection.of_proxy;
        let mut pool = self.slots.pool(of_proxy);
        pool.remove(self.block, &self.connection);
    }
}

impl ConnectionSlots {
    pub(super) fn new(limits: ConnectionLimits, trusted: TrustedProxies) -> Arc<Self> {
        Arc::new(Self {
            limits,
            trusted,
            clients: Mutex::default(),
            proxies: Mutex::default(),
        })
    }

    /// A slot for a new connection; none when every connection that it could replace is being served.
    ///
    /// A peer without an address is at the other end of a Unix socket of this machine.
    pub(super) fn admit(self: &Arc<Self>, peer: Option<IpAddr>) -> Option<Slot> {
        let of_proxy = peer
            .is_none_or(|peer| peer.to_canonical().is_loopback() || self.trusted.contains(peer));
        let (most, most_of_block) = if of_proxy {
            (self.limits.proxies, self.limits.proxies)
        } else {
            (self.limits.clients, self.limits.clients_per_block)
        };
        let block = peer.map(AddressBlock::of);
        let connection = Arc::new(Connection {
            serving: AtomicBool::new(false),
            evicted: CancellationToken::new(),
            of_proxy,
        });
        let mut pool = self.pool(of_proxy);
        if pool.count_of(block) >= most_of_block {
            pool.evict(block)?;
        } else if pool.count >= most {
            pool.evict_of_the_largest()?;
        }
        pool.insert(block, Arc::clone(&connection));
        Some(Slot {
            slots: Arc::clone(self),
            block,
            connection,
        })
    }

    fn pool(&self, of_proxy: bool) -> MutexGuard<'_, Pool> {
        let pool = if of_proxy {
            &self.proxies
        } else {
            &self.clients
        };
        pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn waits(connection: &Arc<Connection>) -> bool {
    !connection.serving.load(Ordering::Relaxed)
}

impl Pool {
    fn count_of(&self, block: Option<AddressBlock>) -> usize {
        self.by_block.get(&block).map_or(0, Vec::len)
    }

    fn insert(&mut self, block: Option<AddressBlock>, connection: Arc<Connection>) {
        self.by_block.entry(block).or_default().push(connection);
        self.count += 1;
    }

    fn remove(&mut self, block: Option<AddressBlock>, connection: &Arc<Connection>) {
        let Some(own) = self.by_block.get_mut(&block) else {
            return;
        };
        let before = own.len();
        own.retain(|other| !Arc::ptr_eq(other, connection));
        self.count -= before - own.len();
        if own.is_empty() {
            self.by_block.remove(&block);
        }
    }

    /// Ends the oldest connection of a block that waits for its client.
    fn evict(&mut self, block: Option<AddressBlock>) -> Option<()> {
        let oldest = self.by_block.get(&block)?.iter().find(|one| waits(one));
        let oldest = Arc::clone(oldest?);
        oldest.evicted.cancel();
        self.remove(block, &oldest);
        Some(())
    }

    fn evict_of_the_largest(&mut self) -> Option<()> {
        let waiting = self
            .by_block
            .iter()
            .filter(|(_, own)| own.iter().any(waits));
        let (block, _) = waiting.max_by_key(|(block, own)| (own.len(), Reverse(**block)))?;
        self.evict(*block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(clients: usize, clients_per_block: usize, proxies: usize) -> Arc<ConnectionSlots> {
        let limits = ConnectionLimits {
            clients,
            clients_per_block,
            proxies,
        };
        let trusted = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
        ConnectionSlots::new(limits, trusted)
    }

    fn admit(slots: &Arc<ConnectionSlots>, peer: &str) -> Option<Slot> {
        slots.admit(peer.parse().ok())
    }

    fn ended(slot: &Slot) -> bool {
        slot.connection.evicted.is_cancelled()
    }

    #[test]
    fn a_block_over_its_share_ends_its_own_oldest() {
        let slots = slots(10, 2, 2);
        let other = admit(&slots, "192.0.2.9").unwrap();
        let own: Vec<_> = [(); 3].map(|()| admit(&slots, "192.0.2.1").unwrap()).into();
        assert_eq!(
            own.iter().map(ended).collect::<Vec<_>>(),
            [true, false, false]
        );
        assert!(!ended(&other));
    }

    #[test]
    fn a_full_listener_ends_a_connection_of_the_largest_block() {
        let slots = slots(4, 3, 2);
        let good = admit(&slots, "192.0.2.9").unwrap();
        let flood: Vec<_> = [(); 3].map(|()| admit(&slots, "192.0.2.1").unwrap()).into();
        let next = admit(&slots, "192.0.2.7").unwrap();
        assert!(ended(&flood[0]) && !ended(&flood[1]));
        assert!(!ended(&good) && !ended(&next));
    }

    #[test]
    fn a_connection_that_is_being_served_is_never_ended() {
        let slots = slots(2, 2, 2);
        let busy = [(); 2].map(|()| admit(&slots, "192.0.2.1").unwrap());
        for slot in &busy {
            slot.connection().set_serving(true);
        }
        assert!(admit(&slots, "192.0.2.1").is_none());
        assert!(admit(&slots, "192.0.2.2").is_none());
        busy[1].connection().set_serving(false);
        let next = admit(&slots, "192.0.2.2").unwrap();
        assert!(!ended(&busy[0]) && ended(&busy[1]) && !ended(&next));
    }

    #[test]
    fn clients_take_no_room_of_proxies_nor_of_this_machine() {
        let slots = slots(2, 2, 2);
        let flood: Vec<_> = (0..9)
            .map(|n| admit(&slots, &format!("192.0.2.{n}")))
            .collect();
        let near = ["10.1.2.3", "unix"].map(|peer| admit(&slots, peer).unwrap());
        assert!(
            near.iter()
                .all(|slot| !ended(slot) && slot.connection.of_proxy)
        );
        assert_eq!(
            flood.iter().flatten().filter(|slot| !ended(slot)).count(),
            2
        );
    }

    #[test]
    fn slots_are_given_back_and_counted_once() {
        let slots = slots(2, 2, 2);
        let held: Vec<_> = (0..5).filter_map(|_| admit(&slots, "192.0.2.1")).collect();
        assert_eq!(slots.pool(false).count, 2);
        drop(held);
        assert_eq!(slots.pool(false).count, 0);
        assert!(slots.pool(false).by_block.is_empty());
    }

    #[test]
    fn limits_shrink_with_the_file_descriptors_there_are() {
        let few = ConnectionLimits::default().within(900);
        assert_eq!(
            (few.clients, few.clients_per_block, few.proxies),
            (600, 150, 300)
        );
        let many = ConnectionLimits::default().within(60_000);
        assert_eq!((many.clients, many.proxies), (4096, 2048));
    }
}
