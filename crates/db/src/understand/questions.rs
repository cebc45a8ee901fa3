use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Cursor, Error, Micros, Page, Result, WorkspaceId};

#[derive(Clone, Debug, FromRow)]
pub struct Question {
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub archived_at: Option<Micros>,
    pub name: String,
    pub description: String,
    pub definition: String,
    pub created_by: String,
}

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Question) -> Result<()> {
    sqlx::query(
        "INSERT INTO questions (workspace_id, id, created_at, updated_at, name, description, definition, created_by) \
         VALUES ($1, $2, $3, $3, $4, $5, $6, $7)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.created_at)
    .bind(&row.name)
    .bind(&row.description)
    .bind(&row.definition)
    .bind(&row.created_by)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Question> {
    let row = sqlx::query_as("SELECT * FROM questions WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &Question, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE questions SET name = $1, description = $2, definition = $3, archived_at = $4, \
         version = version + 1, updated_at = $5 WHERE workspace_id = $6 AND id = $7 AND version = $8",
    )
    .bind(&row.name)
    .bind(&row.description)
    .bind(&row.definition)
    .bind(row.archived_at)
    .bind(now)
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.version)
    .execute(conn)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Stale) } else { Ok(()) }
}

/// Newest first.
pub async fn list(
    conn: &mut Conn,
    ws: &WorkspaceId,
    archived: bool,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Question>> {
    let total = matching("SELECT COUNT(*)", ws, archived).fetch_count(conn).await?;
    let mut sql = matching("SELECT *", ws, archived);
    sql.when(" AND id < ", after.map(|cursor| cursor.id.as_str()));
    sql.push(" ORDER BY id DESC LIMIT ").bind(limit + 1);
    let rows: Vec<Question> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor::at_id(&row.id)))
}

fn matching(select: &'static str, ws: &WorkspaceId, archived: bool) -> Sql {
    let mut sql = Sql::new(select);
    sql.push(" FROM questions WHERE workspace_id = ").bind(ws.as_str());
    sql.push(if archived { " AND archived_at IS NOT NULL" } else { " AND archived_at IS NULL" });
    sql
}
