//! `heedful backup` and `heedful restore`: everything in one file, out of either engine and into either.
//!
//! The file is a zip archive: `manifest.json`, per table a file of JSON lines, one row each, and the files of the event store.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;

use anyhow::{Context, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use heedful_db::platform::dump::{self, Cell, Cells, TABLES, Table, Writer};
use heedful_db::platform::users;
use heedful_db::{Db, Tx, migrate};
use heedful_events::store::copy::Place;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::backup_events::{self, Files, Restoring};
use super::private_file::create_private;
use crate::platform::secret;

/// The first had no events.
const FORMATS: std::ops::RangeInclusive<u32> = 1..=2;
const MANIFEST: &str = "manifest.json";
const MANIFEST_BYTES_MAX: u64 = 1 << 20;
/// A row holds at most one upload chunk or one long text; a line beyond this is no row of ours.
const LINE_BYTES_MAX: u64 = 256 << 20;

#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    format: u32,
    /// The newest migration that the database had.
    schema: i64,
    made_at: jiff::Timestamp,
    tables: BTreeMap<String, Contents>,
    /// Of the event store.
    #[serde(default)]
    files: Files,
}

/// What was written or read.
#[derive(Clone, Copy, Debug)]
pub struct Amount {
    pub rows: u64,
    /// Of the event store.
    pub files: usize,
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let events = if self.files == 0 { "no events" } else { "all events" };
        write!(f, "{} rows and {events}", self.rows)
    }
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Contents {
    rows: u64,
    /// Of the lines, in hexadecimal.
    sha256: String,
}

type Archive = ZipArchive<BufReader<File>>;

/// Writes everything of one instant; the file appears under its name only when it is whole. The events are those of a moment
/// before: what the database knows of people is known of all of them.
pub async fn write(db: &Db, events: &Place, file: &Path, made_at: jiff::Timestamp) -> anyhow::Result<Amount> {
    let schema = migrate::applied(db).await?;
    ensure!(schema > 0, "there is no Heedful database here");
    ensure!(schema <= migrate::newest(), "the database was made by a newer version of Heedful");
    ensure!(!file.exists(), "{} exists already; choose another name", file.display());
    let partial = file.with_added_extension("partial");
    let written = write_archive((db, events), &partial, schema, made_at).await;
    match written {
        Ok(amount) => {
            std::fs::rename(&partial, file).with_context(|| format!("cannot write {}", file.display()))?;
            Ok(amount)
        }
        Err(error) => {
            drop(std::fs::remove_file(&partial));
            Err(error)
        }
    }
}

async fn write_archive(
    (db, events): (&Db, &Place),
    file: &Path,
    schema: i64,
    made_at: jiff::Timestamp,
) -> anyhow::Result<Amount> {
    let mut zip = ZipWriter::new(BufWriter::new(create_private(file)?));
    let options = SimpleFileOptions::default().large_file(true);
    let files = backup_events::write(&mut zip, events).await?;
    let mut tables = BTreeMap::new();
    let mut snapshot = db.snapshot().await?;
    for table in TABLES.iter().filter(|table| table.since <= schema) {
        zip.start_file(format!("{}.jsonl", table.name), options)?;
        let mut digest = Sha256::new();
        let rows = dump::read(&mut snapshot, *table, |row| -> anyhow::Result<()> {
            let mut line = serde_json::to_vec(&to_json(row))?;
            line.push(b'\n');
            digest.update(&line);
            Ok(zip.write_all(&line)?)
        });
        let rows = rows.await.with_context(|| format!("cannot write the table {}", table.name))?;
        let sha256 = secret::hex(&digest.finalize());
        tables.insert(table.name.to_owned(), Contents { rows, sha256 });
    }
    snapshot.rollback().await?;
    let amount = Amount { rows: tables.values().map(|contents| contents.rows).sum(), files: files.len() };
    zip.start_file(MANIFEST, options)?;
    let manifest = Manifest { format: *FORMATS.end(), schema, made_at, tables, files };
    serde_json::to_writer_pretty(&mut zip, &manifest)?;
    let mut out = zip.finish()?;
    out.flush()?;
    out.get_ref().sync_all()?;
    Ok(amount)
}

/// A backup that is as it was written.
#[derive(Debug)]
pub struct Backup {
    archive: Archive,
    manifest: Manifest,
}

/// Opens a backup and compares all of it with its checksums, before any database is touched.
pub fn open(file: &Path) -> anyhow::Result<Backup> {
    let opened = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut archive = ZipArchive::new(BufReader::new(opened))
        .with_context(|| format!("{} is no backup, or was cut short", file.display()))?;
    let manifest = read_manifest(&mut archive)?;
    check(&mut archive, &manifest)?;
    backup_events::check(&mut archive, &manifest.files)?;
    Ok(Backup { archive, manifest })
}

/// Reads a backup into a database and the folder of its events: all of it or nothing. What they held before is deleted when
/// `force` says so.
pub async fn read(db: &Db, events: &Place, backup: Backup, force: bool) -> anyhow::Result<Amount> {
    let Backup { mut archive, manifest } = backup;
    let applied = migrate::applied(db).await?;
    if applied == 0 {
        migrate::run_to(db, manifest.schema).await?;
    } else if manifest.schema != applied {
        bail!(
            "the backup has an older schema than this database; read it into an empty one, where it is brought up to date"
        );
    }
    let mut tx = db.begin().await?;
    if users::exist(&mut tx).await? {
        ensure!(force, "the database is not empty; --force deletes what it holds");
    }
    let restoring = Restoring::unpack(&mut archive, &manifest.files, events, force).await?;
    dump::delete_all(&mut tx, manifest.schema).await?;
    for table in TABLES.iter().filter(|table| manifest.tables.contains_key(table.name)) {
        let done = fill(&mut tx, &mut archive, *table).await;
        done.with_context(|| format!("cannot read the table {}", table.name))?;
    }
    tx.commit().await?;
    migrate::run(db).await?;
    restoring
        .finish(db)
        .await
        .context("the database was read and the events were not: read the backup once more, with --force")?;
    let rows = manifest.tables.values().map(|contents| contents.rows).sum();
    Ok(Amount { rows, files: manifest.files.len() })
}

