//! What questions read: all events of a workspace at one moment, as files.

use std::sync::Arc;

use super::sealed::Sealed;
use crate::scan::file::DataFile;

/// All events of a workspace at one moment.
#[derive(Debug)]
pub struct View {
    pub(super) sealed: Arc<Sealed>,
    /// What is not sealed yet.
    pub(super) fresh: Vec<Arc<DataFile>>,
}

impl View {
    /// The files that have them, each event in one of them.
    pub fn files(&self) -> Vec<&DataFile> {
        let sealed = self.sealed.files.iter().map(|file| &file.data);
        sealed.chain(self.fresh.iter().map(AsRef::as_ref)).collect()
    }

    /// How many events there are.
    pub fn n_events(&self) -> usize {
        self.files().into_iter().map(DataFile::n_rows).sum()
    }
}
