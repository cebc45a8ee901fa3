//! What a question reads, and how much it may take.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use super::file::DataFile;
use crate::error::{Error, Result};

/// What a question reads, with how many threads, and how much it may take.
#[derive(Clone, Copy, Debug)]
pub struct Source<'f> {
    /// All events of a workspace.
    pub files: &'f [&'f DataFile],
    /// People, by their numbers in order, whose events are in the files a second time, as those of somebody else: that counts.
    pub moved: &'f [i64],
    /// So many threads work at once.
    pub n_threads: usize,
    /// How much it may take.
    pub limits: &'f Limits,
}

impl Source<'_> {
    /// How many events it has.
    pub fn n_rows(self) -> usize {
        self.files.iter().map(|file| file.n_rows()).sum()
    }
}

/// How much memory a question may take for its answer, and whether anybody still wants it.
#[derive(Debug)]
pub struct Limits {
    bytes_left: AtomicI64,
    is_stopped: AtomicBool,
}

impl Limits {
    /// So many bytes for the groups and numbers of an answer; what is read on the way is bounded by itself.
    pub fn new(bytes_max: usize) -> Self {
        let bytes_max = i64::try_from(bytes_max).unwrap_or(i64::MAX);
        Self { bytes_left: AtomicI64::new(bytes_max), is_stopped: AtomicBool::new(false) }
    }

    /// As much as there is.
    pub const fn none() -> Self {
        Self { bytes_left: AtomicI64::new(i64::MAX), is_stopped: AtomicBool::new(false) }
    }

    /// Nobody wants the answer any more: whoever works on it ends soon, with [`Error::Stopped`].
    pub fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    /// Takes memory. When there is none left the next [check](Self::check) says so.
    pub fn spend(&self, n_bytes: usize) {
        let n_bytes = i64::try_from(n_bytes).unwrap_or(i64::MAX);
        self.bytes_left.fetch_sub(n_bytes, Ordering::Relaxed);
    }

    /// Whether the question may go on.
    ///
    /// # Errors
    ///
    /// [`Error::Stopped`], [`Error::TooMuch`].
    pub fn check(&self) -> Result<()> {
        if self.is_stopped.load(Ordering::Relaxed) {
            return Err(Error::Stopped);
        }
        if self.bytes_left.load(Ordering::Relaxed) < 0 { Err(Error::TooMuch) } else { Ok(()) }
    }
}
