//! Keys and whose they are, remembered for a while: a capture key comes with every batch of events, also a wrong one.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use heedful_db::{Micros, WorkspaceId};

/// Another node hears of a new or a revoked key this much later.
const REMEMBERED_FOR: Micros = 10 * 1_000_000;
/// Keys remembered at once; beyond it all are asked for again.
const KEYS_MAX: usize = 10_000;

/// The workspace of a key, or that it has none.
pub type Owner = Option<WorkspaceId>;

#[derive(Debug, Default)]
pub struct KeyCache(Mutex<HashMap<String, (Owner, Micros)>>);

impl KeyCache {
    /// Whose the key is, when that was asked lately.
    pub fn get(&self, key: &str, now: Micros) -> Option<Owner> {
        let known = self.lock();
        let (owner, until) = known.get(key)?;
        (now < *until).then(|| owner.clone())
    }

    pub fn put(&self, key: &str, owner: Owner, now: Micros) {
        let mut known = self.lock();
        if known.len() >= KEYS_MAX {
            known.clear();
        }
        known.insert(key.to_owned(), (owner, now + REMEMBERED_FOR));
    }

    pub fn forget(&self, key: &str) {
        self.lock().remove(key);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, (Owner, Micros)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
