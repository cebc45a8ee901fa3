//! Where the time comes from.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use heedful_db::Micros;

#[derive(Clone, Debug)]
pub enum Clock {
    System,
    /// Moves only when somebody sets it; for tests and for building the demo.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    pub fn manual(now: Micros) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(now)))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    pub fn now(&self) -> Micros {
        match self {
            Self::System => jiff::Timestamp::now().as_microsecond(),
            Self::Manual(now) => now.load(Ordering::Relaxed),
        }
    }

    /// Sets a manual clock; the system's clock cannot be set.
    pub fn set(&self, time: Micros) {
        if let Self::Manual(now) = self {
            now.store(time, Ordering::Relaxed);
        }
    }
}
