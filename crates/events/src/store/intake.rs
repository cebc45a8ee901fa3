//! The one thread that writes. While it waits for the disk more batches arrive, and all of them are written with the next
//! wait: the more come at once, the less each costs.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::oneshot;

use super::known::Known;
use crate::batch::{Batch, EventKey};
use crate::error::{Refused, Result};
use crate::log::Log;

/// One wait for the disk is for so many bytes at most.
const GROUP_BYTES_MAX: usize = 16 << 20;

/// What became of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appended {
    /// Events that are kept now and were not before.
    pub n_new: usize,
    /// Events that were kept before, or twice in the batch.
    pub n_known: usize,
}

/// The batches of the log, which are nowhere else yet.
pub type Recent = RwLock<Vec<Arc<Batch>>>;

/// A batch, and who waits for it.
#[derive(Debug)]
pub struct Order {
    pub batch: Batch,
    pub reply: oneshot::Sender<Result<Appended, Refused>>,
}

/// The log with all that decides what goes into it.
#[derive(Debug)]
pub struct Intake {
    log: Log,
    known: Known,
    recent: Arc<Recent>,
}

impl Intake {
    pub fn new(log: Log, recent: Arc<Recent>) -> Self {
        Self { log, known: Known::default(), recent }
    }

    /// Takes in what the log had. An event comes twice there when it was written, refused because waiting for the disk
    /// failed, and sent again: the first counts.
    pub fn recover(&mut self, batches: Vec<Batch>) {
        let mut fresh = Vec::new();
        let whole = batches.into_iter().map(|mut batch| {
            self.leave_known_out(&mut batch, &mut fresh);
            batch
        });
        let whole: Vec<Batch> = whole.collect();
        self.publish(whole);
    }

    /// Writes what is ordered until nobody can order any more.
    pub fn run(mut self, orders: &Receiver<Order>, waiting_bytes: &AtomicUsize) {
        while let Ok(first) = orders.recv() {
            let mut n_bytes = first.batch.as_bytes().len();
            let mut group = vec![first];
            while n_bytes < GROUP_BYTES_MAX
                && let Ok(order) = orders.try_recv()
            {
                n_bytes += order.batch.as_bytes().len();
                group.push(order);
            }
            self.write(group);
            waiting_bytes.fetch_sub(n_bytes, Ordering::Relaxed);
        }
    }

    fn write(&mut self, group: Vec<Order>) {
        let mut fresh = Vec::new();
        let (mut batches, mut waiting) = (Vec::new(), Vec::new());
        for Order { mut batch, reply } in group {
            let n_events = batch.len();
            self.leave_known_out(&mut batch, &mut fresh);
            waiting.push((reply, Appended { n_new: batch.len(), n_known: n_events - batch.len() }));
            batches.push(batch);
        }
        batches.retain(|batch| !batch.is_empty());
        let written = match batches.as_slice() {
            [] => Ok(()),
            batches => self.log.append(batches.iter().map(Batch::as_bytes)).map(|_| ()),
        };
        let failure = written.err().map(|error| Refused::Failed(Arc::new(error)));
        match &failure {
            None => self.publish(batches),
            Some(_) => fresh.into_iter().for_each(|key| self.known.remove(key)),
        }
        for (reply, appended) in waiting {
            // Who is gone does not hear it.
            let _ = reply.send(failure.clone().map_or(Ok(appended), Err));
        }
    }

    fn leave_known_out(&mut self, batch: &mut Batch, fresh: &mut Vec<EventKey>) {
        batch.retain(|key| {
            let is_new = self.known.insert(key);
            fresh.extend(is_new.then_some(key));
            is_new
        });
    }

    fn publish(&self, batches: Vec<Batch>) {
        let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
        recent.extend(batches.into_iter().filter(|batch| !batch.is_empty()).map(Arc::new));
    }
}
