//! The thread that seals: it moves what the log has into the tables, and lets the log forget it.
//!
//! For each workspace one data file is written and committed together with the place in the log up to which its events are in
//! the table now. A crash before the commit leaves a file that belongs to nothing; after it, the log is read again from there.

use std::collections::{BTreeMap, HashMap, HashSet};
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
use super::sealed::{Sealed, SealedFile};
use crate::batch::{Batch, EventKey, Workspace, person_hash};
use crate::error::{Error, Result};
use crate::event::Micros;
use crate::table::delta::{Change, LogPlace, NewFile, Table};
use crate::table::file;
use crate::table::layout::{Frequencies, Layout};
use crate::table::left_out::LeftOut;
use crate::table::remote::Place;
use crate::table::rows::RowsBuilder;

/// So often another writer may come first.
const ATTEMPTS: usize = 20;
/// So many bytes of batches become one file; while it is made it takes several times as much memory.
const SLICE_BYTES: usize = 16 << 20;

/// What the thread is to do, and who hears how much it was.
#[derive(Debug)]
pub enum Order {
    /// Seal everything; how many events were sealed.
    Seal(Reply),
    /// Merge small files; how often files were merged.
    Compact(Reply),
    /// Look what other writers did; in how many tables that is anything.
    Refresh(Reply),
    /// Remove some events; how many there were.
    Remove { workspace: Workspace, what: LeftOut, reply: Reply },
}

/// Who waits for a number.
pub type Reply = oneshot::Sender<Result<usize>>;

/// All tables, and what is needed to bring events into them.
pub struct Sealer {
    place: Place,
    log: String,
    clock: fn() -> Micros,
    runtime: Runtime,
    tables: HashMap<Workspace, Table>,
    contents: Arc<Contents>,
}

