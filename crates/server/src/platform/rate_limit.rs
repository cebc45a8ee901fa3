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
    ends_at: Micros,
    count: u32,
}

impl RateLimiter {
    /// Counts one knock by `key`, and refuses it when the limit is used up.
    pub fn check(&self, key: String, limit: Limit, now: Micros) -> Result<()> {
        let mut windows = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if windows.len() >= KEYS_MAX {
            forget_old(&mut windows, now);
        }
        let window = windows.entry(key).or_insert(Window { ends_at: now + limit.window, count: 0 });
        if window.ends_at <= now {
            *window = Window { ends_at: now + limit.window, count: 0 };
        }
        if window.count >= limit.times {
            let left_s = (window.ends_at - now) / 1_000_000 + 1;
            return Err(Error::TooMany { retry_after_s: u32::try_from(left_s).unwrap_or(u32::MAX) });
        }
        window.count += 1;
        Ok(())
    }
}

/// Drops what has ended; when that is not enough, the half that ends soonest, so that a flood of new callers
/// cannot wipe out the count of one that is guessing.
fn forget_old(windows: &mut HashMap<String, Window>, now: Micros) {
    windows.retain(|_, window| window.ends_at > now);
    if windows.len() < KEYS_MAX {
        return;
    }
    let mut ends: Vec<Micros> = windows.values().map(|window| window.ends_at).collect();
    let middle = ends.len() / 2;
    let (_, median, _) = ends.select_nth_unstable(middle);
    let median = *median;
    windows.retain(|_, window| window.ends_at > median || window.count > 1);
    if windows.len() >= KEYS_MAX {
        windows.retain(|_, window| window.ends_at > median);
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
