//! The events of an export, read out of a copy of the event store that nobody else writes.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use heedful_db::WorkspaceId;
use heedful_events::scan::events::{KeptEvent, each};
use heedful_events::store::copy::{self, Place};
use heedful_events::{Store, StoreOptions};
use serde_json::{Value, json};

use super::private_file::create_private;
use crate::platform::clock::Clock;
use crate::platform::{csv_out, event_store, time};

pub const NAME: &str = "events";
const COLUMNS: [&str; 5] = ["id", "event", "distinct_id", "at", "properties"];

/// A copy of the event store as it is now; nothing when there are no events.
pub struct Copied {
    folder: PathBuf,
    store: Option<Store>,
}

impl Copied {
    /// Makes it in a folder of its own within `dir`.
    pub async fn of(events: &Place, dir: &Path) -> anyhow::Result<Self> {
        let folder = dir.join(".events");
        copy::copy(events, &folder).await?;
        let has_events = folder.exists();
        let options = StoreOptions::new(Clock::system_now);
        let store = if has_events { Some(copy::settle(&folder, options, 0).await?) } else { None };
        Ok(Self { folder, store })
    }

    /// Writes the events of a workspace, as JSON lines and as CSV; how many there are.
    pub fn write(&self, folder: &Path, ws: &WorkspaceId) -> anyhow::Result<u64> {
        let file = |kind: &str| create_private(&folder.join(format!("{NAME}.{kind}")));
        let mut lines = BufWriter::new(file("jsonl")?);
        let mut sheet = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(file("csv")?);
        sheet.write_record(COLUMNS)?;
        let mut n = 0;
        if let Some(store) = &self.store {
            let view = store.view(event_store::workspace(ws)?)?;
            each(&view.files(), |event| -> anyhow::Result<()> {
                n += 1;
                let row = readable(&event);
                sheet.write_record(COLUMNS.map(|column| csv_out::cell(&text(&row[column]))))?;
                serde_json::to_writer(&mut lines, &row)?;
                Ok(lines.write_all(b"\n")?)
            })?;
        }
        sheet.flush()?;
        lines.flush()?;
        Ok(n)
    }

    pub async fn remove(self) -> anyhow::Result<()> {
        let Self { folder, store } = self;
        // Dropping it waits for what is being written.
        tokio::task::spawn_blocking(move || drop(store)).await?;
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        Ok(())
    }
}

/// What the fields are.
pub fn describe() -> Value {
    json!({"id": "plain", "event": "plain", "distinct_id": "plain", "at": "time", "properties": "json"})
}

fn readable(event: &KeptEvent) -> Value {
    json!({
        "id": event.id.to_string(),
        "event": event.name,
        "distinct_id": event.distinct_id,
        "at": time::out(event.at),
        "properties": event.properties,
    })
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
