//! Files of events on their way into the event store of one node.

use sqlx::FromRow;

use crate::{Conn, Cursor, Error, Micros, Page, Result, WorkspaceId};

#[derive(Clone, Debug, Default, PartialEq, FromRow)]
pub struct EventImport {
    pub workspace_id: String,
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub created_by: String,
    /// The event store of the node that has the file.
    pub log_name: String,
    pub file_name: String,
    pub file_bytes: i64,
    pub file_format: String,
    pub file_encoding: String,
    pub delimiter: String,
    /// JSON.
    pub columns: String,
    /// JSON.
    pub mapping: String,
    pub state: String,
    pub bytes_done: i64,
    pub n_rows: i64,
    pub n_taken: i64,
    pub n_known: i64,
    pub n_rejected: i64,
    pub n_removed: i64,
    /// JSON.
    pub rejects: String,
    pub error: Option<String>,
    pub finished_at: Option<Micros>,
}

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &EventImport) -> Result<()> {
    sqlx::query(
        "INSERT INTO event_imports (workspace_id, id, created_at, updated_at, created_by, log_name, file_name, \
         file_bytes, file_format, file_encoding, delimiter, columns, mapping, state) \
         VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.created_at)
    .bind(&row.created_by)
    .bind(&row.log_name)
    .bind(&row.file_name)
    .bind(row.file_bytes)
    .bind(&row.file_format)
    .bind(&row.file_encoding)
    .bind(&row.delimiter)
    .bind(&row.columns)
    .bind(&row.mapping)
    .bind(&row.state)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<EventImport> {
    let row = sqlx::query_as("SELECT * FROM event_imports WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

/// Writes how an import is read, or its state; refuses when somebody else wrote meanwhile.
pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &EventImport, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE event_imports SET version = version + 1, updated_at = $1, file_encoding = $2, delimiter = $3, \
         columns = $4, mapping = $5, state = $6, n_removed = $7, error = $8, finished_at = $9, bytes_done = $10 \
         WHERE workspace_id = $11 AND id = $12 AND version = $13",
    )
    .bind(now)
    .bind(&row.file_encoding)
    .bind(&row.delimiter)
    .bind(&row.columns)
    .bind(&row.mapping)
    .bind(&row.state)
    .bind(row.n_removed)
    .bind(&row.error)
    .bind(row.finished_at)
    .bind(row.bytes_done)
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.version)
    .execute(conn)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Stale) } else { Ok(()) }
}

/// Writes how far an import is. Its version stays: only its node writes this.
pub async fn update_progress(conn: &mut Conn, ws: &WorkspaceId, row: &EventImport) -> Result<()> {
    sqlx::query(
        "UPDATE event_imports SET bytes_done = $1, n_rows = $2, n_taken = $3, n_known = $4, n_rejected = $5, \
         rejects = $6, error = $7 WHERE workspace_id = $8 AND id = $9",
    )
    .bind(row.bytes_done)
    .bind(row.n_rows)
    .bind(row.n_taken)
    .bind(row.n_known)
    .bind(row.n_rejected)
    .bind(&row.rejects)
    .bind(&row.error)
    .bind(ws.as_str())
    .bind(&row.id)
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
) -> Result<Page<EventImport>> {
    let total = sqlx::query_scalar("SELECT COUNT(*) FROM event_imports WHERE workspace_id = $1")
        .bind(ws.as_str())
        .fetch_one(&mut *conn)
        .await?;
    let (created_at, id) = match after {
        Some(cursor) => (cursor.sort_number()?, cursor.id.as_str()),
        None => (Micros::MAX, ""),
    };
    let rows = sqlx::query_as(
        "SELECT * FROM event_imports WHERE workspace_id = $1 AND created_at <= $2 AND (created_at < $2 OR id < $3) \
         ORDER BY created_at DESC, id DESC LIMIT $4",
    )
    .bind(ws.as_str())
    .bind(created_at)
    .bind(id)
    .bind(limit + 1)
    .fetch_all(conn)
    .await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor { sort: row.created_at.to_string(), id: row.id.clone() }))
}

/// What a node has to do, the oldest first, in all workspaces.
pub async fn list_to_do(conn: &mut Conn, log_name: &str) -> Result<Vec<EventImport>> {
    let rows = sqlx::query_as(
        "SELECT * FROM event_imports WHERE log_name = $1 \
         AND state IN ('queued', 'running', 'cancelling', 'undoing') ORDER BY updated_at, id",
    )
    .bind(log_name)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// The imports of a node whose files are needed yet.
pub async fn list_with_file(conn: &mut Conn, log_name: &str) -> Result<Vec<EventImport>> {
    let rows = sqlx::query_as(
        "SELECT * FROM event_imports WHERE log_name = $1 \
         AND state IN ('previewed', 'queued', 'running', 'cancelling') ORDER BY id",
    )
    .bind(log_name)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}
