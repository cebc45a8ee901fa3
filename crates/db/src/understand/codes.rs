//! The codebook: labels with definitions, in a tree.

use sqlx::FromRow;

use crate::{Conn, Error, Micros, Result, WorkspaceId};

#[derive(Clone, Debug, FromRow)]
pub struct Code {
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub archived_at: Option<Micros>,
    pub parent_id: Option<String>,
    pub name: String,
    pub definition: String,
    pub include_rule: String,
    pub exclude_rule: String,
    pub color: String,
}

/// A codebook that a coder can hold in mind has some dozens; this bounds one answer.
pub const LIST_MAX: i64 = 2_000;

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Code) -> Result<()> {
    sqlx::query(
        "INSERT INTO codes (workspace_id, id, created_at, updated_at, parent_id, name, definition, include_rule, \
         exclude_rule, color) VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.created_at)
    .bind(&row.parent_id)
    .bind(&row.name)
    .bind(&row.definition)
    .bind(&row.include_rule)
    .bind(&row.exclude_rule)
    .bind(&row.color)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Code> {
    let row = sqlx::query_as("SELECT * FROM codes WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &Code, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE codes SET parent_id = $1, name = $2, definition = $3, include_rule = $4, exclude_rule = $5, \
         color = $6, archived_at = $7, version = version + 1, updated_at = $8 \
         WHERE workspace_id = $9 AND id = $10 AND version = $11",
    )
    .bind(&row.parent_id)
    .bind(&row.name)
    .bind(&row.definition)
    .bind(&row.include_rule)
    .bind(&row.exclude_rule)
    .bind(&row.color)
    .bind(row.archived_at)
    .bind(now)
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.version)
    .execute(conn)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Stale) } else { Ok(()) }
}

/// The live codes by name; the tree is in their `parent_id`.
pub async fn list(conn: &mut Conn, ws: &WorkspaceId) -> Result<Vec<Code>> {
    let rows = sqlx::query_as(
        "SELECT * FROM codes WHERE workspace_id = $1 AND archived_at IS NULL ORDER BY name, id LIMIT $2",
    )
    .bind(ws.as_str())
    .bind(LIST_MAX)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

pub async fn list_archived(conn: &mut Conn, ws: &WorkspaceId) -> Result<Vec<Code>> {
    let rows = sqlx::query_as(
        "SELECT * FROM codes WHERE workspace_id = $1 AND archived_at IS NOT NULL ORDER BY name, id LIMIT $2",
    )
    .bind(ws.as_str())
    .bind(LIST_MAX)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

pub async fn count_children(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<i64> {
    let (n,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM codes WHERE workspace_id = $1 AND parent_id = $2 AND archived_at IS NULL",
    )
    .bind(ws.as_str())
    .bind(id)
    .fetch_one(conn)
    .await?;
    Ok(n)
}

/// How many highlights carry each code.
pub async fn count_highlights(conn: &mut Conn, ws: &WorkspaceId) -> Result<Vec<(String, i64)>> {
    let rows = sqlx::query_as(
        "SELECT code_id, COUNT(*) FROM highlight_codes WHERE workspace_id = $1 GROUP BY code_id",
    )
    .bind(ws.as_str())
    .fetch_all(conn)
    .await?;
    Ok(rows)
}
