//! The open index as part of the running server.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{Mutex, MutexGuard, Notify, OnceCell};

use super::index::{self, Index};
use crate::platform::error::{Error, Result};

/// The index is opened when first needed, so that commands which never search do not lock it.
pub struct Search {
    folder: PathBuf,
    index: OnceCell<Arc<Index>>,
    draining: Mutex<()>,
    /// Rung when something was queued.
    pub bell: Notify,
}

impl Search {
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, index: OnceCell::new(), draining: Mutex::new(()), bell: Notify::new() }
    }

    /// The index; an empty one is filled by `queue_everything` first.
    pub async fn open(&self, queue_everything: impl AsyncFnOnce() -> Result<()>) -> Result<Arc<Index>> {
        let opened = self.index.get_or_try_init(|| async {
            let folder = self.folder.clone();
            let (index, is_new) = blocking(move || Index::open(&folder)).await?;
            if is_new {
                queue_everything().await?;
                let folder = self.folder.clone();
                blocking(move || index::mark_version(&folder)).await?;
            }
            Ok::<_, Error>(Arc::new(index))
        });
        Ok(Arc::clone(opened.await?))
    }

    /// One drain at a time: two would index the same entries twice.
    pub async fn lock_drain(&self) -> MutexGuard<'_, ()> {
        self.draining.lock().await
    }
}

/// Runs work on the index away from the threads that answer requests.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await.map_err(anyhow::Error::from)?;
    Ok(done?)
}
