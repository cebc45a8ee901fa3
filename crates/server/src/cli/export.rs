//! `heedful export`: everything that a workspace has, as files that people and programs read without Heedful.
//!
//! Each table of the workspace is a file of JSON lines and one of CSV; `schema.json` says what their fields are.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, bail, ensure};
use heedful_db::platform::dump::{Cell, Cells, Table};
use heedful_db::platform::export::{self, Meaning};
use heedful_db::platform::workspaces::{self, Workspace};
use heedful_db::{Conn, Db, WorkspaceId, migrate};
use heedful_events::store::copy::Place;
use serde_json::{Map, Value, json};

use super::args::ExportArgs;
use super::export_events::{self, Copied};
use super::private_file::create_private;
use super::serve;
use crate::platform::{csv_out, time};

/// Says what the fields of the files are.
const SCHEMA: &str = "schema.json";

#[expect(clippy::print_stdout, reason = "how far it is and what was written is this command's answer")]
pub async fn export(args: ExportArgs) -> anyhow::Result<()> {
    ensure!(serve::may_exist(&args.store), "there is no database in {}", args.store.data.display());
    let db = serve::connect(&args.store).await?;
    let events = serve::events(&args.store)?;
    let written =
        write((&db, &events), &args.dir, args.workspace.as_deref(), |line| println!("{line}")).await;
    db.close().await;
    println!("Wrote {} rows into {}.", written?, args.dir.display());
    Ok(())
}

/// Writes a folder for each workspace, or for the one of this name or id, all of one instant. The folder appears under its
/// name only when it is whole. Returns the rows.
pub async fn write(
    (db, events): (&Db, &Place),
    dir: &Path,
    only: Option<&str>,
    mut tell: impl FnMut(&str),
) -> anyhow::Result<u64> {
    let schema = migrate::applied(db).await?;
    ensure!(schema == migrate::newest(), "bring the database to this version first: `heedful migrate`");
    let is_free = !dir.exists() || fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_none());
    ensure!(is_free, "{} is not an empty folder; choose another name", dir.display());
    let mut snapshot = db.snapshot().await?;
    let chosen = choose(list(&mut snapshot).await?, only)?;
    let partial = dir.with_added_extension("partial");
    ensure!(!partial.exists(), "{} is left over from an export that broke off; delete it", partial.display());
    fs::create_dir_all(&partial).with_context(|| format!("cannot make {}", partial.display()))?;
    let written = write_all(&mut snapshot, events, &partial, &chosen, &mut tell).await;
    snapshot.rollback().await?;
    if written.is_err() {
        drop(fs::remove_dir_all(&partial));
        return written;
    }
    if dir.exists() {
        fs::remove_dir(dir).with_context(|| format!("cannot replace {}", dir.display()))?;
    }
    fs::rename(&partial, dir).with_context(|| format!("cannot write {}", dir.display()))?;
    written
}

async fn list(conn: &mut Conn) -> anyhow::Result<Vec<Workspace>> {
    let mut all = Vec::new();
    for id in workspaces::ids(conn).await? {
        all.push(workspaces::get(conn, &id).await?);
    }
    Ok(all)
}

fn choose(all: Vec<Workspace>, only: Option<&str>) -> anyhow::Result<Vec<Workspace>> {
    let Some(sought) = only else { return Ok(all) };
    let names: Vec<String> = all.iter().map(|one| format!("{:?} ({})", one.name, one.id)).collect();
    let chosen: Vec<_> = all.into_iter().filter(|one| one.id == sought || one.name == sought).collect();
    match chosen.len() {
        1 => Ok(chosen),
        0 => bail!("there is no workspace {sought:?}, but {}", names.join(", ")),
        _ => bail!("several workspaces are called {sought:?}; name its id: {}", names.join(", ")),
    }
}

