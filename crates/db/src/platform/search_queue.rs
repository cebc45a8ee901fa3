//! What the full-text index has to read again, written in the transaction of the change.

use crate::{Conn, Micros, Result, WorkspaceId};

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

/// The oldest entries: workspace, kind, object, time of queueing.
pub async fn list(conn: &mut Conn, limit: i64) -> Result<Vec<(String, String, String, Micros)>> {
    let rows = sqlx::query_as(
        "SELECT workspace_id, kind, object_id, queued_at FROM search_queue ORDER BY queued_at, object_id LIMIT $1",
    )
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// Removes an entry once indexed, unless it was queued anew meanwhile.
pub async fn delete(
    conn: &mut Conn,
    ws: &WorkspaceId,
    kind: &str,
    object_id: &str,
    queued_at: Micros,
) -> Result<()> {
    sqlx::query(
        "DELETE FROM search_queue WHERE workspace_id = $1 AND kind = $2 AND object_id = $3 AND queued_at = $4",
    )
    .bind(ws.as_str())
    .bind(kind)
    .bind(object_id)
    .bind(queued_at)
    .execute(conn)
    .await?;
    Ok(())
}
