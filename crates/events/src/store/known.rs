//! Which events are here already.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use crate::batch::EventKey;

/// The keys of kept events.
#[derive(Debug, Default)]
pub struct Known(HashSet<EventKey, BuildHasherDefault<KeyHasher>>);

impl Known {
    /// Whether the event was not known; now it is.
    pub fn insert(&mut self, key: EventKey) -> bool {
        self.0.insert(key)
    }

    pub fn contains(&self, key: EventKey) -> bool {
        self.0.contains(&key)
    }

    pub fn remove(&mut self, key: EventKey) {
        self.0.remove(&key);
    }
}

/// Mixes the two numbers of a key, of which the person's is a hash and the id may be anything.
#[derive(Debug, Default)]
pub struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u64(&mut self, number: u64) {
        // The multiplier is 2^64 divided by the golden ratio, as in Fibonacci hashing.
        let product = u128::from(self.0 ^ number) * 0x9e37_79b9_7f4a_7c15;
        let [low, high] = [product, product >> 64].map(|half| half & u128::from(u64::MAX));
        self.0 = u64::try_from(low ^ high).unwrap_or_default();
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }
}
