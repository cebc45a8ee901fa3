//! What questions read: all events of a workspace at one moment, as files.

use std::sync::Arc;

use super::linked::{LinkedFile, Moved};
use super::links::Links;
use super::sealed::Sealed;
use crate::error::Result;
use crate::scan::file::DataFile;
use crate::scan::source::{Limits, Source};

/// All events of a workspace at one moment.
#[derive(Debug)]
pub struct View {
    pub(super) sealed: Arc<Sealed>,
    /// What is not sealed yet.
    fresh: Vec<Arc<LinkedFile>>,
    /// What of each file is somebody else's by now.
    moved: Vec<Arc<Moved>>,
    moved_numbers: Vec<i64>,
}

impl View {
    pub(super) fn new(sealed: Arc<Sealed>, fresh: Vec<Arc<LinkedFile>>, links: &Links) -> Result<Self> {
        let all = sealed.files.iter().map(|file| &file.file).chain(fresh.iter().map(AsRef::as_ref));
        let moved = all.map(|file| file.moved(links)).collect::<Result<Vec<_>>>()?;
        let mut moved_numbers: Vec<i64> =
            moved.iter().flat_map(|moved| moved.numbers.keys()).copied().collect();
        moved_numbers.sort_unstable();
        moved_numbers.dedup();
        Ok(Self { sealed, fresh, moved, moved_numbers })
    }

    /// The files that have them, each event in one of them. Who did it stands there as of when the file was written.
    pub fn files(&self) -> Vec<&DataFile> {
        let sealed = self.sealed.files.iter().map(|file| &file.file.data);
        sealed.chain(self.fresh.iter().map(|file| &file.data)).collect()
    }

    /// The same files, and what of them is somebody else's by now.
    pub fn all_files(&self) -> Vec<&DataFile> {
        let moved = self.moved.iter().filter_map(|moved| moved.rows.as_ref());
        self.files().into_iter().chain(moved).collect()
    }

    /// What questions read, of these [files](Self::all_files).
    pub fn source<'v>(
        &'v self,
        files: &'v [&'v DataFile],
        n_threads: usize,
        limits: &'v Limits,
    ) -> Source<'v> {
        Source { files, moved: &self.moved_numbers, n_threads, limits }
    }

    /// How many events there are.
    pub fn n_events(&self) -> usize {
        self.files().into_iter().map(DataFile::n_rows).sum()
    }
}
