//! The job that takes an import back, batch by batch.

use heedful_db::WorkspaceId;
use heedful_db::listen::{import_batches, imports};
use heedful_db::platform::jobs;
use serde_json::json;

use super::job::ImportJob;
use super::run::to_i64;
use crate::app::App;
use crate::listen::segments;
use crate::platform::audit;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;

const SIGNALS_PER_BATCH: i64 = 500;

/// Removes the signals that nothing was built on, then the people and accounts that only this import knew.
pub async fn run_undo(app: &App, job_id: &str, job: ImportJob) -> anyhow::Result<()> {
    let ws = WorkspaceId::from(job.workspace_id);
    while remove_signals(app, &ws, job_id, &job.import_id).await? {}
    loop {
        let mut tx = app.db.begin().await?;
        let n = import_batches::delete_unknown(&mut tx, &ws, &job.import_id, SIGNALS_PER_BATCH, app.now())
            .await?;
        tx.commit().await?;
        if n == 0 {
            break;
        }
    }
    Ok(finish(app, &ws, &job.import_id).await?)
}

/// False when none were left.
async fn remove_signals(app: &App, ws: &WorkspaceId, job_id: &str, import_id: &str) -> Result<bool> {
    let ctx = Ctx::of(app);
    let mut tx = ctx.begin().await?;
    let mut row = imports::get(&mut tx, ws, import_id).await?;
    if row.state != "undoing" {
        return Ok(false);
    }
    let ids = import_batches::list_unused(&mut tx, ws, import_id, SIGNALS_PER_BATCH).await?;
    if ids.is_empty() {
        return Ok(false);
    }
    import_batches::delete_signals(&mut tx, ws, &ids).await?;
    import_batches::queue_search(&mut tx, ws, &ids, ctx.now).await?;
    row.n_removed += to_i64(ids.len());
    imports::update(&mut tx, ws, &row, ctx.now).await?;
    jobs::update_progress(&mut tx, job_id, row.n_removed, row.n_created).await?;
    ctx.commit(tx).await?;
    Ok(true)
}

async fn finish(app: &App, ws: &WorkspaceId, import_id: &str) -> Result<()> {
    let ctx = Ctx::of(app);
    let mut tx = ctx.begin().await?;
    let mut row = imports::get(&mut tx, ws, import_id).await?;
    if row.state != "undoing" {
        return Ok(());
    }
    "undone".clone_into(&mut row.state);
    row.n_kept = import_batches::count_signals(&mut tx, ws, import_id).await?;
    row.finished_at = Some(ctx.now);
    imports::update(&mut tx, ws, &row, ctx.now).await?;
    let detail = json!({"n_removed": row.n_removed, "n_kept": row.n_kept});
    let object = audit::Object { kind: "import", id: import_id };
    audit::acted_by_server(&mut tx, &ctx, ws, "undone", object, &detail).await?;
    segments::queue_refresh(&mut tx, &ctx, ws).await?;
    ctx.commit(tx).await
}
