//! Insights: statements, the three tags they owe, and the evidence they rest on.

use sqlx::FromRow;

use crate::query::Sql;
use crate::{Conn, Cursor, Error, Micros, Page, Result, WorkspaceId};

#[derive(Clone, Debug, Default, FromRow)]
pub struct Insight {
    pub id: String,
    pub version: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub archived_at: Option<Micros>,
    pub statement: String,
    pub detail: String,
    pub theme_id: Option<String>,
    pub segment_id: Option<String>,
    pub usage_context: Option<String>,
    pub next_step_kind: Option<String>,
    pub next_step_note: Option<String>,
    pub next_step_owner_id: Option<String>,
    pub next_step_due_at: Option<Micros>,
}

/// A piece of evidence with the words it points at.
#[derive(Clone, Debug, FromRow)]
pub struct Evidence {
    pub id: String,
    pub insight_id: String,
    pub signal_id: Option<String>,
    pub highlight_id: Option<String>,
    pub interview_id: Option<String>,
    pub quote: String,
    pub created_at: Micros,
}

#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub theme_id: Option<String>,
    pub segment_id: Option<String>,
    pub signal_id: Option<String>,
    pub next_step_kind: Option<String>,
    pub next_step_owner_id: Option<String>,
    /// Insights that still owe at least one of the three tags.
    pub tags_missing: bool,
    pub archived: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facet {
    Theme,
    Segment,
    NextStep,
    Owner,
}

/// Context and segment must be named and the next step must have an owner and a date; doing nothing needs neither.
const OWES_TAGS: &str = " AND (i.segment_id IS NULL OR COALESCE(i.usage_context, '') = '' OR i.next_step_kind IS NULL \
     OR (i.next_step_kind <> 'no_action' AND (i.next_step_owner_id IS NULL OR i.next_step_due_at IS NULL)))";

