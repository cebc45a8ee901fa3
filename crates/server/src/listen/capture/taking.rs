//! Taking a batch: its good events into the store, its bad ones into the list of what was refused.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use heedful_db::platform::event_arrivals::EventArrivals;
use heedful_db::types::{DAY, HOUR, SECOND};
use heedful_db::{Micros, WorkspaceId};
use heedful_events::{Appended, Batch, Event};

use super::allowance;
use super::event::{Checked, Draft, Reason, text};
use super::json::Json;
use crate::listen::identity;
use crate::platform::capture::RejectKind;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::event_store;

/// So much of a refused event is kept to be looked at.
const SAMPLE_CHARS_MAX: usize = 2_000;
/// Events that took longer from being done until they came are late: their device was offline, or they are history.
const LATE: Micros = HOUR;

/// A batch on its way in.
pub struct Taking<'c> {
    ctx: &'c Ctx,
    ws: WorkspaceId,
    protocol: &'static str,
    batch: Batch,
    refused: Vec<(usize, Reason)>,
    /// For each reason how often it comes, and the newest event as it was sent.
    samples: HashMap<Reason, (i64, String)>,
    n_sent: usize,
    /// Of the good events, those done long ago.
    n_late: usize,
    /// As many came today as may, and no more before this instant.
    full_until: Option<Micros>,
}

/// What became of a batch.
#[derive(Debug, Default)]
pub struct Taken {
    pub n_new: usize,
    pub n_known: usize,
    /// The refused events by their place in the batch.
    pub refused: Vec<(usize, Reason)>,
    /// All were refused because as many came today as may: their sender may try again after so many seconds.
    pub retry_after_s: Option<u32>,
}

impl Taken {
    /// The error that tells a sender to wait, when as many events came today as may.
    pub fn unless_full(self) -> Result<Self> {
        match self.retry_after_s {
            Some(retry_after_s) => Err(Error::TooMany { retry_after_s }),
            None => Ok(self),
        }
    }
}

impl<'c> Taking<'c> {
    pub async fn open(ctx: &'c Ctx, ws: WorkspaceId, protocol: &'static str) -> Result<Self> {
        let full_until = allowance::used_up_until(ctx, &ws).await?;
        Ok(Self { full_until, ..Self::of_history(ctx, ws, protocol)? })
    }

    /// A batch out of a file: as many as it has, and none of them late.
    pub fn of_history(ctx: &'c Ctx, ws: WorkspaceId, protocol: &'static str) -> Result<Self> {
        let batch = Batch::new(event_store::workspace(&ws)?, ctx.now);
        let (refused, samples) = (Vec::new(), HashMap::new());
        Ok(Self { ctx, ws, protocol, batch, refused, samples, n_sent: 0, n_late: 0, full_until: None })
    }

    /// Adds an event as it was sent, read by `read`.
    pub fn add<'j>(&mut self, sent: &'j Json<'j>, read: impl FnOnce(&'j Json<'j>) -> Checked<Draft<'j>>) {
        let checked = read(sent).and_then(|draft| self.check(draft));
        self.n_late += usize::from(checked.as_ref().is_ok_and(|event| event.at < self.ctx.now - LATE));
        self.push(checked, || text(sent));
    }

    /// Adds an event, or the reason why it is none, with what was sent.
    pub fn push(&mut self, checked: Checked<Event>, sent: impl FnOnce() -> String) {
        match checked {
            Ok(event) => {
                if identity::tells(&event) {
                    self.batch.mark();
                }
                self.batch.push(&event);
                self.n_sent += 1;
            }
            Err(reason) => self.refuse(reason, &sent()),
        }
    }

    /// Notes what was sent in the place of an event.
    pub fn refuse(&mut self, reason: Reason, sent: &str) {
        let sample = self.samples.entry(reason).or_default();
        *sample = (sample.0 + 1, sent.chars().take(SAMPLE_CHARS_MAX).collect());
        self.refused.push((self.n_sent, reason));
        self.n_sent += 1;
    }

    fn check<'j>(&self, draft: Draft<'j>) -> Checked<Event<'j>> {
        if self.full_until.is_some() {
            return Err(Reason::DayIsFull);
        }
        draft.check(self.ctx.now, || {
            let mut bytes = [0; 8];
            self.ctx.app.ids.fill(&mut bytes);
            u64::from_le_bytes(bytes)
        })
    }

    /// Waits until the good events are on the disk.
    pub async fn finish(mut self) -> Result<Taken> {
        let empty = Batch::new(self.batch.workspace(), self.ctx.now);
        let batch = std::mem::replace(&mut self.batch, empty);
        self.append(batch).await
    }

    /// The same for those who try again when the store has no room.
    pub async fn try_finish(&mut self) -> Result<Taken> {
        self.append(self.batch.clone()).await
    }

    async fn append(&mut self, batch: Batch) -> Result<Taken> {
        if batch.is_empty() {
            let left = self.full_until.map(|until| (until - self.ctx.now) / SECOND + 1);
            self.tell_refused();
            let retry_after_s = left.map(|left| u32::try_from(left).unwrap_or(u32::MAX));
            return Ok(Taken {
                refused: std::mem::take(&mut self.refused),
                retry_after_s,
                ..Taken::default()
            });
        }
        let store = self.ctx.app.events.open().await?;
        let is_marked = batch.is_marked();
        let counts = &self.ctx.app.capture.counts;
        let appended = store.append(batch).await.inspect_err(|_| {
            counts.n_refused_batches.fetch_add(1, Ordering::Relaxed);
        })?;
        if is_marked {
            self.ctx.app.events.bell.notify_one();
        }
        // Not before: a batch that could not be kept is sent again, and what is wrong with it would count twice.
        self.tell_refused();
        count(self.ctx, &self.ws, appended, self.n_late);
        let Appended { n_new, n_known } = appended;
        Ok(Taken { n_new, n_known, refused: std::mem::take(&mut self.refused), retry_after_s: None })
    }

    fn tell_refused(&mut self) {
        let (ws, protocol, now) = (&self.ws, self.protocol, self.ctx.now);
        for (reason, (n_events, sample)) in self.samples.drain() {
            let day_at = now - now.rem_euclid(DAY);
            let kind = RejectKind { ws: ws.clone(), day_at, protocol, reason: reason.sentence() };
            self.ctx.app.capture.reject(kind, n_events, sample, now);
        }
    }
}

fn count(ctx: &Ctx, ws: &WorkspaceId, appended: Appended, n_late: usize) {
    let waited = (ctx.app.now() - ctx.now).max(0);
    ctx.app.capture.arrive(
        ws,
        EventArrivals {
            slot_at: EventArrivals::slot_of(ctx.now),
            n_taken: i64::try_from(appended.n_new).unwrap_or(i64::MAX),
            n_known: i64::try_from(appended.n_known).unwrap_or(i64::MAX),
            n_late: i64::try_from(n_late).unwrap_or(i64::MAX),
            n_batches: 1,
            waited,
            waited_longest: waited,
            last_at: ctx.now,
            ..EventArrivals::default()
        },
    );
    let counts = &ctx.app.capture.counts;
    let add = |counter: &AtomicU64, n: usize| {
        counter.fetch_add(u64::try_from(n).unwrap_or(u64::MAX), Ordering::Relaxed);
    };
    add(&counts.n_taken, appended.n_new);
    add(&counts.n_known, appended.n_known);
    add(&counts.n_batches, 1);
    counts.waited.fetch_add(waited.unsigned_abs(), Ordering::Relaxed);
}
