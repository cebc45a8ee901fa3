//! The table of one workspace: which data files it has, agreed upon with everybody who reads or writes it.
//!
//! It is a Delta table, so that other tools read it as it is. A commit adds and removes files at once and says up to which
//! place in a log its events are in it: after a crash the log knows what it has left to bring.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::TimeDelta;
use deltalake_core::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake_core::kernel::{
    Action, Add, DataType, MetadataExt, PrimitiveType, Remove, StructField, StructType, Transaction,
};
use deltalake_core::operations::create::CreateBuilder;
use deltalake_core::operations::vacuum::{Clock, VacuumMode};
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use deltalake_core::{DeltaTable, DeltaTableBuilder, DeltaTableError, TableProperty};
use parquet::file::metadata::ParquetMetaData;
use serde_json::json;
use url::Url;

use super::layout::{self, Kind, Layout};
use super::remote::{Place, Remote};
use super::rows;
use crate::error::{Error, Result};
use crate::event::Micros;
use crate::scan::file::bounds_of;

/// So long files stay that do not belong to the table any more.
const RETENTION: TimeDelta = TimeDelta::hours(1);

/// The table of one workspace.
#[derive(Debug)]
pub struct Table {
    /// The data files; with an object store those that were needed here.
    dir: PathBuf,
    remote: Option<Remote>,
    delta: DeltaTable,
    layout: Layout,
}

/// A place in a log: every frame before `before` of the log that is called so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogPlace {
    /// What the log is called; no two logs that bring events into a table are called the same.
    pub log: String,
    /// The number of the first frame that is not meant.
    pub before: u64,
}

/// A data file that was written into the folder of its table.
#[derive(Clone, Debug)]
pub struct NewFile {
    /// Its name.
    pub name: String,
    /// What was written.
    pub metadata: ParquetMetaData,
}

/// What a commit changes.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Files that belong to the table from now on.
    pub added: Vec<NewFile>,
    /// Names of files that do not any more. Their events are in the added ones, or were erased.
    pub removed: Vec<String>,
    /// The layout of the added files: that of the table, or more.
    pub layout: Layout,
    /// How far a log has brought its events; none when none are new.
    pub brought: Option<LogPlace>,
    /// Whether events come or go, and do not only move from file to file.
    pub changes_data: bool,
    /// When this happens.
    pub now: Micros,
}

impl Table {
    /// Opens the table of a folder; both are made when missing.
    ///
    /// # Errors
    ///
    /// [`Error::Disk`], [`Error::Table`].
    pub async fn open(dir: &Path) -> Result<Self> {
        Self::open_in(&Place { dir: dir.to_owned(), remote: None }).await
    }

    /// The same for a table in an object store, whose data files are brought into the folder as they are needed. Others may
    /// write it at the same time.
    ///
    /// # Errors
    ///
    /// Those of [`Table::open`].
    pub async fn open_in(place: &Place) -> Result<Self> {
        let Place { dir, remote } = place.clone();
        fs::create_dir_all(&dir).map_err(Error::disk("create", &dir))?;
        let dir = fs::canonicalize(&dir).map_err(Error::disk("open", &dir))?;
        let delta = match &remote {
            Some(remote) => load(DeltaTable::new(remote.log_store())).await,
            None => load_from(&dir).await,
        };
        let delta = delta.map_err(Error::table(&dir))?;
        let mut table = Self { dir, remote, delta, layout: Layout::default() };
        table.layout = table.read_layout()?;
        Ok(table)
    }

    /// Whether others may write it at the same time.
    pub fn is_shared(&self) -> bool {
        self.remote.is_some()
    }

    /// Looks what others did.
    ///
    /// # Errors
    ///
    /// [`Error::Table`].
    pub async fn refresh(&mut self) -> Result<()> {
        self.delta.update_state().await.map_err(Error::table(&self.dir))?;
        self.layout = self.read_layout()?;
        Ok(())
    }

    /// Brings the data files that are not in the folder yet, and removes from it those that are in the table no more.
    ///
    /// # Errors
    ///
    /// [`Error::Disk`], [`Error::Remote`], [`Error::Table`].
    pub async fn fetch(&self) -> Result<()> {
        let Some(remote) = &self.remote else { return Ok(()) };
        let names = self.files()?;
        for name in names.iter().filter(|name| !self.dir.join(name).exists()) {
            remote.get(name, &self.dir.join(name)).await?;
        }
        for entry in fs::read_dir(&self.dir).map_err(Error::disk("read", &self.dir))? {
            let path = entry.map_err(Error::disk("read", &self.dir))?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_file() && !names.iter().any(|own| own == name) {
                fs::remove_file(&path).map_err(Error::disk("remove", &path))?;
            }
        }
        Ok(())
    }

