//! How often somebody may knock: fixed windows, counted in memory of this node.

use std::collections::HashMap;
use std::sync::Mutex;

use heedful_db::Micros;

use super::error::{Error, Result};

/// When more callers than this knock within a window, the oldest windows are forgotten first.
const KEYS_MAX: usize = 100_000;

#[derive(Clone, Copy, Debug)]
pub struct Limit {
    pub times: u32,
    pub window: Micros,
}

#[derive(Debug, Default)]
pub struct RateLimiter(Mutex<HashMap<String, Window>>);

#[derive(Debug)]
struct Window {
    start: Micros,
    count: u32,
}

impl RateLimiter {
    /// Counts one knock by `key`, and refuses it when the limit is used up.
    pub fn check(&self, key: String, limit: Limit, now: Micros) -> Result<()> {
        let mut windows = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if windows.len() >= KEYS_MAX {
            windows.retain(|_, window| window.start + limit.window > now);
            if windows.len() >= KEYS_MAX {
                windows.clear();
            }
        }
        let window = windows.entry(key).or_insert(Window { start: now, count: 0 });
        if window.start + limit.window <= now {
            *window = Window { start: now, count: 0 };
        }
        if window.count >= limit.times {
            let left_s = (window.start + limit.window - now) / 1_000_000 + 1;
            return Err(Error::TooMany { retry_after_s: u32::try_from(left_s).unwrap_or(u32::MAX) });
        }
        window.count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Limit, RateLimiter};

    #[test]
    fn a_window_lets_so_many_pass_and_then_starts_anew() {
        let limiter = RateLimiter::default();
        let limit = Limit { times: 2, window: 1_000 };
        let knock = |now| limiter.check("me".to_owned(), limit, now).is_ok();
        assert_eq!([knock(0), knock(1), knock(2), knock(1_000)], [true, true, false, true]);
    }
}
