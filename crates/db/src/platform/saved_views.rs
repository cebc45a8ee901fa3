//! A list's filters under a name, for one person or shared with the workspace.

use sqlx::FromRow;

use crate::{Conn, Error, Flag, Micros, Result, WorkspaceId};

#[derive(Clone, Debug, FromRow)]
pub struct SavedView {
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub page: String,
    pub name: String,
    pub query: String,
    pub shared: Flag,
    pub owner_id: String,
}

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &SavedView) -> Result<()> {
    sqlx::query(
        "INSERT INTO saved_views (workspace_id, id, created_at, updated_at, page, name, query, shared, owner_id) \
         VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.created_at)
    .bind(&row.page)
    .bind(&row.name)
    .bind(&row.query)
    .bind(i64::from(row.shared.0))
    .bind(&row.owner_id)
    .execute(conn)
    .await?;
    Ok(())
}

/// The views of one page that this member may use: own ones and shared ones.
pub async fn list(
    conn: &mut Conn,
    ws: &WorkspaceId,
    page: &str,
    user_id: &str,
    limit: i64,
) -> Result<Vec<SavedView>> {
    let rows = sqlx::query_as(
        "SELECT * FROM saved_views WHERE workspace_id = $1 AND page = $2 AND (owner_id = $3 OR shared = 1) \
         ORDER BY name, id LIMIT $4",
    )
    .bind(ws.as_str())
    .bind(page)
    .bind(user_id)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

pub async fn find(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Option<SavedView>> {
    let row = sqlx::query_as("SELECT * FROM saved_views WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_optional(conn)
        .await?;
    Ok(row)
}

pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &SavedView, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE saved_views SET name = $1, query = $2, shared = $3, version = version + 1, updated_at = $4 \
         WHERE workspace_id = $5 AND id = $6 AND version = $7",
    )
    .bind(&row.name)
    .bind(&row.query)
    .bind(i64::from(row.shared.0))
    .bind(now)
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.version)
    .execute(conn)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Stale) } else { Ok(()) }
}

pub async fn delete(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<()> {
    sqlx::query("DELETE FROM saved_views WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .execute(conn)
        .await?;
    Ok(())
}
