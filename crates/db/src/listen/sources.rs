use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Error, Micros, Result, WorkspaceId};

#[derive(Clone, Debug, FromRow)]
pub struct Source {
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub archived_at: Option<Micros>,
    pub kind: String,
    pub name: String,
}

/// At most this many sources are listed; a workspace has a handful.
pub const LIST_MAX: i64 = 1_000;

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Source) -> Result<()> {
    sqlx::query(
        "INSERT INTO sources (workspace_id, id, created_at, updated_at, kind, name) VALUES ($1, $2, $3, $3, $4, $5)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.created_at)
    .bind(&row.kind)
    .bind(&row.name)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Source> {
    let row = sqlx::query_as("SELECT * FROM sources WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

pub async fn find_by_name(conn: &mut Conn, ws: &WorkspaceId, name: &str) -> Result<Option<Source>> {
    let row = sqlx::query_as("SELECT * FROM sources WHERE workspace_id = $1 AND name = $2")
        .bind(ws.as_str())
        .bind(name)
        .fetch_optional(conn)
        .await?;
    Ok(row)
}

pub async fn list(conn: &mut Conn, ws: &WorkspaceId, archived: bool) -> Result<Vec<Source>> {
    let mut sql = Sql::new("SELECT * FROM sources WHERE workspace_id = ");
    sql.bind(ws.as_str());
    sql.push(if archived { " AND archived_at IS NOT NULL" } else { " AND archived_at IS NULL" });
    sql.push(" ORDER BY name, id LIMIT ").bind(LIST_MAX);
    sql.fetch_all(conn).await
}

pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &Source, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE sources SET name = $1, archived_at = $2, version = version + 1, updated_at = $3 \
         WHERE workspace_id = $4 AND id = $5 AND version = $6",
    )
    .bind(&row.name)
    .bind(row.archived_at)
    .bind(now)
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.version)
    .execute(conn)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Stale) } else { Ok(()) }
}