    /// Data files of a log that do not belong to the table, wherever they are.
    ///
    /// # Errors
    ///
    /// [`Error::Disk`], [`Error::Remote`], [`Error::Table`].
    pub async fn orphans(&self, log: &str) -> Result<Vec<String>> {
        let mut names = match &self.remote {
            Some(remote) => remote.files().await?,
            None => Vec::new(),
        };
        for entry in fs::read_dir(&self.dir).map_err(Error::disk("read", &self.dir))? {
            let name = entry.map_err(Error::disk("read", &self.dir))?.file_name();
            names.extend(name.into_string());
        }
        let own = self.files()?;
        names.retain(|name| name.starts_with(log) && !own.contains(name));
        Ok(names)
    }

    /// Removes data files that belong to the table no more, wherever they are.
    ///
    /// # Errors
    ///
    /// [`Error::Disk`], [`Error::Remote`].
    pub async fn delete(&self, names: &[String]) -> Result<()> {
        for name in names {
            match fs::remove_file(self.dir.join(name)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::disk("remove", &self.dir.join(name))(error));
                }
                _ => {}
            }
        }
        match &self.remote {
            Some(remote) => remote.delete(names).await,
            None => Ok(()),
        }
    }

    /// The folder that data files are written into before they are committed.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The columns of the table.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The names of the data files.
    ///
    /// # Errors
    ///
    /// [`Error::Table`].
    pub fn files(&self) -> Result<Vec<String>> {
        let state = self.delta.snapshot().map_err(Error::table(&self.dir))?;
        Ok(state.log_data().iter().map(|file| file.path().into_owned()).collect())
    }

    /// The number of its last commit.
    pub fn version(&self) -> u64 {
        self.delta.version().unwrap_or_default()
    }

    /// Removes files from the disk that do not belong to the table, when they have not for an hour: who reads it now may still
    /// need them, and who writes it may have them not committed yet.
    ///
    /// # Errors
    ///
    /// [`Error::Table`].
    pub async fn vacuum(&mut self, now: Micros) -> Result<()> {
        let vacuum = self.delta.clone().vacuum().with_mode(VacuumMode::Full).with_clock(Arc::new(At(now)));
        let vacuum = vacuum.with_retention_period(RETENTION).with_enforce_retention_duration(false);
        let (delta, _) = vacuum.await.map_err(Error::table(&self.dir))?;
        self.delta = delta;
        Ok(())
    }

    /// How far a log has brought its events.
    ///
    /// # Errors
    ///
    /// [`Error::Table`].
    pub async fn brought(&self, log: &str) -> Result<Option<u64>> {
        let state = self.delta.snapshot().map_err(Error::table(&self.dir))?;
        let version = state.transaction_version(self.delta.log_store().as_ref(), log).await;
        Ok(version.map_err(Error::table(&self.dir))?.and_then(|version| u64::try_from(version).ok()))
    }

    /// Makes a change, whole or not at all. It is on the disk when this returns, the added files included.
    ///
    /// # Errors
    ///
    /// [`Error::Disk`], [`Error::Table`].
    pub async fn commit(&mut self, change: Change) -> Result<()> {
        for file in &change.added {
            let path = self.dir.join(&file.name);
            sync(&path)?;
            if let Some(remote) = &self.remote {
                remote.put(&file.name, &path).await?;
            }
        }
        sync(&self.dir)?;
        let actions = self.actions(&change)?;
        let brought = change
            .brought
            .map(|place| Transaction::new(place.log, i64::try_from(place.before).unwrap_or(i64::MAX)));
        let mut properties =
            CommitProperties::default().with_application_transactions(brought.into_iter().collect());
        if self.is_shared() {
            // Who comes second looks first what the other did: it may be the same events.
            properties = properties.with_max_retries(0);
        }
        let operation = DeltaOperation::Write { mode: SaveMode::Append, partition_by: None, predicate: None };
        let state = self.delta.snapshot().map_err(Error::table(&self.dir))?;
        let commit = CommitBuilder::from(properties)
            .with_actions(actions)
            .build(Some(state), self.delta.log_store(), operation)
            .await;
        // Whether this succeeded or somebody else came before: what the table is now is what counts.
        let renewed = self.refresh().await;
        let version = commit.map_err(Error::table(&self.dir))?.version();
        renewed?;
        if self.is_shared() {
            return Ok(());
        }
        let log = self.dir.join("_delta_log");
        sync(&log.join(format!("{version:020}.json")))?;
        sync(&log)
    }

    fn actions(&self, change: &Change) -> Result<Vec<Action>> {
        let mut actions = Vec::new();
        if change.layout != self.layout {
            let state = self.delta.snapshot().map_err(Error::table(&self.dir))?;
            let schema = schema(&change.layout).map_err(Error::table(&self.dir))?;
            let metadata = state.metadata().clone().with_schema(&schema).map_err(DeltaTableError::from);
            actions.push(Action::Metadata(metadata.map_err(Error::table(&self.dir))?));
        }
        let now = change.now / 1000;
        let data_change = change.changes_data;
        for file in &change.added {
            let path = self.dir.join(&file.name);
            let size = fs::metadata(&path).map_err(Error::disk("read", &path))?.len();
            actions.push(Action::Add(Add {
                path: file.name.clone(),
                size: i64::try_from(size).unwrap_or(i64::MAX),
                modification_time: now,
                data_change,
                stats: Some(stats(&file.metadata)),
                ..Add::default()
            }));
        }
        for name in &change.removed {
            actions.push(Action::Remove(Remove {
                path: name.clone(),
                data_change,
                deletion_timestamp: Some(now),
                ..Remove::default()
            }));
        }
        Ok(actions)
    }

    fn read_layout(&self) -> Result<Layout> {
        let state = self.delta.snapshot().map_err(Error::table(&self.dir))?;
        Ok(Layout::of(&state.snapshot().arrow_schema()))
    }
}

