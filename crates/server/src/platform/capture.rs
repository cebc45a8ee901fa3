//! What capture keeps in memory: how much is read at once, what came in, and what was refused and is not written down yet.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use heedful_db::types::DAY;
use heedful_db::{Micros, WorkspaceId};
use tokio::sync::Semaphore;

/// Kilobytes of bodies that are read at the same time; who comes then waits.
const ROOM_KB: usize = 96 << 10;
/// Kinds of refusal held before they are written down; more are counted under nobody's name.
const KINDS_MAX: usize = 10_000;

#[derive(Debug)]
pub struct Capture {
    /// In kilobytes.
    pub room: Arc<Semaphore>,
    pub counts: Counts,
    rejects: Mutex<HashMap<RejectKind, Reject>>,
}

/// Events since the start of the process.
#[derive(Debug, Default)]
pub struct Counts {
    pub n_taken: AtomicU64,
    pub n_known: AtomicU64,
    pub n_rejected: AtomicU64,
    /// Batches that were refused because the store could not take them.
    pub n_refused_batches: AtomicU64,
}

/// What is added up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RejectKind {
    pub ws: WorkspaceId,
    pub day_at: Micros,
    pub protocol: &'static str,
    /// A sentence.
    pub reason: &'static str,
}

#[derive(Clone, Debug)]
pub struct Reject {
    pub n_events: i64,
    pub first_at: Micros,
    pub last_at: Micros,
    /// The newest.
    pub sample: String,
}

impl Default for Capture {
    fn default() -> Self {
        Self { room: Arc::new(Semaphore::new(ROOM_KB)), counts: Counts::default(), rejects: Mutex::default() }
    }
}

impl Capture {
    /// Notes an event that was not taken.
    pub fn reject(
        &self,
        ws: &WorkspaceId,
        protocol: &'static str,
        reason: &'static str,
        sample: String,
        now: Micros,
    ) {
        self.counts.n_rejected.fetch_add(1, Ordering::Relaxed);
        let kind = RejectKind { ws: ws.clone(), day_at: now - now.rem_euclid(DAY), protocol, reason };
        self.note(kind, Reject { n_events: 1, first_at: now, last_at: now, sample });
    }

    /// What was noted since the last time.
    pub fn take_rejects(&self) -> Vec<(RejectKind, Reject)> {
        self.lock().drain().collect()
    }

    /// Notes again what could not be written down.
    pub fn note(&self, kind: RejectKind, reject: Reject) {
        let mut all = self.lock();
        if all.len() >= KINDS_MAX && !all.contains_key(&kind) {
            return;
        }
        match all.get_mut(&kind) {
            Some(known) => {
                known.n_events += reject.n_events;
                known.first_at = known.first_at.min(reject.first_at);
                if reject.last_at >= known.last_at {
                    (known.last_at, known.sample) = (reject.last_at, reject.sample);
                }
            }
            None => drop(all.insert(kind, reject)),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<RejectKind, Reject>> {
        self.rejects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    /// In the text format of Prometheus.
    pub fn write_to(&self, text: &mut String) {
        text.push_str("# HELP heedful_events_total Events that were sent, by what became of them.\n");
        text.push_str("# TYPE heedful_events_total counter\n");
        let counts = [("taken", &self.n_taken), ("known", &self.n_known), ("rejected", &self.n_rejected)];
        for (outcome, n) in counts {
            let _ =
                writeln!(text, "heedful_events_total{{outcome=\"{outcome}\"}} {}", n.load(Ordering::Relaxed));
        }
        text.push_str("# HELP heedful_event_batches_refused_total Batches sent back because the store was full or unwell.\n");
        text.push_str("# TYPE heedful_event_batches_refused_total counter\n");
        let n = self.n_refused_batches.load(Ordering::Relaxed);
        let _ = writeln!(text, "heedful_event_batches_refused_total {n}");
    }
}
