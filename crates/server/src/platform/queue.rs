//! Queueing work: a job row in the transaction of the change that causes it.

use heedful_db::platform::jobs::{self, NewJob};
use heedful_db::{Conn, Micros, WorkspaceId};
use serde::Serialize;

use super::ctx::Ctx;
use super::error::Result;

/// Queues a job of `kind`; the folder `jobs/` says what each kind does.
pub async fn push<T: Serialize>(
    conn: &mut Conn,
    ctx: &Ctx,
    ws: Option<&WorkspaceId>,
    kind: &str,
    payload: &T,
) -> Result<()> {
    insert(conn, ctx, ws, kind, payload, None, ctx.now).await
}

/// Queues a job unless one with the same `unique_key` waits already.
pub async fn push_once<T: Serialize>(
    conn: &mut Conn,
    ctx: &Ctx,
    ws: Option<&WorkspaceId>,
    kind: &str,
    payload: &T,
    unique_key: &str,
    run_at: Micros,
) -> Result<()> {
    insert(conn, ctx, ws, kind, payload, Some(unique_key), run_at).await
}

async fn insert<T: Serialize>(
    conn: &mut Conn,
    ctx: &Ctx,
    ws: Option<&WorkspaceId>,
    kind: &str,
    payload: &T,
    unique_key: Option<&str>,
    run_at: Micros,
) -> Result<()> {
    let id = ctx.new_id();
    let payload = serde_json::to_string(payload).map_err(anyhow::Error::from)?;
    let job =
        NewJob { id: &id, workspace: ws, kind, payload: &payload, unique_key, run_at, created_at: ctx.now };
    jobs::insert(conn, &job).await?;
    Ok(())
}
