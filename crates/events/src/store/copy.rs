//! Copies: the files of a store as they are while another process writes it, and what is made of them elsewhere.
//!
//! The log is copied first and the tables after it: what was sealed meanwhile is in both, and the tables know it. What has the
//! tables of one moment and the log of another is no store yet; its log is brought into a store that has the tables.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::Path;

pub use super::places::LOG_NAME;
use super::places::{COMMITS, LOG, TABLES};
use super::sealer::{folder, list, named, path};
use super::{Store, StoreOptions};
use crate::batch::{Batch, Workspace};
use crate::error::{Error, Refused, Result};
use crate::log::{Log, LogOptions, segments};
use crate::table::delta::Table;
pub use crate::table::remote::{Place, Remote};

/// Erasing removes files at once, and whoever copies them begins again.
const ATTEMPTS: usize = 10;

/// A file that is open, with its name within the folder that is copied.
#[derive(Debug)]
pub struct OpenFile {
    /// Its name, with slashes.
    pub name: String,
    /// The file. It can be read to its end also when it is removed meanwhile.
    pub file: File,
}

/// The files of the log of a store, in order; none when there is no store. The last may be longer than it is whole.
///
/// # Errors
///
/// [`Error::Disk`].
pub fn log_files(dir: &Path) -> Result<Vec<OpenFile>> {
    if !dir.join(LOG_NAME).exists() {
        return Ok(Vec::new());
    }
    again(|| {
        let log = dir.join(LOG);
        let segments = segments(&log)?.into_iter();
        segments.map(|name| open(&log.join(&name), format!("{LOG}/{name}"))).collect()
    })
}

/// The workspaces of which a store has tables.
///
/// # Errors
///
/// [`Error::Disk`], [`Error::Remote`].
pub async fn workspaces(store: &Place) -> Result<Vec<Workspace>> {
    if let Some(remote) = &store.remote {
        return Ok(remote.folders().await?.iter().filter_map(|name| named(name)).collect());
    }
    let tables = store.dir.join(TABLES);
    if tables.exists() { list(&tables) } else { Ok(Vec::new()) }
}

/// The files of the table of a workspace, as of its newest commit.
///
/// # Errors
///
/// [`Error::Disk`], [`Error::Remote`], [`Error::Table`].
pub async fn table_files(store: &Place, workspace: Workspace) -> Result<Vec<OpenFile>> {
    let Some(remote) = &store.remote else { return local_files(&store.dir, workspace).await };
    // Aside of what the store has of it here, which another process may change.
    let aside = store.dir.join(format!("copying-{}", std::process::id()));
    let table = path(&aside.join(TABLES), workspace);
    let remote = remote.within(&folder(workspace));
    remote.download(COMMITS, &table).await?;
    Table::open_in(&Place { dir: table, remote: Some(remote) }).await?.fetch().await?;
    let files = local_files(&aside, workspace).await;
    fs::remove_dir_all(&aside).map_err(Error::disk("remove", &aside))?;
    files
}

/// Brings the tables of a store into an object store that has none yet; they are then read and written there.
///
/// # Errors
///
/// [`Error::Disk`], [`Error::Remote`], [`Error::Table`].
pub async fn publish(dir: &Path, remote: &Remote) -> Result<()> {
    let local = Place { dir: dir.to_owned(), remote: None };
    for workspace in workspaces(&local).await? {
        let remote = remote.within(&folder(workspace));
        // The commits come last: what they name is there then.
        for OpenFile { name, .. } in local_files(dir, workspace).await? {
            let within = name.splitn(3, '/').last().unwrap_or_default();
            remote.put(within, &dir.join(&name)).await?;
        }
        let commits = path(&dir.join(TABLES), workspace).join(COMMITS);
        fs::remove_dir_all(&commits).map_err(Error::disk("remove", &commits))?;
    }
    Ok(())
}

async fn local_files(dir: &Path, workspace: Workspace) -> Result<Vec<OpenFile>> {
    let folder = path(&dir.join(TABLES), workspace);
    let name = |file: &str| {
        let folder = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        format!("{TABLES}/{folder}/{file}")
    };
    let mut attempt = 0;
    loop {
        attempt += 1;
        let table = Table::open(&folder).await?;
        let files = table.files()?.into_iter();
        let data: Result<Vec<OpenFile>> = files.map(|file| open(&folder.join(&file), name(&file))).collect();
        match data {
            Err(error) if is_gone(&error) && attempt < ATTEMPTS => {}
            Err(error) => return Err(error),
            Ok(mut all) => {
                for file in commits(&folder.join(COMMITS), table.version())? {
                    let within = format!("{COMMITS}/{file}");
                    all.push(open(&folder.join(&within), name(&within))?);
                }
                return Ok(all);
            }
        }
    }
}

