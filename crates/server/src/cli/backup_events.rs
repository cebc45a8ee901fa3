//! The events in a backup: the files of the event store, as they are.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use heedful_db::Db;
use heedful_db::platform::distinct_ids;
use heedful_events::StoreOptions;
use heedful_events::store::copy::{self, LOG_NAME, OpenFile, Place};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::private_file::create_private;
use crate::platform::clock::Clock;
use crate::platform::secret;

/// The folder within the archive.
const FOLDER: &str = "events";
const CHUNK_BYTES: usize = 1 << 16;

/// A file within the archive.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileContents {
    bytes: u64,
    /// In hexadecimal.
    sha256: String,
}

pub type Files = BTreeMap<String, FileContents>;

/// Adds the files of an event store: those of the log, then those of each table.
pub async fn write<W: Write + Seek>(zip: &mut ZipWriter<W>, events: &Place) -> anyhow::Result<Files> {
    let mut files = Files::new();
    let log = copy::log_files(&events.dir)?;
    if !log.is_empty() {
        let path = events.dir.join(LOG_NAME);
        let file = File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
        add(zip, OpenFile { name: LOG_NAME.to_owned(), file }, &mut files)?;
    }
    for file in log {
        add(zip, file, &mut files)?;
    }
    for workspace in copy::workspaces(events).await? {
        for file in copy::table_files(events, workspace).await? {
            add(zip, file, &mut files)?;
        }
    }
    Ok(files)
}

fn add<W: Write + Seek>(zip: &mut ZipWriter<W>, open: OpenFile, files: &mut Files) -> anyhow::Result<()> {
    let OpenFile { name, file } = open;
    let is_packed = Path::new(&name).extension().is_some_and(|ending| ending == "parquet");
    let method = if is_packed { CompressionMethod::Stored } else { CompressionMethod::Deflated };
    let options = SimpleFileOptions::default().large_file(true).compression_method(method);
    zip.start_file(format!("{FOLDER}/{name}"), options)?;
    let contents = pour(&mut BufReader::with_capacity(CHUNK_BYTES, file), zip)?;
    files.insert(name, contents);
    Ok(())
}

fn pour(from: &mut impl BufRead, to: &mut impl Write) -> anyhow::Result<FileContents> {
    let (mut digest, mut bytes) = (Sha256::new(), 0);
    loop {
        let chunk = from.fill_buf()?;
        if chunk.is_empty() {
            return Ok(FileContents { bytes, sha256: secret::hex(&digest.finalize()) });
        }
        digest.update(chunk);
        to.write_all(chunk)?;
        let n = chunk.len();
        bytes += u64::try_from(n)?;
        from.consume(n);
    }
}

/// Compares every file with what the manifest says.
pub fn check<R: Read + Seek>(archive: &mut ZipArchive<R>, files: &Files) -> anyhow::Result<()> {
    for (name, contents) in files {
        ensure!(is_ours(name), "the backup names a file that no event store has: {name}");
        let found = read(archive, name, &mut std::io::sink());
        let is_whole = found.is_ok_and(|found| found == *contents);
        ensure!(is_whole, "the backup is damaged: the file {name} is not as it was written");
    }
    Ok(())
}

/// Only names that stay within the folder.
fn is_ours(name: &str) -> bool {
    let is_plain = |part: &str| {
        let is_known = |c: char| c.is_ascii_alphanumeric() || "-_.=".contains(c);
        !part.starts_with('.') && !part.is_empty() && part.chars().all(is_known)
    };
    name.split('/').all(is_plain)
}

fn read<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    name: &str,
    out: &mut impl Write,
) -> anyhow::Result<FileContents> {
    let entry = archive.by_name(&format!("{FOLDER}/{name}"))?;
    pour(&mut BufReader::with_capacity(CHUNK_BYTES, entry), out)
}

/// The events of a backup on their way into the folder of an event store.
pub struct Restoring {
    target: Place,
    partial: PathBuf,
    is_empty: bool,
}

impl Restoring {
    /// Unpacks the files beside their folder, which must be free unless `force` says so.
    pub async fn unpack<R: Read + Seek>(
        archive: &mut ZipArchive<R>,
        files: &Files,
        target: &Place,
        force: bool,
    ) -> anyhow::Result<Self> {
        let dir = &target.dir;
        let is_free = !dir.exists() || fs::read_dir(dir)?.next().is_none();
        ensure!(is_free || force, "{} is not empty; --force deletes what it holds", dir.display());
        if let Some(remote) = &target.remote {
            let is_empty = remote.folders().await?.is_empty();
            ensure!(is_empty, "{} is not empty: empty it, or name another", remote.address());
        }
        let partial = dir.with_added_extension("restoring");
        if partial.exists() {
            fs::remove_dir_all(&partial).with_context(|| format!("cannot delete {}", partial.display()))?;
        }
        for name in files.keys() {
            let path = partial.join(name);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
            }
            let mut out = BufWriter::new(create_private(&path)?);
            read(archive, name, &mut out)?;
            out.into_inner()?.sync_all()?;
        }
        Ok(Self { target: target.clone(), partial, is_empty: files.is_empty() })
    }

    /// Makes a store of the files, with a log of its own, and puts it in its place; what the database says of people is there.
    pub async fn finish(self, db: &Db) -> anyhow::Result<()> {
        if !self.is_empty {
            self.bring_log(db).await?;
        }
        if let Some(remote) = &self.target.remote {
            copy::publish(&self.partial, remote).await?;
        }
        let dir = &self.target.dir;
        if dir.exists() {
            fs::remove_dir_all(dir).with_context(|| format!("cannot delete {}", dir.display()))?;
        }
        if self.partial.exists() {
            fs::rename(&self.partial, dir).with_context(|| format!("cannot write {}", dir.display()))?;
        }
        Ok(())
    }

    async fn bring_log(&self, db: &Db) -> anyhow::Result<()> {
        let name = fs::read_to_string(self.partial.join(LOG_NAME))?;
        let heard = distinct_ids::place(&mut *db.read().await?, &name).await?.cast_unsigned();
        let options = StoreOptions { holds_marked: true, ..StoreOptions::new(Clock::system_now) };
        let store = copy::settle(&self.partial, options, heard).await?;
        // Dropping it waits for what is being written.
        tokio::task::spawn_blocking(move || drop(store)).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn names_stay_within_the_folder() {
        for name in [
            "log-name",
            "log/0.log",
            "tables/0f/_delta_log/00000000000000000001.json",
            "tables/0f/a-1.parquet",
        ] {
            assert!(is_ours(name), "{name}");
        }
        for name in ["../x", "/etc/passwd", "tables//x", "a/../b", ".hidden", "c:\\x", ""] {
            assert!(!is_ours(name), "{name}");
        }
    }
}
