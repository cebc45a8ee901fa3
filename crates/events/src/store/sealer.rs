//! The thread that seals: it moves what the log has into the tables, and lets the log forget it.
//!
//! For each workspace one data file is written and committed together with the place in the log up to which its events are in
//! the table now. A crash before the commit leaves a file that belongs to nothing; after it, the log is read again from there.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};

use arrow_array::RecordBatch;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use super::contents::{Contents, Numbered};
use super::intake;
use super::links::Links;
use super::rewrite::{compact, remove};
use super::sealed::Sealed;
use crate::batch::{Batch, Workspace, person_hash};
use crate::error::{Error, Result};
use crate::event::Micros;
use crate::table::delta::{Change, LogPlace, NewFile, Table};
use crate::table::file;
use crate::table::layout::{Frequencies, Layout};
use crate::table::left_out::LeftOut;
use crate::table::rows::RowsBuilder;

/// So many bytes of batches become one file; while it is made it takes several times as much memory.
const SLICE_BYTES: usize = 16 << 20;

/// What the thread is to do, and who hears how much it was.
#[derive(Debug)]
pub enum Order {
    /// Seal everything; how many events were sealed.
    Seal(Reply),
    /// Merge small files; how often files were merged.
    Compact(Reply),
    /// Remove some events; how many there were.
    Remove { workspace: Workspace, what: LeftOut, reply: Reply },
}

/// Who waits for a number.
pub type Reply = oneshot::Sender<Result<usize>>;

/// All tables, and what is needed to bring events into them.
pub struct Sealer {
    dir: PathBuf,
    log: String,
    clock: fn() -> Micros,
    runtime: Runtime,
    tables: HashMap<Workspace, Table>,
    contents: Arc<Contents>,
}

