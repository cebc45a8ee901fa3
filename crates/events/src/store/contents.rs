//! What a store has, as senders and questions see it.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::sealed::Sealed;
use crate::batch::{Batch, Workspace};

/// A batch with its number in the log.
pub type Numbered = (u64, Arc<Batch>);

/// The events of all workspaces.
#[derive(Debug, Default)]
pub struct Contents(RwLock<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// The batches of the log, in its order. Those before [`Sealed::before`] of their workspace are sealed too.
    recent: Vec<Numbered>,
    sealed: HashMap<Workspace, Arc<Sealed>>,
}

impl Contents {
    /// Adds what was written to the log.
    pub fn publish(&self, batches: impl Iterator<Item = Numbered>) {
        self.write(|inner| inner.recent.extend(batches.filter(|(_, batch)| !batch.is_empty())));
    }

    /// Replaces what a workspace has in files.
    pub fn publish_sealed(&self, workspace: Workspace, sealed: Arc<Sealed>) {
        self.write(|inner| inner.sealed.insert(workspace, sealed));
    }

    /// Lets go of batches that are sealed, and returns them.
    pub fn forget_before(&self, number: u64) -> Vec<Numbered> {
        self.write(|inner| {
            let n_sealed = inner.recent.partition_point(|(of_batch, _)| *of_batch < number);
            inner.recent.drain(..n_sealed).collect()
        })
    }

    /// What a workspace has in files.
    pub fn sealed(&self, workspace: Workspace) -> Arc<Sealed> {
        let inner = self.0.read().unwrap_or_else(PoisonError::into_inner);
        inner.sealed.get(&workspace).cloned().unwrap_or_default()
    }

    /// The batches of all workspaces that are not sealed yet.
    pub fn recent(&self) -> Vec<Numbered> {
        let inner = self.0.read().unwrap_or_else(PoisonError::into_inner);
        inner.recent.iter().filter(|batch| !inner.is_sealed(batch)).cloned().collect()
    }

    /// All events of a workspace, each in one of the two.
    pub fn of(&self, workspace: Workspace) -> (Arc<Sealed>, Vec<Numbered>) {
        let inner = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let own = inner.recent.iter().filter(|(_, batch)| batch.workspace() == workspace);
        let recent = own.filter(|batch| !inner.is_sealed(batch)).cloned().collect();
        (inner.sealed.get(&workspace).cloned().unwrap_or_default(), recent)
    }

    /// The workspaces that have events.
    pub fn workspaces(&self) -> Vec<Workspace> {
        let inner = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let all = inner.recent.iter().map(|(_, batch)| batch.workspace()).chain(inner.sealed.keys().copied());
        let all: std::collections::BTreeSet<_> = all.collect();
        all.into_iter().collect()
    }

    fn write<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Inner {
    fn is_sealed(&self, (number, batch): &Numbered) -> bool {
        self.sealed.get(&batch.workspace()).is_some_and(|sealed| *number < sealed.before)
    }
}
