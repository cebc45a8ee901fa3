//! What the node that has the files does with them: one import after the other, each from where it was left.

use std::time::{Duration, Instant};

use heedful_db::listen::event_imports::{self, EventImport};
use heedful_db::types::DAY;
use heedful_db::{Micros, WorkspaceId};
use serde_json::json;
use tokio::fs;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::plan::{Complaint, Plan};
use super::row::Row;
use super::rows::RowReader;
use super::spool::{folder, path};
use super::wire::{EventImportReject, format_of, read};
use crate::app::App;
use crate::listen::capture::taking::{Taken, Taking};
use crate::listen::events::IMPORT_ID;
use crate::platform::audit;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::event_store;

/// How these events show among the rejected ones.
const PROTOCOL: &str = "import";
/// Rows that are taken at once.
const BATCH_ROWS: usize = 2_000;
/// How often it is written down how far an import is.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// When the store has no room, it is asked again so much later.
const REST: Duration = Duration::from_millis(500);
/// Reasons of one import that are told; there are not many more.
const REASONS_MAX: usize = 50;
const SAMPLE_MAX: usize = 500;
/// A file that nobody started is thrown away after this.
const KEPT_FOR: Micros = 7 * DAY;

/// Does all that is to do with the files of this node.
pub async fn work_off(app: &App) -> Result<()> {
    let store = app.events.open().await?;
    loop {
        let to_do = event_imports::list_to_do(&mut *app.db.read().await?, store.log_name()).await?;
        let Some(row) = to_do.into_iter().next() else { return Ok(()) };
        match row.state.as_str() {
            "undoing" => undo(app, row).await?,
            _ => import(app, row).await?,
        }
    }
}

/// Throws away files that nobody needs any more.
pub async fn clean_up(app: &App) -> Result<()> {
    let store = app.events.open().await?;
    let mut live = event_imports::list_with_file(&mut *app.db.read().await?, store.log_name()).await?;
    let now = app.now();
    for row in live.extract_if(.., |row| row.state == "previewed" && row.created_at < now - KEPT_FOR) {
        finish(app, row, "cancelled", None).await?;
    }
    let Ok(mut files) = fs::read_dir(folder(app)).await else { return Ok(()) };
    while let Ok(Some(file)) = files.next_entry().await {
        let is_live = live.iter().any(|row| file.file_name() == row.id.as_str());
        let written = file.metadata().await.and_then(|metadata| metadata.modified()).ok();
        let is_young =
            written.and_then(|at| at.elapsed().ok()).is_none_or(|age| age < Duration::from_hours(24));
        // A young one may be on its way in.
        if !is_live && !is_young {
            let _ = fs::remove_file(file.path()).await;
        }
    }
    Ok(())
}

async fn undo(app: &App, mut row: EventImport) -> Result<()> {
    let ws = WorkspaceId::from(row.workspace_id.clone());
    let store = app.events.open().await?;
    let removed = store.remove_with(event_store::workspace(&ws)?, IMPORT_ID, &row.id).await?;
    row.n_removed = i64::try_from(removed).unwrap_or(i64::MAX);
    finish(app, row, "undone", None).await
}

/// Takes the rows that were not taken before; what cannot be read any more ends the import, and says so.
async fn import(app: &App, row: EventImport) -> Result<()> {
    let (handle, of_app, of_row) = (Handle::current(), app.clone(), row.clone());
    let work = move || {
        let mut running = Running::open(of_app, of_row)?;
        while running.step(&handle)? {}
        Ok(running.is_stopped)
    };
    let done = spawn_blocking(work).await.map_err(anyhow::Error::from)?;
    let ws = WorkspaceId::from(row.workspace_id.clone());
    let now = event_imports::get(&mut *app.db.read().await?, &ws, &row.id).await?;
    match done {
        Ok(false) => finish(app, EventImport { bytes_done: now.file_bytes, ..now }, "done", None).await,
        Ok(true) => finish(app, now, "cancelled", None).await,
        Err(Error::Invalid(invalid)) => {
            let complaint =
                invalid.0.into_iter().map(|(field, words)| format!("{field} {}", words.join("; ")));
            let complaint = complaint.collect::<Vec<_>>().join(". ");
            finish(app, now, "failed", Some(format!("The {complaint}."))).await
        }
        // Tried again, from where it was.
        Err(Error::Unavailable) => Err(Error::Unavailable),
        Err(error) => {
            // One that cannot go on must not keep the others waiting.
            tracing::error!(import = row.id, "an import of events broke off: {error:#}");
            let why = "It broke off for a reason that the log of the server has. What was taken stays.";
            finish(app, now, "failed", Some(why.to_owned())).await
        }
    }
}

async fn finish(app: &App, mut row: EventImport, state: &str, error: Option<String>) -> Result<()> {
    let ctx = Ctx::of(app);
    let ws = WorkspaceId::from(row.workspace_id.clone());
    state.clone_into(&mut row.state);
    (row.error, row.finished_at) = (error, Some(ctx.now));
    let mut tx = ctx.begin().await?;
    event_imports::update(&mut tx, &ws, &row, ctx.now).await?;
    let detail = json!({"state": row.state, "n_rows": row.n_rows, "n_taken": row.n_taken, "n_known": row.n_known,
                        "n_rejected": row.n_rejected, "n_removed": row.n_removed});
    let object = audit::Object { kind: "event_import", id: &row.id };
    audit::acted_by_server(&mut tx, &ctx, &ws, "finish", object, &detail).await?;
    ctx.commit(tx).await?;
    // What cannot be removed now is with the next clean-up.
    let _ = fs::remove_file(path(app, &row.id)).await;
    Ok(())
}