impl Sealer {
    /// Opens the tables of a folder and publishes what they have.
    pub fn open(dir: PathBuf, log: String, clock: fn() -> Micros, contents: Arc<Contents>) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(Error::disk("start the sealer of", &dir))?;
        let mut sealer = Self { dir, log, clock, runtime, tables: HashMap::new(), contents };
        for workspace in list(&sealer.dir)? {
            let table = sealer.runtime.block_on(Table::open(&path(&sealer.dir, workspace)))?;
            let before = sealer.runtime.block_on(table.brought(&sealer.log))?.unwrap_or_default();
            let files = Sealed::read(&table, &Sealed::default(), before)?;
            sealer.contents.publish_sealed(workspace, Arc::new(files));
            sealer.tables.insert(workspace, table);
        }
        Ok(sealer)
    }

    /// Does what is ordered until nobody can order any more.
    pub fn run(mut self, orders: &Receiver<Order>, intake: &Sender<intake::Order>) {
        while let Ok(order) = orders.recv() {
            let (reply, n) = match order {
                Order::Seal(reply) => (reply, self.seal(intake)),
                Order::Compact(reply) => (reply, self.compact()),
                Order::Remove { workspace, what, reply } => (reply, self.remove(workspace, &what, intake)),
            };
            // Who is gone does not hear it.
            let _ = reply.send(n);
        }
    }

    fn seal(&mut self, intake: &Sender<intake::Order>) -> Result<usize> {
        self.contents.begin_seal();
        let recent = self.contents.to_seal();
        let mut sealed: BTreeMap<Workspace, Result<usize>> = BTreeMap::new();
        for slice in slices(&recent) {
            self.seal_slice(slice, &mut sealed);
            self.forget(intake)?;
        }
        sealed.into_values().sum()
    }

    /// A table that cannot be written keeps no other from being. What is its own in later slices waits with what failed: a
    /// table has everything up to a place in the log.
    fn seal_slice(&mut self, slice: &[Numbered], sealed: &mut BTreeMap<Workspace, Result<usize>>) {
        let before = slice.last().map_or(0, |(number, _)| number + 1);
        let mut by_workspace: BTreeMap<Workspace, Vec<Numbered>> = BTreeMap::new();
        for (number, batch) in slice {
            by_workspace.entry(batch.workspace()).or_default().push((*number, Arc::clone(batch)));
        }
        for (workspace, batches) in by_workspace {
            let so_far = sealed.entry(workspace).or_insert(Ok(0));
            if let Ok(n_events) = so_far {
                *so_far = self.seal_workspace(workspace, &batches, before).map(|n| n + *n_events);
            }
        }
    }

    /// Lets the log forget what is sealed.
    fn forget(&self, intake: &Sender<intake::Order>) -> Result<()> {
        let batches = self.contents.forget_sealed();
        let (reply, forgotten) = mpsc::channel();
        // A writer that is gone has nothing to forget.
        let _ = intake.send(intake::Order::Forget { batches, reply });
        forgotten.recv().unwrap_or(Ok(()))
    }

    fn seal_workspace(&mut self, workspace: Workspace, batches: &[Numbered], before: u64) -> Result<usize> {
        if !self.tables.contains_key(&workspace) {
            let table = self.runtime.block_on(Table::open(&path(&self.dir, workspace)))?;
            self.tables.insert(workspace, table);
        }
        let Some(table) = self.tables.get_mut(&workspace) else { return Ok(0) };
        // After a commit of which nobody heard, the table has more than was known.
        let brought = self.runtime.block_on(table.brought(&self.log))?.unwrap_or_default();
        let new = batches.iter().filter(|(number, _)| *number >= brought).map(|(_, batch)| batch.as_ref());
        let mut layout = table.layout().clone();
        let rows = rows_of(workspace, new, &mut layout, &self.contents.links(workspace))?;
        let now = (self.clock)();
        if rows.num_rows() > 0 {
            let name = format!("{}-{before}.parquet", self.log);
            let added = vec![write(table.dir(), name, &rows)?];
            let brought = Some(LogPlace { log: self.log.clone(), before });
            let change = Change { added, removed: Vec::new(), layout, brought, changes_data: true, now };
            self.runtime.block_on(table.commit(change))?;
        }
        let earlier = self.contents.sealed(workspace);
        let sealed = Sealed::read(table, &earlier, before)?;
        self.contents.publish_sealed(workspace, Arc::new(sealed));
        Ok(rows.num_rows())
    }

    fn remove(
        &mut self,
        workspace: Workspace,
        what: &LeftOut,
        intake: &Sender<intake::Order>,
    ) -> Result<usize> {
        let before = self.contents.recent().last().map_or(0, |(number, _)| number + 1);
        // The first time the segment may stay in which the log went on meanwhile; it ends then, and goes the second time.
        for _ in 0..2 {
            self.seal(intake)?;
        }
        if self.contents.of(workspace).1.iter().any(|(number, _)| *number < before) {
            return Err(Error::Held);
        }
        let Some(table) = self.tables.get_mut(&workspace) else { return Ok(0) };
        let sealed = self.contents.sealed(workspace);
        let links = self.contents.links(workspace);
        let removal = remove(table, (&sealed, &links), what, &self.log, (self.clock)());
        let n_removed = self.runtime.block_on(removal);
        // Also after a failure, some files may have been replaced.
        let now = Sealed::read(table, &sealed, sealed.before)?;
        self.contents.publish_sealed(workspace, Arc::new(now));
        n_removed
    }

    fn compact(&mut self) -> Result<usize> {
        let workspaces: Vec<Workspace> = self.tables.keys().copied().collect();
        let merged: Vec<_> =
            workspaces.into_iter().map(|workspace| self.compact_workspace(workspace)).collect();
        merged.into_iter().sum()
    }

    fn compact_workspace(&mut self, workspace: Workspace) -> Result<usize> {
        let Some(table) = self.tables.get_mut(&workspace) else { return Ok(0) };
        let mut n_merged = 0;
        let mut sealed = self.contents.sealed(workspace);
        let links = self.contents.links(workspace);
        while self.runtime.block_on(compact(table, (&sealed, &links), &self.log, (self.clock)()))? {
            n_merged += 1;
            sealed = Arc::new(Sealed::read(table, &sealed, sealed.before)?);
            self.contents.publish_sealed(workspace, Arc::clone(&sealed));
        }
        Ok(n_merged)
    }
}

