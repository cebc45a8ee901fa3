//! The job that imports: batch by batch, each in one transaction with how far it is, so that it can be killed at any
//! moment and goes on where it was.

use heedful_db::WorkspaceId;
use heedful_db::listen::imports::{self, Import, Refusal};
use heedful_db::platform::jobs;
use serde_json::json;

use super::batch;
use super::draft::Plan;
use super::file::{FileReader, Parsed};
use super::job::ImportJob;
use super::wire::{ImportRefusal, read_columns, read_mapping};
use crate::app::App;
use crate::listen::segments;
use crate::platform::audit;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;

const ROWS_PER_BATCH: usize = 1_000;
/// All refused rows are counted; this many are kept with their reason.
const REFUSALS_MAX: i64 = 10_000;

pub async fn run_import(app: &App, job_id: &str, job: ImportJob) -> anyhow::Result<()> {
    let ws = WorkspaceId::from(job.workspace_id);
    let outcome = import(app, &ws, job_id, &job.import_id).await;
    if let Err(error) = &outcome {
        let mut tx = app.db.begin().await?;
        imports::update_error(&mut tx, &ws, &job.import_id, &error.to_string()).await?;
        tx.commit().await?;
    }
    Ok(outcome?)
}

async fn import(app: &App, ws: &WorkspaceId, job_id: &str, import_id: &str) -> Result<()> {
    let start = {
        let mut conn = app.db.read().await?;
        imports::get(&mut conn, ws, import_id).await?
    };
    if !matches!(start.state.as_str(), "queued" | "running" | "cancelling") {
        return Ok(());
    }
    let mut reader = FileReader::new(app, ws, &start)?;
    let mut plan = Plan::new(&read_mapping(&start)?, &read_columns(&start)?);
    let mut n_read = 0;
    loop {
        let rows = reader.next_batch(ROWS_PER_BATCH).await?;
        // A worker before us may have died: its rows are counted again, for the ids made of content, and not written.
        let (batch_start, n_batch) = (n_read, to_i64(rows.len()));
        n_read += n_batch;
        let is_last = rows.is_empty();
        let skip = usize::try_from((start.n_rows - batch_start).clamp(0, n_batch)).unwrap_or(0);
        let drafted: Vec<_> = rows.into_iter().map(|parsed| drafted(&mut plan, parsed)).skip(skip).collect();
        if drafted.is_empty() && !is_last {
            continue;
        }
        let ctx = Ctx::of(app);
        let mut tx = ctx.begin().await?;
        let mut row = imports::get(&mut tx, ws, import_id).await?;
        if is_last || row.state == "cancelling" {
            finish(&mut tx, &ctx, ws, row).await?;
            return ctx.commit(tx).await;
        }
        "running".clone_into(&mut row.state);
        write(&mut tx, &ctx, ws, &mut row, drafted).await?;
        row.bytes_done = reader.bytes_read();
        row.error = None;
        imports::update(&mut tx, ws, &row, ctx.now).await?;
        jobs::update_progress(&mut tx, job_id, row.bytes_done, row.file_bytes).await?;
        ctx.commit(tx).await?;
    }
}

fn drafted(plan: &mut Plan, parsed: Parsed) -> std::result::Result<super::draft::Draft, ImportRefusal> {
    parsed.and_then(|row| plan.draft(&row))
}

async fn write(
    tx: &mut heedful_db::Tx,
    ctx: &Ctx,
    ws: &WorkspaceId,
    row: &mut Import,
    drafted: Vec<std::result::Result<super::draft::Draft, ImportRefusal>>,
) -> Result<()> {
    row.n_rows += to_i64(drafted.len());
    let (mut drafts, mut refusals) = (Vec::new(), Vec::new());
    for result in drafted {
        match result {
            Ok(draft) => drafts.push(draft),
            Err(refusal) => refusals.push(refusal),
        }
    }
    let room = usize::try_from(REFUSALS_MAX - row.n_refused).unwrap_or(0);
    row.n_refused += to_i64(refusals.len());
    let kept: Vec<Refusal> = refusals
        .into_iter()
        .take(room)
        .map(|refusal| Refusal {
            row_number: refusal.row_number,
            field: refusal.field,
            reason: refusal.reason,
            row_text: refusal.row_text,
        })
        .collect();
    imports::insert_refusals(tx, ws, &row.id, &kept).await?;
    let n_drafts = drafts.len();
    let n_created = batch::write(tx, ctx, ws, row, drafts).await?;
    row.n_created += to_i64(n_created);
    row.n_unchanged += to_i64(n_drafts - n_created);
    Ok(())
}

/// The file is no longer needed: everything that came of it is written.
async fn finish(tx: &mut heedful_db::Tx, ctx: &Ctx, ws: &WorkspaceId, mut row: Import) -> Result<()> {
    let is_cancelled = row.state == "cancelling";
    if is_cancelled { "cancelled" } else { "done" }.clone_into(&mut row.state);
    if !is_cancelled {
        row.bytes_done = row.file_bytes;
    }
    row.error = None;
    row.finished_at = Some(ctx.now);
    imports::update(tx, ws, &row, ctx.now).await?;
    imports::delete_chunks(tx, ws, &row.id).await?;
    let detail = json!({"state": row.state, "n_rows": row.n_rows, "n_created": row.n_created,
                        "n_unchanged": row.n_unchanged, "n_refused": row.n_refused});
    let object = audit::Object { kind: "import", id: &row.id };
    audit::acted_by_server(tx, ctx, ws, "finish", object, &detail).await?;
    segments::queue_refresh(tx, ctx, ws).await
}

pub fn to_i64(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
