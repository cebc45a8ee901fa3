//! Interviews and the passages of their transcripts.

use sqlx::FromRow;

use super::contains_pattern;
use crate::platform::search_queue;
use crate::query::Sql;
use crate::{Conn, Cursor, Error, Micros, Page, Result, WorkspaceId};

#[derive(Clone, Debug, Default, PartialEq, FromRow)]
pub struct Interview {
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub archived_at: Option<Micros>,
    pub source_id: String,
    pub title: String,
    pub person_id: Option<String>,
    pub held_at: Micros,
    pub notes: String,
    pub may_show: String,
    pub transcript_format: Option<String>,
}

#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct Passage {
    pub position: i64,
    pub speaker: String,
    pub start_ms: Option<i64>,
    pub end_ms: Option<i64>,
    pub body: String,
}

/// What a list is narrowed to; an absent field does not narrow.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub person_id: Option<String>,
    /// Part of the title, in any case.
    pub title: Option<String>,
    pub archived: bool,
}

/// What an interview holds.
#[derive(Clone, Debug, Default, FromRow)]
pub struct Count {
    pub interview_id: String,
    pub n_passages: i64,
    pub n_highlights: i64,
    pub end_ms: Option<i64>,
}

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Interview) -> Result<()> {
    sqlx::query(
        "INSERT INTO interviews (workspace_id, id, created_at, updated_at, source_id, title, person_id, held_at, \
         notes, may_show) VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.created_at)
    .bind(&row.source_id)
    .bind(&row.title)
    .bind(&row.person_id)
    .bind(row.held_at)
    .bind(&row.notes)
    .bind(&row.may_show)
    .execute(&mut *conn)
    .await?;
    search_queue::insert(conn, ws, "interview", &row.id, row.created_at).await
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Interview> {
    let row = sqlx::query_as("SELECT * FROM interviews WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

/// Last held first.
pub async fn list(
    conn: &mut Conn,
    ws: &WorkspaceId,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Interview>> {
    let total = matching("SELECT COUNT(*)", ws, filter).fetch_count(conn).await?;
    let mut sql = matching("SELECT *", ws, filter);
    if let Some(cursor) = after {
        let at = cursor.sort_number()?;
        sql.push(" AND (held_at < ").bind(at);
        sql.push(" OR (held_at = ").bind(at).push(" AND id < ").bind(cursor.id.as_str()).push("))");
    }
    sql.push(" ORDER BY held_at DESC, id DESC LIMIT ").bind(limit + 1);
    let rows: Vec<Interview> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor { sort: row.held_at.to_string(), id: row.id.clone() }))
}

pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &Interview, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE interviews SET archived_at = $1, title = $2, person_id = $3, held_at = $4, notes = $5, \
         may_show = $6, transcript_format = $7, version = version + 1, updated_at = $8 \
         WHERE workspace_id = $9 AND id = $10 AND version = $11",
    )
    .bind(row.archived_at)
    .bind(&row.title)
    .bind(&row.person_id)
    .bind(row.held_at)
    .bind(&row.notes)
    .bind(&row.may_show)
    .bind(&row.transcript_format)
    .bind(now)
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.version)
    .execute(&mut *conn)
    .await?;
    if done.rows_affected() == 0 {
        return Err(Error::Stale);
    }
    search_queue::insert(conn, ws, "interview", &row.id, now).await
}

/// Passages, highlights and length of each interview.
pub async fn count(conn: &mut Conn, ws: &WorkspaceId, ids: &[String]) -> Result<Vec<Count>> {
    let mut sql = Sql::new(
        "SELECT i.id AS interview_id, \
         (SELECT COUNT(*) FROM transcript_passages p WHERE p.workspace_id = i.workspace_id AND p.interview_id = i.id) \
         AS n_passages, \
         (SELECT COUNT(*) FROM highlights h WHERE h.workspace_id = i.workspace_id AND h.interview_id = i.id) \
         AS n_highlights, \
         (SELECT MAX(p.end_ms) FROM transcript_passages p WHERE p.workspace_id = i.workspace_id \
         AND p.interview_id = i.id) AS end_ms FROM interviews i WHERE i.workspace_id = ",
    );
    sql.bind(ws.as_str()).bind_in(" AND i.id IN", ids);
    sql.fetch_all(conn).await
}

/// In the order they were spoken.
pub async fn list_passages(
    conn: &mut Conn,
    ws: &WorkspaceId,
    interview_id: &str,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Passage>> {
    let matching = |select| {
        let mut sql = Sql::new(select);
        sql.push(" FROM transcript_passages WHERE workspace_id = ").bind(ws.as_str());
        sql.push(" AND interview_id = ").bind(interview_id);
        sql
    };
    let total = matching("SELECT COUNT(*)").fetch_count(conn).await?;
    let mut sql = matching("SELECT position, speaker, start_ms, end_ms, body");
    sql.when(" AND position > ", after.map(Cursor::sort_number).transpose()?);
    sql.push(" ORDER BY position LIMIT ").bind(limit + 1);
    let rows: Vec<Passage> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor { sort: row.position.to_string(), id: String::new() }))
}

/// Replaces the whole transcript; highlights on the old one go with it, since their places mean nothing any more.
pub async fn update_passages(
    conn: &mut Conn,
    ws: &WorkspaceId,
    interview_id: &str,
    passages: &[Passage],
) -> Result<()> {
    for statement in [
        "DELETE FROM highlights WHERE workspace_id = $1 AND interview_id = $2",
        "DELETE FROM transcript_passages WHERE workspace_id = $1 AND interview_id = $2",
    ] {
        sqlx::query(statement).bind(ws.as_str()).bind(interview_id).execute(&mut *conn).await?;
    }
    for row in passages {
        sqlx::query(
            "INSERT INTO transcript_passages (workspace_id, interview_id, position, speaker, start_ms, end_ms, body) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(ws.as_str())
        .bind(interview_id)
        .bind(row.position)
        .bind(&row.speaker)
        .bind(row.start_ms)
        .bind(row.end_ms)
        .bind(&row.body)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

fn matching(select: &'static str, ws: &WorkspaceId, filter: &Filter) -> Sql {
    let mut sql = Sql::new(select);
    sql.push(" FROM interviews WHERE workspace_id = ").bind(ws.as_str());
    sql.push(if filter.archived { " AND archived_at IS NOT NULL" } else { " AND archived_at IS NULL" });
    sql.when(" AND person_id = ", filter.person_id.as_deref());
    if let Some(title) = &filter.title {
        sql.push(" AND LOWER(title) LIKE ").bind(contains_pattern(title));
        sql.push(" ESCAPE '!'");
    }
    sql
}