/// The events of some batches as sorted rows; the layout gets columns for what many of them have.
pub fn rows_of<'b>(
    workspace: Workspace,
    batches: impl Iterator<Item = &'b Batch>,
    layout: &mut Layout,
    links: &Links,
) -> Result<RecordBatch> {
    // Events are read twice, which is cheaper than to hold all of them.
    let batches: Vec<&Batch> = batches.collect();
    let events = || batches.iter().flat_map(|batch| batch.events());
    let mut frequencies = Frequencies::default();
    events().for_each(|event| frequencies.add(&event));
    layout.extend_by(&frequencies);
    let mut rows = RowsBuilder::new(layout);
    for event in events() {
        let number = person_hash(workspace, &event.distinct_id).cast_signed();
        rows.push(links.lasting(number), &event);
    }
    rows.finish().map_err(|error| Error::file("in memory")(error.into()))
}

/// Batches in the order of the log, in parts of which each fits into memory several times.
fn slices(batches: &[Numbered]) -> impl Iterator<Item = &[Numbered]> {
    let mut rest = batches;
    std::iter::from_fn(move || {
        let mut n_bytes = 0;
        let fits = |(_, batch): &&Numbered| {
            n_bytes += batch.as_bytes().len();
            n_bytes <= SLICE_BYTES
        };
        let n = rest.iter().take_while(fits).count().max(1);
        let (slice, later) = rest.split_at_checked(n)?;
        rest = later;
        Some(slice)
    })
}

fn write(dir: &Path, name: String, rows: &RecordBatch) -> Result<NewFile> {
    let path = dir.join(&name);
    let out = File::create(&path).map_err(Error::disk("create", &path))?;
    let metadata = file::write(rows, out).map_err(Error::file(&path)).inspect_err(|_| {
        // What belongs to nothing takes no room; when it cannot be removed either, only the room is lost.
        let _ = fs::remove_file(&path);
    })?;
    Ok(NewFile { name, metadata })
}

/// Where the table of a workspace is.
pub fn path(dir: &Path, workspace: Workspace) -> PathBuf {
    dir.join(workspace.map(|byte| format!("{byte:02x}")).concat())
}

/// The workspaces that have a folder.
pub fn list(dir: &Path) -> Result<Vec<Workspace>> {
    fs::create_dir_all(dir).map_err(Error::disk("create", dir))?;
    let mut workspaces = Vec::new();
    for entry in fs::read_dir(dir).map_err(Error::disk("read", dir))? {
        let name = entry.map_err(Error::disk("read", dir))?.file_name();
        let number = name.to_str().filter(|name| name.len() == 32).map(|name| u128::from_str_radix(name, 16));
        workspaces.extend(number.into_iter().flatten().map(u128::to_be_bytes));
    }
    Ok(workspaces)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;

    #[test]
    fn slices_have_every_batch_once_and_fit_into_memory() {
        let batch = |n_bytes: usize| {
            let mut batch = Batch::new([1; 16], 0);
            batch.push(&Event { name: "x".repeat(n_bytes).into(), ..Event::default() });
            Arc::new(batch)
        };
        let (small, large) = (batch(SLICE_BYTES / 3), batch(SLICE_BYTES + 1));
        let all = [&small, &small, &small, &large, &small, &large];
        let all: Vec<Numbered> = (5..).zip(all.map(Arc::clone)).collect();
        let slices: Vec<Vec<u64>> =
            slices(&all).map(|slice| slice.iter().map(|(number, _)| *number).collect()).collect();
        assert_eq!(slices, [vec![5, 6], vec![7], vec![8], vec![9], vec![10]]);
    }
}