async fn write_all(
    conn: &mut Conn,
    events: &Place,
    dir: &Path,
    chosen: &[Workspace],
    tell: &mut impl FnMut(&str),
) -> anyhow::Result<u64> {
    let mut n = 0;
    let mut fields = Map::new();
    for table in export::tables() {
        let columns = export::columns(conn, table).await?;
        fields.insert(table.name.to_owned(), describe(table, &columns));
    }
    fields.insert(export_events::NAME.to_owned(), export_events::describe());
    let events = Copied::of(events, dir).await?;
    for workspace in chosen {
        let folder = dir.join(&workspace.id);
        fs::create_dir(&folder)?;
        tell(&format!("{} → {}", workspace.name, workspace.id));
        for table in export::tables() {
            let rows = write_table(conn, &folder, &WorkspaceId::from(workspace.id.as_str()), table).await;
            let rows = rows.with_context(|| format!("cannot write {}", table.name))?;
            if rows > 0 {
                tell(&format!("  {}: {rows}", table.name));
            }
            n += rows;
        }
        let rows = events.write(&folder, &WorkspaceId::from(workspace.id.as_str()))?;
        if rows > 0 {
            tell(&format!("  {}: {rows}", export_events::NAME));
        }
        n += rows;
    }
    events.remove().await?;
    let mut file = BufWriter::new(create_private(&dir.join(SCHEMA))?);
    serde_json::to_writer_pretty(&mut file, &schema(&fields))?;
    file.flush()?;
    Ok(n)
}

async fn write_table(conn: &mut Conn, folder: &Path, ws: &WorkspaceId, table: Table) -> anyhow::Result<u64> {
    let columns = export::columns(conn, table).await?;
    let columns: Vec<String> =
        columns.into_iter().filter(|column| export::meaning(table, column) != Meaning::Key).collect();
    let file = |kind: &str| create_private(&folder.join(format!("{}.{kind}", table.name)));
    let mut lines = BufWriter::new(file("jsonl")?);
    let mut sheet = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(file("csv")?);
    sheet.write_record(&columns)?;
    let n = export::read(conn, ws, table, |row| -> anyhow::Result<()> {
        let row = readable(table, row)?;
        let cells = columns.iter().map(|column| csv_out::cell(&text(row.get(column))));
        sheet.write_record(cells)?;
        serde_json::to_writer(&mut lines, &row)?;
        Ok(lines.write_all(b"\n")?)
    });
    let n = n.await?;
    sheet.flush()?;
    lines.flush()?;
    Ok(n)
}

/// A row as others read it.
fn readable(table: Table, row: Cells) -> anyhow::Result<Map<String, Value>> {
    let mut readable = Map::new();
    for (column, cell) in row {
        let value = match (export::meaning(table, &column), cell) {
            (Meaning::Key, _) => continue,
            (_, Cell::Null) => Value::Null,
            (Meaning::Time, Cell::Integer(micros)) => json!(time::out(micros)),
            (Meaning::Flag, Cell::Integer(number)) => json!(number != 0),
            (Meaning::Json, Cell::Text(text)) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
            (_, Cell::Text(text)) => Value::String(text),
            (_, Cell::Integer(number)) => json!(number),
            (_, Cell::Double(number)) => json!(number),
            (_, Cell::Bytes(_)) => bail!("{}.{column} has bytes, which no text file holds", table.name),
        };
        readable.insert(column, value);
    }
    Ok(readable)
}

/// A value in one cell of a sheet.
fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn schema(files: &Map<String, Value>) -> Value {
    let left_out: Map<String, Value> =
        export::LEFT_OUT.iter().map(|(table, why)| ((*table).to_owned(), json!(why))).collect();
    json!({
        "format": 1,
        "about": "One folder for each workspace. FILE.jsonl has one JSON object a line, FILE.csv the same for spreadsheets: \
                  there a text that a spreadsheet would run as a formula has an apostrophe before it.",
        "types": {
            "time": "RFC 3339, UTC", "json": "a list or an object; in CSV as JSON", "flag": "true or false",
            "plain": "text or a number"
        },
        "files": files,
        "left_out": left_out,
    })
}

fn describe(table: Table, columns: &[String]) -> Value {
    let fields = columns.iter().filter_map(|column| {
        let kind = match export::meaning(table, column) {
            Meaning::Key => return None,
            Meaning::Time => "time",
            Meaning::Flag => "flag",
            Meaning::Json => "json",
            Meaning::Plain => "plain",
        };
        Some((column.clone(), json!(kind)))
    });
    Value::Object(fields.collect())
}
