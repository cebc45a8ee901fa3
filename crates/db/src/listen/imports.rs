//! Imports: an uploaded file on its way into signals, its bytes in pieces, and the rows it was refused.

use sqlx::FromRow;

use crate::query::{Sql, Value};
use crate::{Conn, Cursor, Error, Micros, Page, Result, WorkspaceId};

#[derive(Clone, Debug, Default, PartialEq, FromRow)]
pub struct Import {
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub source_id: String,
    pub created_by: String,
    pub file_name: String,
    pub file_format: String,
    pub file_encoding: String,
    pub file_sha256: String,
    pub file_bytes: i64,
    pub delimiter: String,
    pub columns: String,
    pub mapping: String,
    pub state: String,
    pub bytes_done: i64,
    pub n_rows: i64,
    pub n_created: i64,
    pub n_unchanged: i64,
    pub n_refused: i64,
    pub n_removed: i64,
    pub n_kept: i64,
    pub error: Option<String>,
    pub finished_at: Option<Micros>,
}

#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct Refusal {
    pub row_number: i64,
    pub field: String,
    pub reason: String,
    pub row_text: String,
}

const ROWS_PER_STATEMENT: usize = 500;

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Import) -> Result<()> {
    sqlx::query(
        "INSERT INTO imports (workspace_id, id, created_at, updated_at, source_id, created_by, file_name, \
         file_format, file_encoding, file_sha256, state) VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.created_at)
    .bind(&row.source_id)
    .bind(&row.created_by)
    .bind(&row.file_name)
    .bind(&row.file_format)
    .bind(&row.file_encoding)
    .bind(&row.file_sha256)
    .bind(&row.state)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Import> {
    let row = sqlx::query_as("SELECT * FROM imports WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

/// Newest first; uploads that never arrived in full are not shown.
pub async fn list(
    conn: &mut Conn,
    ws: &WorkspaceId,
    source_id: Option<&str>,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Import>> {
    let total = matching("SELECT COUNT(*)", ws, source_id).fetch_count(conn).await?;
    let mut sql = matching("SELECT *", ws, source_id);
    sql.when(" AND id < ", after.map(|cursor| cursor.id.as_str()));
    sql.push(" ORDER BY id DESC LIMIT ").bind(limit + 1);
    let rows: Vec<Import> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor::at_id(&row.id)))
}

/// Writes everything that can change.
pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &Import, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE imports SET file_format = $1, file_encoding = $2, file_sha256 = $3, file_bytes = $4, delimiter = $5, \
         columns = $6, mapping = $7, state = $8, bytes_done = $9, n_rows = $10, n_created = $11, n_unchanged = $12, \
         n_refused = $13, n_removed = $14, n_kept = $15, error = $16, finished_at = $17, version = version + 1, \
         updated_at = $18 WHERE workspace_id = $19 AND id = $20 AND version = $21",
    )
    .bind(&row.file_format)
    .bind(&row.file_encoding)
    .bind(&row.file_sha256)
    .bind(row.file_bytes)
    .bind(&row.delimiter)
    .bind(&row.columns)
    .bind(&row.mapping)
    .bind(&row.state)
    .bind(row.bytes_done)
    .bind(row.n_rows)
    .bind(row.n_created)
    .bind(row.n_unchanged)
    .bind(row.n_refused)
    .bind(row.n_removed)
    .bind(row.n_kept)
    .bind(&row.error)
    .bind(row.finished_at)
    .bind(now)
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.version)
    .execute(conn)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Stale) } else { Ok(()) }
}