pub async fn insert(conn: &mut Conn, ws: &WorkspaceId, row: &Insight) -> Result<()> {
    sqlx::query(
        "INSERT INTO insights (workspace_id, id, created_at, updated_at, statement, detail, theme_id, segment_id, \
         usage_context, next_step_kind, next_step_note, next_step_owner_id, next_step_due_at) \
         VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(row.created_at)
    .bind(&row.statement)
    .bind(&row.detail)
    .bind(&row.theme_id)
    .bind(&row.segment_id)
    .bind(&row.usage_context)
    .bind(&row.next_step_kind)
    .bind(&row.next_step_note)
    .bind(&row.next_step_owner_id)
    .bind(row.next_step_due_at)
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn get(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Insight> {
    let row = sqlx::query_as("SELECT * FROM insights WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

pub async fn update(conn: &mut Conn, ws: &WorkspaceId, row: &Insight, now: Micros) -> Result<()> {
    let done = sqlx::query(
        "UPDATE insights SET statement = $1, detail = $2, theme_id = $3, segment_id = $4, usage_context = $5, \
         next_step_kind = $6, next_step_note = $7, next_step_owner_id = $8, next_step_due_at = $9, \
         archived_at = $10, version = version + 1, updated_at = $11 \
         WHERE workspace_id = $12 AND id = $13 AND version = $14",
    )
    .bind(&row.statement)
    .bind(&row.detail)
    .bind(&row.theme_id)
    .bind(&row.segment_id)
    .bind(&row.usage_context)
    .bind(&row.next_step_kind)
    .bind(&row.next_step_note)
    .bind(&row.next_step_owner_id)
    .bind(row.next_step_due_at)
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
    filter: &Filter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Insight>> {
    let total = matching("SELECT COUNT(*)", ws, filter).fetch_count(conn).await?;
    let mut sql = matching("SELECT i.*", ws, filter);
    sql.when(" AND i.id < ", after.map(|cursor| cursor.id.as_str()));
    sql.push(" ORDER BY i.id DESC LIMIT ").bind(limit + 1);
    let rows: Vec<Insight> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor::at_id(&row.id)))
}

/// The most frequent values of a facet among the matching insights; an empty value counts those without one.
pub async fn count_facet(
    conn: &mut Conn,
    ws: &WorkspaceId,
    filter: &Filter,
    facet: Facet,
    limit: i64,
) -> Result<Vec<(String, i64)>> {
    let select = match facet {
        Facet::Theme => "SELECT COALESCE(i.theme_id, '') AS value, COUNT(*)",
        Facet::Segment => "SELECT COALESCE(i.segment_id, '') AS value, COUNT(*)",
        Facet::NextStep => "SELECT COALESCE(i.next_step_kind, '') AS value, COUNT(*)",
        Facet::Owner => "SELECT COALESCE(i.next_step_owner_id, '') AS value, COUNT(*)",
    };
    let mut sql = matching(select, ws, filter);
    sql.push(" GROUP BY value ORDER BY 2 DESC, 1 LIMIT ").bind(limit);
    sql.fetch_all(conn).await
}

pub async fn count(conn: &mut Conn, ws: &WorkspaceId, filter: &Filter) -> Result<i64> {
    matching("SELECT COUNT(*)", ws, filter).fetch_count(conn).await
}

/// How many pieces of evidence each of the given insights has.
pub async fn count_evidence(conn: &mut Conn, ws: &WorkspaceId, ids: &[String]) -> Result<Vec<(String, i64)>> {
    let mut sql = Sql::new("SELECT insight_id, COUNT(*) FROM insight_evidence WHERE workspace_id = ");
    sql.bind(ws.as_str()).bind_in(" AND insight_id IN", ids).push(" GROUP BY insight_id");
    sql.fetch_all(conn).await
}

/// True when it was added, false when the insight has this evidence already.
pub async fn insert_evidence(conn: &mut Conn, ws: &WorkspaceId, row: &Evidence) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO insight_evidence (workspace_id, id, insight_id, signal_id, highlight_id, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    )
    .bind(ws.as_str())
    .bind(&row.id)
    .bind(&row.insight_id)
    .bind(&row.signal_id)
    .bind(&row.highlight_id)
    .bind(row.created_at)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub async fn get_evidence(conn: &mut Conn, ws: &WorkspaceId, insight_id: &str, id: &str) -> Result<Evidence> {
    let mut sql = evidence_of(ws, insight_id);
    sql.push(" AND e.id = ").bind(id);
    sql.fetch_one(conn).await
}

pub async fn delete_evidence(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<()> {
    sqlx::query("DELETE FROM insight_evidence WHERE workspace_id = $1 AND id = $2")
        .bind(ws.as_str())
        .bind(id)
        .execute(conn)
        .await?;
    Ok(())
}

/// Oldest first.
pub async fn list_evidence(
    conn: &mut Conn,
    ws: &WorkspaceId,
    insight_id: &str,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Page<Evidence>> {
    let mut count = Sql::new("SELECT COUNT(*) FROM insight_evidence WHERE workspace_id = ");
    count.bind(ws.as_str()).push(" AND insight_id = ").bind(insight_id);
    let total = count.fetch_count(conn).await?;
    let mut sql = evidence_of(ws, insight_id);
    sql.when(" AND e.id > ", after.map(|cursor| cursor.id.as_str()));
    sql.push(" ORDER BY e.id LIMIT ").bind(limit + 1);
    let rows: Vec<Evidence> = sql.fetch_all(conn).await?;
    Ok(Page::cut(rows, limit, total, |row| Cursor::at_id(&row.id)))
}

fn evidence_of(ws: &WorkspaceId, insight_id: &str) -> Sql {
    let mut sql = Sql::new(
        "SELECT e.id, e.insight_id, COALESCE(e.signal_id, h.signal_id) AS signal_id, e.highlight_id, \
         h.interview_id, COALESCE(h.quote, s.body, '') AS quote, e.created_at FROM insight_evidence e \
         LEFT JOIN highlights h ON h.workspace_id = e.workspace_id AND h.id = e.highlight_id \
         LEFT JOIN signals s ON s.workspace_id = e.workspace_id AND s.id = e.signal_id WHERE e.workspace_id = ",
    );
    sql.bind(ws.as_str()).push(" AND e.insight_id = ").bind(insight_id);
    sql
}

fn matching(select: &'static str, ws: &WorkspaceId, filter: &Filter) -> Sql {
    let mut sql = Sql::new(select);
    sql.push(" FROM insights i WHERE i.workspace_id = ").bind(ws.as_str());
    sql.push(if filter.archived { " AND i.archived_at IS NOT NULL" } else { " AND i.archived_at IS NULL" });
    sql.when(" AND i.theme_id = ", filter.theme_id.as_deref());
    sql.when(" AND i.segment_id = ", filter.segment_id.as_deref());
    sql.when(" AND i.next_step_kind = ", filter.next_step_kind.as_deref());
    sql.when(" AND i.next_step_owner_id = ", filter.next_step_owner_id.as_deref());
    if filter.tags_missing {
        sql.push(OWES_TAGS);
    }
    if let Some(signal) = &filter.signal_id {
        sql.push(" AND EXISTS (SELECT 1 FROM insight_evidence e LEFT JOIN highlights h");
        sql.push(" ON h.workspace_id = e.workspace_id AND h.id = e.highlight_id");
        sql.push(" WHERE e.workspace_id = i.workspace_id AND e.insight_id = i.id");
        sql.push(" AND COALESCE(e.signal_id, h.signal_id) = ").bind(signal.as_str()).push(")");
    }
    sql
}