/// A clock that stands.
#[derive(Debug)]
struct At(Micros);

impl Clock for At {
    fn current_timestamp_millis(&self) -> i64 {
        self.0 / 1000
    }
}

async fn load_from(dir: &Path) -> Result<DeltaTable, DeltaTableError> {
    let url = Url::from_directory_path(dir)
        .map_err(|()| DeltaTableError::InvalidTableLocation(dir.display().to_string()))?;
    load(DeltaTableBuilder::from_url(url)?.build()?).await
}

/// Reads a table, or makes it.
async fn load(mut delta: DeltaTable) -> Result<DeltaTable, DeltaTableError> {
    match delta.load().await {
        Ok(()) => Ok(delta),
        Err(DeltaTableError::NotATable(_)) => {
            let schema = schema(&Layout::default())?;
            CreateBuilder::new()
                .with_log_store(delta.log_store())
                .with_save_mode(SaveMode::Ignore)
                .with_columns(schema.fields().cloned())
                // Every commit is a file, and each of them is looked at for the next: a month of them would be many.
                .with_configuration_property(TableProperty::LogRetentionDuration, Some("interval 1 hours"))
                .await
        }
        Err(error) => Err(error),
    }
}

/// The columns as Delta has them. All that came later may be missing in older files.
fn schema(layout: &Layout) -> Result<StructType, DeltaTableError> {
    let mut fields = vec![
        StructField::new(layout::PERSON, DataType::LONG, false),
        StructField::new(layout::AT, DataType::TIMESTAMP, false),
        StructField::new(layout::EVENT, DataType::STRING, false),
        StructField::new(layout::EVENT_ID, DataType::LONG, false),
        StructField::new(layout::DISTINCT_ID, DataType::STRING, false),
        StructField::new(layout::OTHER_PROPERTIES, DataType::STRING, true),
    ];
    if layout.columns().len() > 0 {
        let column = |(name, kind): (&str, Kind)| StructField::new(name, data_type(kind), true);
        let columns = StructType::try_new(layout.columns().map(column))?;
        fields.push(StructField::new(layout::PROPERTIES, DataType::from(columns), true));
    }
    Ok(StructType::try_new(fields)?)
}

fn data_type(kind: Kind) -> DataType {
    DataType::Primitive(match kind {
        Kind::Bool => PrimitiveType::Boolean,
        Kind::Number => PrimitiveType::Double,
        Kind::Text => PrimitiveType::String,
    })
}

/// What readers may know of a file without opening it.
fn stats(metadata: &ParquetMetaData) -> String {
    let groups = metadata.row_groups();
    let n_rows = metadata.file_metadata().num_rows();
    let bounds = groups.iter().filter_map(|group| bounds_of(group.column(rows::PERSON)));
    let bounds = bounds.reduce(|(low, high), (min, max)| (low.min(min), high.max(max)));
    let of =
        |bound: Option<i64>| bound.map(|bound| HashMap::from([(layout::PERSON, bound)])).unwrap_or_default();
    let (min, max) = bounds.unzip();
    json!({ "numRecords": n_rows, "minValues": of(min), "maxValues": of(max), "nullCount": {} }).to_string()
}

/// Waits until a file or folder is on the disk.
fn sync(path: &Path) -> Result<()> {
    let file = File::open(path).map_err(Error::disk("open", path))?;
    file.sync_all().map_err(Error::disk("write", path))
}
