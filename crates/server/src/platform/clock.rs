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

    pub fn now(&self) -> Micros {
        match self {
            Self::System => Self::system_now(),
            Self::Manual(now) => now.load(Ordering::Relaxed),
        }
    }

    /// What the system's clock says, whatever the server's clock is: files are dated by it.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    pub fn system_now() -> Micros {
        jiff::Timestamp::now().as_microsecond()
    }

    /// Sets a manual clock; the system's clock cannot be set.
    pub fn set(&self, time: Micros) {
        if let Self::Manual(now) = self {
            now.store(time, Ordering::Relaxed);
        }
    }
}
