use sqlx::FromRow;

use crate::{Conn, Micros, Result, WorkspaceId};

#[derive(Clone, Debug, FromRow)]
pub struct EventDefinition {
    pub workspace_id: String,
    pub event: String,
    pub description: String,
    pub updated_by: String,
    pub updated_at: Micros,
}

pub async fn list(conn: &mut Conn, ws: &WorkspaceId) -> Result<Vec<EventDefinition>> {
    let rows = sqlx::query_as("SELECT * FROM event_definitions WHERE workspace_id = $1 ORDER BY event")
        .bind(ws.as_str())
        .fetch_all(conn)
        .await?;
    Ok(rows)
}

pub async fn find(conn: &mut Conn, ws: &WorkspaceId, event: &str) -> Result<Option<EventDefinition>> {
    let row = sqlx::query_as("SELECT * FROM event_definitions WHERE workspace_id = $1 AND event = $2")
        .bind(ws.as_str())
        .bind(event)
        .fetch_optional(conn)
        .await?;
    Ok(row)
}

pub async fn count(conn: &mut Conn, ws: &WorkspaceId) -> Result<i64> {
    let n = sqlx::query_scalar("SELECT COUNT(*) FROM event_definitions WHERE workspace_id = $1")
        .bind(ws.as_str())
        .fetch_one(conn)
        .await?;
    Ok(n)
}

pub async fn upsert(conn: &mut Conn, ws: &WorkspaceId, row: &EventDefinition) -> Result<()> {
    sqlx::query(
        "INSERT INTO event_definitions (workspace_id, event, description, updated_by, updated_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (workspace_id, event) DO UPDATE SET \
         description = excluded.description, updated_by = excluded.updated_by, updated_at = excluded.updated_at",
    )
    .bind(ws.as_str())
    .bind(&row.event)
    .bind(&row.description)
    .bind(&row.updated_by)
    .bind(row.updated_at)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn delete(conn: &mut Conn, ws: &WorkspaceId, event: &str) -> Result<()> {
    sqlx::query("DELETE FROM event_definitions WHERE workspace_id = $1 AND event = $2")
        .bind(ws.as_str())
        .bind(event)
        .execute(conn)
        .await?;
    Ok(())
}
