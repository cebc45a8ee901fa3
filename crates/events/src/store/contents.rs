//! What a store has, as senders and questions see it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::links::Links;
use super::sealed::Sealed;
use crate::batch::{Batch, Workspace};

/// A batch with its number in the log.
pub type Numbered = (u64, Arc<Batch>);

/// The events of all workspaces.
#[derive(Debug)]
pub struct Contents {
    inner: RwLock<Inner>,
    links: Mutex<HashMap<Workspace, Arc<Links>>>,
    /// Marked batches before this number may be sealed.
    heard: AtomicU64,
    /// Bytes of the recent batches.
    recent_bytes: AtomicUsize,
    /// Whether somebody has ordered to seal and it has not begun.
    seal_ordered: AtomicBool,
    /// How often anything changed.
    version: AtomicU64,
}

#[derive(Debug, Default)]
struct Inner {
    /// The batches of the log, in its order. Those before [`Sealed::before`] of their workspace are sealed too.
    recent: Vec<Numbered>,
    sealed: HashMap<Workspace, Arc<Sealed>>,
}

impl Contents {
    /// Nothing yet. Marked batches may be sealed before this number.
    pub fn new(heard: u64) -> Self {
        Self {
            inner: RwLock::default(),
            links: Mutex::default(),
            heard: AtomicU64::new(heard),
            recent_bytes: AtomicUsize::default(),
            seal_ordered: AtomicBool::default(),
            version: AtomicU64::default(),
        }
    }

    /// Marked batches may be sealed before this number.
    pub fn hear(&self, before: u64) {
        self.heard.store(before, Ordering::Release);
    }

    /// Which numbers of people stand for which.
    pub fn links(&self, workspace: Workspace) -> Arc<Links> {
        let links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        links.get(&workspace).cloned().unwrap_or_default()
    }

    /// Changes which numbers of people stand for which.
    pub fn change_links(&self, workspace: Workspace, change: impl FnOnce(&mut Links)) {
        let mut all = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        let links = all.entry(workspace).or_default();
        let before = links.version();
        change(Arc::make_mut(links));
        if links.version() != before {
            self.version.fetch_add(1, Ordering::Release);
        }
    }

    /// Adds what was written to the log.
    pub fn publish(&self, batches: impl Iterator<Item = Numbered>) {
        let batches: Vec<Numbered> = batches.filter(|(_, batch)| !batch.is_empty()).collect();
        self.recent_bytes.fetch_add(n_bytes(&batches), Ordering::Relaxed);
        self.write(|inner| inner.recent.extend(batches));
    }

    /// How often anything changed: while it stands still, so do all answers.
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// Bytes of the batches that are not sealed yet.
    pub fn recent_bytes(&self) -> usize {
        self.recent_bytes.load(Ordering::Relaxed)
    }

    /// Bytes of the data files of all tables.
    pub fn sealed_bytes(&self) -> u64 {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        inner.sealed.values().flat_map(|sealed| &sealed.files).map(|file| file.n_bytes).sum()
    }

    /// Whether sealing may be ordered: nobody has since it last began.
    pub fn order_seal(&self) -> bool {
        !self.seal_ordered.swap(true, Ordering::Relaxed)
    }

    /// Sealing begins.
    pub fn begin_seal(&self) {
        self.seal_ordered.store(false, Ordering::Relaxed);
    }

    /// Replaces what a workspace has in files.
    pub fn publish_sealed(&self, workspace: Workspace, sealed: Arc<Sealed>) {
        self.write(|inner| inner.sealed.insert(workspace, sealed));
    }

    /// Lets go of batches that are sealed, and returns them.
    pub fn forget_sealed(&self) -> Vec<Numbered> {
        let forgotten: Vec<Numbered> = self.write(|inner| {
            let all = std::mem::take(&mut inner.recent);
            let (sealed, recent) = all.into_iter().partition(|batch| inner.is_sealed(batch));
            inner.recent = recent;
            sealed
        });
        self.recent_bytes.fetch_sub(n_bytes(&forgotten), Ordering::Relaxed);
        forgotten
    }

    /// What a workspace has in files.
    pub fn sealed(&self, workspace: Workspace) -> Arc<Sealed> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        inner.sealed.get(&workspace).cloned().unwrap_or_default()
    }

    /// The batches of all workspaces that are not sealed yet.
    pub fn recent(&self) -> Vec<Numbered> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        inner.recent.iter().filter(|batch| !inner.is_sealed(batch)).cloned().collect()
    }

    /// The first of them, up to one that is marked and nobody has heard.
    pub fn to_seal(&self) -> Vec<Numbered> {
        let heard = self.heard.load(Ordering::Acquire);
        let mut recent = self.recent();
        let is_held = |(number, batch): &Numbered| *number >= heard && batch.is_marked();
        recent.truncate(recent.iter().position(is_held).unwrap_or(recent.len()));
        recent
    }

    /// All events of a workspace, each in one of the two.
    pub fn of(&self, workspace: Workspace) -> (Arc<Sealed>, Vec<Numbered>) {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        let own = inner.recent.iter().filter(|(_, batch)| batch.workspace() == workspace);
        let recent = own.filter(|batch| !inner.is_sealed(batch)).cloned().collect();
        (inner.sealed.get(&workspace).cloned().unwrap_or_default(), recent)
    }

    /// The workspaces that have events.
    pub fn workspaces(&self) -> Vec<Workspace> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        let all = inner.recent.iter().map(|(_, batch)| batch.workspace()).chain(inner.sealed.keys().copied());
        let all: std::collections::BTreeSet<_> = all.collect();
        all.into_iter().collect()
    }

    fn write<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        let changed = change(&mut self.inner.write().unwrap_or_else(PoisonError::into_inner));
        self.version.fetch_add(1, Ordering::Release);
        changed
    }
}

fn n_bytes(batches: &[Numbered]) -> usize {
    batches.iter().map(|(_, batch)| batch.as_bytes().len()).sum()
}

impl Inner {
    fn is_sealed(&self, (number, batch): &Numbered) -> bool {
        self.sealed.get(&batch.workspace()).is_some_and(|sealed| *number < sealed.before)
    }
}
