//! The store: takes batches of events, each event once, and tells their senders when they are on the disk.

mod intake;
mod known;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, PoisonError};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

pub use self::intake::Appended;
use self::intake::{Intake, Order, Recent};
use crate::batch::Batch;
use crate::error::{Error, Refused, Result};
use crate::log::{Log, LogOptions};

/// How a store is kept.
#[derive(Clone, Copy, Debug)]
pub struct StoreOptions {
    /// How its log is kept.
    pub log: LogOptions,
    /// So many bytes of batches wait for the disk at most; who comes then is [refused](Refused::Busy).
    pub waiting_bytes_max: usize,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { log: LogOptions::default(), waiting_bytes_max: 64 << 20 }
    }
}

/// The events of all workspaces, in a folder of its own; one process at a time. Dropping it waits for what is being written.
#[derive(Debug)]
pub struct Store {
    orders: Option<Sender<Order>>,
    recent: Arc<Recent>,
    waiting_bytes: Arc<AtomicUsize>,
    waiting_bytes_max: usize,
    writer: Option<JoinHandle<()>>,
}

impl Store {
    /// Opens the store of a folder, which is made when missing, with everything that was acknowledged.
    ///
    /// # Errors
    ///
    /// [`Error::Disk`], and [`Error::Damaged`] when the log is.
    pub fn open(dir: &Path, options: StoreOptions) -> Result<Self> {
        let mut found = Vec::new();
        let log = Log::open(&dir.join("log"), options.log, |number, payload| {
            let batch = Batch::from_bytes(payload).ok_or(Error::NoBatch { number })?;
            found.push(batch);
            Ok(())
        })?;
        let recent = Arc::new(Recent::default());
        let mut intake = Intake::new(log, Arc::clone(&recent));
        intake.recover(found);
        let (orders, received) = mpsc::channel();
        let waiting_bytes = Arc::new(AtomicUsize::new(0));
        let waiting = Arc::clone(&waiting_bytes);
        let writer = thread::Builder::new()
            .name("event-writer".to_owned())
            .spawn(move || intake.run(&received, &waiting))
            .map_err(Error::disk("start the writer of", dir))?;
        Ok(Self {
            orders: Some(orders),
            recent,
            waiting_bytes,
            waiting_bytes_max: options.waiting_bytes_max,
            writer: Some(writer),
        })
    }

    /// Takes a batch. Its events are on the disk when this returns, those aside that were kept before.
    ///
    /// Who stops waiting does not take the batch back.
    ///
    /// # Errors
    ///
    /// [`Refused`]; then nothing of the batch was kept, and sending it again is safe.
    pub async fn append(&self, batch: Batch) -> Result<Appended, Refused> {
        let n_bytes = batch.as_bytes().len();
        crate::log::check_length(n_bytes).map_err(|error| Refused::Failed(Arc::new(error)))?;
        let orders = self.orders.as_ref().ok_or(Refused::Closed)?;
        if self.waiting_bytes.fetch_add(n_bytes, Ordering::Relaxed) + n_bytes > self.waiting_bytes_max {
            self.waiting_bytes.fetch_sub(n_bytes, Ordering::Relaxed);
            return Err(Refused::Busy);
        }
        let (reply, answer) = oneshot::channel();
        orders.send(Order { batch, reply }).map_err(|_| Refused::Closed)?;
        answer.await.map_err(|_| Refused::Closed)?
    }

    /// The batches that are in the log and nowhere else yet, in the order they were taken.
    pub fn recent(&self) -> Vec<Arc<Batch>> {
        self.recent.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.orders.take();
        if let Some(writer) = self.writer.take() {
            // A writer that panicked has said so, and dropped whoever waited for it.
            let _ = writer.join();
        }
    }
}

#[cfg(test)]
mod tests;