/// What Delta has of a table up to a version.
fn commits(dir: &Path, version: u64) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir).map_err(Error::disk("read", dir))? {
        let name = entry.map_err(Error::disk("read", dir))?.file_name();
        // Their names begin with the number of the commit in 20 digits.
        let name = name.to_str().unwrap_or_default();
        let number = name.get(..20).and_then(|number| number.parse::<u64>().ok());
        names.extend(number.filter(|number| *number <= version).map(|_| name.to_owned()));
    }
    names.sort_unstable();
    Ok(names)
}

/// Makes the files of a store another folder's, without a copy of its data where the disk can do that. They are no store yet.
///
/// # Errors
///
/// [`Error::Disk`], [`Error::Remote`], [`Error::Table`].
pub async fn copy(store: &Place, target: &Path) -> Result<()> {
    let dir = &store.dir;
    let log = log_files(dir)?;
    if log.is_empty() {
        return Ok(());
    }
    let name = open(&dir.join(LOG_NAME), LOG_NAME.to_owned())?;
    for OpenFile { name, file } in log.into_iter().chain([name]) {
        pour(file, &target.join(name))?;
    }
    for workspace in workspaces(store).await? {
        for OpenFile { name, file } in table_files(store, workspace).await? {
            let (from, to) = (dir.join(&name), target.join(&name));
            make_folder_of(&to)?;
            // What belongs to a table is never written again.
            if fs::hard_link(from, &to).is_err() {
                pour(file, &to)?;
            }
        }
    }
    Ok(())
}

/// Makes a store of what was copied: it gets a log of its own, which takes in the copied one. Nothing that this has before
/// `heard_before` tells of people any more. As long as it is open, it takes as much into memory as comes.
///
/// # Errors
///
/// [`Refused`].
pub async fn settle(dir: &Path, options: StoreOptions, heard_before: u64) -> Result<Store, Refused> {
    let (log, aside) = (dir.join(LOG), dir.join("copied-log"));
    let moved = fs::rename(&log, &aside).map_err(Error::disk("move", &log));
    moved.and_then(|()| remove(&dir.join(LOG_NAME)))?;
    let folder = dir.to_owned();
    // What was in the memory of another store fits into that of this one, also what may not be sealed yet.
    let options = StoreOptions { recent_bytes_max: usize::MAX, ..options };
    let opened = tokio::task::spawn_blocking(move || Store::open(&folder, options)).await;
    let store = opened.map_err(|_| Refused::Closed)??;
    store.bring(&aside, heard_before).await?;
    fs::remove_dir_all(&aside).map_err(Error::disk("remove", &aside))?;
    Ok(store)
}

fn remove(path: &Path) -> Result<()> {
    fs::remove_file(path).map_err(Error::disk("remove", path))
}

fn make_folder_of(path: &Path) -> Result<()> {
    path.parent().map_or(Ok(()), |folder| fs::create_dir_all(folder).map_err(Error::disk("create", folder)))
}

fn pour(mut from: File, to: &Path) -> Result<()> {
    make_folder_of(to)?;
    let poured = File::create(to).and_then(|mut out| std::io::copy(&mut from, &mut out));
    poured.map(drop).map_err(Error::disk("write", to))
}

impl Store {
    /// Brings in what the copy of another store's log has and the tables of this store do not, which were copied with it. Nothing
    /// that it has before `heard_before` tells of people any more.
    ///
    /// # Errors
    ///
    /// [`Refused`].
    async fn bring(&self, log: &Path, heard_before: u64) -> Result<(), Refused> {
        let mut batches = Vec::new();
        let read = Log::open(log, LogOptions::default(), |number, payload| {
            let mut batch = Batch::from_bytes(payload).ok_or(Error::NoBatch { number })?;
            if number < heard_before {
                batch.unmark();
            }
            batches.push(batch);
            Ok(())
        });
        read.map_err(Refused::from)?;
        for batch in batches {
            self.append(batch).await?;
        }
        Ok(())
    }
}

fn open(path: &Path, name: String) -> Result<OpenFile> {
    let file = File::open(path).map_err(Error::disk("open", path))?;
    Ok(OpenFile { name, file })
}

fn again<T>(mut work: impl FnMut() -> Result<T>) -> Result<T> {
    for _ in 1..ATTEMPTS {
        match work() {
            Err(error) if is_gone(&error) => {}
            done => return done,
        }
    }
    work()
}

fn is_gone(error: &Error) -> bool {
    matches!(error, Error::Disk { source, .. } if source.kind() == ErrorKind::NotFound)
}