/// Notes why the job could not go on; it will be tried again.
pub async fn update_error(conn: &mut Conn, ws: &WorkspaceId, id: &str, error: &str) -> Result<()> {
    sqlx::query("UPDATE imports SET error = $1 WHERE workspace_id = $2 AND id = $3")
        .bind(error)
        .bind(ws.as_str())
        .bind(id)
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn delete(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<()> {
    sqlx::query("DELETE FROM imports WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .execute(conn)
        .await?;
    Ok(())
}

/// Removes uploads that were broken off, when the server could not do it at once.
pub async fn delete_broken_off(conn: &mut Conn, ws: &WorkspaceId, before: Micros) -> Result<()> {
    sqlx::query("DELETE FROM imports WHERE workspace_id = $1 AND state = 'uploading' AND created_at < $2")
        .bind(ws.as_str())
        .bind(before)
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn insert_chunk(
    conn: &mut Conn,
    ws: &WorkspaceId,
    import_id: &str,
    position: i64,
    bytes: &[u8],
) -> Result<()> {
    sqlx::query(
        "INSERT INTO import_chunks (workspace_id, import_id, position, bytes) VALUES ($1, $2, $3, $4)",
    )
    .bind(ws.as_str())
    .bind(import_id)
    .bind(position)
    .bind(bytes.to_vec())
    .execute(conn)
    .await?;
    Ok(())
}

/// The piece at a position, counted from 0; none after the last.
pub async fn find_chunk(
    conn: &mut Conn,
    ws: &WorkspaceId,
    import_id: &str,
    position: i64,
) -> Result<Option<Vec<u8>>> {
    let row: Option<(Vec<u8>,)> = sqlx::query_as(
        "SELECT bytes FROM import_chunks WHERE workspace_id = $1 AND import_id = $2 AND position = $3",
    )
    .bind(ws.as_str())
    .bind(import_id)
    .bind(position)
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|(bytes,)| bytes))
}

pub async fn delete_chunks(conn: &mut Conn, ws: &WorkspaceId, import_id: &str) -> Result<()> {
    sqlx::query("DELETE FROM import_chunks WHERE workspace_id = $1 AND import_id = $2")
        .bind(ws.as_str())
        .bind(import_id)
        .execute(conn)
        .await?;
    Ok(())
}

pub async fn insert_refusals(
    conn: &mut Conn,
    ws: &WorkspaceId,
    import_id: &str,
    rows: &[Refusal],
) -> Result<()> {
    for rows in rows.chunks(ROWS_PER_STATEMENT) {
        let mut sql = Sql::new(
            "INSERT INTO import_refusals (workspace_id, import_id, row_number, field, reason, row_text) VALUES ",
        );
        sql.bind_rows(rows.iter().map(|row| {
            vec![
                ws.as_str().into(),
                import_id.into(),
                row.row_number.into(),
                Value::from(&row.field),
                (&row.reason).into(),
                (&row.row_text).into(),
            ]
        }));
        sql.execute(conn).await?;
    }
    Ok(())
}

/// In the order of the file, after a row number.
pub async fn list_refusals(
    conn: &mut Conn,
    ws: &WorkspaceId,
    import_id: &str,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Refusal>> {
    let mut sql = Sql::new("SELECT COUNT(*) FROM import_refusals WHERE workspace_id = ");
    sql.bind(ws.as_str()).push(" AND import_id = ").bind(import_id);
    let total = sql.fetch_count(conn).await?;
    let mut sql =
        Sql::new("SELECT row_number, field, reason, row_text FROM import_refusals WHERE workspace_id = ");
    sql.bind(ws.as_str()).push(" AND import_id = ").bind(import_id);
    if let Some(cursor) = after {
        sql.push(" AND row_number > ").bind(cursor.sort_number()?);
    }
    sql.push(" ORDER BY row_number LIMIT ").bind(limit + 1);
    let rows: Vec<Refusal> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor { sort: row.row_number.to_string(), id: String::new() }))
}

fn matching(select: &'static str, ws: &WorkspaceId, source_id: Option<&str>) -> Sql {
    let mut sql = Sql::new(select);
    sql.push(" FROM imports WHERE state <> 'uploading' AND workspace_id = ").bind(ws.as_str());
    sql.when(" AND source_id = ", source_id);
    sql
}
