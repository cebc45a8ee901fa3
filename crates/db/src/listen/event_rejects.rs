use sqlx::FromRow;

use crate::query::{Cursor, Page};
use crate::{Conn, Micros, Result, WorkspaceId};

#[derive(Clone, Debug, FromRow)]
pub struct EventReject {
    pub workspace_id: String,
    pub id: String,
    pub day_at: Micros,
    pub protocol: String,
    pub reason: String,
    pub n_events: i64,
    pub first_at: Micros,
    pub last_at: Micros,
    pub sample: String,
}

/// Adds to what the day has of this protocol and reason already.
pub async fn add(conn: &mut Conn, ws: &WorkspaceId, row: &EventReject) -> Result<()> {
    sqlx::query(
        "INSERT INTO event_rejects \
         (workspace_id, id, day_at, protocol, reason, n_events, first_at, last_at, sample) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
         ON CONFLICT (workspace_id, day_at, protocol, reason) DO UPDATE SET \
         n_events = event_rejects.n_events + excluded.n_events, last_at = excluded.last_at, sample = excluded.sample",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.day_at)
    .bind(&row.protocol)
    .bind(&row.reason)
    .bind(row.n_events)
    .bind(row.first_at)
    .bind(row.last_at)
    .bind(&row.sample)
    .execute(conn)
    .await?;
    Ok(())
}

/// Newest first.
pub async fn list(
    conn: &mut Conn,
    ws: &WorkspaceId,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<EventReject>> {
    let total = sqlx::query_scalar("SELECT COUNT(*) FROM event_rejects WHERE workspace_id = $1")
        .bind(ws.as_str())
        .fetch_one(&mut *conn)
        .await?;
    let (last_at, id) = match after {
        Some(cursor) => (cursor.sort_number()?, cursor.id.as_str()),
        None => (Micros::MAX, ""),
    };
    let rows = sqlx::query_as(
        "SELECT * FROM event_rejects WHERE workspace_id = $1 AND last_at <= $2 AND (last_at < $2 OR id < $3) \
         ORDER BY last_at DESC, id DESC LIMIT $4",
    )
    .bind(ws.as_str())
    .bind(last_at)
    .bind(id)
    .bind(limit + 1)
    .fetch_all(conn)
    .await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor { sort: row.last_at.to_string(), id: row.id.clone() }))
}

pub async fn delete_before(conn: &mut Conn, before: Micros) -> Result<()> {
    sqlx::query("DELETE FROM event_rejects WHERE last_at < $1").bind(before).execute(conn).await?;
    Ok(())
}