/// An import at work.
struct Running {
    app: App,
    ws: WorkspaceId,
    row: EventImport,
    reader: RowReader,
    plan: Plan,
    rejects: Vec<EventImportReject>,
    /// Rows that were read, and those of them that were taken before the work was broken off.
    n_read: i64,
    n_before: i64,
    told: Instant,
    is_stopped: bool,
}

impl Running {
    fn open(app: App, row: EventImport) -> Result<Self> {
        let path = path(&app, &row.id);
        if !path.exists() {
            return Err(Error::field("file", "is no longer here"));
        }
        let columns: Vec<String> = read(&row.columns)?;
        Ok(Self {
            reader: RowReader::open(&path, &format_of(&row))?,
            plan: Plan::new(read(&row.mapping)?, &columns, &row.id),
            rejects: read(&row.rejects)?,
            ws: WorkspaceId::from(row.workspace_id.clone()),
            n_read: 0,
            n_before: row.n_rows,
            told: Instant::now(),
            is_stopped: false,
            row,
            app,
        })
    }

    /// Takes the next rows; whether there may be more.
    fn step(&mut self, handle: &Handle) -> Result<bool> {
        let rows = self.reader.next(BATCH_ROWS)?;
        let n = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        if n > 0 {
            self.take(&rows, handle)?;
            self.n_read += n;
        }
        if self.told.elapsed() >= TELL_EVERY || n == 0 {
            self.told = Instant::now();
            self.is_stopped = handle.block_on(self.tell())?;
        }
        Ok(n > 0 && !self.is_stopped)
    }

    fn take(&mut self, rows: &[Row], handle: &Handle) -> Result<()> {
        // Batches are the same ones each time: those taken before only tell which rows say the same.
        let is_known = self.n_read < self.n_before;
        let ctx = Ctx::of(&self.app);
        let mut taking = Taking::of_history(&ctx, self.ws.clone(), PROTOCOL)?;
        let mut complaints = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let read = match self.plan.json(row) {
                Ok(json) => self.plan.read(&json, ctx.now, |event| {
                    let checked = event.map(|event| taking.push(Ok(event), String::new));
                    checked.err()
                }),
                Err(reason) => Some(Complaint::from(reason)),
            };
            complaints.extend(read.map(|complaint| (index, complaint)));
        }
        if is_known {
            return Ok(());
        }
        for (index, complaint) in complaints {
            taking.refuse(complaint.reason, &rows[index].text());
            self.reject(&complaint, index, &rows[index]);
        }
        let Taken { n_new, n_known, refused, .. } = handle.block_on(self.finish(taking))?;
        let add = |count: &mut i64, n: usize| *count += i64::try_from(n).unwrap_or(i64::MAX);
        add(&mut self.row.n_taken, n_new);
        add(&mut self.row.n_known, n_known);
        add(&mut self.row.n_rejected, refused.len());
        add(&mut self.row.n_rows, rows.len());
        Ok(())
    }

    /// Waits until the batch is on the disk, as long as it takes.
    async fn finish(&mut self, mut taking: Taking<'_>) -> Result<Taken> {
        loop {
            match taking.try_finish().await {
                Err(Error::Unavailable) if !self.is_stopped => {
                    self.row.error =
                        Some("The event store has no room right now; it is tried again.".to_owned());
                    self.is_stopped = self.tell().await.unwrap_or(self.is_stopped);
                    sleep(REST).await;
                }
                other => {
                    self.row.error = None;
                    return other;
                }
            }
        }
    }

    fn reject(&mut self, complaint: &Complaint, index: usize, row: &Row) {
        let reason = complaint.reason.sentence();
        if let Some(known) = self.rejects.iter_mut().find(|reject| reject.reason == reason) {
            known.count += 1;
        } else if self.rejects.len() < REASONS_MAX {
            let sample = row.text().chars().filter(|c| *c != '\0').take(SAMPLE_MAX).collect();
            let row_number = self.n_read + i64::try_from(index).unwrap_or_default() + 1;
            self.rejects.push(EventImportReject { reason: reason.to_owned(), count: 1, row_number, sample });
        }
    }

    /// Writes down how far it is; whether it is to stop.
    async fn tell(&mut self) -> Result<bool> {
        let mut tx = self.app.db.begin().await?;
        self.row.bytes_done = self.reader.bytes_read();
        self.row.rejects = json!(self.rejects).to_string();
        event_imports::update_progress(&mut tx, &self.ws, &self.row).await?;
        let mut now = event_imports::get(&mut tx, &self.ws, &self.row.id).await?;
        if now.state == "queued" {
            "running".clone_into(&mut now.state);
            event_imports::update(&mut tx, &self.ws, &now, self.app.now()).await?;
        }
        tx.commit().await.map_err(heedful_db::Error::from)?;
        Ok(now.state == "cancelling")
    }
}
