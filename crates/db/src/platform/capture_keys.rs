use sqlx::FromRow;

use crate::{Conn, Micros, Result, WorkspaceId};

#[derive(Clone, Debug, FromRow)]
pub struct CaptureKey {
    pub workspace_id: String,
    pub id: String,
    pub name: String,
    pub capture_key: String,
    pub created_by: String,
    pub created_at: Micros,
    pub revoked_at: Option<Micros>,
}

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &CaptureKey) -> Result<()> {
    sqlx::query(
        "INSERT INTO capture_keys (workspace_id, id, name, capture_key, created_by, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(&row.name)
    .bind(&row.capture_key)
    .bind(&row.created_by)
    .bind(row.created_at)
    .execute(conn)
    .await?;
    Ok(())
}

/// The one lookup that does not know its workspace: the key says which it is.
pub async fn find_workspace(conn: &mut Conn, capture_key: &str) -> Result<Option<WorkspaceId>> {
    let id: Option<String> = sqlx::query_scalar(
        "SELECT workspace_id FROM capture_keys WHERE capture_key = $1 AND revoked_at IS NULL",
    )
    .bind(capture_key)
    .fetch_optional(conn)
    .await?;
    Ok(id.map(WorkspaceId::from))
}

pub async fn find(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Option<CaptureKey>> {
    let row = sqlx::query_as("SELECT * FROM capture_keys WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_optional(conn)
        .await?;
    Ok(row)
}

/// Those not revoked, oldest first.
pub async fn list(conn: &mut Conn, ws: &WorkspaceId, limit: i64) -> Result<Vec<CaptureKey>> {
    let rows = sqlx::query_as(
        "SELECT * FROM capture_keys WHERE workspace_id = $1 AND revoked_at IS NULL ORDER BY id LIMIT $2",
    )
    .bind(ws.as_str())
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

pub async fn revoke(conn: &mut Conn, ws: &WorkspaceId, id: &str, now: Micros) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE capture_keys SET revoked_at = $1 WHERE workspace_id = $2 AND id = $3 AND revoked_at IS NULL",
    )
    .bind(now)
    .bind(ws.as_str())
    .bind(id)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}
