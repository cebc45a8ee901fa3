//! What capture keeps in memory: how much is read at once, what came in, and what was refused and is not written down yet.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use heedful_db::platform::event_arrivals::EventArrivals;
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
    /// By workspace and slot.
    arrivals: Mutex<HashMap<(WorkspaceId, Micros), EventArrivals>>,
    allowances: Mutex<HashMap<WorkspaceId, Allowance>>,
}

/// How many events a workspace may still send.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    /// None: as many as it likes.
    pub left: Option<i64>,
    pub day_ends_at: Micros,
    pub read_at: Micros,
}

/// Events since the start of the process.
#[derive(Debug, Default)]
pub struct Counts {
    pub n_taken: AtomicU64,
    pub n_known: AtomicU64,
    pub n_rejected: AtomicU64,
    /// Batches that were taken, and how long they waited for the disk, in microseconds.
    pub n_batches: AtomicU64,
    pub waited: AtomicU64,
    /// Batches that were refused because the store could not take them.
    pub n_refused_batches: AtomicU64,
}

impl Allowance {
    /// Until when no more may come, when none are left.
    pub fn full_until(&self) -> Option<Micros> {
        self.left.is_some_and(|left| left <= 0).then_some(self.day_ends_at)
    }
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
        Self {
            room: Arc::new(Semaphore::new(ROOM_KB)),
            counts: Counts::default(),
            rejects: Mutex::default(),
            arrivals: Mutex::default(),
            allowances: Mutex::default(),
        }
    }
}

impl Capture {
    /// Notes events that were not taken, all for one reason; `sample` is the newest.
    pub fn reject(&self, kind: RejectKind, n_events: i64, sample: String, now: Micros) {
        let n = u64::try_from(n_events).unwrap_or_default();
        self.counts.n_rejected.fetch_add(n, Ordering::Relaxed);
        let slot_at = EventArrivals::slot_of(now);
        let arrivals =
            EventArrivals { slot_at, n_rejected: n_events, last_at: now, ..EventArrivals::default() };
        self.arrive(&kind.ws, arrivals);
        self.note(kind, Reject { n_events, first_at: now, last_at: now, sample });
    }

    /// Counts what arrived, also against what may come today.
    pub fn arrive(&self, ws: &WorkspaceId, arrivals: EventArrivals) {
        let mut all = lock(&self.arrivals);
        let slot = all.entry((ws.clone(), arrivals.slot_at)).or_default();
        slot.slot_at = arrivals.slot_at;
        slot.add(&arrivals);
        drop(all);
        if let Some(Allowance { left: Some(left), .. }) = lock(&self.allowances).get_mut(ws) {
            *left -= arrivals.n_taken;
        }
    }

    /// What arrived since the last time.
    pub fn take_arrivals(&self) -> Vec<(WorkspaceId, EventArrivals)> {
        lock(&self.arrivals).drain().map(|((ws, _), arrivals)| (ws, arrivals)).collect()
    }

    /// What is known of how many more may come.
    pub fn allowance(&self, ws: &WorkspaceId) -> Option<Allowance> {
        lock(&self.allowances).get(ws).copied()
    }

    pub fn put_allowance(&self, ws: &WorkspaceId, allowance: Allowance) {
        lock(&self.allowances).insert(ws.clone(), allowance);
    }

    /// To be read again: the bound was changed.
    pub fn forget_allowance(&self, ws: &WorkspaceId) {
        lock(&self.allowances).remove(ws);
    }

    /// What was noted since the last time.
    pub fn take_rejects(&self) -> Vec<(RejectKind, Reject)> {
        lock(&self.rejects).drain().collect()
    }

    /// Notes again what could not be written down.
    pub fn note(&self, kind: RejectKind, reject: Reject) {
        let mut all = lock(&self.rejects);
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
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
        text.push_str("# HELP heedful_event_batch_seconds From the arrival of a batch until it is on the disk and in every answer.\n");
        text.push_str("# TYPE heedful_event_batch_seconds summary\n");
        let waited = Duration::from_micros(self.waited.load(Ordering::Relaxed)).as_secs_f64();
        let _ = writeln!(text, "heedful_event_batch_seconds_sum {waited}");
        let _ =
            writeln!(text, "heedful_event_batch_seconds_count {}", self.n_batches.load(Ordering::Relaxed));
        text.push_str("# HELP heedful_event_batches_refused_total Batches sent back because the store was full or unwell.\n");
        text.push_str("# TYPE heedful_event_batches_refused_total counter\n");
        let n = self.n_refused_batches.load(Ordering::Relaxed);
        let _ = writeln!(text, "heedful_event_batches_refused_total {n}");
    }
}
