//! Taking a batch: its good events into the store, its bad ones into the list of what was refused.

use std::sync::atomic::{AtomicU64, Ordering};

use heedful_db::listen::event_arrivals::EventArrivals;
use heedful_db::types::{HOUR, SECOND};
use heedful_db::{Micros, WorkspaceId};
use heedful_events::{Appended, Batch, Event};

use super::allowance;
use super::event::{Checked, Draft, Reason, text};
use super::json::Json;
use crate::listen::identity;
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
        let batch = Batch::new(event_store::workspace(&ws)?, ctx.now);
        let full_until = allowance::used_up_until(ctx, &ws).await?;
        Ok(Self { ctx, ws, protocol, batch, refused: Vec::new(), n_sent: 0, n_late: 0, full_until })
    }

    /// Adds an event as it was sent, read by `read`.
    pub fn add<'j>(&mut self, sent: &'j Json<'j>, read: impl FnOnce(&'j Json<'j>) -> Checked<Draft<'j>>) {
        match read(sent).and_then(|draft| self.check(draft)) {
            Ok(event) => {
                if identity::tells(&event) {
                    self.batch.mark();
                }
                self.n_late += usize::from(event.at < self.ctx.now - LATE);
                self.batch.push(&event);
                self.n_sent += 1;
            }
            Err(reason) => self.refuse(reason, &text(sent)),
        }
    }

    /// Notes what was sent in the place of an event.
    pub fn refuse(&mut self, reason: Reason, sent: &str) {
        let sample = sent.chars().take(SAMPLE_CHARS_MAX).collect();
        self.ctx.app.capture.reject(&self.ws, self.protocol, reason.sentence(), sample, self.ctx.now);
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
    pub async fn finish(self) -> Result<Taken> {
        if self.batch.is_empty() {
            let left = self.full_until.map(|until| (until - self.ctx.now) / SECOND + 1);
            let retry_after_s = left.map(|left| u32::try_from(left).unwrap_or(u32::MAX));
            return Ok(Taken { refused: self.refused, retry_after_s, ..Taken::default() });
        }
        let store = self.ctx.app.events.open().await?;
        let is_marked = self.batch.is_marked();
        let counts = &self.ctx.app.capture.counts;
        let appended = store.append(self.batch).await.inspect_err(|_| {
            counts.n_refused_batches.fetch_add(1, Ordering::Relaxed);
        })?;
        if is_marked {
            self.ctx.app.events.bell.notify_one();
        }
        count(self.ctx, &self.ws, appended, self.n_late);
        Ok(Taken {
            n_new: appended.n_new,
            n_known: appended.n_known,
            refused: self.refused,
            retry_after_s: None,
        })
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
