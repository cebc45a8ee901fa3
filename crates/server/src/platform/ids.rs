//! Where ids and secrets come from.

use std::sync::Mutex;

use heedful_db::Micros;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use uuid::Builder;

/// Makes UUIDs of version 7 that never run backwards, so that a list ordered by id is in the order of creation:
/// within one millisecond a 26-bit counter stands in front of the random bits (RFC 9562, section 6.2, method 1).
pub struct IdSource(Mutex<State>);

struct State {
    rng: StdRng,
    last_ms: u64,
    counter: u32,
}

impl IdSource {
    /// Unpredictable; for real use.
    pub fn from_system() -> Self {
        Self::new(rand::make_rng())
    }

    /// The same ids every time; for tests and the demo.
    pub fn seeded(seed: u64) -> Self {
        Self::new(StdRng::seed_from_u64(seed))
    }

    fn new(rng: StdRng) -> Self {
        Self(Mutex::new(State { rng, last_ms: 0, counter: 0 }))
    }

    pub fn new_id(&self, now: Micros) -> String {
        let ms = u64::try_from(now / 1_000).unwrap_or(0);
        let mut tail = [0_u8; 10];
        let ms = {
            let mut state = self.lock();
            state.rng.fill_bytes(&mut tail);
            if ms > state.last_ms {
                state.last_ms = ms;
                state.counter = 0;
            } else {
                state.counter += 1;
            }
            // 26 bits: the 12 after the version and the 14 after the variant.
            let [high, second, third, low] = (state.counter << 6).to_be_bytes();
            tail[0] = high >> 4;
            tail[1] = (high << 4) | (second >> 4);
            tail[2] = ((second << 2) & 0x3c) | (third >> 6);
            tail[3] = (third << 2) | (low >> 6);
            state.last_ms
        };
        Builder::from_unix_timestamp_millis(ms, &tail).into_uuid().to_string()
    }

    pub fn fill(&self, bytes: &mut [u8]) {
        self.lock().rng.fill_bytes(bytes);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::IdSource;

    #[test]
    fn ids_of_one_instant_are_in_order() {
        let ids = IdSource::seeded(1);
        let made: Vec<String> = (0..70_000).map(|_| ids.new_id(1_700_000_000_000_000)).collect();
        assert!(made.is_sorted());
        assert!(ids.new_id(1_600_000_000_000_000) > made[69_999], "a clock that jumps back keeps the order");
    }
}
