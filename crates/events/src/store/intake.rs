//! The one thread that writes. While it waits for the disk more batches arrive, and all of them are written with the next
//! wait: the more come at once, the less each costs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender};

use tokio::sync::oneshot;

use super::contents::{Contents, Numbered};
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

/// What the thread is to do.
#[derive(Debug)]
pub enum Order {
    /// Write a batch.
    Append(Waiting),
    /// Leave these batches to the tables, which have them now, and say when the log has done so.
    Forget { batches: Vec<Numbered>, reply: Sender<Result<()>> },
}

/// A batch, and who waits for it.
#[derive(Debug)]
pub struct Waiting {
    pub batch: Batch,
    pub reply: oneshot::Sender<Result<Appended, Refused>>,
}

/// The log with all that decides what goes into it.
#[derive(Debug)]
pub struct Intake {
    log: Log,
    /// The events of the log that no table has yet.
    known: Known,
    contents: Arc<Contents>,
}

impl Intake {
    pub fn new(log: Log, contents: Arc<Contents>) -> Self {
        Self { log, known: Known::default(), contents }
    }

    /// Takes in what the log had, of which the tables may have some. An event comes twice there when it was written, refused
    /// because waiting for the disk failed, and sent again: the first counts.
    pub fn recover(&mut self, batches: Vec<(u64, Batch)>) -> Result<()> {
        for (number, mut batch) in batches {
            if number >= self.contents.sealed(batch.workspace()).before {
                self.leave_known_out(&mut batch, &mut Vec::new())?;
                self.contents.publish(std::iter::once((number, Arc::new(batch))));
            }
        }
        Ok(())
    }

    /// Does what is ordered until nobody can order any more.
    pub fn run(mut self, orders: &Receiver<Order>, waiting_bytes: &AtomicUsize) {
        while let Ok(order) = orders.recv() {
            let mut next = Some(order);
            let (mut group, mut n_bytes) = (Vec::new(), 0);
            let forget = loop {
                match next {
                    Some(Order::Append(waiting)) => {
                        n_bytes += waiting.batch.as_bytes().len();
                        group.push(waiting);
                    }
                    Some(Order::Forget { batches, reply }) => break Some((batches, reply)),
                    None => break None,
                }
                next = if n_bytes < GROUP_BYTES_MAX { orders.try_recv().ok() } else { None };
            };
            self.write(group);
            waiting_bytes.fetch_sub(n_bytes, Ordering::Relaxed);
            if let Some((batches, reply)) = forget {
                // Who is gone does not hear it.
                let _ = reply.send(self.forget(&batches));
            }
        }
    }

    fn forget(&mut self, batches: &[Numbered]) -> Result<()> {
        for key in batches.iter().flat_map(|(_, batch)| batch.keys()) {
            self.known.remove(key);
        }
        self.log.seal();
        // Nothing is added to the log or to what is recent meanwhile: this thread does both.
        let first_needed = self.contents.recent().first().map_or(self.log.next(), |(number, _)| *number);
        self.log.remove_before(first_needed)
    }

    fn write(&mut self, group: Vec<Waiting>) {
        let mut fresh = Vec::new();
        let (mut batches, mut waiting) = (Vec::new(), Vec::new());
        for Waiting { mut batch, reply } in group {
            let n_events = batch.len();
            if let Err(error) = self.leave_known_out(&mut batch, &mut fresh) {
                let _ = reply.send(Err(Refused::Failed(Arc::new(error))));
                continue;
            }
            // It stays in memory until it is sealed.
            batch.shrink();
            waiting.push((reply, Appended { n_new: batch.len(), n_known: n_events - batch.len() }));
            batches.push(batch);
        }
        batches.retain(|batch| !batch.is_empty());
        let written = match batches.as_slice() {
            [] => Ok(0),
            batches => self.log.append(batches.iter().map(Batch::as_bytes)),
        };
        let failure = match written {
            Ok(first) => {
                self.contents.publish((first..).zip(batches.into_iter().map(Arc::new)));
                None
            }
            Err(error) => {
                for key in fresh {
                    self.known.remove(key);
                }
                Some(Refused::Failed(Arc::new(error)))
            }
        };
        for (reply, appended) in waiting {
            // Who is gone does not hear it.
            let _ = reply.send(failure.clone().map_or(Ok(appended), Err));
        }
    }

    /// Leaves the events out that are in the log or in a table. When the table cannot be read, nothing is known of the batch.
    fn leave_known_out(&mut self, batch: &mut Batch, fresh: &mut Vec<EventKey>) -> Result<()> {
        let sealed = self.contents.sealed(batch.workspace());
        let unknown: Vec<EventKey> = match sealed.files.as_slice() {
            [] => Vec::new(),
            _ => batch.keys().filter(|key| !self.known.contains(*key)).collect(),
        };
        let in_table = sealed.find(&unknown, &self.contents.links(batch.workspace()))?;
        batch.retain(|key| {
            let is_new = !in_table.contains(&key) && self.known.insert(key);
            fresh.extend(is_new.then_some(key));
            is_new
        });
        Ok(())
    }
}