impl Sealer {
    /// Opens the tables of a folder and publishes what they have.
    pub fn open(place: Place, log: String, clock: fn() -> Micros, contents: Arc<Contents>) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(Error::disk("start the sealer of", &place.dir))?;
        let mut sealer = Self { place, log, clock, runtime, tables: HashMap::new(), contents };
        for workspace in sealer.list()? {
            sealer.open_table(workspace)?;
        }
        Ok(sealer)
    }

    /// The workspaces that have a table.
    fn list(&self) -> Result<Vec<Workspace>> {
        match &self.place.remote {
            Some(remote) => {
                Ok(self.runtime.block_on(remote.folders())?.iter().filter_map(|name| named(name)).collect())
            }
            None => list(&self.place.dir),
        }
    }

    fn open_table(&mut self, workspace: Workspace) -> Result<()> {
        let table = self.runtime.block_on(Table::open_in(&self.place.within(&folder(workspace))))?;
        let before = self.runtime.block_on(table.brought(&self.log))?.unwrap_or_default();
        self.tables.insert(workspace, table);
        let none = Sealed { before, ..Sealed::default() };
        self.publish(workspace, &none).map(drop)
    }

    /// Tells readers what a table has now, of which files that were open stay open.
    fn publish(&self, workspace: Workspace, earlier: &Sealed) -> Result<Arc<Sealed>> {
        let Some(table) = self.tables.get(&workspace) else { return Ok(Arc::default()) };
        self.runtime.block_on(table.fetch())?;
        let sealed = Arc::new(Sealed::read(table, earlier, earlier.before)?);
        self.contents.publish_sealed(workspace, Arc::clone(&sealed));
        Ok(sealed)
    }

    /// Looks what others did to a table; whether that is anything.
    fn refresh_table(&mut self, workspace: Workspace) -> Result<bool> {
        let Some(table) = self.tables.get_mut(&workspace).filter(|table| table.is_shared()) else {
            return Ok(false);
        };
        self.runtime.block_on(table.refresh())?;
        // A commit that came second has looked already.
        let sealed = self.contents.sealed(workspace);
        let is_changed = sealed.version != table.version();
        if is_changed {
            self.publish(workspace, &sealed)?;
        }
        Ok(is_changed)
    }

    /// Looks what other writers of the tables did; in how many tables that is anything.
    fn refresh(&mut self) -> Result<usize> {
        let mut n_changed = 0;
        for workspace in self.list()? {
            if self.tables.contains_key(&workspace) {
                n_changed += usize::from(self.refresh_table(workspace)?);
            } else {
                self.open_table(workspace)?;
                n_changed += 1;
            }
        }
        Ok(n_changed)
    }

    /// Does what is ordered until nobody can order any more.
    pub fn run(mut self, orders: &Receiver<Order>, intake: &Sender<intake::Order>) {
        while let Ok(order) = orders.recv() {
            let (reply, n) = match order {
                Order::Seal(reply) => (reply, self.seal(intake)),
                Order::Compact(reply) => (reply, self.compact()),
                Order::Refresh(reply) => (reply, self.refresh()),
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

    /// Where others write too, one of them may come first; then it is looked again what is there.
    fn seal_workspace(&mut self, workspace: Workspace, batches: &[Numbered], before: u64) -> Result<usize> {
        if !self.tables.contains_key(&workspace) {
            self.open_table(workspace)?;
        }
        let mut attempt = 1;
        loop {
            match self.try_to_seal(workspace, batches, before) {
                Err(Error::Table { .. }) if self.place.remote.is_some() && attempt < ATTEMPTS => attempt += 1,
                done => return done,
            }
        }
    }

    fn try_to_seal(&mut self, workspace: Workspace, batches: &[Numbered], before: u64) -> Result<usize> {
        self.refresh_table(workspace)?;
        let known = self.known_elsewhere(workspace, batches)?;
        let Some(table) = self.tables.get_mut(&workspace) else { return Ok(0) };
        // After a commit of which nobody heard, the table has more than was known.
        let brought = self.runtime.block_on(table.brought(&self.log))?.unwrap_or_default();
        let new = batches.iter().filter(|(number, _)| *number >= brought).map(|(_, batch)| batch.as_ref());
        let mut layout = table.layout().clone();
        let rows = rows_of(workspace, new, &known, &mut layout, &self.contents.links(workspace))?;
        let now = (self.clock)();
        if rows.num_rows() > 0 {
            let name = format!("{}-{before}.parquet", self.log);
            let added = vec![write(table.dir(), name, &rows)?];
            let brought = Some(LogPlace { log: self.log.clone(), before });
            let change = Change { added, removed: Vec::new(), layout, brought, changes_data: true, now };
            self.runtime.block_on(table.commit(change))?;
        }
        let earlier = self.contents.sealed(workspace);
        let files = earlier.files.clone();
        self.publish(workspace, &Sealed { files, before, ..Sealed::default() })?;
        Ok(rows.num_rows())
    }

    /// Events that another writer took as well, such as when a sender did not hear the answer and asked the next server.
    fn known_elsewhere(&self, workspace: Workspace, batches: &[Numbered]) -> Result<HashSet<EventKey>> {
        if self.place.remote.is_none() {
            return Ok(HashSet::new());
        }
        let of_others = |file: &&Arc<SealedFile>| !file.name.starts_with(&self.log);
        let sealed = self.contents.sealed(workspace);
        let files: Vec<_> = sealed.files.iter().filter(of_others).cloned().collect();
        if files.is_empty() {
            return Ok(HashSet::new());
        }
        let keys: Vec<EventKey> = batches.iter().flat_map(|(_, batch)| batch.keys()).collect();
        Sealed { files, ..Sealed::default() }.find(&keys, &self.contents.links(workspace))
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
        self.refresh_table(workspace)?;
        let Some(table) = self.tables.get_mut(&workspace) else { return Ok(0) };
        let sealed = self.contents.sealed(workspace);
        let links = self.contents.links(workspace);
        let removal = remove(table, (&sealed, &links), what, &self.log, (self.clock)());
        let n_removed = self.runtime.block_on(removal);
        // Also after a failure, some files may have been replaced.
        self.publish(workspace, &sealed)?;
        n_removed
    }

    fn compact(&mut self) -> Result<usize> {
        let workspaces: Vec<Workspace> = self.tables.keys().copied().collect();
        let merged: Vec<_> =
            workspaces.into_iter().map(|workspace| self.compact_workspace(workspace)).collect();
        merged.into_iter().sum()
    }

    fn compact_workspace(&mut self, workspace: Workspace) -> Result<usize> {
        let mut n_merged = 0;
        let mut sealed = self.contents.sealed(workspace);
        let links = self.contents.links(workspace);
        loop {
            let Some(table) = self.tables.get_mut(&workspace) else { return Ok(0) };
            let now = (self.clock)();
            if !self.runtime.block_on(compact(table, (&sealed, &links), &self.log, now))? {
                break;
            }
            n_merged += 1;
            sealed = self.publish(workspace, &sealed)?;
        }
        Ok(n_merged)
    }
}

/// The events of some batches as sorted rows, some left out; the layout gets columns for what many of them have.
pub fn rows_of<'b>(
    workspace: Workspace,
    batches: impl Iterator<Item = &'b Batch>,
    left_out: &HashSet<EventKey>,
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
        let person = person_hash(workspace, &event.distinct_id);
        if left_out.contains(&EventKey { person, id: event.id }) {
            continue;
        }
        let number = person.cast_signed();
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
    dir.join(folder(workspace))
}

/// What its folder is called.
pub fn folder(workspace: Workspace) -> String {
    workspace.map(|byte| format!("{byte:02x}")).concat()
}

/// The workspace whose folder is called so.
pub fn named(folder: &str) -> Option<Workspace> {
    let number = u128::from_str_radix(folder, 16).ok().filter(|_| folder.len() == 32);
    number.map(u128::to_be_bytes)
}

/// The workspaces that have a folder.
pub fn list(dir: &Path) -> Result<Vec<Workspace>> {
    fs::create_dir_all(dir).map_err(Error::disk("create", dir))?;
    let mut workspaces = Vec::new();
    for entry in fs::read_dir(dir).map_err(Error::disk("read", dir))? {
        let name = entry.map_err(Error::disk("read", dir))?.file_name();
        workspaces.extend(name.to_str().and_then(named));
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
