//! What questions read: all events of a workspace at one moment, as files.

use std::sync::Arc;

use super::sealed::Sealed;
use super::sealer::rows_of;
use crate::batch::{Batch, Workspace};
use crate::error::{Error, Result};
use crate::scan::file::DataFile;
use crate::table::file;

/// All events of a workspace at one moment.
#[derive(Debug)]
pub struct View {
    sealed: Arc<Sealed>,
    /// What is not sealed yet.
    recent: DataFile,
}

impl View {
    pub(super) fn new(workspace: Workspace, sealed: Arc<Sealed>, recent: &[Arc<Batch>]) -> Result<Self> {
        let mut bytes = Vec::new();
        let mut layout = sealed.layout.clone();
        let rows = rows_of(workspace, recent.iter().map(AsRef::as_ref), &mut layout)?;
        file::write(&rows, &mut bytes).map_err(Error::file("in memory"))?;
        Ok(Self { sealed, recent: DataFile::in_memory(bytes.into())? })
    }

    /// The files that have them, each event in one of them.
    pub fn files(&self) -> Vec<&DataFile> {
        self.sealed.files.iter().map(|file| &file.data).chain([&self.recent]).collect()
    }

    /// How many events there are.
    pub fn n_events(&self) -> usize {
        self.files().into_iter().map(DataFile::n_rows).sum()
    }
}
