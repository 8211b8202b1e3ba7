//! Request ids, which are unique without a call of the random source for each.

use super::{Clock, Random, RequestId};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A generator of request ids: UUIDs of version 7 (RFC 9562 section 5.7) whose random part is drawn once and then incremented
/// (section 6.2, method 2). A request id is not a credential, so that it may be predictable.
pub struct RequestIds {
    clock: Arc<dyn Clock>,
    prefix: [u8; 2],
    next: AtomicU64,
}

impl RequestIds {
    /// Starts at a random number.
    pub fn new(clock: Arc<dyn Clock>, random: &dyn Random) -> Self {
        let (mut prefix, mut start) = ([0; 2], [0; 8]);
        random.fill(&mut prefix);
        random.fill(&mut start);
        Self {
            clock,
            prefix,
            next: AtomicU64::new(u64::from_be_bytes(start)),
        }
    }

    /// The next id.
    pub fn next(&self) -> RequestId {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        // The UUID's variant replaces the two highest bits of the number.
        let mut noise = [0; 10];
        let (front, back) = noise.split_at_mut(2);
        front.copy_from_slice(&self.prefix);
        back.copy_from_slice(&number.to_be_bytes());
        let millis = u64::try_from(self.clock.now().millis()).unwrap_or(0);
        let id = uuid::Builder::from_unix_timestamp_millis(millis, &noise).into_uuid();
        RequestId::from_bytes(id.into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;
    use std::collections::BTreeSet;

    struct Fixed;

    impl Clock for Fixed {
        fn now(&self) -> Timestamp {
            Timestamp::from_seconds(1_700_000_000)
        }
    }

    impl Random for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0xff);
        }
    }

    #[test]
    fn ids_of_one_instant_are_distinct_uuids_of_version_7() {
        let ids = RequestIds::new(Arc::new(Fixed), &Fixed);
        let all: BTreeSet<_> = (0..1000).map(|_| ids.next().to_string()).collect();
        assert_eq!(all.len(), 1000);
        for id in &all {
            let uuid: uuid::Uuid = id.parse().unwrap();
            assert_eq!(uuid.get_version_num(), 7, "{id}");
            assert_eq!(uuid.get_variant(), uuid::Variant::RFC4122, "{id}");
        }
    }
}
