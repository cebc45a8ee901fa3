//! Highlights: spans of a signal's body or of a transcript passage, carrying codes.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Cursor, Error, Micros, Page, Result, WorkspaceId};

#[derive(Clone, Debug, FromRow)]
pub struct Highlight {
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub signal_id: Option<String>,
    pub interview_id: Option<String>,
    pub passage_position: Option<i64>,
    pub start_char: i64,
    pub end_char: i64,
    pub quote: String,
    pub note: String,
    pub coder_id: String,
}

#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub signal_id: Option<String>,
    pub interview_id: Option<String>,
    pub code_id: Option<String>,
    pub coder_id: Option<String>,
}

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Highlight) -> Result<()> {
    sqlx::query(
        "INSERT INTO highlights (workspace_id, id, created_at, signal_id, interview_id, passage_position, \
         start_char, end_char, quote, note, coder_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.created_at)
    .bind(&row.signal_id)
    .bind(&row.interview_id)
    .bind(row.passage_position)
    .bind(row.start_char)
    .bind(row.end_char)
    .bind(&row.quote)
    .bind(&row.note)
    .bind(&row.coder_id)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Highlight> {
    let row = sqlx::query_as("SELECT * FROM highlights WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

/// Only the note can change: another span is another highlight.
pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &Highlight) -> Result<()> {
    let done = sqlx::query(
        "UPDATE highlights SET note = $1, version = version + 1 \
         WHERE workspace_id = $2 AND id = $3 AND version = $4",
    )
    .bind(&row.note)
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.version)
    .execute(conn)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Stale) } else { Ok(()) }
}

pub async fn delete(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<()> {
    sqlx::query("DELETE FROM highlights WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .execute(conn)
        .await?;
    Ok(())
}

/// Newest first.
pub async fn list(
    conn: &mut Conn,
    ws: &WorkspaceId,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Highlight>> {
    let total = matching("SELECT COUNT(*)", ws, filter).fetch_count(conn).await?;
    let mut sql = matching("SELECT h.*", ws, filter);
    sql.when(" AND h.id < ", after.map(|cursor| cursor.id.as_str()));
    sql.push(" ORDER BY h.id DESC LIMIT ").bind(limit + 1);
    let rows: Vec<Highlight> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor::at_id(&row.id)))
}

/// Codes of the given highlights, as pairs of highlight and code.
pub async fn list_codes(conn: &mut Conn, ws: &WorkspaceId, ids: &[String]) -> Result<Vec<(String, String)>> {
    let mut sql = Sql::new("SELECT highlight_id, code_id FROM highlight_codes WHERE workspace_id = ");
    sql.bind(ws.as_str()).bind_in(" AND highlight_id IN", ids).push(" ORDER BY code_id");
    sql.fetch_all(conn).await
}

/// Replaces the codes of a highlight.
pub async fn update_codes(conn: &mut Conn, ws: &WorkspaceId, id: &str, codes: &[String]) -> Result<()> {
    sqlx::query("DELETE FROM highlight_codes WHERE workspace_id = $1 AND highlight_id = $2")
        .bind(ws.as_str())
        .bind(id)
        .execute(&mut *conn)
        .await?;
    for code in codes {
        sqlx::query(
            "INSERT INTO highlight_codes (workspace_id, highlight_id, code_id) VALUES ($1, $2, $3) \
             ON CONFLICT DO NOTHING",
        )
        .bind(ws.as_str())
        .bind(id)
        .bind(code)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// How many insights rest on a highlight.
pub async fn count_insights(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<i64> {
    let (n,): (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM insight_evidence WHERE workspace_id = $1 AND highlight_id = $2")
            .bind(ws.as_str())
            .bind(id)
            .fetch_one(conn)
            .await?;
    Ok(n)
}

/// The words of a transcript passage, to check a span against.
pub async fn find_passage(
    conn: &mut Conn,
    ws: &WorkspaceId,
    interview_id: &str,
    position: i64,
) -> Result<Option<String>> {
    let row: Option<(String,)> = sqlx::query_as(
        "SELECT body FROM transcript_passages WHERE workspace_id = $1 AND interview_id = $2 AND position = $3",
    )
    .bind(ws.as_str())
    .bind(interview_id)
    .bind(position)
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|(body,)| body))
}

fn matching(select: &'static str, ws: &WorkspaceId, filter: &Filter) -> Sql {
    let mut sql = Sql::new(select);
    sql.push(" FROM highlights h WHERE h.workspace_id = ").bind(ws.as_str());
    sql.when(" AND h.signal_id = ", filter.signal_id.as_deref());
    sql.when(" AND h.interview_id = ", filter.interview_id.as_deref());
    sql.when(" AND h.coder_id = ", filter.coder_id.as_deref());
    if let Some(code) = &filter.code_id {
        sql.push(" AND EXISTS (SELECT 1 FROM highlight_codes c WHERE c.workspace_id = h.workspace_id");
        sql.push(" AND c.highlight_id = h.id AND c.code_id = ").bind(code.as_str()).push(")");
    }
    sql
}
