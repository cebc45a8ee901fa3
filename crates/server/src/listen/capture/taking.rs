//! Taking a batch: its good events into the store, its bad ones into the list of what was refused.

use std::sync::atomic::Ordering;

use heedful_db::WorkspaceId;
use heedful_events::{Batch, Event};

use super::event::{Checked, Draft, Reason, text};
use super::json::Json;
use crate::listen::identity;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::event_store;

/// So much of a refused event is kept to be looked at.
const SAMPLE_CHARS_MAX: usize = 2_000;

/// A batch on its way in.
pub struct Taking<'c> {
    ctx: &'c Ctx,
    ws: WorkspaceId,
    protocol: &'static str,
    batch: Batch,
    refused: Vec<(usize, Reason)>,
    n_sent: usize,
}

/// What became of a batch.
#[derive(Debug, Default)]
pub struct Taken {
    pub n_new: usize,
    pub n_known: usize,
    /// The refused events by their place in the batch.
    pub refused: Vec<(usize, Reason)>,
}

impl<'c> Taking<'c> {
    pub fn new(ctx: &'c Ctx, ws: WorkspaceId, protocol: &'static str) -> Result<Self> {
        let batch = Batch::new(event_store::workspace(&ws)?, ctx.now);
        Ok(Self { ctx, ws, protocol, batch, refused: Vec::new(), n_sent: 0 })
    }

    /// Adds an event as it was sent, read by `read`.
    pub fn add<'j>(&mut self, sent: &'j Json<'j>, read: impl FnOnce(&'j Json<'j>) -> Checked<Draft<'j>>) {
        match read(sent).and_then(|draft| self.check(draft)) {
            Ok(event) => {
                if identity::tells(&event) {
                    self.batch.mark();
                }
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
        draft.check(self.ctx.now, || {
            let mut bytes = [0; 8];
            self.ctx.app.ids.fill(&mut bytes);
            u64::from_le_bytes(bytes)
        })
    }

    /// Waits until the good events are on the disk.
    pub async fn finish(self) -> Result<Taken> {
        let capture = &self.ctx.app.capture;
        if self.batch.is_empty() {
            return Ok(Taken { refused: self.refused, ..Taken::default() });
        }
        let store = self.ctx.app.events.open().await?;
        let is_marked = self.batch.is_marked();
        let appended = store.append(self.batch).await.inspect_err(|_| {
            capture.counts.n_refused_batches.fetch_add(1, Ordering::Relaxed);
        })?;
        if is_marked {
            self.ctx.app.events.bell.notify_one();
        }
        let add = |counter: &std::sync::atomic::AtomicU64, n: usize| {
            counter.fetch_add(u64::try_from(n).unwrap_or(u64::MAX), Ordering::Relaxed);
        };
        add(&capture.counts.n_taken, appended.n_new);
        add(&capture.counts.n_known, appended.n_known);
        Ok(Taken { n_new: appended.n_new, n_known: appended.n_known, refused: self.refused })
    }
}
