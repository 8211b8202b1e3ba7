//! The connection limits of one listener, and which connection is evicted when a limit is reached.
//!
//! Knows peers and whether a connection is idle; no socket, no time. A new connection evicts an idle one of the address
//! block with the most connections, so a flood evicts its own connections first. Must never evict a connection whose
//! request is being served.

use super::TrustedProxies;
use crate::limits::AddressBlock;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio_util::sync::CancellationToken;

/// How many connections one listener may have open.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionLimits {
    /// From all clients that connect directly.
    pub clients: usize,
    /// From one address block among them.
    pub clients_per_block: usize,
    /// From trusted proxies and this machine: a separate limit, which other clients cannot use up. There is no limit per
    /// address, since all connections of a proxy come from one.
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
    /// These limits within a number of file descriptors: two thirds for clients, the rest for proxies.
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

/// Connections of each block, oldest first.
#[derive(Default)]
struct Pool {
    by_block: HashMap<Option<AddressBlock>, Vec<Arc<Connection>>>,
    count: usize,
}

/// One open connection.
pub(super) struct Connection {
    serving: AtomicBool,
    evicted: CancellationToken,
    /// Is the peer a trusted proxy or this machine?
    pub(super) of_proxy: bool,
}

impl Connection {
    /// Marks whether one of its requests is being served; otherwise it is idle.
    pub(super) fn set_serving(&self, serving: bool) {
        self.serving.store(serving, Ordering::Relaxed);
    }

    /// Completes when the connection is evicted.
    pub(super) async fn evicted(&self) {
        self.evicted.cancelled().await;
    }
}

/// The slot of one connection; dropping it frees the slot.
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

    /// A slot for a new connection; none when every connection that it could evict is being served.
    ///
    /// A peer without an address is connected over a Unix socket of this machine.
    pub(super) fn admit(self: &Arc<Self>, peer: Option<IpAddr>) -> Option<Slot> {
        let of_proxy = peer
            .is_none_or(|peer| peer.to_canonical().is_loopback() || self.trusted.contains(peer));
        let (limit, block_limit) = if of_proxy {
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
        if pool.count_of(block) >= block_limit {
            pool.evict(block)?;
        } else if pool.count >= limit {
            pool.evict_from_largest_block()?;
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

fn is_idle(connection: &Arc<Connection>) -> bool {
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

    /// Evicts the oldest idle connection of a block.
    fn evict(&mut self, block: Option<AddressBlock>) -> Option<()> {
        let oldest = self
            .by_block
            .get(&block)?
            .iter()
            .find(|connection| is_idle(connection));
        let oldest = Arc::clone(oldest?);
        oldest.evicted.cancel();
        self.remove(block, &oldest);
        Some(())
    }

    fn evict_from_largest_block(&mut self) -> Option<()> {
        let with_idle = self
            .by_block
            .iter()
            .filter(|(_, own)| own.iter().any(is_idle));
        let (block, _) = with_idle.max_by_key(|(block, own)| (own.len(), Reverse(**block)))?;
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
    fn block_over_its_limit_evicts_its_own_oldest() {
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
    fn full_listener_evicts_from_the_largest_block() {
        let slots = slots(4, 3, 2);
        let good = admit(&slots, "192.0.2.9").unwrap();
        let flood: Vec<_> = [(); 3].map(|()| admit(&slots, "192.0.2.1").unwrap()).into();
        let next = admit(&slots, "192.0.2.7").unwrap();
        assert!(ended(&flood[0]) && !ended(&flood[1]));
        assert!(!ended(&good) && !ended(&next));
    }

    #[test]
    fn connection_being_served_is_never_evicted() {
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
    fn clients_use_no_slots_of_proxies_or_this_machine() {
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
    fn slots_are_freed_and_counted_once() {
        let slots = slots(2, 2, 2);
        let held: Vec<_> = (0..5).filter_map(|_| admit(&slots, "192.0.2.1")).collect();
        assert_eq!(slots.pool(false).count, 2);
        drop(held);
        assert_eq!(slots.pool(false).count, 0);
        assert!(slots.pool(false).by_block.is_empty());
    }

    #[test]
    fn limits_fit_the_available_file_descriptors() {
        let few = ConnectionLimits::default().within(900);
        assert_eq!(
            (few.clients, few.clients_per_block, few.proxies),
            (600, 150, 300)
        );
        let many = ConnectionLimits::default().within(60_000);
        assert_eq!((many.clients, many.proxies), (4096, 2048));
    }
}
