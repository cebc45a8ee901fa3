//! What the full-text index has to read again, written in the transaction of the change.

use crate::query::Sql;
use crate::{Conn, Micros, Result, WorkspaceId};

/// Keeps the number of placeholders far below what both engines take.
const ROWS_PER_STATEMENT: usize = 200;

pub async fn insert(
    conn: &mut Conn,
    ws: &WorkspaceId,
    kind: &str,
    object_id: &str,
    now: Micros,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO search_queue (workspace_id, kind, object_id, queued_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (workspace_id, kind, object_id) DO UPDATE SET queued_at = excluded.queued_at",
    )
    .bind(ws.as_str())
    .bind(kind)
    .bind(object_id)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// Queues many objects of one kind, as a change of many signals does.
pub async fn insert_all(
    conn: &mut Conn,
    ws: &WorkspaceId,
    kind: &'static str,
    ids: &[String],
    now: Micros,
) -> Result<()> {
    for ids in ids.chunks(ROWS_PER_STATEMENT) {
        let mut sql = Sql::new("INSERT INTO search_queue (workspace_id, kind, object_id, queued_at) VALUES ");
        for (index, id) in ids.iter().enumerate() {
            sql.push(if index > 0 { ", (" } else { "(" }).bind(ws.as_str()).push(", ").bind(kind);
            sql.push(", ").bind(id.as_str()).push(", ").bind(now).push(")");
        }
        sql.push(" ON CONFLICT (workspace_id, kind, object_id) DO UPDATE SET queued_at = excluded.queued_at");
        sql.execute(conn).await?;
    }
    Ok(())
}

/// How many entries wait, counted no further than `limit`.
pub async fn count(conn: &mut Conn, limit: i64) -> Result<i64> {
    let mut sql = Sql::new("SELECT COUNT(*) FROM (SELECT 1 FROM search_queue LIMIT ");
    sql.bind(limit).push(") waiting");
    sql.fetch_count(conn).await
}

/// The oldest entries: workspace, kind, object, time of queueing.
pub async fn list(conn: &mut Conn, limit: i64) -> Result<Vec<(String, String, String, Micros)>> {
    let rows = sqlx::query_as(
        "SELECT workspace_id, kind, object_id, queued_at FROM search_queue ORDER BY queued_at LIMIT $1",
    )
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// Removes entries once indexed, except those that were queued anew meanwhile.
pub async fn delete_all(
    conn: &mut Conn,
    ws: &WorkspaceId,
    kind: &str,
    queued_at: Micros,
    ids: &[String],
) -> Result<()> {
    for ids in ids.chunks(ROWS_PER_STATEMENT) {
        let mut sql = Sql::new("DELETE FROM search_queue WHERE workspace_id = ");
        sql.bind(ws.as_str()).push(" AND kind = ").bind(kind).push(" AND queued_at = ").bind(queued_at);
        sql.bind_in(" AND object_id IN ", ids);
        sql.execute(conn).await?;
    }
    Ok(())
}
