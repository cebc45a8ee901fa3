//! Keys and whose they are, remembered for a while: a capture key comes with every batch of events.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use heedful_db::{Micros, WorkspaceId};

/// Another node hears of a revoked key this much later.
const REMEMBERED_FOR: Micros = 10 * 1_000_000;
/// Keys remembered at once; beyond it all are asked for again.
const KEYS_MAX: usize = 10_000;

#[derive(Debug, Default)]
pub struct KeyCache(Mutex<HashMap<String, (WorkspaceId, Micros)>>);

impl KeyCache {
    pub fn get(&self, key: &str, now: Micros) -> Option<WorkspaceId> {
        let known = self.lock();
        let (ws, until) = known.get(key)?;
        (now < *until).then(|| ws.clone())
    }

    pub fn put(&self, key: &str, ws: &WorkspaceId, now: Micros) {
        let mut known = self.lock();
        if known.len() >= KEYS_MAX {
            known.clear();
        }
        known.insert(key.to_owned(), (ws.clone(), now + REMEMBERED_FOR));
    }

    pub fn forget(&self, key: &str) {
        self.lock().remove(key);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, (WorkspaceId, Micros)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
