//! The thread that seals: it moves what the log has into the tables, and lets the log forget it.
//!
//! For each workspace one data file is written and committed together with the place in the log up to which its events are in
//! the table now. A crash before the commit leaves a file that belongs to nothing; after it, the log is read again from there.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};

use arrow_array::RecordBatch;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use super::contents::{Contents, Numbered};
use super::intake::Order;
use super::sealed::Sealed;
use crate::batch::{Batch, BatchView, Workspace, person_hash};
use crate::error::{Error, Result};
use crate::event::Micros;
use crate::table::delta::{Change, LogPlace, NewFile, Table};
use crate::table::file;
use crate::table::layout::Layout;
use crate::table::rows::RowsBuilder;

/// Who wants everything sealed, and hears how many events were.
pub type SealOrder = oneshot::Sender<Result<usize>>;

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

    /// Seals whenever it is ordered, until nobody can order any more.
    pub fn run(mut self, orders: &Receiver<SealOrder>, intake: &Sender<Order>) {
        while let Ok(reply) = orders.recv() {
            let sealed = self.seal(intake);
            // Who is gone does not hear it.
            let _ = reply.send(sealed);
        }
    }

    fn seal(&mut self, intake: &Sender<Order>) -> Result<usize> {
        let recent = self.contents.recent();
        let Some(before) = recent.last().map(|(number, _)| number + 1) else { return Ok(0) };
        let mut by_workspace: BTreeMap<Workspace, Vec<Numbered>> = BTreeMap::new();
        for (number, batch) in recent {
            by_workspace.entry(batch.workspace()).or_default().push((number, batch));
        }
        let mut n_events = 0;
        for (workspace, batches) in by_workspace {
            n_events += self.seal_workspace(workspace, &batches, before)?;
        }
        let batches = self.contents.forget_before(before);
        // A writer that is gone has nothing to forget.
        let _ = intake.send(Order::Forget { before, batches });
        Ok(n_events)
    }

    fn seal_workspace(&mut self, workspace: Workspace, batches: &[Numbered], before: u64) -> Result<usize> {
        if !self.tables.contains_key(&workspace) {
            let table = self.runtime.block_on(Table::open(&path(&self.dir, workspace)))?;
            self.tables.insert(workspace, table);
        }
        let Some(table) = self.tables.get_mut(&workspace) else { return Ok(0) };
        let mut layout = table.layout().clone();
        let rows = rows_of(workspace, batches.iter().map(|(_, batch)| batch.as_ref()), &mut layout)?;
        let name = format!("{}-{before}.parquet", self.log);
        let added = write(table.dir(), name, &rows)?;
        let brought = Some(LogPlace { log: self.log.clone(), before });
        let change = Change { added: vec![added], removed: Vec::new(), layout, brought, now: (self.clock)() };
        self.runtime.block_on(table.commit(change))?;
        let earlier = self.contents.sealed(workspace);
        self.contents.publish_sealed(workspace, Arc::new(Sealed::read(table, &earlier, before)?));
        Ok(rows.num_rows())
    }
}

/// The events of some batches as sorted rows; the layout gets columns for what many of them have.
pub fn rows_of<'b>(
    workspace: Workspace,
    batches: impl Iterator<Item = &'b Batch>,
    layout: &mut Layout,
) -> Result<RecordBatch> {
    let mut events = Vec::new();
    for batch in batches {
        let of_batch = BatchView::new(batch.as_bytes()).map(BatchView::events).into_iter().flatten();
        // A batch is made by adding events, or was read whole.
        events.extend(of_batch.map_while(|event| event));
    }
    layout.extend(events.iter());
    let mut rows = RowsBuilder::new(layout);
    for event in &events {
        rows.push(person_hash(workspace, &event.distinct_id), event);
    }
    rows.finish().map_err(|error| Error::file("in memory")(error.into()))
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

fn path(dir: &Path, workspace: Workspace) -> PathBuf {
    dir.join(workspace.map(|byte| format!("{byte:02x}")).concat())
}

/// The workspaces that have a folder.
fn list(dir: &Path) -> Result<Vec<Workspace>> {
    fs::create_dir_all(dir).map_err(Error::disk("create", dir))?;
    let mut workspaces = Vec::new();
    for entry in fs::read_dir(dir).map_err(Error::disk("read", dir))? {
        let name = entry.map_err(Error::disk("read", dir))?.file_name();
        let number = name.to_str().filter(|name| name.len() == 32).map(|name| u128::from_str_radix(name, 16));
        workspaces.extend(number.into_iter().flatten().map(u128::to_be_bytes));
    }
    Ok(workspaces)
}