fn read_manifest(archive: &mut Archive) -> anyhow::Result<Manifest> {
    let entry = archive.by_name(MANIFEST).context("the file is no backup of Heedful")?;
    let manifest: Manifest = serde_json::from_reader(entry.take(MANIFEST_BYTES_MAX))
        .context("the backup's manifest is damaged")?;
    let is_known = |name: &String| TABLES.iter().any(|table| table.name == name);
    let is_readable = FORMATS.contains(&manifest.format) && manifest.schema <= migrate::newest();
    ensure!(
        is_readable && manifest.tables.keys().all(is_known),
        "the backup was made by a newer version of Heedful"
    );
    Ok(manifest)
}

/// Compares every table with the manifest.
fn check(archive: &mut Archive, manifest: &Manifest) -> anyhow::Result<()> {
    for (name, contents) in &manifest.tables {
        let damaged = || format!("the backup is damaged: the table {name} is not as it was written");
        let mut lines = BufReader::new(archive.by_name(&format!("{name}.jsonl")).with_context(damaged)?);
        let mut digest = Sha256::new();
        let (mut rows, mut line) = (0, Vec::new());
        while next_line(&mut lines, &mut line).with_context(damaged)? {
            digest.update(&line);
            rows += 1;
        }
        let found = Contents { rows, sha256: secret::hex(&digest.finalize()) };
        ensure!(found == *contents, damaged());
    }
    Ok(())
}

async fn fill(tx: &mut Tx, archive: &mut Archive, table: Table) -> anyhow::Result<()> {
    let name = format!("{}.jsonl", table.name);
    let mut writer = Writer::new(table);
    for points_to_itself in [false, true] {
        if points_to_itself && table.own_reference.is_none() {
            break;
        }
        let mut lines = BufReader::new(archive.by_name(&name)?);
        let mut line = Vec::new();
        while next_line(&mut lines, &mut line)? {
            let row = from_json(serde_json::from_slice(&line)?)?;
            if points_to_itself {
                dump::point(tx, table, row).await?;
            } else {
                writer.push(tx, row).await?;
            }
        }
        writer.flush(tx).await?;
    }
    Ok(())
}

/// The next line with its end; false after the last.
fn next_line(lines: &mut impl BufRead, line: &mut Vec<u8>) -> anyhow::Result<bool> {
    line.clear();
    lines.take(LINE_BYTES_MAX).read_until(b'\n', line)?;
    ensure!(line.is_empty() || line.ends_with(b"\n"), "a line is too long or was cut short");
    Ok(!line.is_empty())
}

/// Text and whole numbers as they are; the others as `{"double":"0.1"}` and `{"base64":"…"}`, which lose nothing.
fn to_json(row: Cells) -> Map<String, Value> {
    let value = |cell| match cell {
        Cell::Null => Value::Null,
        Cell::Text(text) => Value::String(text),
        Cell::Integer(number) => number.into(),
        Cell::Double(number) => json!({"double": number.to_string()}),
        Cell::Bytes(bytes) => json!({"base64": STANDARD.encode(bytes)}),
    };
    row.into_iter().map(|(column, cell)| (column, value(cell))).collect()
}

fn from_json(row: Map<String, Value>) -> anyhow::Result<Cells> {
    let cell = |value| -> anyhow::Result<Cell> {
        Ok(match value {
            Value::Null => Cell::Null,
            Value::String(text) => Cell::Text(text),
            Value::Number(number) => Cell::Integer(number.as_i64().context("a number is no whole one")?),
            Value::Object(tagged) => match (tagged.get("double"), tagged.get("base64")) {
                (Some(Value::String(number)), None) => Cell::Double(number.parse()?),
                (None, Some(Value::String(bytes))) => Cell::Bytes(STANDARD.decode(bytes)?),
                _ => bail!("a value is of no known kind"),
            },
            Value::Bool(_) | Value::Array(_) => bail!("a value is of no known kind"),
        })
    };
    row.into_iter().map(|(column, value)| Ok((column, cell(value)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_the_round_trip() {
        let cells = Cells::from([
            ("a".to_owned(), Cell::Null),
            ("b".to_owned(), Cell::Text("{\"double\":\"1\"} \u{1f} 😤\n".to_owned())),
            ("c".to_owned(), Cell::Integer(i64::MIN)),
            ("d".to_owned(), Cell::Double(0.1 + 0.2)),
            ("e".to_owned(), Cell::Double(3.0)),
            ("f".to_owned(), Cell::Bytes(vec![0, 255, 10])),
        ]);
        let line = serde_json::to_vec(&to_json(cells.clone())).unwrap();
        assert!(!line.contains(&b'\n'));
        assert_eq!(from_json(serde_json::from_slice(&line).unwrap()).unwrap(), cells);
    }

    #[test]
    fn lines_end_or_are_refused() {
        let mut line = Vec::new();
        let mut lines = &b"one\ntwo"[..];
        assert!(next_line(&mut lines, &mut line).unwrap());
        assert!(next_line(&mut lines, &mut line).is_err());
    }
}
