//! What can go wrong with events.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The disk refused to read or write; `what` says what was tried.
    #[error("cannot {what} {}: {source}", path.display())]
    Disk {
        /// What was tried, as in "read".
        what: &'static str,
        /// The file or folder it was tried on.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// A file that was whole once is damaged, before the place where a crash could have cut it off.
    #[error("{} is damaged at byte {offset}", path.display())]
    Damaged {
        /// The damaged file.
        path: PathBuf,
        /// Where the damage begins.
        offset: u64,
    },
    /// A data file cannot be read or written.
    #[error("the data file {} cannot be used: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: parquet::errors::ParquetError,
    },
    /// A table cannot be read or written.
    #[error("the event table in {} cannot be used: {source}", path.display())]
    Table {
        /// Its folder.
        path: PathBuf,
        /// Why not.
        source: Box<deltalake_core::DeltaTableError>,
    },
    /// An object store cannot be read or written; `what` says what was tried.
    #[error("cannot {what} {address}: {source}")]
    Remote {
        /// What was tried, as in "read".
        what: &'static str,
        /// The folder it was tried on.
        address: String,
        /// Why it failed.
        source: object_store::Error,
    },
    /// A frame of the log is whole and yet no batch: another version wrote it.
    #[error("entry {number} of the event log was not written by this version")]
    NoBatch {
        /// The number of the frame.
        number: u64,
    },
    /// What is not sealed tells of people, and [nobody has heard it](crate::Store::hear).
    #[error("the event log tells of people, which must be heard first")]
    Held,
    /// Nobody wants the answer any more.
    #[error("the question was stopped")]
    Stopped,
    /// The answer would need more memory than it may have.
    #[error("the answer has too many groups or different numbers")]
    TooMuch,
    /// A batch has more bytes than one frame of the log holds.
    #[error("a batch of {n_bytes} bytes is too long: at most {n_bytes_max} are written at once")]
    TooLong {
        /// Bytes of the batch.
        n_bytes: usize,
        /// Bytes that are taken.
        n_bytes_max: usize,
    },
}

/// Why a batch was not taken.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// More is waiting for the disk than is held in memory: the same can be sent again in a moment.
    #[error("too many events are waiting for the disk")]
    Busy,
    /// The store is being closed.
    #[error("the event store is closed")]
    Closed,
    /// It could not be written, and nothing of it was kept.
    #[error(transparent)]
    Failed(Arc<Error>),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Failed(Arc::new(error))
    }
}

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn disk(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Disk { what, path, source }
    }

    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(parquet::errors::ParquetError) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }

    pub(crate) fn table(path: impl Into<PathBuf>) -> impl FnOnce(deltalake_core::DeltaTableError) -> Self {
        let path = path.into();
        move |source| Self::Table { path, source: Box::new(source) }
    }

    /// Whether the disk is full: nothing was lost, and the same may succeed when there is room again.
    pub fn is_disk_full(&self) -> bool {
        let full = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded];
        matches!(self, Self::Disk { source, .. } if full.contains(&source.kind()))
    }
}
